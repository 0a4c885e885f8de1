import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  createTestDatabase,
  freePort,
  spawnApp,
  startTestRedis,
  temporaryFolder,
  type SpawnedApp,
  type TemporaryFolder,
  type TestDatabase,
  type TestRedis,
} from '#testing';
import { COMMITTED_GOLDEN, readGolden, type GoldenFile, type GoldenSummary, type GoldenTrade } from '../../golden/golden-file.js';
import { largestDifference, wordsOf } from '../../golden/golden-match.js';
import { startSimulatorProcess, type SimulatorProcess } from '../simulator/simulator-process.js';
import { documentOf, problemOf, runCli, type CliEnd } from './run-cli.js';

// The whole way, with processes as users start them: files, database, api, queue, runner, command line.
let folder: TemporaryFolder;
let database: TestDatabase;
let redis: TestRedis;
let api: SpawnedApp;
let runner: SpawnedApp;
let simulator: SimulatorProcess;
let ingestor: SpawnedApp;
let traders: readonly SpawnedApp[];
let environment: Record<string, string>;

const inFolder = (name: string): string => path.join(folder.path, name);
const rebalancer = (args: readonly string[], changes: Record<string, string> = {}): Promise<CliEnd> =>
  runCli(args, { environment: { ...environment, ...changes } });

beforeAll(async () => {
  [folder, database, redis] = await Promise.all([temporaryFolder(), createTestDatabase(), startTestRedis()]);
  const port = await freePort();
  simulator = await startSimulatorProcess();
  const exchange = { EXCHANGE: 'simulator', EXCHANGE_URL: simulator.url };
  environment = {
    ...exchange,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    REBALANCER_API_URL: `http://127.0.0.1:${port}`,
    REBALANCER_TOKEN_FILE: inFolder('token'),
  };
  expect(await rebalancer(['migrate'])).toMatchObject({ code: 0 });
  const services = { DATABASE_URL: database.url, REDIS_URL: redis.url, ...exchange };
  const isReady = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null))?.status === 200;
  [api, runner, ingestor] = await Promise.all([
    spawnApp('apps/api/src/main.js', { ...services, PORT: String(port), ACCESS_TOKEN_FILE: inFolder('token') }, { ready: isReady }),
    spawnApp('apps/backtest-runner/src/main.js', services, { ready: /worker-ready/ }),
    spawnApp('apps/price-ingestor/src/main.js', { ...services, STATUS_EVERY_MS: '500' }, { ready: /worker-ready/ }),
  ]);
  traders = await Promise.all(['strategy-evaluator', 'order-executor'].map((app) => spawnApp(`apps/${app}/src/main.js`, services, { ready: /worker-ready/ })));
});
afterAll(async () => {
  await Promise.all([api?.stop(), runner?.stop(), ingestor?.stop(), ...(traders ?? []).map((app) => app.stop()), simulator?.app.stop()]);
  await Promise.all([redis?.stop(), database?.drop()]);
  await folder.remove();
});

const GOLDEN = 'made-1h-2024.active.json';
const golden: GoldenFile = readGolden(COMMITTED_GOLDEN, GOLDEN);
const { panel } = golden;
const SERIES = ['--exchange', panel.exchange, '--interval', panel.interval, '--assets', panel.assets.join(',')];
let runId = '';

// In this order: each step needs the one before.
it('imports candles', async () => {
  const end = await rebalancer(['candles', 'import', path.join(COMMITTED_GOLDEN.candlesRoot, panel.folder), '--json']);
  expect(end.code).toBe(0);
  expect(documentOf(end)).toMatchObject({ totals: { files: panel.assets.length, failedFiles: 0, refused: 0 } });
});

it('runs a backtest through the queue and gets the golden figures back', async () => {
  await writeFile(inFolder('config.json'), JSON.stringify(golden.config));
  const end = await rebalancer(['backtest', 'run', ...SERIES, '--config', inFolder('config.json'), '--tag', 'golden', '--wait', '--json']);
  expect(end).toMatchObject({ code: 0, stderr: '' });
  const document = documentOf(end) as { id: string; config: unknown; panel: { bars: number }; summary: GoldenSummary };
  runId = document.id;
  expect(document.config).toEqual(golden.config);
  const trades = await rebalancer(['backtest', 'export', runId, '--format', 'json']);
  const outcome = { bars: document.panel.bars, summary: document.summary, trades: JSON.parse(trades.stdout) as GoldenTrade[] };
  const expected = { ...golden, bars: panel.bars };
  expect(wordsOf(outcome)).toEqual(wordsOf(expected));
  expect(largestDifference(outcome, expected)).toBeLessThanOrEqual(1e-9);
});

