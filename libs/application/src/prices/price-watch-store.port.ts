import type { VenueName } from '../ports/market-data.port.js';

/** A market whose price somebody needs. */
export interface WatchedMarket {
  readonly marketId: string;
  /** Shards of the portfolios that need it, ascending; none where only its candles are followed. */
  readonly shards: readonly number[];
}

/** Who needs which prices: portfolios by their own entries, followed series by being followed. @throws StoreFailure */
export interface PriceWatchStore {
  watched(venue: VenueName): Promise<WatchedMarket[]>;
  /** All that this watcher (a portfolio's id) needs from now on; what it needed before and is not among them is dropped. */
  replace(venue: VenueName, watcher: string, markets: readonly { readonly marketId: string; readonly shard: number | null }[]): Promise<void>;
}
