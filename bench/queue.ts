import { ulid } from 'ulid';
import { OutboxDispatcher, SubmitBacktest, type BacktestSpec } from '#application';
import { alignPanel, runBacktest } from '#backtest';
import { backtestRun, QUEUES } from '#contracts';
import { DEFAULT_PARAMETERS } from '#domain';
import { BullJobQueue } from '#messaging';
import { createDataSource, PostgresBacktestRunStore, PostgresCandleStore, PostgresNotifications, PostgresOutbox, runMigrations } from '#persistence';
import { canonicalSha256, createLogger, readBuildInfo, systemClock, systemTimer } from '#platform';
import type { BenchContext, BenchResult } from './bench-result.js';
import { createBenchDatabase } from './bench-database.js';
import { identityOf, madeColumns } from './made-columns.js';
import { peakMegabytes, startRunner, type BenchProcess } from './bench-process.js';

const TINY = { assets: 3, bars: 200 } as const;
const MIDDLE = { assets: 10, bars: 50_000 } as const;
/** The panel of the issue. */
const LARGE = { assets: 10, bars: 525_600 } as const;
const WARM_UP = 20;
const TINY_RUNS = 100;
const EQUAL_RUNS = 100;
const GOALS = { overheadMs: 15, memoryMb: 400 } as const;

interface Size {
  readonly assets: number;
  readonly bars: number;
}

/** What the queue costs a run, how runs spread over runners, and what a runner needs of memory; all with real processes. */
export async function run({ databaseAdminUrl, redisUrl }: BenchContext): Promise<readonly BenchResult[]> {
  const database = await createBenchDatabase(databaseAdminUrl);
  const bench = await openBench(database.url, redisUrl);
  try {
    await bench.storeMadeCandles(TINY);
    const overhead = await measureOverhead(bench);
    // Only now: the database goes on vacuuming millions of new candles for a while, on the same cores.
    await bench.storeMadeCandles(LARGE);
    const memory = await measureMemory(bench);
    return [...overhead, ...(await measureScaling(bench)), memory];
  } finally {
    await bench.close();
    await database.drop();
  }
}

/** Submit to stored, one run at a time, beside the same computation as a plain call. */
async function measureOverhead(bench: Bench): Promise<readonly BenchResult[]> {
  const runner = await bench.startRunner();
  const tookMs: number[] = [];
  for (let index = 0; index < WARM_UP + TINY_RUNS; index++) {
    const startedMs = performance.now();
    await bench.untilStored(await bench.submit(TINY));
    if (index >= WARM_UP) tookMs.push(performance.now() - startedMs);
  }
  await runner.stop();
  const value = quantile(tookMs, 0.5);
  const baseline = { name: 'the engine alone', value: plainRunMs(TINY) };
  return [
    { name: 'tiny run, submit to stored, median', value, unit: 'ms', baseline, goal: `≤ ${GOALS.overheadMs} ms`, isGoalMet: value <= GOALS.overheadMs },
    { name: 'tiny run, submit to stored, 95th percentile', value: quantile(tookMs, 0.95), unit: 'ms' },
  ];
}

async function measureScaling(bench: Bench): Promise<readonly BenchResult[]> {
  const one = await timeEqualRuns(bench, 1);
  const two = await timeEqualRuns(bench, 2);
  const plainMs = EQUAL_RUNS * plainRunMs(MIDDLE);
  const name = (runners: string) => `${EQUAL_RUNS} equal runs of ${MIDDLE.assets} × ${MIDDLE.bars} by ${runners}, one thread each`;
  return [
    { name: name('one runner'), value: one, unit: 'ms', baseline: { name: 'the engine alone, one after another', value: plainMs }, ratio: one / plainMs },
    { name: name('two runners'), value: two, unit: 'ms', baseline: { name: 'one runner', value: one }, ratio: one / two },
  ];
}

async function timeEqualRuns(bench: Bench, runnerCount: number): Promise<number> {
  const runners = await Promise.all(Array.from({ length: runnerCount }, () => bench.startRunner()));
  // Every runner has the panel in its cache, and its code compiled, before the clock starts.
  await Promise.all((await bench.submitMany(MIDDLE, 10 * runnerCount)).map((id) => bench.untilStored(id)));
  const startedMs = performance.now();
  await Promise.all((await bench.submitMany(MIDDLE, EQUAL_RUNS)).map((id) => bench.untilStored(id)));
  const tookMs = performance.now() - startedMs;
  await Promise.all(runners.map((runner) => runner.stop()));
  return tookMs;
}

