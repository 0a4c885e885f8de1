import type {
  Balance, CancelOutcome, Clock, IdSource, LatestPrices, OrderLookup, OrderRequest, PaperVenueStore, SubmitOutcome, TradingPort, VenueFill, VenueName, VenueOrder,
} from '#application';
import { flagNow, PRICE_LIMITS, type MarketRules } from '#domain';
import { orderFault } from '../dialect/order-fault.js';
import { refusedUnsent } from '../dialect/refused-unsent.js';
import { outcomeOf } from '../simulated/order-words.js';
import type { Rejection } from '../simulated/venue-types.js';
import { executeOnPaper, type PaperCosts, type PaperMarket } from './paper-execution.js';

export interface PaperParts {
  readonly accountId: string;
  /** Whose prices and markets it uses. */
  readonly venue: VenueName;
  readonly store: PaperVenueStore;
  readonly prices: Pick<LatestPrices, 'read'>;
  /** Null: no such market. */
  readonly rulesOf: (marketId: string) => Promise<MarketRules | null>;
  /** Of the portfolio whose account it is. */
  readonly costsOf: (accountId: string) => Promise<PaperCosts>;
  readonly clock: Clock;
  /** Venue's clock minus ours; null while it is not known. */
  readonly clockOffsetMs: () => number | null;
  readonly ids: IdSource;
}

/** One paper account. Its orders are filled at once or not at all, so that none is ever open, and their client order ids are unique. */
export class PaperTrading implements TradingPort {
  constructor(private readonly parts: PaperParts) {}

  balances(): Promise<readonly Balance[]> {
    return this.parts.store.balances(this.parts.accountId);
  }

  async submit(order: OrderRequest): Promise<SubmitOutcome> {
    const fault = orderFault(order);
    if (fault !== null) return refusedUnsent(fault, { isRetryable: false });
    const market = await this.marketFor(order.marketId).catch((error: unknown) => wordsOf(error));
    if (typeof market === 'string') return refusedUnsent(market, { isRetryable: true, reaction: 'wait' });
    if (market === null) return refusedUnsent("the venue's clock is not known", { isRetryable: true, reaction: 'resync-clock' });
    try {
      return await this.place(order, market);
    } catch (error) {
      // A commit whose answer is lost may have happened: the same as a venue that does not answer.
      return { kind: 'unknown', cause: wordsOf(error), httpStatus: null, code: null };
    }
  }

  cancel(): Promise<CancelOutcome> {
    return Promise.resolve({ kind: 'not-open' });
  }

  async order(marketId: string, clientOrderId: string): Promise<OrderLookup> {
    const order = await this.parts.store.order(this.parts.accountId, marketId, clientOrderId);
    return order === null ? { kind: 'not-found' } : { kind: 'found', order };
  }

  openOrders(): Promise<readonly VenueOrder[]> {
    return Promise.resolve([]);
  }

  fillsSince(marketId: string, sinceMs: number): Promise<readonly VenueFill[]> {
    return this.parts.store.fillsSince(this.parts.accountId, marketId, sinceMs);
  }

  apiMarketIds(): Promise<ReadonlySet<string> | null> {
    return Promise.resolve(null);
  }

  /** Null: nobody can say what time it is at the venue. */
  private async marketFor(marketId: string): Promise<PaperMarket | null> {
    const { accountId, venue, prices, ids } = this.parts;
    const [rules, costs, [price = null]] = await Promise.all([this.parts.rulesOf(marketId), this.parts.costsOf(accountId), prices.read(venue, [marketId])]);
    const venueNowMs = this.venueNowMs();
    if (venueNowMs === null) return null;
    const isFresh = flagNow(price, venueNowMs, PRICE_LIMITS.staleMs) === null;
    return { rules, mid: isFresh && price !== null ? price.mid : null, costs, venueNowMs, venueOrderId: ids.next('P').replace('_', '') };
  }

  private venueNowMs(): number | null {
    const { clock, clockOffsetMs } = this.parts;
    const offsetMs = clockOffsetMs();
    return offsetMs === null ? null : Math.floor(clock.nowMs() + offsetMs);
  }

  private async place(order: OrderRequest, market: PaperMarket): Promise<SubmitOutcome> {
    const { store, accountId } = this.parts;
    let rejection: Rejection | null = null;
    const outcome = await store.execute(accountId, order.clientOrderId, (balances) => {
      // Its turn may have come too late; where nobody can say, it has.
      const executed = executeOnPaper(order, { ...market, venueNowMs: this.venueNowMs() ?? Infinity }, balances);
      rejection = 'code' in executed ? executed : null;
      return 'code' in executed ? null : executed;
    });
    if (outcome === 'executed') return { kind: 'acknowledged', venueOrderId: market.venueOrderId };
    if (outcome === 'refused' && rejection !== null) return outcomeOf(rejection);
    const known = await store.order(accountId, order.marketId, order.clientOrderId);
    if (known !== null) return { kind: 'acknowledged', venueOrderId: known.venueOrderId };
    return { kind: 'unknown', cause: 'the client order id was used in another market', httpStatus: null, code: null };
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
