/** A queued row of work whose job should be on a queue by now. */
export interface OverdueWork {
  readonly id: string;
  readonly queue: string;
  readonly jobId: string;
  /** Which dispatch the job belongs to: whoever dispatches again names it, and the second one changes nothing. */
  readonly dispatchCount: number;
}

export interface ReapedWork {
  readonly requeued: number;
  readonly failed: number;
  readonly canceled: number;
}

/** What a sweeper needs to bring back work that the transport or a worker lost. Every method is one transaction. */
export interface WorkSweep {
  /** Does the work unless another process is at it now; then null. Saves work only: correctness does not need it. */
  asLeader<Value>(work: () => Promise<Value>): Promise<Value | null>;
  /** By id, after the given one: queued rows past their grace time that have no undelivered job in the outbox. */
  overdue(limit: number, afterId: string): Promise<OverdueWork[]>;
  /** A new outbox row for those that are still queued under the same dispatch count. Returns how many there were. */
  redispatch(work: readonly OverdueWork[]): Promise<number>;
  /** Rows whose lease ran out: back to the queue with a new job; canceled where asked to; failed after too many losses. */
  reapExpired(limit: number): Promise<ReapedWork>;
  /** Removes up to so many rows that nobody needs any more. Returns how many. */
  prune(limit: number): Promise<number>;
}
