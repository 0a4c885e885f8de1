import { readFile, stat } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { createDataSource, PostgresBacktestRunStore, runMigrations } from '#persistence';
import { createTestDatabase, freePort, spawnApp, temporaryFolder, type SpawnedApp, type TemporaryFolder, type TestDatabase } from '#testing';
import { aNewRun, runId } from './made-runs.js';

const ENTRY = 'apps/api/src/main.js';
const TOKEN = /reb_[A-Za-z0-9_-]{43}/;

let database: TestDatabase;
let folder: TemporaryFolder;
beforeEach(async () => {
  [database, folder] = await Promise.all([createTestDatabase(), temporaryFolder()]);
});
afterEach(async () => {
  await Promise.all([database.drop(), folder.remove()]);
});

type DataSource = ReturnType<typeof createDataSource>;

async function migrate(then: (dataSource: DataSource) => Promise<void> = async () => undefined): Promise<void> {
  const dataSource = await createDataSource({ url: database.url, poolSize: 2, applicationName: 'api-e2e' }).initialize();
  await runMigrations(dataSource);
  await then(dataSource);
  await dataSource.destroy();
}

async function storeRun(dataSource: DataSource): Promise<void> {
  const runs = new PostgresBacktestRunStore(dataSource, { queue: 'backtest-run', priorities: { interactive: 1, bulk: 10 } });
  await runs.submit(aNewRun(1), null);
}

interface Running {
  readonly app: SpawnedApp;
  readonly base: string;
}

/** Redis leads nowhere: the api must not care. */
async function environment(changes: Record<string, string | undefined> = {}): Promise<Record<string, string | undefined>> {
  const [port, redisPort] = [await freePort(), await freePort()];
  return {
    DATABASE_URL: database.url, REDIS_URL: `redis://127.0.0.1:${redisPort}`, PORT: String(port), HOST: '127.0.0.1', LOG_LEVEL: 'debug',
    ACCESS_TOKEN_FILE: undefined, ...changes,
  };
}

async function start(changes: Record<string, string | undefined> = {}): Promise<Running> {
  const variables = await environment(changes);
  const app = await spawnApp(ENTRY, variables, { ready: /"event":"listening"/ });
  return { app, base: `http://127.0.0.1:${variables['PORT']}` };
}

it('prints the first token once, serves with it, and never says it again', async () => {
  await migrate();
  const { app, base } = await start();
  const token = TOKEN.exec(app.output())?.[0] ?? '';
  const [printed] = app.output().split('\n').filter((line) => TOKEN.test(line));
  expect(printed).toBe(`access token (shown this once, keep it): ${token}`);
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${base}/v1/backtests`, { headers })).status).toBe(200);
  expect((await fetch(`${base}/v1/backtests?after=${token}`, { headers })).status).toBe(400);
  expect((await fetch(`${base}/queues`, { headers: { authorization: `Basic ${btoa(`me:${token}`)}` } })).status).toBe(200);
  expect((await fetch(`${base}/queues`)).status).toBe(401);
  expect(await fetch(`${base}/readyz`).then((answer) => answer.json())).toMatchObject({ status: 'degraded' });
  await app.untilOutput(/"path":"\/queues","status":401/);
  expect((await app.stop()).code).toBe(0);
  expect(app.output().split(token)).toHaveLength(2);
  const again = await start();
  expect(again.app.output()).not.toMatch(TOKEN);
  expect((await fetch(`${again.base}/v1/backtests`, { headers })).status).toBe(200);
  await again.app.stop();
});

it('puts the token into its file, for its owner only, and one of two processes makes it', async () => {
  await migrate();
  const file = path.join(folder.path, 'access-token');
  const both = await Promise.all([start({ ACCESS_TOKEN_FILE: file }), start({ ACCESS_TOKEN_FILE: file })]);
  const text = await readFile(file, 'utf8');
  expect(text).toMatch(/^reb_[A-Za-z0-9_-]{43}\n$/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  for (const { app, base } of both) {
    expect((await fetch(`${base}/v1/backtests`, { headers: { authorization: `Bearer ${text.trim()}` } })).status).toBe(200);
    expect(app.output()).not.toContain(text.trim());
  }
  await Promise.all(both.map(({ app }) => app.stop()));
});

it('ends in order on SIGTERM while somebody watches a run and somebody idles', async () => {
  await migrate(storeRun);
  const { app, base } = await start();
  const token = TOKEN.exec(app.output())?.[0] ?? '';
  const watched = await fetch(`${base}/v1/backtests/${runId(1)}/events`, { headers: { authorization: `Bearer ${token}` } });
  const idle = net.connect(Number(new URL(base).port), '127.0.0.1');
  idle.on('error', () => undefined);
  const kept = await fetch(`${base}/v1/backtests`, { headers: { authorization: `Bearer ${token}` } });
  await kept.arrayBuffer();
  const startedMs = performance.now();
  app.kill('SIGTERM');
  expect(await app.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  expect(app.output()).toContain('"event":"stopped"');
  // The stream was ended, not cut off: reading it to its end is no error.
  expect(await watched.text()).toContain('event: backtest.queued');
  idle.destroy();
});

it.each([
  ['a taken port', async (taken: number) => ({ PORT: String(taken) }), /^api: port \d+ on 127\.0\.0\.1 is taken; set PORT to a free one$/],
  ['no database', async () => ({ DATABASE_URL: `postgres://u:hunter2@127.0.0.1:${await freePort()}/d` }), /^api: the database cannot be reached \(ECONNREFUSED\)/],
  ['a missing variable', async () => ({ DATABASE_URL: undefined }), /DATABASE_URL: is not set/],
  ['an odd port', async () => ({ PORT: '70000' }), /PORT: expected a whole number from 1 to 65535/],
])('says in one line what is wrong: %s', async (_name, changesFor, expected) => {
  await migrate();
  const taken = net.createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as net.AddressInfo;
  const app = await spawnApp(ENTRY, await environment(await changesFor(port)));
  expect((await app.exited).code).toBe(1);
  const lines = app.output().split('\n').filter((line) => !line.startsWith('{'));
  expect(lines.some((line) => expected.test(line.trim()))).toBe(true);
  expect(app.output()).not.toContain('hunter2');
  expect(lines.join('\n')).not.toContain('    at ');
  taken.close();
});

it('says that the schema is missing', async () => {
  const app = await spawnApp(ENTRY, await environment());
  expect((await app.exited).code).toBe(1);
  expect(app.output()).toMatch(/api: .*`bin\/rebalancer migrate`/);
});
