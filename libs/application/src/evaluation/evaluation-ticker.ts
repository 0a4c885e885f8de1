import type { EventLog } from '../ports/event-log.port.js';
import type { JobQueue } from '../ports/job-queue.port.js';
import type { VenueName } from '../ports/market-data.port.js';
import type { Timer } from '../ports/timer.port.js';
import { RoundLoop } from '../rounds/round-loop.js';
import type { EvaluationStore } from './evaluation-store.port.js';
import type { MeasuredClock } from './measured-clock.js';

export interface EvaluationTickerParts {
  readonly store: Pick<EvaluationStore, 'overdueShards'>;
  readonly venue: VenueName;
  readonly venueClock: Pick<MeasuredClock, 'nowMs'>;
  readonly jobs: Pick<JobQueue, 'add'>;
  /** A look without the queue. */
  readonly look: (shard: number) => Promise<unknown>;
  /** Where looks at portfolios are queued. */
  readonly evaluation: { readonly queue: string; readonly priority: number };
  readonly evaluatorId: string;
  readonly everyMs: number;
  readonly timer: Timer;
  readonly log: EventLog;
}

/**
 * Looks come with prices; where none come, or their jobs are lost, Postgres knows who was not looked at. A job is asked for
 * first, so that evaluators share the work; a shard that is still overdue a round later is looked at without the queue, where
 * the job of a process that died may stand in the way of all others of its shard.
 */
export class EvaluationTicker {
  private readonly loop: RoundLoop;
  private askedFor: ReadonlySet<number> = new Set();

  constructor(private readonly parts: EvaluationTickerParts) {
    const { everyMs, timer, log } = parts;
    this.loop = new RoundLoop({ name: 'evaluation-ticker', everyMs, round: () => this.tick(), timer, log });
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
  }

  /** One round. @throws StoreFailure, or the failure of whatever carries jobs and prices */
  async tick(): Promise<void> {
    const { store, venue, venueClock, look } = this.parts;
    const asOfMs = await venueClock.nowMs();
    if (asOfMs === null) return;
    const shards = await store.overdueShards(venue, asOfMs);
    const waiting = shards.filter((shard) => this.askedFor.has(shard));
    this.askedFor = new Set(shards);
    await this.ask(shards, asOfMs);
    for (const shard of waiting) await look(shard);
  }

  private async ask(shards: readonly number[], asOfMs: number): Promise<void> {
    const { jobs, evaluation: { queue, priority }, evaluatorId } = this.parts;
    await Promise.all(shards.map((shard) => jobs.add({
      queue, priority, payload: { shard, asOfMs }, jobId: `${queue}-${shard}-${asOfMs}-${evaluatorId}`, coalesceKey: `shard-${shard}`,
    })));
  }
}
