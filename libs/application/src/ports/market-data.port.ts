import type { CandleColumns, CandleInterval, DecimalText, MarketRules } from '#domain';

/** Where prices come from; what stands as `exchange` beside stored candles, so that made ones never pass for real ones. */
export type VenueName = 'MEXC' | 'SIMULATOR';

export interface VenueClock {
  /** The venue's clock, epoch ms, when it answered. */
  readonly serverMs: number;
  readonly roundTripMs: number;
  /** Venue's clock minus ours, taken in the middle of the round trip: right to within half of it. */
  readonly offsetMs: number;
}

export interface BookTicker {
  readonly marketId: string;
  readonly bidPrice: DecimalText;
  readonly bidQuantity: DecimalText;
  readonly askPrice: DecimalText;
  readonly askQuantity: DecimalText;
}

/** Raw quotes of one call. A venue's bulk ticker carries no time of its own, so its clock at the answer stands for it. */
export interface BookTickers {
  readonly tickers: readonly BookTicker[];
  readonly exchangeMs: number;
  readonly receivedMs: number;
}

export interface OrderBook {
  readonly marketId: string;
  /** Best first. */
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  readonly exchangeMs: number;
  readonly receivedMs: number;
}

export interface BookLevel {
  readonly price: DecimalText;
  readonly quantity: DecimalText;
}

export interface CandleRequest {
  readonly marketId: string;
  readonly interval: CandleInterval;
  /** First and last open time wanted, both included. */
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Candles of one answer, ascending, closed by the venue's clock, checked. `coveredToMs`: all open times up to and including
 * it have been asked for; what is not among the candles so far, the venue does not have.
 */
export interface CandlePage {
  readonly columns: CandleColumns;
  readonly coveredToMs: number;
}

/**
 * Public data of one venue. Reads are tried again by the adapter (bounded, with backoff); what is thrown is final for now.
 * @throws VenueFailure from every method
 */
export interface MarketDataPort {
  readonly venue: VenueName;
  /** Intervals that the venue serves. */
  readonly intervals: readonly CandleInterval[];
  /** All markets with their rules, fresh from the venue. */
  markets(): Promise<readonly MarketRules[]>;
  /** Ids of the markets that the venue lists as open to the API; null where it gives no such list. */
  apiMarketIds(): Promise<ReadonlySet<string> | null>;
  serverTime(): Promise<VenueClock>;
  /** Open time of the oldest candle that the venue has of a market; null where it has none. */
  firstCandleMs(marketId: string, interval: CandleInterval): Promise<number | null>;
  /** Page by page from `fromMs` on; ends where the range or the venue's data end. Never leaves a hole unasked. */
  candles(request: CandleRequest, signal?: AbortSignal): AsyncIterable<CandlePage>;
  /** Quotes of these markets, by one call for all markets where that is cheaper. Unknown markets are left out. */
  bookTickers(marketIds: readonly string[]): Promise<BookTickers>;
  /** Up to `depth` levels of each side. */
  orderBook(marketId: string, depth: number): Promise<OrderBook>;
}
