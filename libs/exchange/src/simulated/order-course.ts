import { Money, moneyText } from './money.js';
import type { Commission, Execution } from './settlement.js';
import type { SweepTerms } from './sweep.js';
import type { VenueMarket } from './venue-market.js';
import type { OrderDraft, SimulatedFill, SimulatedOrder, VenueStatusWord } from './venue-types.js';

/** A market order takes nothing that is farther off the last price. */
const BOUND = 0.05;

/** An order as accepted, before anything happened to it. A market order's price is its bound. */
export function openedOrder(draft: OrderDraft, market: VenueMarket, orderId: string, nowMs: number): SimulatedOrder {
  const { accountId, marketId, side, type, clientOrderId } = draft;
  const price = draft.type === 'MARKET' ? market.price.text(boundTicks(draft, market, nowMs)) : plain(draft.price!);
  return {
    orderId,
    clientOrderId,
    accountId,
    marketId,
    side,
    type,
    status: 'NEW',
    price,
    originalQuantity: draft.quantity === null || isByQuote(draft) ? quantityAtBound(draft, market, price) : plain(draft.quantity),
    originalQuoteQuantity: isByQuote(draft) ? plain(draft.quoteOrderQuantity!) : null,
    executedQuantity: '0',
    executedQuote: '0',
    createdMs: nowMs,
    updatedMs: nowMs,
  };
}

function isByQuote({ type, side, quantity, quoteOrderQuantity }: OrderDraft): boolean {
  return type === 'MARKET' && side === 'BUY' && quantity === null && quoteOrderQuantity !== null;
}

function boundTicks({ side }: OrderDraft, market: VenueMarket, nowMs: number): number {
  const last = market.feed.priceAt(nowMs)!;
  return side === 'BUY' ? Math.floor(last * (1 + BOUND)) : Math.ceil(last * (1 - BOUND));
}

function quantityAtBound(draft: OrderDraft, market: VenueMarket, price: string): string {
  const { step } = market.quantity;
  return moneyText(new Money(draft.quoteOrderQuantity!).div(price).div(step).floor().times(step));
}

function plain(text: string): string {
  return moneyText(new Money(text));
}

/**
 * What an order may take. A market buy by quantity is worth its quantity at the last price, and no more is spent on it: it
 * comes out short by what the book costs, as on MEXC (mexc-api-sdk #105: 894 of 926 filled, status FILLED).
 */
export function takingOf(order: SimulatedOrder, market: VenueMarket, lastPrice: Money): SweepTerms {
  const isBuy = order.side === 'BUY';
  const worstPrice = market.price.units(order.price, isBuy ? 'down' : 'up');
  const budgetOf = (value: Money) => BigInt(value.div(market.price.step).div(market.quantity.step).floor().toFixed());
  if (order.originalQuoteQuantity !== null) {
    return { isBuy, worstPrice, quantity: Infinity, budget: budgetOf(new Money(order.originalQuoteQuantity)) };
  }
  const quantity = market.quantity.units(order.originalQuantity, 'down');
  const isBudgeted = isBuy && order.type === 'MARKET';
  return { isBuy, worstPrice, quantity, budget: isBudgeted ? budgetOf(lastPrice.times(order.originalQuantity)) : null };
}

export function withFill(order: SimulatedOrder, { price, quantity }: Execution, timeMs: number): SimulatedOrder {
  return {
    ...order,
    executedQuantity: moneyText(quantity.plus(order.executedQuantity)),
    executedQuote: moneyText(price.times(quantity).plus(order.executedQuote)),
    updatedMs: timeMs,
  };
}

/** What the account is told of an execution, but for its id and time. */
export function fillOf(order: SimulatedOrder, execution: Execution, commission: Commission): Omit<SimulatedFill, 'tradeId' | 'timeMs'> {
  const { orderId, clientOrderId, accountId, marketId, side } = order;
  const { price, quantity, isMaker } = execution;
  return {
    orderId,
    clientOrderId,
    accountId,
    marketId,
    side,
    price: moneyText(price),
    quantity: moneyText(quantity),
    quoteQuantity: moneyText(price.times(quantity)),
    commission: moneyText(commission.value),
    commissionAsset: commission.asset,
    isMaker,
  };
}

/** Where an order stands once it has taken what it could. */
export function statusAfterTaking(order: SimulatedOrder, isShortOfDepth: boolean): VenueStatusWord {
  const executed = new Money(order.executedQuantity);
  const isWhole = order.originalQuoteQuantity === null && executed.eq(order.originalQuantity);
  if (isWhole) return 'FILLED';
  if (order.type === 'LIMIT' || order.type === 'LIMIT_MAKER') return executed.isZero() ? 'NEW' : 'PARTIALLY_FILLED';
  if (executed.isZero()) return 'CANCELED';
  return isShortOfDepth ? 'PARTIALLY_CANCELED' : 'FILLED';
}
