import type { VenueName } from '../ports/market-data.port.js';

/**
 * Why a price must not be acted upon. `stale`: too old. `frozen`: answers come, the quote does not change. `spiking`: too
 * far from the last accepted one, and not confirmed yet. `invalid`: zero, negative, crossed or no number. `future`: dated
 * ahead of the venue's clock. `missing`: never seen, or the venue left it out.
 */
export type PriceFlag = 'stale' | 'frozen' | 'spiking' | 'invalid' | 'future' | 'missing';

/** The latest accepted quote of a market. Floats on purpose: decisions are made with them, orders are not. */
export interface LatestPrice {
  readonly marketId: string;
  readonly bid: number;
  readonly ask: number;
  /** Half of their sum. */
  readonly mid: number;
  readonly exchangeMs: number;
  readonly receivedMs: number;
  /** When the quote last differed from the one before. */
  readonly changedMs: number;
  /** Null: fresh and good as far as its ingestor could tell. Age must be judged by the reader, by its own clock. */
  readonly flag: PriceFlag | null;
}

/** Redis: a cache, empty after a restart and full again a second later. */
export interface LatestPrices {
  publish(venue: VenueName, prices: readonly LatestPrice[]): Promise<void>;
  /** In the order of `marketIds`; null where nothing is known. */
  read(venue: VenueName, marketIds: readonly string[]): Promise<(LatestPrice | null)[]>;
}
