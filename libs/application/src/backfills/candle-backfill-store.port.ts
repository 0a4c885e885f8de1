import type { CandleColumns, SeriesIdentity } from '#domain';
import type { UpsertCounts } from '../candles/candle-store.port.js';
import type { BackfillStatus, CandleBackfill } from './candle-backfill.js';

export interface NewBackfill {
  readonly id: string;
  readonly identity: SeriesIdentity;
  readonly marketId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly isFollowed: boolean;
  readonly createdAtMs: number;
}

/** A hole in a series: open times, both included, that the venue did not have when asked. */
export interface CandleGap {
  readonly fromMs: number;
  readonly toMs: number;
}

/** `held`: somebody else is at it until then. `over`: it needs nothing more. */
export type BackfillClaim =
  | { readonly kind: 'claimed'; readonly backfill: CandleBackfill; readonly epoch: number }
  | { readonly kind: 'held'; readonly untilMs: number }
  | { readonly kind: 'over'; readonly status: BackfillStatus | 'unknown' };

/** What one step of a backfill brought: stored together with the watermark, or not at all. */
export interface BackfillStep {
  readonly columns: CandleColumns;
  /** The new `nextFromMs`. */
  readonly coveredToMs: number;
  readonly gaps: readonly CandleGap[];
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
  /** Null where there is none. A finished one stays as it is. */
  cancel(id: string): Promise<CandleBackfill | null>;
  claim(id: string, holder: string, leaseMs: number): Promise<BackfillClaim>;
  /** Candles, gaps, watermark and counts in one transaction, refused where the epoch is no longer ours. Extends the lease. */
  storeStep(id: string, epoch: number, step: BackfillStep, leaseMs: number): Promise<StepOutcome>;
  /** False where the lease was lost. */
  complete(id: string, epoch: number): Promise<boolean>;
  fail(id: string, epoch: number, problem: { readonly code: string; readonly detail: string }): Promise<boolean>;
  /** Back to the queue until then, because the exchange is away or says wait. */
  postpone(id: string, epoch: number, delayMs: number, problem: { readonly code: string; readonly detail: string }): Promise<boolean>;
}
