import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { Timer } from '../ports/timer.port.js';

/** What a worker learns by saying that it is still there. */
export type HeartbeatOutcome = 'continue' | 'cancel-requested' | 'lease-lost';

/** Why work was ended from outside. */
export type StopReason = 'canceled' | 'lease-lost' | 'shutdown';

export interface LeaseKeeperParts {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: EventLog;
  readonly leaseMs: number;
}

export interface KeptLease<Progress> {
  /** Extends the lease and stores the progress. */
  readonly beat: (progress: Progress) => Promise<HeartbeatOutcome>;
  readonly noProgress: Progress;
  /** What the log calls the work. */
  readonly logFields: object;
}

/** How often the progress is stored where there is some, which is as often as it may be told; also how late a cancellation is noticed then. */
const BEAT_MS = 100;

/** Keeps a lease and the stored progress fresh, and says when the work is to be stopped. */
export class LeaseKeeper<Progress> {
  private readonly controller = new AbortController();
  private readonly end: () => void;
  private latest: Progress;
  private stored: Progress;
  private beating: Promise<void> | null = null;
  private lastBeatMs: number;

  constructor(
    private readonly parts: LeaseKeeperParts,
    private readonly lease: KeptLease<Progress>,
  ) {
    this.latest = this.stored = lease.noProgress;
    this.lastBeatMs = parts.clock.nowMs();
    this.end = parts.timer.every(BEAT_MS, () => this.look());
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Null while nobody has asked it to stop. */
  get stopReason(): StopReason | null {
    return this.signal.aborted ? (this.signal.reason as StopReason) : null;
  }

  report(progress: Progress): void {
    this.latest = progress;
  }

  stop(reason: StopReason): void {
    this.controller.abort(reason);
  }

  /** No heartbeat is under way after this. */
  async close(): Promise<void> {
    this.end();
    await this.beating;
  }

  private look(): void {
    const idleMs = this.parts.clock.nowMs() - this.lastBeatMs;
    // Nobody may be working at it any more, and nobody could be told: the database is away for too long.
    if (idleMs > this.parts.leaseMs) this.stop('lease-lost');
    const isDue = this.latest !== this.stored || idleMs >= this.quietMs;
    if (this.beating !== null || !isDue || this.signal.aborted) return;
    this.beating = this.beat().finally(() => {
      this.beating = null;
    });
  }

  /** Without progress (loading, aligning) there is still a lease to keep and a cancellation to notice. */
  private get quietMs(): number {
    return Math.min(1_000, this.parts.leaseMs / 3);
  }

  private async beat(): Promise<void> {
    const progress = this.latest;
    try {
      const outcome = await this.lease.beat(progress);
      this.stored = progress;
      this.lastBeatMs = this.parts.clock.nowMs();
      if (outcome === 'cancel-requested') this.stop('canceled');
      if (outcome === 'lease-lost') this.stop('lease-lost');
    } catch (error) {
      this.parts.log.warn({ event: 'heartbeat-failed', ...this.lease.logFields, error }, 'A heartbeat failed; the next one tries again');
    }
  }
}
