import type { HeartbeatOutcome } from '../dispatch/lease-keeper.js';
import type { BacktestRun, RunNotice, RunProgress, RunStatus } from './backtest-run.js';
import type { StoredResult } from './stored-result.js';

export interface NewRun extends Pick<BacktestRun, 'id' | 'spec' | 'specSha256' | 'dataFingerprint' | 'codeVersion' | 'priority' | 'labels' | 'notices' | 'createdAtMs'> {}

export interface RunKey {
  readonly specSha256: string;
  readonly dataFingerprint: string;
  readonly codeVersion: string;
}

/** The right to compute a run until `untilMs`. A holder whose epoch is no longer the row's changes nothing. */
export interface RunLease {
  readonly run: BacktestRun;
  readonly epoch: number;
  readonly untilMs: number;
}

export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly lease: RunLease }
  /** Somebody else holds it: look again when the lease has run out. */
  | { readonly kind: 'held'; readonly untilMs: number }
  /** Terminal, deleted, or canceled before it began: nothing to do. */
  | { readonly kind: 'nothing-to-do' };

export interface RunFilter {
  readonly status?: RunStatus;
  readonly exchange?: string;
  readonly interval?: string;
  readonly tag?: string;
}

export interface RunListQuery {
  readonly filter: RunFilter;
  readonly sort: string;
  readonly limit: number;
  readonly after?: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Why a submission with an idempotency key did not create a run. */
export type SubmitRunOutcome =
  | { readonly kind: 'created'; readonly run: BacktestRun }
  | { readonly kind: 'replayed'; readonly run: BacktestRun }
  | { readonly kind: 'key-reused' };

export interface IdempotencyClaim {
  readonly principal: string;
  readonly key: string;
  readonly requestSha256: string;
}

/** The `after` of a page was not made by this list, or by another sort of it. */
export class InvalidCursor extends Error {
  constructor() {
    super('`after` is not a cursor of this list; take `page.next` of the page before, with the same sort');
    this.name = 'InvalidCursor';
  }
}

/** Runs in Postgres, the one truth. Every method is one transaction, and throws a StoreFailure where it cannot be had. */
export interface BacktestRunStore {
  /** What an earlier submission with this key came to; null: the key is new. */
  recall(idempotency: IdempotencyClaim): Promise<Exclude<SubmitRunOutcome, { readonly kind: 'created' }> | null>;
  /** Stores the run, its outbox row and, where given, its idempotency key: all or nothing. */
  submit(run: NewRun, idempotency: IdempotencyClaim | null): Promise<SubmitRunOutcome>;
  /** A completed run of the same spec, data and code; the newest. */
  findFinished(key: RunKey): Promise<BacktestRun | null>;
  find(id: string): Promise<BacktestRun | null>;
  /** Runs without the figure that is sorted by come after (falling) those that have it. Throws InvalidCursor. */
  list(query: RunListQuery): Promise<Page<BacktestRun>>;
  /** Where the last holder's lease ran out once too often, the run is failed with `runner-lost` instead. */
  claim(id: string, runnerId: string, leaseMs: number): Promise<ClaimOutcome>;
  /** Extends the lease and stores the progress. */
  heartbeat(id: string, epoch: number, progress: RunProgress, leaseMs: number): Promise<HeartbeatOutcome>;
  /** Stores the result and marks the run completed, or returns false and stores nothing where the lease is lost. */
  complete(id: string, epoch: number, result: StoredResult): Promise<boolean>;
  fail(id: string, epoch: number, error: RunNotice): Promise<boolean>;
  /** Gives the run back to the queue (a shutdown): status queued, lease ended, a new outbox row. */
  release(id: string, epoch: number): Promise<boolean>;
  /** The same without a new job, since the one at hand is tried again by the transport itself (a passing fault). */
  endLease(id: string, epoch: number): Promise<boolean>;
  /** Queued: canceled at once. Running: asks its runner to stop. Terminal: nothing changes. Null: no such run. */
  requestCancel(id: string): Promise<BacktestRun | null>;
  /** What a runner does when it has been asked to stop. */
  markCanceled(id: string, epoch: number): Promise<boolean>;
  /** 'refused' where it is queued or running: cancel it first. */
  delete(id: string): Promise<'deleted' | 'refused' | 'missing'>;
}
