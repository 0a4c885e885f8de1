import { StoreFailure, type Outbox, type QueuedJob } from '#application';
import type { MemoryDatabase } from './memory-database.js';
import type { OutboxRow } from './rows.js';

const LONGEST_BACKOFF_MS = 2_000;
const FIRST_BACKOFF_MS = 250;
/** As long as Postgres lets a transaction wait for its client: a dispatcher that is gone keeps its rows no longer. */
const LOCKED_MS = 15_000;
const KEPT_MS = 86_400_000;

export class MemoryOutbox implements Outbox {
  constructor(private readonly database: MemoryDatabase) {}

  /** The one call of a store that is not one synchronous transaction: delivering takes its time, in which the rows are locked. */
  async dispatch(limit: number, deliver: (job: QueuedJob) => Promise<void>): Promise<{ readonly delivered: number; readonly failed: number }> {
    const [beganMs, holder] = [this.database.nowMs(), this.database.nextId()];
    const rows = this.database.transaction(() => this.lock(limit, beganMs, holder));
    const outcomes = await Promise.allSettled(rows.map((row) => deliver(toJob(row))));
    const isDelivered = outcomes.map(({ status }) => status === 'fulfilled');
    this.database.transaction(() => {
      for (const [index, row] of rows.entries()) this.settle(row, isDelivered[index]!, beganMs, holder);
    });
    const delivered = isDelivered.filter(Boolean).length;
    return { delivered, failed: rows.length - delivered };
  }

  async prune(limit: number): Promise<number> {
    return this.database.transaction(() => {
      const beforeMs = this.database.nowMs() - KEPT_MS;
      const old = this.database.indexes.delivered('all').filter(({ deliveredMs }) => deliveredMs! < beforeMs);
      const removed = old.toSorted((one, other) => one.deliveredMs! - other.deliveredMs!).slice(0, limit);
      for (const { id } of removed) this.database.outbox.delete(String(id));
      return removed.length;
    });
  }

  private lock(limit: number, nowMs: number, holder: number): readonly OutboxRow[] {
    const free = this.database.indexes.undelivered('all').filter(({ id, availableMs }) => availableMs <= nowMs && !this.isLocked(id, nowMs));
    const rows = free.toSorted((one, other) => one.id - other.id).slice(0, limit);
    for (const { id } of rows) {
      this.database.outboxLocks.delete(String(id));
      this.database.outboxLocks.insert({ outboxId: id, holder, untilMs: nowMs + LOCKED_MS });
    }
    return rows;
  }

  private isLocked(id: number, nowMs: number): boolean {
    const lock = this.database.outboxLocks.get(String(id));
    return lock !== undefined && lock.untilMs > nowMs;
  }

  /** Times are of the begin, as all of one transaction's are. @throws StoreFailure where the lock was lost: then nothing of the call has happened. */
  private settle({ id, tries: before }: OutboxRow, isDelivered: boolean, beganMs: number, holder: number): void {
    if (this.database.outboxLocks.get(String(id))?.holder !== holder || !this.isLocked(id, this.database.nowMs())) {
      throw new StoreFailure('unavailable', 'the transaction of the dispatcher was ended, since it was idle for too long', { cause: null });
    }
    this.database.outboxLocks.delete(String(id));
    const tries = before + 1;
    const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(tries - 1, 10));
    this.database.outbox.update(String(id), isDelivered ? { deliveredMs: beganMs, tries } : { tries, availableMs: beganMs + backoffMs });
  }
}

function toJob({ queue, jobId, payload, priority, coalesceKey }: OutboxRow): QueuedJob {
  return { queue, jobId, payload, priority, ...(coalesceKey === undefined ? {} : { coalesceKey }) };
}
