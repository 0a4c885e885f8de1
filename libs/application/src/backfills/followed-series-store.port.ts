import type { SeriesIdentity } from '#domain';
import type { UpsertCounts } from '../candles/candle-store.port.js';
import type { VenueName } from '../ports/market-data.port.js';
import type { SeriesStep } from './candle-backfill-store.port.js';

/** A series whose candles are appended as they close. */
export interface FollowedSeries {
  readonly identity: SeriesIdentity;
  readonly marketId: string;
  /** The first open time that is neither stored nor known to be missing; null while nothing is stored. */
  readonly nextFromMs: number | null;
  /** A backfill of this series is queued or running. */
  readonly isBackfilling: boolean;
}

/** @throws StoreFailure from every method. */
export interface FollowedSeriesStore {
  followed(venue: VenueName): Promise<FollowedSeries[]>;
  /** Candles, gaps and watermark in one transaction. A handful of new ones costs no more than their rows. */
  append(series: { readonly identity: SeriesIdentity; readonly marketId: string }, step: SeriesStep, source: string): Promise<UpsertCounts>;
}
