/** A queued run whose job should be on a queue by now. */
export interface OverdueRun {
  readonly id: string;
  readonly queue: string;
  readonly jobId: string;
  /** Which dispatch the job belongs to: whoever dispatches again names it, and the second one changes nothing. */
  readonly dispatchCount: number;
}

export interface ReapedRuns {
  readonly requeued: number;
  readonly failed: number;
  readonly canceled: number;
}

/** What a sweeper needs to bring back work that the transport or a runner lost. Every method is one transaction. */
export interface BacktestRunSweep {
  /** Does the work unless another process is at it now; then null. Saves work only: correctness does not need it. */
  asLeader<Value>(work: () => Promise<Value>): Promise<Value | null>;
  /** By id, after the given one: queued runs past their grace time that have no undelivered job in the outbox. */
  overdue(limit: number, afterId: string): Promise<OverdueRun[]>;
  /** A new outbox row for those that are still queued under the same dispatch count. Returns how many there were. */
  redispatch(runs: readonly OverdueRun[]): Promise<number>;
  /** Runs whose lease ran out: back to the queue with a new job; canceled where asked to; failed after the third loss. */
  reapExpired(limit: number): Promise<ReapedRuns>;
  /** Removes idempotency keys that are old enough. Returns how many. */
  pruneKeys(limit: number): Promise<number>;
}
