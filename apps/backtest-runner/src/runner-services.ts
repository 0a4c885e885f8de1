import { oncePerReason, OutboxDispatcher, PanelCache, RunBacktest, RunSweeper } from '#application';
import { backtestRun, QUEUES } from '#contracts';
import { BullJobQueue } from '#messaging';
import { connectDataSource, PostgresBacktestRunStore, PostgresBacktestRunSweep, PostgresCandleStore, PostgresOutbox } from '#persistence';
import { namesOfRejected, readBuildInfo, systemClock as clock, systemTimer as timer, type Logger } from '#platform';
import { PiscinaComputer } from './compute/piscina-computer.js';
import type { RunnerConfiguration } from './configuration.js';

type Database = Awaited<ReturnType<typeof connectDataSource>>;

/** Claims and heartbeats of every thread, the sweeper's two, the dispatcher's one, and one to spare. */
const connectionsFor = (threads: number): number => 2 * threads + 4;

export interface RunnerServices {
  readonly runBacktest: RunBacktest;
  readonly dispatcher: OutboxDispatcher;
  readonly sweeper: RunSweeper;
  /** Names of what does not answer now. */
  unready(): Promise<readonly string[]>;
  /** After the last look has ended. */
  stop(): Promise<void>;
}

export async function createRunnerServices(configuration: RunnerConfiguration, runnerId: string, log: Logger, signal: AbortSignal): Promise<RunnerServices> {
  const database = await connect(configuration, log, signal);
  const computer = new PiscinaComputer(configuration.threads);
  const queues = new BullJobQueue({ redisUrl: configuration.redisUrl, contracts: QUEUES, onReady: () => dispatcher.kick() });
  const jobs = { queue: backtestRun.name, priorities: backtestRun.policy.priorities };
  const outbox = new PostgresOutbox(database);
  const dispatcher = new OutboxDispatcher({ outbox, jobs: queues, timer, log });
  const sweeper = new RunSweeper({
    runs: new PostgresBacktestRunSweep(database, jobs), outbox, jobs: queues, timer, log,
    onQueued: () => dispatcher.kick(), everyMs: configuration.sweepEveryMs,
  });
  const runBacktest = new RunBacktest({
    store: new PostgresBacktestRunStore(database, jobs),
    panels: new PanelCache(new PostgresCandleStore(database), computer, configuration.cacheBytes),
    computer, clock, timer, log, runnerId, leaseMs: configuration.leaseMs, codeVersion: readBuildInfo().codeVersion,
  });
  const stop = async () => {
    await Promise.allSettled([sweeper.stop(), dispatcher.stop()]);
    await Promise.allSettled([computer.close(), queues.close()]);
    await database.destroy();
  };
  return { runBacktest, dispatcher, sweeper, unready: () => namesOfRejected({ postgres: database.query('SELECT 1'), redis: queues.ping() }), stop };
}

/** A database that is away now may come later; a runner waits for it. */
function connect(configuration: RunnerConfiguration, log: Logger, signal: AbortSignal): Promise<Database> {
  const options = {
    url: configuration.databaseUrl,
    poolSize: connectionsFor(configuration.threads),
    applicationName: 'backtest-runner',
    onPoolError: (error: Error) => log.warn({ event: 'database-connection-lost', error }, 'An idle database connection was lost'),
  };
  const onWait = oncePerReason((error) => log.warn({ event: 'waiting-for-database', error }, 'The database cannot be reached; trying again'));
  return connectDataSource(options, signal, onWait);
}