it('gets the same run for the same request, and another when forced', async () => {
  const request = ['backtest', 'run', ...SERIES, '--config', inFolder('config.json'), '--wait', '--json'];
  expect(documentOf(await rebalancer(request))).toMatchObject({ id: runId, cached: true });
  const forced = documentOf(await rebalancer([...request, '--force'])) as { id: string; status: string };
  expect(forced.status).toBe('completed');
  expect(forced.id).not.toBe(runId);
});

it('lists it, shows it and exports every part', async () => {
  const list = documentOf(await rebalancer(['backtest', 'ls', '--tag', 'golden', '--json'])) as { data: { id: string }[] };
  expect(list.data.map(({ id }) => id)).toEqual([runId]);
  const table = await rebalancer(['backtest', 'show', runId], { COLUMNS: '80' });
  expect(table.stdout).toMatch(/^Return {2,}[+-][\d,.]+ % /m);
  expect(table.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  const equity = await rebalancer(['backtest', 'export', runId, '--what', 'equity', '--points', '100', '-o', inFolder('equity.csv')]);
  expect(equity.code).toBe(0);
  const lines = (await readFile(inFolder('equity.csv'), 'utf8')).trimEnd().split('\n');
  expect(lines[0]).toBe('time,equity');
  expect(lines.length).toBeLessThanOrEqual(101);
  const rebalances = JSON.parse(
    (await rebalancer(['backtest', 'export', runId, '--what', 'rebalances', '--format', 'json'])).stdout,
  ) as unknown[];
  expect(rebalances).toHaveLength(golden.summary.rebalanceCount);
  expect(JSON.parse((await rebalancer(['backtest', 'export', runId, '--what', 'summary'])).stdout)).toMatchObject({ id: runId });
});

it('cannot cancel what has ended', async () => {
  const end = await rebalancer(['backtest', 'cancel', runId, '--json']);
  expect(end.code).toBe(5);
  expect(problemOf(end).code).toBe('run-has-ended');
});

const refusals = [
  {
    what: 'an unknown asset',
    args: ['--assets', `${panel.assets[0]},NONE`],
    code: 3,
    problem: 'backtest-impossible',
    pointer: '/assets/1',
  },
  { what: 'a period outside of the candles', args: ['--from', '2031-01-01'], code: 3, problem: 'backtest-impossible', pointer: '/from' },
  { what: 'one bar', args: ['--from', '2024-06-01', '--to', '2024-06-01'], code: 3, problem: 'backtest-impossible' },
];

it.each(refusals)('refuses $what as the files would', async ({ args, code, problem, pointer }) => {
  const end = await rebalancer(['backtest', 'run', ...SERIES, ...args, '--json']);
  expect(end.code).toBe(code);
  expect(problemOf(end)).toMatchObject({ code: problem });
  if (pointer) expect(problemOf(end).errors?.[0]?.pointer).toBe(pointer);
});

const FETCH = ['candles', 'fetch', '--assets', 'HANA,AIA', '--interval', '1h', '--json'];

it('fetches candles of the exchange by queue and ingestor, says that they were made, and runs a backtest on them', async () => {
  await untilMarketsAreKnown();
  const end = await rebalancer([...FETCH, '--exchange', 'mexc', '--from', '10d', '--timeout', '60']);
  expect(end.code).toBe(0);
  const { data, notices } = documentOf(end) as { data: { base: string; exchange: string; inserted: number; gaps: number; status: string }[]; notices: { code: string }[] };
  expect(notices.map(({ code }) => code)).toEqual(['simulator-answers']);
  expect(data.map(({ base, exchange, status, gaps }) => [base, exchange, status, gaps])).toEqual([['HANA', 'SIMULATOR', 'completed', 0], ['AIA', 'SIMULATOR', 'completed', 0]]);
  // Ten days are 240 hours; the last one may just have closed or not.
  for (const { inserted } of data) expect([239, 240, 241]).toContain(inserted);
  const run = await rebalancer(['backtest', 'run', '--exchange', 'SIMULATOR', '--interval', '1h', '--assets', 'HANA,AIA', '--wait', '--json']);
  expect(documentOf(run)).toMatchObject({ status: 'completed', panel: { exchange: 'SIMULATOR', assets: ['HANA', 'AIA'] } });
});

it('fetches the same again without a change, and begins where the exchange begins', async () => {
  const again = documentOf(await rebalancer([...FETCH, '--from', '5d', '--to', '1d'])) as { data: { inserted: number; corrected: number }[] };
  expect(again.data.map(({ inserted, corrected }) => [inserted, corrected])).toEqual([[0, 0], [0, 0]]);
  const early = documentOf(await rebalancer([...FETCH, '--from', '2020-01-01', '--to', '2025-01-02'])) as { data: { status: string; notice: { code: string } | null }[] };
  expect(early.data.map(({ status, notice }) => [status, notice !== null])).toEqual([['completed', true], ['completed', true]]);
});

it.each([
  ['an unknown symbol', ['--assets', 'HANA,HANNA', '--from', '10d'], [['/assets/1', 'unknown-market']]],
  ['an interval that the exchange does not serve, and one that nobody does', ['--interval', '8h', '--from', '10d'], [['/interval', 'unsupported-interval']]],
  ['three minutes and a symbol at once', ['--interval', '3m', '--assets', 'NONE', '--from', '10d'], [['/interval', 'unsupported-interval'], ['/assets/0', 'unknown-market']]],
  ['a time to come', ['--from', '2100-01-01'], [['/from', 'from-in-the-future']]],
])('refuses %s with 3 at once, and stores nothing', async (_, args, faults) => {
  const before = await whatIsStored();
  const end = await rebalancer([...FETCH, ...args]);
  expect(end.code).toBe(3);
  expect(problemOf(end).errors?.map(({ pointer, code }) => [pointer, code])).toEqual(faults);
  expect(await whatIsStored()).toEqual(before);
});

it('tells the exchange, its markets and its prices', async () => {
  expect(documentOf(await rebalancer(['exchange', '--json']))).toMatchObject({ venue: 'SIMULATOR', isSimulated: true, isReachable: true });
  const markets = await rebalancer(['exchange', 'markets', '--assets', 'HANA,BTC']);
  expect(markets.stdout).toMatch(/^HANA\/USDT +yes /m);
  expect(markets.stderr).toContain('BTCUSDT takes no orders over the API');
  // What is followed has prices: an ingestor needs a moment to notice.
  const deadline = performance.now() + 30_000;
  for (let flags: unknown[] = ['missing']; flags.some((flag) => flag !== null); ) {
    const { data } = documentOf(await rebalancer(['prices', '--assets', 'HANA,AIA', '--json'])) as { data: { flag: string | null }[] };
    flags = data.map(({ flag }) => flag);
    if (performance.now() > deadline) throw new Error(`no fresh prices: ${JSON.stringify(data)}`);
  }
});

/** Which series there are and since when, and what was asked for; a followed one grows by itself when an hour ends. */
async function whatIsStored(): Promise<unknown> {
  const { data: series } = documentOf(await rebalancer(['candles', 'coverage', '--json'])) as { data: { exchange: string; base: string; interval: string; first: string }[] };
  const { data: asked } = documentOf(await rebalancer(['candles', 'backfills', '--json'])) as { data: { id: string }[] };
  return [series.map(({ exchange, base, interval, first }) => [exchange, base, interval, first]), asked.map(({ id }) => id)];
}

async function untilMarketsAreKnown(): Promise<void> {
  const deadline = performance.now() + 30_000;
  while ((await rebalancer(['exchange', 'markets', '--assets', 'HANA'])).code !== 0) {
    if (performance.now() > deadline) throw new Error(`the ingestor loads no markets:\n${ingestor.output()}`);
  }
}

it('is refused with another token, and let in with a new one', async () => {
  await writeFile(inFolder('wrong'), `reb_${'A'.repeat(43)}\n`);
  const wrong = await rebalancer(['backtest', 'ls', '--json'], { REBALANCER_TOKEN_FILE: inFolder('wrong') });
  expect(wrong.code).toBe(6);
  expect(problemOf(wrong)).toMatchObject({ code: 'unauthorized', status: 401 });
  await writeFile(inFolder('second'), (await rebalancer(['token', 'create', '--name', 'second'])).stdout);
  expect(await rebalancer(['backtest', 'ls', '--json'], { REBALANCER_TOKEN_FILE: inFolder('second') })).toMatchObject({ code: 0 });
});

it('does not know a run that never was', async () => {
  const end = await rebalancer(['backtest', 'show', 'bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V', '--json']);
  expect(end.code).toBe(4);
  expect(problemOf(end).code).toBe('backtest-not-found');
});

it('finds everything in order with doctor', async () => {
  const end = await rebalancer(['doctor', '--json']);
  const { checks } = documentOf(end) as { checks: { name: string; status: string }[] };
  const status = Object.fromEntries(checks.map((check) => [check.name, check.status]));
  expect(status).toMatchObject({
    node: 'ok',
    build: 'ok',
    database: 'ok',
    migrations: 'ok',
    runner: 'ok',
    ingestor: 'ok',
    evaluator: 'ok',
    executor: 'ok',
    exchange: 'ok',
    'exchange clock': 'ok',
    markets: 'ok',
    api: 'ok',
    readiness: 'ok',
    clock: 'ok',
    token: 'ok',
    candles: 'ok',
  });
  expect(checks.filter((check) => check.status === 'failed')).toEqual([]);
  expect(end.code).toBe(0);
});

it('says at once that the exchange is away, accepts what is to be fetched, and fetches nothing wrong', async () => {
  await simulator.app.stop();
  const deadline = performance.now() + 30_000;
  while ((documentOf(await rebalancer(['exchange', '--json'])) as { isReachable: boolean }).isReachable) {
    if (performance.now() > deadline) throw new Error('nobody noticed that the exchange is away');
  }
  const end = documentOf(await rebalancer([...FETCH, '--from', '20d', '--no-wait'])) as { data: { id: string; status: string }[]; notices: { code: string; detail: string }[] };
  expect(end.notices).toMatchObject([{ code: 'exchange-away' }]);
  expect((await rebalancer([...FETCH, '--from', '20d', '--timeout', '2'])).code).toBe(8);
  const ids = end.data.map(({ id }) => id);
  for (const id of ids) expect((await rebalancer(['candles', 'backfills', 'cancel', id])).code).toBe(0);
  const list = documentOf(await rebalancer(['candles', 'backfills', '--status', 'canceled', '--json'])) as { data: { id: string }[] };
  expect(list.data.map(({ id }) => id).sort()).toEqual([...ids].sort());
  const { checks } = documentOf(await rebalancer(['doctor', '--json'])) as { checks: { name: string; status: string; detail: string }[] };
  expect(checks).toContainEqual(expect.objectContaining({ name: 'exchange', status: 'failed' }));
  expect(checks).toContainEqual(expect.objectContaining({ name: 'readiness', status: 'warning', detail: expect.stringContaining('has not answered since') }));
});

it('cancels a run that waits, and finds doctor naming the missing runner', async () => {
  await runner.stop();
  const submitted = await rebalancer(['backtest', 'run', ...SERIES, '--force']);
  expect(submitted.code).toBe(0);
  const waiting = submitted.stdout.trim();
  expect(await rebalancer(['backtest', 'cancel', waiting])).toMatchObject({ code: 0, stdout: `${waiting} canceled\n` });
  expect(documentOf(await rebalancer(['backtest', 'show', waiting, '--json']))).toMatchObject({ id: waiting, status: 'canceled' });
  expect(await rebalancer(['backtest', 'show', waiting, '--wait'])).toMatchObject({ code: 11 });
  const { checks } = documentOf(await rebalancer(['doctor', '--json'])) as { checks: { name: string; status: string; fix?: string }[] };
  expect(checks).toContainEqual(expect.objectContaining({ name: 'runner', status: 'failed', fix: expect.stringContaining('npm start') }));
});
