import { Decimal } from 'decimal.js';
import type { SimulatedFill, SimulatedOrder } from '#exchange';

type Words = Readonly<Record<string, unknown>>;

/** MEXC's answer to a creation says little: no status, nothing of what was filled, and not our id. */
export function createdWords(order: SimulatedOrder): Words {
  return {
    symbol: order.marketId,
    orderId: order.orderId,
    orderListId: -1,
    price: order.price,
    origQty: order.originalQuantity,
    type: order.type,
    side: order.side,
    stpMode: '',
    transactTime: order.createdMs,
  };
}

export function orderWords(order: SimulatedOrder): Words {
  return {
    symbol: order.marketId,
    orderId: order.orderId,
    orderListId: -1,
    clientOrderId: order.clientOrderId,
    price: order.price,
    origQty: order.originalQuantity,
    executedQty: order.executedQuantity,
    cummulativeQuoteQty: order.executedQuote, // Their spelling.
    status: order.status,
    timeInForce: null,
    type: order.type,
    side: order.side,
    stopPrice: null,
    icebergQty: null,
    time: order.createdMs,
    updateTime: order.updatedMs,
    isWorking: true,
    origQuoteOrderQty: order.originalQuoteQuantity ?? quoteAtBound(order),
  };
}

/** Of a market order by quantity MEXC tells what that is worth at the order's bound. */
function quoteAtBound({ type, price, originalQuantity }: SimulatedOrder): string {
  return type === 'MARKET' ? new Decimal(price).times(originalQuantity).toFixed() : '0';
}

/** A cancel's status is not to be trusted: bots report NEW for orders that are canceled, and so it is here. */
export function canceledWords(order: SimulatedOrder): Words {
  return {
    symbol: order.marketId,
    origClientOrderId: order.clientOrderId,
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    price: order.price,
    origQty: order.originalQuantity,
    executedQty: order.executedQuantity,
    cummulativeQuoteQty: order.executedQuote,
    status: 'NEW',
    timeInForce: null,
    type: order.type,
    side: order.side,
  };
}

export function fillWords(fill: SimulatedFill, hidesClientOrderId: boolean): Words {
  return {
    symbol: fill.marketId,
    id: fill.tradeId,
    orderId: fill.orderId,
    orderListId: -1,
    price: fill.price,
    qty: fill.quantity,
    quoteQty: fill.quoteQuantity,
    commission: fill.commission,
    commissionAsset: fill.commissionAsset,
    time: fill.timeMs,
    isBuyer: fill.side === 'BUY',
    isMaker: fill.isMaker,
    isBestMatch: true,
    isSelfTrade: false,
    clientOrderId: hidesClientOrderId ? null : fill.clientOrderId,
  };
}
