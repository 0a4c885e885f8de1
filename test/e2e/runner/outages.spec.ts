import { isTerminal } from '#application';
import { producerConnection } from '#messaging';
import { spawnApp } from '#testing';
import { once } from 'node:events';
import { isHalfway, openProduct, slowSpec, type Product } from './runner-product.js';

const ASSETS = ['HANA', 'TRUTH', 'SIREN', 'BSB'];
const SLOW = slowSpec(ASSETS);

let product: Product;
beforeAll(async () => {
  product = await openProduct();
  await product.storeMadeCandles(ASSETS, 700_000);
});
afterAll(() => product.close());
afterEach(async () => {
  product.redisLink.set('pass');
  product.databaseLink.set('pass');
  await product.stopRunners();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('accepts a run while Redis is away, and computes it within thirty seconds of its return, by the same runner', async () => {
  const runner = await product.startRunner();
  product.redisLink.set('refuse');
  await product.jobs.ping().then(
    () => Promise.reject(new Error('Redis was to be away')),
    () => undefined,
  );
  const { id } = await product.submit({ assets: ASSETS });
  await pause(3_000);
  expect(await product.store.find(id)).toMatchObject({ status: 'queued' });
  product.redisLink.set('pass');
  const backMs = performance.now();
  expect(await product.untilRun(id, (run) => isTerminal(run.status))).toMatchObject({ status: 'completed' });
  expect(performance.now() - backMs).toBeLessThan(30_000);
  await runner.untilOutput(/run-completed/u);
});

it('stores a run whose runner lost Redis half-way', async () => {
  await product.startRunner();
  const { id } = await product.submit(SLOW);
  await product.untilRun(id, isHalfway);
  product.redisLink.set('refuse');
  expect(await product.untilRun(id, (run) => isTerminal(run.status))).toMatchObject({ status: 'completed' });
});

it('finishes a run whose runner lost the database half-way, once it is back', async () => {
  await product.startRunner();
  const { id } = await product.submit(SLOW);
  const atCut = await product.untilRun(id, isHalfway);
  product.databaseLink.set('refuse');
  await pause(1_000);
  expect((await product.store.find(id))?.version).toBeLessThanOrEqual(atCut.version + 2);
  product.databaseLink.set('pass');
  expect(await product.untilRun(id, (run) => isTerminal(run.status))).toMatchObject({ status: 'completed' });
});

it('waits for a Redis and a database that are not there yet when it starts', async () => {
  product.redisLink.set('refuse');
  product.databaseLink.set('refuse');
  const env = { DATABASE_URL: product.databaseLink.urlOf(product.database.url), REDIS_URL: product.redisLink.urlOf(product.redis.url) };
  const runner = await spawnApp('apps/backtest-runner/src/main.js', env, { ready: /waiting-for-redis/u });
  product.redisLink.set('pass');
  await runner.untilOutput(/waiting-for-database/u);
  product.databaseLink.set('pass');
  await runner.untilOutput(/worker-ready/u);
  expect(await runner.stop()).toMatchObject({ code: 0 });
});

it('exits with 0 when told to stop while it waits', async () => {
  product.redisLink.set('refuse');
  const env = { DATABASE_URL: product.database.url, REDIS_URL: product.redisLink.urlOf(product.redis.url) };
  const runner = await spawnApp('apps/backtest-runner/src/main.js', env, { ready: /waiting-for-redis/u });
  runner.kill('SIGTERM');
  expect(await runner.exited).toMatchObject({ code: 0 });
});

it('refuses a Redis that would throw jobs away, and an environment that is not right, with the remedy', async () => {
  const operator = producerConnection(product.redis.url, () => undefined);
  await once(operator, 'ready');
  await operator.config('SET', 'maxmemory-policy', 'volatile-lru');
  const env = { DATABASE_URL: product.database.url, REDIS_URL: product.redis.url };
  const evicting = await spawnApp('apps/backtest-runner/src/main.js', env);
  expect(await evicting.exited).toMatchObject({ code: 1 });
  expect(evicting.output()).toContain('config set maxmemory-policy noeviction');
  await operator.config('SET', 'maxmemory-policy', 'noeviction');
  operator.disconnect();
  const misconfigured = await spawnApp('apps/backtest-runner/src/main.js', { ...env, DATABASE_URL: 'mysql://root:hunter2@h/d', BACKTEST_THREADS: '0' });
  expect(await misconfigured.exited).toMatchObject({ code: 1 });
  expect(misconfigured.output()).toMatch(/DATABASE_URL: expected postgres:.*BACKTEST_THREADS: expected a whole number from 1 to 64/su);
  expect(misconfigured.output()).not.toContain('hunter2');
});

it('fails a job that carries nonsense for good, without a retry, and goes on', async () => {
  await product.startRunner();
  const [queue] = product.jobs.queues;
  const job = await queue!.add('backtest-run', { runId: 'nonsense', extra: 1 }, { attempts: 5, priority: 1 });
  const { id } = await product.submit({ assets: ASSETS });
  await product.untilRun(id, (run) => run.status === 'completed');
  const failed = await queue!.getJob(job.id ?? '');
  expect(await failed?.getState()).toBe('failed');
  expect(failed).toMatchObject({ attemptsMade: 1, failedReason: expect.stringContaining('malformed') });
});
