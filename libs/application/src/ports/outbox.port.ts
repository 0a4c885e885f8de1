import type { QueuedJob } from './job-queue.port.js';

/** Jobs that were committed together with the rows that need them, waiting to be put on a queue. */
export interface Outbox {
  /**
   * Hands up to `limit` undelivered jobs, oldest first, to `deliver`, and marks delivered those it did not reject.
   * Rows are locked against other dispatchers for the time of the call. Returns how many were delivered and are left.
   */
  dispatch(limit: number, deliver: (job: QueuedJob) => Promise<void>): Promise<{ readonly delivered: number; readonly failed: number }>;
  /** Removes up to `limit` jobs that were delivered a day ago or earlier; returns how many. */
  prune(limit: number): Promise<number>;
}

/** Tells that jobs may be waiting in the outbox, also those that another process committed. May tell too often. */
export interface OutboxSignal {
  /** Returns the function that ends the subscription. Listeners must not throw. */
  subscribe(listener: () => void): () => void;
}
