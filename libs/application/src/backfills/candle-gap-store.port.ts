import type { CandleColumns, SeriesIdentity } from '#domain';
import type { UpsertCounts } from '../candles/candle-store.port.js';
import type { VenueName } from '../ports/market-data.port.js';

/** `open`: asked for again and again. `accepted`: asked for often enough; the exchange does not have it. `filled`: it came. */
export type GapState = 'open' | 'accepted' | 'filled';

/** A hole in a series: open times, both included, that the exchange did not have when it was asked. */
export interface CandleGap {
  readonly id: number;
  readonly identity: SeriesIdentity;
  readonly marketId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: GapState;
  /** How often it was asked for again. */
  readonly attempts: number;
}

/** @throws StoreFailure from every method. */
export interface CandleGapStore {
  /** Open gaps that are due, by series and time, of these markets alone; nobody else gets them until the hold is over. */
  takeDue(venue: VenueName, limit: number, holdMs: number, isOurs: (marketId: string) => boolean): Promise<CandleGap[]>;
  /** Candles that came after all, with what they do to gaps and watermark, in one transaction. */
  fill(gap: Pick<CandleGap, 'identity'>, columns: CandleColumns, source: string): Promise<UpsertCounts>;
  /** What is still open of these is asked for again after the pause; null: it is accepted as it is, and the watermark passes. */
  settle(gaps: readonly { readonly id: number; readonly pauseMs: number | null }[]): Promise<void>;
  /** The exchange could not be asked: another try that does not count. */
  putOff(ids: readonly number[], pauseMs: number): Promise<void>;
  /** Ascending by time; all but filled ones. */
  gapsOf(identity: SeriesIdentity, limit: number): Promise<CandleGap[]>;
  /** The stretch without open gaps that began with the first candle fetched, both ends included; null: none was. */
  contiguousStretch(identity: SeriesIdentity): Promise<{ readonly fromMs: number; readonly toMs: number } | null>;
}
