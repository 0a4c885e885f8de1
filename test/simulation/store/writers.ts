import type { LedgerTransaction, QueuedJob } from '#application';
import type { MemoryDatabase } from './memory-database.js';

/** In the caller's transaction: with its holdings and flows. False: its key is in the books already. @throws StoreFailure for what does not sum to zero */
export function postTransaction(database: MemoryDatabase, transaction: LedgerTransaction): boolean {
  if (database.ledger.get(transaction.key) !== undefined) return false;
  database.ledger.insert({ ...transaction, id: database.nextId() });
  return true;
}

/** In the caller's transaction. A job whose id the outbox has changes nothing. @throws RangeError for a job id that no transport takes */
export function queueJobs(database: MemoryDatabase, jobs: readonly QueuedJob[]): void {
  refuseUnfit(jobs);
  for (const job of jobs) {
    if (database.indexes.outboxOfJobId(job.jobId).length > 0) continue;
    database.outbox.insert({ ...job, id: database.nextId(), deliveredMs: null, tries: 0, availableMs: database.nowMs() });
  }
}

/** Before anything else, as a statement's parameters are made before it. @throws RangeError for a job id that no transport takes */
export function refuseUnfit(jobs: readonly QueuedJob[]): void {
  const unfit = jobs.find(({ jobId }) => jobId.includes(':') || /^\d*$/u.test(jobId));
  if (unfit !== undefined) throw new RangeError(`job id ${unfit.jobId} has a colon or is a number; a queue's ids may be neither`);
}
