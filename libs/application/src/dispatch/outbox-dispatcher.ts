import { NO_FAILPOINT, type Failpoint } from '../failpoints/failpoint.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { JobQueue, QueuedJob } from '../ports/job-queue.port.js';
import type { Outbox, OutboxSignal } from '../ports/outbox.port.js';
import type { Timer } from '../ports/timer.port.js';
import { LastProblem } from '../rounds/last-problem.js';

/** Locked for the time that delivering them takes, so that other dispatchers can work on the rest. */
const BATCH = 100;
/** Only the safety net: whoever commits a job calls `kick`. */
const POLL_MS = 1_000;

export interface DispatcherParts {
  readonly outbox: Outbox;
  readonly jobs: JobQueue;
  readonly timer: Timer;
  readonly log: EventLog;
  /** Tells of jobs that other processes committed. Left out: they are found by polling. */
  readonly signal?: OutboxSignal;
  readonly failpoint?: Failpoint;
}

/** Moves jobs from the outbox to their queues, one batch at a time; any number of processes may have one. */
export class OutboxDispatcher {
  private readonly ends: (() => void)[] = [];
  private draining: Promise<void> | null = null;
  private isAsked = false;
  private isStopped = false;
  private readonly problem = new LastProblem();

  constructor(private readonly parts: DispatcherParts) {}

  start(): void {
    const { timer, signal } = this.parts;
    this.ends.push(timer.every(POLL_MS, () => this.kick()));
    if (signal !== undefined) this.ends.push(signal.subscribe(() => this.kick()));
    this.kick();
  }

  /** There may be work. Returns at once. */
  kick(): void {
    if (this.isStopped) return;
    this.isAsked = true;
    this.draining ??= this.drain().finally(() => {
      this.draining = null;
    });
  }

  /** Waits for the batch at hand. */
  async stop(): Promise<void> {
    this.isStopped = true;
    for (const end of this.ends) end();
    await this.draining;
  }

  private async drain(): Promise<void> {
    while (this.isAsked && !this.isStopped) {
      this.isAsked = false;
      try {
        const { delivered, failed } = await this.parts.outbox.dispatch(BATCH, (job) => this.deliver(job));
        if (delivered === BATCH) this.isAsked = true;
        if (failed > 0) this.warn('jobs wait: the queue cannot be reached');
        else if (this.problem.ends()) this.parts.log.info({ event: 'dispatch-resumed' }, 'Jobs go out again');
      } catch (error) {
        this.warn('jobs wait: the outbox cannot be read', error);
      }
    }
  }

  private async deliver(job: QueuedJob): Promise<void> {
    const { jobs, failpoint = NO_FAILPOINT } = this.parts;
    await failpoint('outbox.after_claim');
    await jobs.add(job);
    await failpoint('outbox.after_add_before_mark');
  }

  private warn(problem: string, error?: unknown): void {
    if (this.problem.changesTo(problem)) this.parts.log.warn({ event: 'dispatch-delayed', problem, error }, 'Jobs wait in the outbox');
  }
}
