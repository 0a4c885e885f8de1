import { ulid } from 'ulid';
import { OutboxDispatcher, SubmitBacktest, type BacktestRun, type BacktestSpec, type RunPriority } from '#application';
import { backtestRun, QUEUES } from '#contracts';
import { DEFAULT_PARAMETERS, type StrategyParameters } from '#domain';
import { BullJobQueue } from '#messaging';
import {
  createDataSource, PostgresBacktestResultReader, PostgresBacktestRunStore, PostgresCandleStore, PostgresNotifications, PostgresOutbox, runMigrations,
} from '#persistence';
import { canonicalSha256, createLogger, readBuildInfo, systemClock, systemTimer } from '#platform';
import { createTestDatabase, spawnApp, startFaultProxy, startTestRedis, type SpawnedApp } from '#testing';
import { identityOf, madeCandles } from './made-candles.js';

/** Short enough that a test need not wait for the product's real patience. */
export const QUICK = { RUN_LEASE_MS: '2000', JOB_LOCK_MS: '2000', JOB_STALLED_CHECK_MS: '1000', SWEEP_EVERY_MS: '1000' } as const;

/**
 * On every bar some asset is above the mean and triggers, and a sale of a ten thousandth of it is always below the
 * minimum, which an initial purchase is not: the run decides on every bar, which takes long, and stores little.
 */
const slowParameters = (assets: number): StrategyParameters => ({
  ...DEFAULT_PARAMETERS, upsideThreshold: 0.0001, downsideThreshold: 1, maxPosition: 1, sellPercentage: 0.0001, cooldownMinutes: 0,
  minOrderValue: (0.5 * 10_000 * 0.7) / assets,
});

/**
 * What makes a run of these assets last. The yardstick that looks at every asset after every bar comes after the bars
 * themselves, so that a test which sees the run half-way has time left, however fast the machine.
 */
export const slowSpec = (assets: readonly string[]) => ({ assets, parameters: slowParameters(assets.length), periodicEveryMs: 60_000 });

/** The product without its API: database, Redis, and what the API does with a submission; runners are real processes. */
export async function openProduct() {
  const [database, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
  // Runners reach the database, and everybody reaches Redis, by a link that a test can cut.
  const [databaseLink, redisLink] = await Promise.all([startFaultProxy(database.url), startFaultProxy(redis.url)]);
  const redisUrl = redisLink.urlOf(redis.url);
  const dataSource = await createDataSource({ url: database.url, poolSize: 6, applicationName: 'runner-spec' }).initialize();
  await runMigrations(dataSource);
  const jobPolicy = { queue: backtestRun.name, priorities: backtestRun.policy.priorities };
  const store = new PostgresBacktestRunStore(dataSource, jobPolicy);
  const candles = new PostgresCandleStore(dataSource);
  const notifications = new PostgresNotifications({ url: database.url, applicationName: 'runner-spec-listener' });
  await notifications.start();
  const log = createLogger({ name: 'runner-spec', level: 'silent' });
  const jobs = new BullJobQueue({ redisUrl, contracts: QUEUES });
  const dispatcher = new OutboxDispatcher({ outbox: new PostgresOutbox(dataSource), jobs, timer: systemTimer, log });
  dispatcher.start();
  const submitBacktest = new SubmitBacktest({
    store, candles, clock: systemClock, ids: { next: (prefix) => `${prefix}_${ulid()}` }, digest: canonicalSha256,
    codeVersion: readBuildInfo().codeVersion, maxAssetBars: 50_000_000, onQueued: () => dispatcher.kick(),
  });
  const runners: SpawnedApp[] = [];

  const untilRun = (id: string, isSo: (run: BacktestRun) => boolean, timeoutMs = 40_000): Promise<BacktestRun> =>
    new Promise((resolve, reject) => {
      let last: BacktestRun | null = null;
      const end = (settle: () => void) => {
        clearTimeout(timer);
        unsubscribe();
        settle();
      };
      const look = async () => {
        last = await store.find(id);
        const run = last;
        if (run !== null && isSo(run)) end(() => resolve(run));
      };
      const lookNow = () => void look().catch((error: unknown) => end(() => reject(error)));
      const timer = setTimeout(() => end(() => reject(new Error(`run ${id} is ${last?.status} at ${last?.progress.fraction}; runners said:\n${runners.map((one) => one.output().slice(-3_000)).join('\n---\n')}`))), timeoutMs);
      const unsubscribe = notifications.runs.subscribe(id, lookNow);
      lookNow();
    });

  return {
    database, redis, databaseLink, redisLink, dataSource, store, candles, jobs, untilRun,
    results: new PostgresBacktestResultReader(dataSource),
    storeMadeCandles: async (assets: readonly string[], bars: number) => {
      for (const [index, base] of assets.entries()) {
        const columns = madeCandles(index + 1, bars);
        await candles.upsertCandles(identityOf(base), (async function* () { yield columns; })(), 'made');
      }
    },
    submit: async (overrides: Partial<BacktestSpec> & Pick<BacktestSpec, 'assets'>, priority: RunPriority = 'interactive', isForced = true): Promise<BacktestRun> => {
      const spec: BacktestSpec = {
        exchange: 'MEXC', quote: 'USDT', interval: '1m', fromMs: null, toMs: null, parameters: DEFAULT_PARAMETERS, periodicEveryMs: 604_800_000, ...overrides,
      };
      const result = await submitBacktest.run({ spec, priority, isForced, labels: { name: null, tags: [], note: null }, idempotency: null });
      if (result.kind !== 'accepted') throw new Error(JSON.stringify(result));
      return result.run;
    },
    startRunner: async (env: Readonly<Record<string, string>> = {}): Promise<SpawnedApp> => {
      const variables = { DATABASE_URL: databaseLink.urlOf(database.url), REDIS_URL: redisUrl, ...QUICK, ...env };
      const runner = await spawnApp('apps/backtest-runner/src/main.js', variables, { ready: /"event":"worker-ready"/u });
      runners.push(runner);
      return runner;
    },
    stopRunners: async () => {
      await Promise.all(runners.splice(0).map((runner) => runner.stop()));
    },
    close: async () => {
      await Promise.all(runners.map((runner) => runner.stop()));
      await dispatcher.stop();
      await jobs.close();
      await notifications.close();
      await dataSource.destroy();
      await Promise.all([databaseLink.close(), redisLink.close()]);
      await database.drop();
      await redis.stop();
    },
  };
}

export type Product = Awaited<ReturnType<typeof openProduct>>;

export const isHalfway = (run: BacktestRun): boolean => run.status === 'running' && run.progress.fraction > 0.02 && run.progress.fraction < 0.9;

/** Resolves when the process is gone. */
export async function killHard(runner: SpawnedApp): Promise<void> {
  runner.kill('SIGKILL');
  await runner.exited;
}

