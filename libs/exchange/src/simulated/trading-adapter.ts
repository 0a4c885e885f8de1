import type {
  Balance, CancelOutcome, Clock, OrderLookup, OrderRequest, SubmitOutcome, TradingPort, VenueFill, VenueOrder, VenueOrderStatus,
} from '#application';
import { orderFault } from '../dialect/order-fault.js';
import { refusedUnsent } from '../dialect/refused-unsent.js';
import { openToApi, unknownMarket } from './market-data-adapter.js';
import { draftOf, outcomeOf, windowFault } from './order-words.js';
import type { SimulatedFill, SimulatedOrder, SimulatedVenue, VenueStatusWord } from './venue-types.js';

const STATUS: Readonly<Record<VenueStatusWord, VenueOrderStatus>> = {
  NEW: 'open',
  PARTIALLY_FILLED: 'open',
  FILLED: 'filled',
  CANCELED: 'canceled',
  PARTIALLY_CANCELED: 'canceled',
};

/** One account at a venue in the same process. Its answers are certain: none is ever lost, and no look-up lags. */
export class SimulatedTrading implements TradingPort {
  constructor(
    private readonly simulated: SimulatedVenue,
    private readonly accountId: string,
    private readonly clock: Clock,
  ) {}

  async balances(): Promise<readonly Balance[]> {
    this.simulated.advance(this.clock.nowMs());
    return this.simulated.balances(this.accountId);
  }

  async submit(order: OrderRequest): Promise<SubmitOutcome> {
    const fault = orderFault(order);
    if (fault !== null) return refusedUnsent(fault, { isRetryable: false });
    const nowMs = this.clock.nowMs();
    const late = windowFault(order, nowMs);
    if (late !== null) return outcomeOf(late);
    const placed = this.simulated.place(draftOf(order, this.accountId), nowMs);
    if (placed.kind === 'accepted') return { kind: 'acknowledged', venueOrderId: placed.order.orderId };
    return outcomeOf(placed.rejection);
  }

  async cancel(marketId: string, clientOrderId: string): Promise<CancelOutcome> {
    const canceled = this.simulated.cancel(this.accountId, this.known(marketId), { clientOrderId }, this.clock.nowMs());
    return { kind: canceled === null ? 'not-open' : 'requested' };
  }

  async order(marketId: string, clientOrderId: string): Promise<OrderLookup> {
    this.simulated.advance(this.clock.nowMs());
    const order = this.simulated.findOrder(this.accountId, this.known(marketId), { clientOrderId });
    return order === null ? { kind: 'not-found' } : { kind: 'found', order: venueOrderOf(order) };
  }

  async openOrders(marketId?: string): Promise<readonly VenueOrder[]> {
    this.simulated.advance(this.clock.nowMs());
    return this.simulated.openOrders(this.accountId, marketId === undefined ? null : this.known(marketId)).map(venueOrderOf);
  }

  async fillsSince(marketId: string, sinceMs: number): Promise<readonly VenueFill[]> {
    this.simulated.advance(this.clock.nowMs());
    const newestFirst = this.simulated.fills(this.accountId, this.known(marketId), sinceMs, Infinity, Infinity);
    return newestFirst.map(venueFillOf).reverse();
  }

  async apiMarketIds(): Promise<ReadonlySet<string> | null> {
    return openToApi(this.simulated);
  }

  private known(marketId: string): string {
    if (this.simulated.markets().every(({ rules }) => rules.marketId !== marketId)) throw unknownMarket(marketId);
    return marketId;
  }
}

function venueOrderOf(order: SimulatedOrder): VenueOrder {
  const { orderId, clientOrderId, marketId, createdMs, updatedMs } = order;
  return {
    venueOrderId: orderId,
    clientOrderId,
    marketId,
    side: order.side === 'BUY' ? 'buy' : 'sell',
    status: STATUS[order.status],
    filledQuantity: order.executedQuantity,
    filledNotional: order.executedQuote,
    createdMs,
    updatedMs,
  };
}

function venueFillOf(fill: SimulatedFill): VenueFill {
  const { clientOrderId, marketId, price, quantity, isMaker } = fill;
  return {
    venueTradeId: fill.tradeId,
    venueOrderId: fill.orderId,
    clientOrderId,
    marketId,
    side: fill.side === 'BUY' ? 'buy' : 'sell',
    price,
    quantity,
    notional: fill.quoteQuantity,
    fee: fill.commission,
    feeAsset: fill.commissionAsset,
    isMaker,
    filledMs: fill.timeMs,
  };
}
