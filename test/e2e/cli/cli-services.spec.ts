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
import { documentOf, problemOf, runCli, type CliEnd } from './run-cli.js';

// The whole way, with processes as users start them: files, database, api, queue, runner, command line.
let folder: TemporaryFolder;
let database: TestDatabase;
let redis: TestRedis;
let api: SpawnedApp;
let runner: SpawnedApp;
let environment: Record<string, string>;

const inFolder = (name: string): string => path.join(folder.path, name);
const rebalancer = (args: readonly string[], changes: Record<string, string> = {}): Promise<CliEnd> =>
  runCli(args, { environment: { ...environment, ...changes } });

beforeAll(async () => {
  [folder, database, redis] = await Promise.all([temporaryFolder(), createTestDatabase(), startTestRedis()]);
  const port = await freePort();
  environment = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    REBALANCER_API_URL: `http://127.0.0.1:${port}`,
    REBALANCER_TOKEN_FILE: inFolder('token'),
  };
  expect(await rebalancer(['migrate'])).toMatchObject({ code: 0 });
  const services = { DATABASE_URL: database.url, REDIS_URL: redis.url };
  const isReady = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null))?.status === 200;
  [api, runner] = await Promise.all([
    spawnApp('apps/api/src/main.js', { ...services, PORT: String(port), ACCESS_TOKEN_FILE: inFolder('token') }, { ready: isReady }),
    spawnApp('apps/backtest-runner/src/main.js', services, { ready: /worker-ready/ }),
  ]);
});
afterAll(async () => {
  await Promise.all([api?.stop(), runner?.stop()]);
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
    api: 'ok',
    readiness: 'ok',
    clock: 'ok',
    token: 'ok',
    candles: 'ok',
  });
  expect(checks.filter((check) => check.status === 'failed')).toEqual([]);
  expect(end.code).toBe(0);
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
