import { alignPanel, runBacktest, type BacktestReport } from '#backtest';
import { isTerminal, type BacktestRun } from '#application';
import { madeCandles } from './made-candles.js';
import { isHalfway, killHard, openProduct, slowSpec, type Product } from './runner-product.js';

const ASSETS = ['HANA', 'TRUTH', 'SIREN', 'BSB'];
const BARS = 700_000;
const SLOW = slowSpec(ASSETS);
const QUICK_ASSETS = ASSETS.slice(0, 3);

let product: Product;
beforeAll(async () => {
  product = await openProduct();
  await product.storeMadeCandles(ASSETS, BARS);
});
afterAll(() => product.close());
afterEach(() => product.stopRunners());

const ofRuns = (ids: readonly string[]) => Promise.all(ids.map((id) => product.untilRun(id, (run) => isTerminal(run.status))));
const countOf = async (table: string, id: string) => {
  const [row] = await product.dataSource.query<{ n: number }[]>(`SELECT count(*)::int AS n FROM ${table} WHERE run_id = $1`, [id]);
  return row?.n;
};

const reports = new Map<string, BacktestReport>();

/** The engine in this process, on columns that never saw a database; once for each spec. */
function expectedReport({ spec, specSha256 }: BacktestRun): BacktestReport {
  const known = reports.get(specSha256);
  if (known !== undefined) return known;
  const panel = alignPanel(
    spec.assets.map((asset) => {
      const { openTimesMs, opens, closes } = madeCandles(ASSETS.indexOf(asset) + 1, BARS);
      return { asset, openTimesMs, open: opens, close: closes };
    }),
  );
  const report = runBacktest(panel, spec.parameters, { periodicEveryMs: spec.periodicEveryMs });
  reports.set(specSha256, report);
  return report;
}

async function expectStoredOnce(run: BacktestRun): Promise<void> {
  const report = expectedReport(run);
  expect(run).toMatchObject({ status: 'completed', progress: { fraction: 1 } });
  expect(run.figures?.finalValue).toBe(report.summary.finalValue);
  const equity = await product.results.equity(run.id);
  expect(Buffer.compare(Buffer.from(equity!.equity.buffer), Buffer.from(report.equity.buffer as ArrayBuffer))).toBe(0);
  expect(await countOf('backtest_result', run.id)).toBe(1);
  expect(await countOf('backtest_trade', run.id)).toBe(report.trades.length);
}