async function measureMemory(bench: Bench): Promise<BenchResult> {
  const runner = await bench.startRunner();
  for (let index = 0; index < 3; index++) await bench.untilStored(await bench.submit(LARGE));
  const value = peakMegabytes(runner.pid);
  await runner.stop();
  const goal = `≤ ${GOALS.memoryMb} MB`;
  return { name: `peak memory of a runner, ${LARGE.assets} × ${LARGE.bars}, three runs`, value, unit: 'MB', goal, isGoalMet: value <= GOALS.memoryMb };
}

function plainRunMs(size: Size): number {
  const series = Array.from({ length: size.assets }, (_, index) => {
    const { openTimesMs, opens, closes } = madeColumns(index, size.bars);
    return { asset: identityOf(index).base, openTimesMs, open: opens, close: closes };
  });
  const panel = alignPanel(series);
  const tookMs = Array.from({ length: 20 }, () => {
    const startedMs = performance.now();
    runBacktest(panel, DEFAULT_PARAMETERS);
    return performance.now() - startedMs;
  });
  return quantile(tookMs, 0.5);
}

function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(fraction * (sorted.length - 1))] ?? Number.NaN;
}

type Bench = Awaited<ReturnType<typeof openBench>>;

/** What the API does with a submission, without HTTP. */
async function openBench(databaseUrl: string, redisUrl: string) {
  const dataSource = await createDataSource({ url: databaseUrl, poolSize: 6, applicationName: 'bench-queue' }).initialize();
  await runMigrations(dataSource);
  const notifications = new PostgresNotifications({ url: databaseUrl, applicationName: 'bench-queue-listener' });
  await notifications.start();
  const store = new PostgresBacktestRunStore(dataSource, { queue: backtestRun.name, priorities: backtestRun.policy.priorities });
  const candles = new PostgresCandleStore(dataSource);
  const log = createLogger({ name: 'bench', level: 'silent' });
  const jobs = new BullJobQueue({ redisUrl, contracts: QUEUES });
  const dispatcher = new OutboxDispatcher({ outbox: new PostgresOutbox(dataSource), jobs, timer: systemTimer, log });
  dispatcher.start();
  const submitBacktest = new SubmitBacktest({
    store, candles, clock: systemClock, ids: { next: (prefix) => `${prefix}_${ulid()}` }, digest: canonicalSha256,
    codeVersion: readBuildInfo().codeVersion, maxAssetBars: 50_000_000, onQueued: () => dispatcher.kick(),
  });
  const runners: BenchProcess[] = [];

  const submit = async (size: Size): Promise<string> => {
    const result = await submitBacktest.run({
      spec: specOf(size), labels: { name: null, tags: [], note: null }, priority: 'interactive', isForced: true, idempotency: null,
    });
    if (result.kind !== 'accepted') throw new Error(JSON.stringify(result));
    return result.run.id;
  };

  const untilStored = (id: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = async (): Promise<void> => {
        const found = await store.find(id);
        if (found?.status === 'failed') throw new Error(`run ${id} failed: ${JSON.stringify(found.error)}`);
        if (found?.status !== 'completed') return;
        unsubscribe();
        clearInterval(safetyNet);
        resolve();
      };
      const lookNow = (): void => void look().catch(reject);
      const unsubscribe = notifications.runs.subscribe(id, lookNow);
      // Only changes are looked at, as a watching client would: looking at once would take the runner's processor time.
      const safetyNet = setInterval(lookNow, 2_000);
    });

  return {
    submit,
    untilStored,
    submitMany: (size: Size, count: number) => Promise.all(Array.from({ length: count }, () => submit(size))),
    storeMadeCandles: async ({ assets, bars }: Size): Promise<void> => {
      for (let index = 0; index < assets; index++) {
        await candles.upsertCandles(identityOf(index), (async function* () { yield madeColumns(index, bars); })(), 'bench');
      }
    },
    startRunner: async (): Promise<BenchProcess> => {
      const runner = await startRunner({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, BACKTEST_THREADS: '1' });
      runners.push(runner);
      return runner;
    },
    close: async (): Promise<void> => {
      await Promise.all(runners.map((runner) => runner.stop()));
      await dispatcher.stop();
      await Promise.all([jobs.close(), notifications.close()]);
      await dataSource.destroy();
    },
  };
}

/** The first so many bars of the first so many series. */
function specOf({ assets, bars }: Size): BacktestSpec {
  const { openTimesMs } = madeColumns(0, bars);
  return {
    exchange: 'BENCH', quote: 'USDT', interval: '1m', assets: Array.from({ length: assets }, (_, index) => identityOf(index).base),
    fromMs: null, toMs: openTimesMs.at(-1) ?? null, parameters: DEFAULT_PARAMETERS, periodicEveryMs: 604_800_000,
  };
}
