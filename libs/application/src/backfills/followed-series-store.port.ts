import type { SeriesIdentity } from '#domain';
import type { UpsertCounts } from '../candles/candle-store.port.js';
import type { VenueName } from '../ports/market-data.port.js';
import type { SeriesStep } from './candle-backfill-store.port.js';

/** A series whose candles are appended as they close. */
export interface FollowedSeries {
  readonly identity: SeriesIdentity;
  readonly marketId: string;
  /** The open time after the last that was asked for (of what files alone brought, after the last stored); null while there is neither. */
  readonly nextFromMs: number | null;
  /** A backfill of this series is queued or running. */
  readonly isBackfilling: boolean;
  /** False: the venue's list, as last read, has its market no more. */
  readonly isListed: boolean;
  readonly followedAtMs: number;
}

/** @throws StoreFailure from every method. */
export interface FollowedSeriesStore {
  /** By base, quote and interval. */
  followed(venue: VenueName): Promise<FollowedSeries[]>;
  /**
   * Follows it no longer, nor will a backfill that is under way; what is stored stays, and what is fetched goes on. False
   * where it was not followed, and nothing was about to.
   */
  stop(identity: SeriesIdentity): Promise<boolean>;
  /** Candles, gaps and watermark in one transaction. A handful of new ones costs no more than their rows. */
  append(series: { readonly identity: SeriesIdentity; readonly marketId: string }, step: SeriesStep, source: string): Promise<UpsertCounts>;
}
