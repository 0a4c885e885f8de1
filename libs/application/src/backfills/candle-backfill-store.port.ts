import type { CandleColumns, SeriesIdentity } from '#domain';
import type { UpsertCounts } from '../candles/candle-store.port.js';
import type { BackfillNotice, BackfillStatus, CandleBackfill } from './candle-backfill.js';

export interface NewBackfill {
  readonly id: string;
  readonly identity: SeriesIdentity;
  readonly marketId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly isFollowed: boolean;
  readonly createdAtMs: number;
}

/** `held`: somebody else is at it until then. `over`: it needs nothing more. */
export type BackfillClaim =
  | { readonly kind: 'claimed'; readonly lease: BackfillLease }
  | { readonly kind: 'held'; readonly untilMs: number }
  | { readonly kind: 'over'; readonly status: BackfillStatus | 'unknown' };

export interface BackfillLease {
  readonly backfill: CandleBackfill;
  readonly epoch: number;
  /** Looks in a row that ended in `postpone` for the same problem, without any progress, and when the first of any problem did. */
  readonly failedLooks: number;
  readonly failingSinceMs: number | null;
}

/** What one step brought: stored together with gaps, watermark and counts, or not at all. */
export interface SeriesStep {
  /** All open times from here up to `nextFromMs` (excluded) were asked for: what of them is not stored afterwards is a gap. */
  readonly fromMs: number;
  readonly nextFromMs: number;
  readonly columns: CandleColumns;
}

export interface BackfillStep extends SeriesStep {
  /** Kept where given; null leaves what is there. */
  readonly notice: BackfillNotice | null;
}

/** `lost`: the lease is no longer ours, or it was canceled; nothing was stored. */
export type StepOutcome = { readonly kind: 'stored'; readonly counts: UpsertCounts; readonly backfill: CandleBackfill } | { readonly kind: 'lost' };

export interface BackfillFilter {
  readonly ids?: readonly string[];
  readonly status?: BackfillStatus;
}

/** @throws StoreFailure from every method. Leases go by the database's clock. */
export interface CandleBackfillStore {
  /** All rows and their jobs in one transaction. A queued or running one of the same series, range and follow is returned instead of a second. */
  submit(backfills: readonly NewBackfill[]): Promise<CandleBackfill[]>;
  find(id: string): Promise<CandleBackfill | null>;
  /** Newest first. */
  list(filter: BackfillFilter, limit: number): Promise<CandleBackfill[]>;
  /** Null where there is none. A running one is stopped before its next step; a finished one stays as it is. */
  cancel(id: string): Promise<CandleBackfill | null>;
  /** Where workers were lost over it time and again without a step between, it is failed with `worker-lost` instead. */
  claim(id: string, holder: string, leaseMs: number): Promise<BackfillClaim>;
  /** Extends the lease; false where it is lost, or the backfill was canceled. */
  heartbeat(id: string, epoch: number, leaseMs: number): Promise<boolean>;
  /** Candles, gaps, watermark and counts in one transaction, refused where the epoch is no longer ours. Extends the lease. */
  storeStep(id: string, epoch: number, step: BackfillStep, leaseMs: number): Promise<StepOutcome>;
  /** From here on the series is followed, if that was asked for. False where the lease was lost. */
  complete(id: string, epoch: number): Promise<boolean>;
  fail(id: string, epoch: number, problem: BackfillNotice): Promise<boolean>;
  /** Back to the queue until then, because the exchange is away or says wait. */
  postpone(id: string, epoch: number, delayMs: number, problem: BackfillNotice): Promise<boolean>;
  /** Back to the queue at once, with a new job (a shutdown). */
  release(id: string, epoch: number): Promise<boolean>;
  /** The same without a new job, since the one at hand is tried again by the transport itself (a passing fault). */
  endLease(id: string, epoch: number): Promise<boolean>;
}
