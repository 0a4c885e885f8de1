import type { LatestPrice } from '#domain';
import type { VenueName } from '../ports/market-data.port.js';

export type { LatestPrice, PriceFlag } from '#domain';

/** Redis: a cache, empty after a restart and full again a second later. One round trip a call, which rejects while Redis is away. */
export interface LatestPrices {
  publish(venue: VenueName, prices: readonly LatestPrice[]): Promise<void>;
  /** In the order of `marketIds`; null where nothing is known. */
  read(venue: VenueName, marketIds: readonly string[]): Promise<(LatestPrice | null)[]>;
}
