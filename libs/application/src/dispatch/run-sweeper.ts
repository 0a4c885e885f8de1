import type { EventLog } from '../ports/event-log.port.js';
import type { JobQueue } from '../ports/job-queue.port.js';
import type { Outbox } from '../ports/outbox.port.js';
import type { Timer } from '../ports/timer.port.js';
import type { OverdueWork, WorkSweep } from './work-sweep.port.js';

const BATCH = 500;
const PRUNE_BATCH = 5_000;
/** A sweep ends even where rows come in faster than it works; the next one is never far. */
const MAX_BATCHES = 200;
export const SWEEP_EVERY_MS = 10_000;

export interface SweeperParts {
  readonly runs: WorkSweep;
  readonly outbox: Outbox;
  readonly jobs: JobQueue;
  readonly timer: Timer;
  readonly log: EventLog;
  /** Called after work was dispatched again. */
  readonly onQueued: () => void;
  readonly everyMs?: number;
}

export interface SweepResult {
  readonly requeued: number;
  readonly failed: number;
  readonly canceled: number;
  readonly redispatched: number;
}

/**
 * Brings back what the transport or a worker lost, from rows alone: runs or backfills whose lease ran out, and queued ones
 * whose job no queue knows any more. Also removes delivered jobs and rows that nobody needs any more.
 */
export class RunSweeper {
  private end: (() => void) | null = null;
  private sweeping: Promise<unknown> | null = null;
  private lastFailure = '';

  constructor(private readonly parts: SweeperParts) {}

  start(): void {
    this.end = this.parts.timer.every(this.parts.everyMs ?? SWEEP_EVERY_MS, () => this.sweepUnlessBusy());
    this.sweepUnlessBusy();
  }

  async stop(): Promise<void> {
    this.end?.();
    await this.sweeping;
  }

  /** One sweep; null where another process is at it. @throws StoreFailure, or the transport's failure. */
  sweep(): Promise<SweepResult | null> {
    return this.parts.runs.asLeader(async () => {
      const reaped = await this.reap();
      await this.prune();
      if (reaped.requeued > 0) this.parts.onQueued();
      const redispatched = await this.redispatchLost();
      if (redispatched > 0) this.parts.onQueued();
      return { ...reaped, redispatched };
    });
  }

  private sweepUnlessBusy(): void {
    this.sweeping ??= this.sweep()
      .then(
        (result) => this.tell(result),
        (error: unknown) => this.tellFailure(error),
      )
      .finally(() => {
        this.sweeping = null;
      });
  }

  private async reap(): Promise<Omit<SweepResult, 'redispatched'>> {
    const total = { requeued: 0, failed: 0, canceled: 0 };
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const reaped = await this.parts.runs.reapExpired(BATCH);
      total.requeued += reaped.requeued;
      total.failed += reaped.failed;
      total.canceled += reaped.canceled;
      if (reaped.requeued + reaped.failed + reaped.canceled < BATCH) break;
    }
    return total;
  }

  private async redispatchLost(): Promise<number> {
    let total = 0;
    let afterId = '';
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const overdue = await this.parts.runs.overdue(BATCH, afterId);
      total += await this.redispatch(overdue);
      if (overdue.length < BATCH) break;
      afterId = overdue.at(-1)?.id ?? afterId;
    }
    return total;
  }

  private async redispatch(overdue: readonly OverdueWork[]): Promise<number> {
    const [first] = overdue;
    if (first === undefined) return 0;
    const alive = await this.parts.jobs.alive(first.queue, overdue.map((run) => run.jobId));
    const lost = overdue.filter((run) => !alive.has(run.jobId));
    return lost.length === 0 ? 0 : this.parts.runs.redispatch(lost);
  }

  private async prune(): Promise<void> {
    await this.parts.outbox.prune(PRUNE_BATCH);
    await this.parts.runs.prune(PRUNE_BATCH);
  }

  /** Once for each new reason: the next sweep tries again, and the one after it. */
  private tellFailure(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason !== this.lastFailure) this.parts.log.warn({ event: 'sweep-failed', error }, 'A sweep failed; the next one tries again');
    this.lastFailure = reason;
  }

  private tell(result: SweepResult | null): void {
    this.lastFailure = '';
    if (result === null || Object.values(result).every((count) => count === 0)) return;
    this.parts.log.warn({ event: 'runs-brought-back', ...result }, 'Brought back work that a worker or the queue had lost');
  }
}
