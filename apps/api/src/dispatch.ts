import { oncePerReason, OutboxDispatcher, RunSweeper, type Failpoint } from '#application';
import { backtestRun, candleBackfill, QUEUES } from '#contracts';
import { BullJobQueue } from '#messaging';
import { PostgresBacktestRunSweep, PostgresCandleBackfillSweep, PostgresOutbox, type createDataSource, type PostgresNotifications } from '#persistence';
import { systemTimer, type Logger } from '#platform';

export type Database = ReturnType<typeof createDataSource>;

export const RUN_JOBS = { queue: backtestRun.name, priorities: backtestRun.policy.priorities };
/** Somebody waits for what was asked for by hand; what keeps a series up to date is no backfill. */
export const BACKFILL_JOBS = { queue: candleBackfill.name, priority: candleBackfill.policy.priorities.interactive };

/** What moves jobs from the outbox to their queues, and brings back those that were lost there. */
export interface Dispatch {
  readonly queues: BullJobQueue;
  readonly kick: () => void;
  readonly stop: () => Promise<void>;
}

export function createDispatch(database: Database, notifications: PostgresNotifications, redisUrl: string, failpoint: Failpoint, log: Logger): Dispatch {
  const outbox = new PostgresOutbox(database);
  const kick = (): void => dispatcher.kick();
  const onError = oncePerReason((error: Error) => log.warn({ event: 'redis-unreachable', error }, 'Redis cannot be reached; runs are accepted and wait'));
  // What waits goes out as soon as Redis is back.
  const queues = new BullJobQueue({ redisUrl, contracts: QUEUES, onError, onReady: () => kick() });
  const dispatcher = new OutboxDispatcher({ outbox, jobs: queues, timer: systemTimer, log, failpoint, signal: notifications.outbox });
  const sweeps = [new PostgresBacktestRunSweep(database, RUN_JOBS), new PostgresCandleBackfillSweep(database, BACKFILL_JOBS)];
  const sweepers = sweeps.map((runs) => new RunSweeper({ runs, outbox, jobs: queues, timer: systemTimer, log, onQueued: kick }));
  dispatcher.start();
  for (const sweeper of sweepers) sweeper.start();
  const stop = async (): Promise<void> => {
    await Promise.allSettled([...sweepers.map((sweeper) => sweeper.stop()), dispatcher.stop()]);
    await queues.close();
  };
  return { queues, kick, stop };
}
