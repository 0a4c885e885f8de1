import type { SeriesIdentity } from '#domain';

export type BackfillStatus = 'queued' | 'running' | 'completed' | 'failed' | 'canceled';

/** `code` is stable, `detail` is for people. */
export interface BackfillNotice {
  readonly code: string;
  readonly detail: string;
}

/** A request to have all candles of one series in a range, and how far it has come. The row is the truth; a job only says "look". */
export interface CandleBackfill {
  /** `bf_` and a ULID. */
  readonly id: string;
  readonly identity: SeriesIdentity;
  readonly marketId: string;
  /** First and last open time wanted, both included, on the interval's grid. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly status: BackfillStatus;
  /** Everything wanted before this open time has been asked for and stored. Starts at `fromMs`, never goes back. */
  readonly nextFromMs: number;
  readonly insertedCount: number;
  readonly unchangedCount: number;
  readonly correctedCount: number;
  /** Holes met in the range, each recorded as a gap. */
  readonly gapCount: number;
  /** True: once completed, the series is followed, its candles appended as they close. */
  readonly isFollowed: boolean;
  /** Why it failed, or why it waits: the exchange is away, and since when. */
  readonly problem: BackfillNotice | null;
  /** What was found on the way and does not hinder it: it begins at the listing, since there is nothing before. */
  readonly notice: BackfillNotice | null;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  /** Grows with every change. */
  readonly version: number;
}

/** 0 to 1, by time. */
export function progressOf({ fromMs, toMs, nextFromMs, status }: CandleBackfill): number {
  if (status === 'completed') return 1;
  return Math.min(1, Math.max(0, (nextFromMs - fromMs) / Math.max(1, toMs - fromMs)));
}
