import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { Timer } from '../ports/timer.port.js';
import type { BacktestRunStore, RunLease } from './backtest-run-store.port.js';
import type { RunProgress } from './backtest-run.js';

/** Why a computation was ended from outside. */
export type StopReason = 'canceled' | 'lease-lost' | 'shutdown';

export interface LeaseKeeperParts {
  readonly store: Pick<BacktestRunStore, 'heartbeat'>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: EventLog;
  readonly leaseMs: number;
}

/** How often the progress is stored where there is some, which is as often as it may be told; also how late a cancellation is noticed then. */
const BEAT_MS = 100;
const NO_PROGRESS: RunProgress = { fraction: 0, simulatedMs: null, barsPerSecond: null };

/** Keeps a run's lease and its stored progress fresh, and says when the run is to be stopped. */
export class LeaseKeeper {
  private readonly controller = new AbortController();
  private readonly end: () => void;
  private latest = NO_PROGRESS;
  private stored = NO_PROGRESS;
  private beating: Promise<void> | null = null;
  private lastBeatMs: number;

  constructor(
    private readonly parts: LeaseKeeperParts,
    private readonly lease: RunLease,
  ) {
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

  report(progress: RunProgress): void {
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
    // Nobody may be computing it any more, and nobody could be told: the database is away for too long.
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
    const { run, epoch } = this.lease;
    const progress = this.latest;
    try {
      const outcome = await this.parts.store.heartbeat(run.id, epoch, progress, this.parts.leaseMs);
      this.stored = progress;
      this.lastBeatMs = this.parts.clock.nowMs();
      if (outcome === 'cancel-requested') this.stop('canceled');
      if (outcome === 'lease-lost') this.stop('lease-lost');
    } catch (error) {
      this.parts.log.warn({ event: 'heartbeat-failed', runId: run.id, error }, 'A heartbeat failed; the next one tries again');
    }
  }
}