it("stores the engine's result to the last bit, and prints nothing but JSON lines", async () => {
  const runner = await product.startRunner();
  const { id } = await product.submit({ assets: QUICK_ASSETS });
  await expectStoredOnce(await product.untilRun(id, (run) => isTerminal(run.status)));
  for (const line of runner.output().trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('event');
});

it('finishes a run whose runner was killed half-way, in another runner, stored once', async () => {
  const [first, second] = [await product.startRunner(), await product.startRunner()];
  const { id } = await product.submit(SLOW);
  const atKill = await product.untilRun(id, isHalfway);
  const holder = await holderOf(id, [first, second]);
  await killHard(holder);
  expect(atKill.progress.fraction).toBeGreaterThan(0);
  expect(atKill.progress.fraction).toBeLessThan(1);
  expect((await product.store.find(id))?.status).toBe('running');
  const done = await product.untilRun(id, (run) => isTerminal(run.status));
  await expectStoredOnce(done);
  expect(done.version).toBeGreaterThan(atKill.version);
});

it('finishes in the restarted runner where it was the only one', async () => {
  const only = await product.startRunner();
  const { id } = await product.submit(SLOW);
  await product.untilRun(id, isHalfway);
  await killHard(only);
  expect((await product.store.find(id))?.status).toBe('running');
  await product.startRunner();
  await expectStoredOnce(await product.untilRun(id, (run) => isTerminal(run.status)));
});

it('brings back runs that waited when Redis was emptied, and the one that was active', async () => {
  await product.startRunner();
  const active = await product.submit(SLOW);
  await product.untilRun(active.id, isHalfway);
  const waiting = await Promise.all([1, 2, 3, 4].map(() => product.submit({ assets: QUICK_ASSETS })));
  await untilQueued(waiting.length);
  await product.redis.flush();
  const [queue] = product.jobs.queues;
  expect(await queue!.getJobCountByTypes('waiting', 'prioritized', 'delayed', 'active')).toBe(0);
  const done = await ofRuns([active.id, ...waiting.map((run) => run.id)]);
  expect(done.map((run) => run.status)).toEqual(Array.from({ length: 5 }, () => 'completed'));
  for (const run of done) expect(await countOf('backtest_result', run.id)).toBe(1);
});

it('stops a running computation within a second of its cancellation', async () => {
  await product.startRunner();
  const { id } = await product.submit(SLOW);
  await product.untilRun(id, isHalfway);
  const askedMs = performance.now();
  await product.store.requestCancel(id);
  const run = await product.untilRun(id, (one) => isTerminal(one.status));
  expect(run.status).toBe('canceled');
  expect(performance.now() - askedMs).toBeLessThan(1_500);
  expect(await countOf('backtest_result', id)).toBe(0);
  const next = await product.submit({ assets: QUICK_ASSETS });
  await product.untilRun(next.id, (one) => one.status === 'completed');
});

it('gives its run back on SIGTERM, exits with 0, and another finishes it', async () => {
  const leaving = await product.startRunner({ STOP_GRACE_MS: '0' });
  const { id } = await product.submit(SLOW);
  await product.untilRun(id, isHalfway);
  const toldMs = performance.now();
  leaving.kill('SIGTERM');
  const back = await product.untilRun(id, (run) => run.status === 'queued');
  expect(back.progress.fraction).toBe(0);
  expect(await leaving.exited).toMatchObject({ code: 0 });
  expect(performance.now() - toldMs).toBeLessThan(10_000);
  await product.startRunner();
  await expectStoredOnce(await product.untilRun(id, (run) => isTerminal(run.status)));
});

it('lets a run that is nearly done finish on SIGTERM', async () => {
  const leaving = await product.startRunner();
  const { id } = await product.submit(SLOW);
  await product.untilRun(id, isHalfway);
  leaving.kill('SIGTERM');
  expect(await leaving.exited).toMatchObject({ code: 0 });
  expect(await product.store.find(id)).toMatchObject({ status: 'completed' });
});

it('starts interactive runs before bulk ones that came earlier', async () => {
  const bulk = await Promise.all([1, 2, 3].map(() => product.submit({ assets: QUICK_ASSETS }, 'bulk')));
  const interactive = await product.submit({ assets: QUICK_ASSETS }, 'interactive');
  await untilQueued(4);
  await product.startRunner();
  const [urgent, ...others] = await ofRuns([interactive.id, ...bulk.map((run) => run.id)]);
  for (const other of others) expect(urgent!.startedAtMs!).toBeLessThanOrEqual(other.startedAtMs!);
});

/** Until the queue itself has them: what is in the outbox only would survive any Redis. */
async function untilQueued(count: number): Promise<void> {
  const [queue] = product.jobs.queues;
  const deadline = performance.now() + 10_000;
  while ((await queue!.getJobCountByTypes('waiting', 'prioritized')) < count) {
    if (performance.now() > deadline) throw new Error('the jobs did not reach their queue');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function holderOf<Runner extends { readonly pid: number }>(id: string, runners: readonly Runner[]): Promise<Runner> {
  const [row] = await product.dataSource.query<{ runner_id: string }[]>('SELECT runner_id FROM backtest_run WHERE id = $1', [id]);
  const holder = runners.find((runner) => row?.runner_id.includes(`-${runner.pid}-`));
  if (holder === undefined) throw new Error(`nobody holds ${id}: ${row?.runner_id}`);
  return holder;
}
