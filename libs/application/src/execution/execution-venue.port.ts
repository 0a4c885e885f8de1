import type { TradingMode } from '#domain';
import type { OrderBook, VenueName } from '../ports/market-data.port.js';
import type { TradingPort } from '../ports/trading.port.js';

/** One account with all that sending its orders takes. Live and paper differ in what stands behind it, and in nothing else. */
export interface ExecutionVenue {
  readonly accountId: string;
  readonly mode: TradingMode;
  readonly venue: VenueName;
  readonly trading: TradingPort;
  /** Of paper: one level a side at the latest price, as deep as can be. @throws VenueFailure */
  orderBook(marketId: string): Promise<OrderBook>;
  /** The venue's clock; null while it cannot be trusted, and nothing is sent then. */
  exchangeNowMs(): number | null;
  /** Reads the venue's clock anew. @throws VenueFailure */
  resyncClock(): Promise<void>;
}

export interface ExecutionVenues {
  /** Null: this process does not hold the account's key. */
  of(accountId: string): Promise<ExecutionVenue | null>;
}

/** Whether an account's startup reconciliation has been green in this process. */
export interface AccountGate {
  /** Reconciles where it has not been done yet. */
  enter(accountId: string): Promise<{ readonly isOpen: true } | { readonly isOpen: false; readonly reason: string }>;
}
