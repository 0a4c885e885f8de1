import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { createTestDatabase, freePort, startTestRedis, type TemporaryFolder } from '#testing';
import { descendantsOf, endsOf, type ProcessRow } from './process-table.js';
import { dataFolder, launch, startProduct, stopAll, untilPrinted, type StartedProduct } from './start-command.js';

const STOP_LIMIT_MS = 20_000;

jest.setTimeout(120_000); // Whole starts, one after the other, while other specs keep the cores busy.

async function query(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

async function redisCommand<Reply>(url: string, act: (client: Redis) => Promise<Reply>): Promise<Reply> {
  const client = new Redis(url);
  try {
    return await act(client);
  } finally {
    client.disconnect();
  }
}

/** The processes of one kind below the supervisor; the ones that only hold others left out. */
function processesLike({ supervisor }: StartedProduct, pattern: RegExp): readonly ProcessRow[] {
  return descendantsOf(supervisor.pid).filter(({ command }) => pattern.test(command) && !command.includes('holder.mjs'));
}

const APP = /dist\/apps\//;
const REDIS = /redis-server|valkey-server/;
const POSTGRES = /bin\/postgres -D/;

const withPassword = (url: string, password: string): string => Object.assign(new URL(url), { password }).href;

afterEach(stopAll);

describe('npm start with services of its own', () => {
  let data: TemporaryFolder;

  beforeAll(async () => {
    data = await dataFolder();
  });

  afterAll(() => data.remove());

  it('serves, prints where, hands the token over once, refuses a second start, and stops in order on SIGTERM', async () => {
    const product = await startProduct(data.path);
    const output = product.supervisor.output();
    expect(output).toMatch(/^access token .*: \S+$/m);
    for (const address of ['/docs', '/queues', '/readyz']) expect(output).toContain(`${product.url}${address}`);
    expect(output).toContain(`ready: ${product.url}\n`);
    expect((await fetch(`${product.url}/readyz`)).status).toBe(200);
    for (const file of ['runtime.json', 'access-token', 'postgres-password']) {
      expect(statSync(path.join(data.path, file)).mode & 0o777).toBe(0o600);
    }
    await query(product.runtime.databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await redisCommand(product.runtime.redisUrl, (client) => client.set('kept', 'yes'));

    const second = await launch(data.path, { PORT: '1' });
    expect((await second.exited).code).toBe(1);
    expect(second.output().trim().split('\n')).toEqual([expect.stringContaining(`Already running here as process ${product.supervisor.pid}`)]);

    const [apps, redis, postgres] = [APP, REDIS, POSTGRES].map((kind) => processesLike(product, kind).map(({ pid }) => pid));
    expect([apps?.length, redis?.length, postgres?.length]).toEqual([6, 1, 1]); // Api, runner, ingestor, evaluator, executor, simulator.
    const all = descendantsOf(product.supervisor.pid).map(({ pid }) => pid);
    process.kill(product.supervisor.pid, 'SIGTERM');
    const ends = await endsOf([...all, product.supervisor.pid], STOP_LIMIT_MS);
    const lastEnd = (pids: readonly number[] = []): number => Math.max(...pids.map((pid) => ends.get(pid) ?? Infinity));
    expect(lastEnd(apps)).toBeLessThanOrEqual(lastEnd(redis));
    expect(lastEnd(redis)).toBeLessThanOrEqual(lastEnd(postgres));
    expect((await product.supervisor.exited).code).toBe(0);
    expect(product.supervisor.output()).not.toMatch(/ ended \(/); // Nothing had to be started twice.
    expect(existsSync(path.join(data.path, 'runtime.json'))).toBe(false);
    expect(product.supervisor.output()).not.toContain('sample'); // REBALANCER_SAMPLE=off, which every launch here has.
    expect(readdirSync(data.path).filter((name) => name.startsWith('sample'))).toEqual([]);
  });

  it('finds the data again, keeps the token to itself, and leaves no process when the supervisor is killed', async () => {
    const product = await startProduct(data.path);
    expect(product.supervisor.output()).not.toContain('access token');
    expect(await query(product.runtime.databaseUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(await redisCommand(product.runtime.redisUrl, (client) => client.get('kept'))).toBe('yes');
    const all = descendantsOf(product.supervisor.pid).map(({ pid }) => pid);
    expect(all.length).toBeGreaterThanOrEqual(16); // Six apps, Redis, PostgreSQL, and what holds each.
    process.kill(product.supervisor.pid, 'SIGKILL');
    await endsOf(all, STOP_LIMIT_MS);
  });

  it('starts after that, and mends a PostgreSQL, a runner and the holder of the api that were killed', async () => {
    const product = await startProduct(data.path);
    const [postgres] = processesLike(product, POSTGRES);
    const [runner] = processesLike(product, /backtest-runner/);
    if (postgres === undefined || runner === undefined) throw new Error(product.supervisor.output());
    process.kill(postgres.pid, 'SIGKILL');
    await untilPrinted(product.supervisor, /^postgres ended \(SIGKILL\); starting it again[^]*^postgres runs again/m);
    process.kill(runner.pid, 'SIGKILL');
    await untilPrinted(product.supervisor, /^backtest-runner ended \(SIGKILL\); starting it again[^]*^backtest-runner runs again/m);
    await killHolderOfApi(product);
    await untilReadyAgain(product);
    expect(product.supervisor.output().match(/^api ended /gm)).toHaveLength(1); // Nothing held its port.
    expect(await query(product.runtime.databaseUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect((await product.supervisor.stop()).code).toBe(0);
  });
});

async function killHolderOfApi(product: StartedProduct): Promise<void> {
  const [api] = processesLike(product, /dist\/apps\/api/);
  const holder = descendantsOf(product.supervisor.pid).find(({ command }) => command.endsWith('holder.mjs api'));
  if (api === undefined || holder === undefined) throw new Error(product.supervisor.output());
  process.kill(holder.pid, 'SIGKILL');
  await endsOf([api.pid], STOP_LIMIT_MS);
  await untilPrinted(product.supervisor, /^api ended [^]*^api runs again/m);
}

/** The api says when it has found its database again. */
async function untilReadyAgain(product: StartedProduct): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const isReady = await fetch(`${product.url}/readyz`).then((response) => response.ok, () => false);
    if (isReady && processesLike(product, APP).length === 6) return;
    if (performance.now() > deadline) throw new Error(`not ready again:\n${product.supervisor.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('npm start told where things are', () => {
  let data: TemporaryFolder;

  beforeEach(async () => {
    data = await dataFolder();
  });

  afterEach(() => data.remove());

  it('says in one line that PORT is taken, and leaves everything alone', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    const refused = await launch(data.path, { PORT: String(port) });
    expect((await refused.exited).code).toBe(1);
    expect(refused.output().trim().split('\n')).toEqual([expect.stringContaining(`PORT ${port} is taken on 127.0.0.1`)]);
    expect(existsSync(path.join(data.path, 'postgres'))).toBe(false);
    server.close();
  });

  it('names PORT when it is no port', async () => {
    const refused = await launch(data.path, { PORT: 'http' });
    expect((await refused.exited).code).toBe(1);
    expect(refused.output()).toBe('PORT must be a whole number from 1 to 65535, not "http"\n');
  });

  it('says in one line what is wrong with a data folder, a REDIS_URL and a DATABASE_URL', async () => {
    const [database, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
    const file = path.join(data.path, 'file');
    writeFileSync(file, '');
    const REDIS_URL = redis.url;
    const refusals = [
      [{ REBALANCER_DATA_DIR: file }, `${file} cannot be written (EEXIST): set REBALANCER_DATA_DIR`],
      [{ REDIS_URL: 'localhost' }, 'REDIS_URL is not an address of the form redis://'],
      [{ REDIS_URL: withPassword(redis.url, 'wrong') }, 'refuses the login of REDIS_URL: '],
      [{ REDIS_URL, DATABASE_URL: 'postgres' }, 'DATABASE_URL is not an address of the form postgres://'],
      [{ REDIS_URL, DATABASE_URL: withPassword(database.url, 'wrong') }, '(DATABASE_URL): password authentication failed'],
      [{ REDIS_URL, DATABASE_URL: `${database.url}_absent` }, '(DATABASE_URL): database '],
    ] as const;
    for (const [environment, words] of refusals) {
      const refused = await launch(data.path, { PORT: String(await freePort()), ...environment });
      expect((await refused.exited).code).toBe(1);
      expect(refused.output().trim().split('\n').at(-1)).toContain(words);
    }
    await Promise.all([redis.stop(), database.drop()]);
  });

  it('uses DATABASE_URL and REDIS_URL and starts neither service', async () => {
    const [database, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
    const product = await startProduct(data.path, { DATABASE_URL: database.url, REDIS_URL: redis.url });
    expect(product.runtime).toMatchObject({ databaseUrl: database.url, redisUrl: redis.url });
    expect(processesLike(product, APP)).toHaveLength(6);
    expect([...processesLike(product, REDIS), ...processesLike(product, POSTGRES)]).toEqual([]);
    expect(['postgres', 'redis'].filter((name) => existsSync(path.join(data.path, name)))).toEqual([]);
    expect((await product.supervisor.stop()).code).toBe(0);
    await Promise.all([redis.stop(), database.drop()]);
  });
});
