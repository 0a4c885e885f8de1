import { startTestRedis } from '#testing';
import { until } from '../ingestor/ingest-product.js';
import { WORKERS } from '../trading/trading-product.js';
import { openFaultScene, type FaultScene } from './fault-scene.js';

let scene: FaultScene;
beforeAll(async () => {
  scene = await openFaultScene();
  await scene.startAll();
}, 120_000);
afterEach(() => scene.calm());
afterAll(() => scene.close());

type Redis = Awaited<ReturnType<FaultScene['redisOperator']>>;

/** Whether it answers at all within a second. */
const answers = (operator: Redis): Promise<boolean> => Promise.race([operator.ping().then(() => true, () => false), scene.pause(1_000).then(() => false)]);

it('row 24: Redis is away for fifteen seconds in the middle of a plan, and comes back empty', async () => {
  const portfolio = await scene.aPortfolio('row 24');
  await scene.untilInFlight(portfolio);
  const { port, url } = scene.product.redis;
  await scene.product.redis.stop();
  await scene.untilUnready(/redis/u);
  await scene.pause(15_000);
  const again = await startTestRedis({ port, password: new URL(url).password });
  try {
    await scene.expectBought(portfolio);
    await scene.expectSettled();
    scene.replaceRedis(again);
  } catch (error) {
    await again.stop();
    throw error;
  }
});

it('row 25: Redis hangs in the middle of a plan', async () => {
  const portfolio = await scene.aPortfolio('row 25');
  const operator = await scene.redisOperator();
  await scene.untilInFlight(portfolio);
  const { pid } = scene.redis();
  process.kill(pid, 'SIGSTOP');
  try {
    expect(await answers(operator)).toBe(false);
    await scene.pause(6_000);
  } finally {
    process.kill(pid, 'SIGCONT');
    operator.disconnect();
  }
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

it('row 27: Redis falls back to what it was before the plan: an old copy, without its jobs and with those that were done', async () => {
  const operator = await scene.redisOperator();
  const before = await copyOf(operator);
  const portfolio = await scene.aPortfolio('row 27');
  await scene.untilInFlight(portfolio);
  const [planId] = (await scene.product.plans(portfolio.id)).map(({ id }) => id);
  const jobOfPlan = async () => (await operator.keys('bull:*')).filter((key) => key.includes(planId!));
  expect(await jobOfPlan()).not.toEqual([]);
  await operator.flushall();
  for (const [key, dump] of before) await operator.restore(key, 0, dump, 'REPLACE');
  expect(await jobOfPlan()).toEqual([]);
  operator.disconnect();
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

/** Every key with what it holds, as a copy of its file would have it. */
async function copyOf(operator: Redis): Promise<ReadonlyMap<string, Buffer>> {
  const copy = new Map<string, Buffer>();
  for (const key of await operator.keys('*')) {
    const dump = await operator.dumpBuffer(key);
    if (dump !== null) copy.set(key, dump);
  }
  expect(copy.size).toBeGreaterThan(0);
  return copy;
}

it('row 28: Redis has no memory left: jobs wait in Postgres until it has', async () => {
  const portfolio = await scene.aPortfolio('row 28');
  const operator = await scene.redisOperator();
  await scene.untilInFlight(portfolio);
  await operator.config('SET', 'maxmemory', '1mb');
  await expect(operator.set('probe', 'x'.repeat(1_000))).rejects.toThrow('OOM');
  await until(() => scene.query<{ readonly waiting: number }>('SELECT count(*)::int AS waiting FROM outbox WHERE dispatched_at IS NULL'), ([row]) => row!.waiting > 0);
  await scene.pause(1_500);
  await operator.config('SET', 'maxmemory', '0');
  operator.disconnect();
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

it('row 29: no worker starts on a Redis that would evict', async () => {
  const operator = await scene.redisOperator();
  await operator.config('SET', 'maxmemory-policy', 'allkeys-lru');
  try {
    await Promise.all(WORKERS.map((worker) => expect(scene.product.start(worker)).rejects.toThrow('noeviction')));
  } finally {
    await operator.config('SET', 'maxmemory-policy', 'noeviction');
    operator.disconnect();
  }
});

it('row 30: Redis answers every command two seconds late from the middle of a plan on: the plan is done all the same', async () => {
  // The product's own lock: one of two seconds would be over before Redis has answered that it goes on.
  await scene.restartExecutor({ JOB_LOCK_MS: '30000', JOB_STALLED_CHECK_MS: '30000' });
  const portfolio = await scene.aPortfolio('row 30');
  await scene.untilInFlight(portfolio);
  scene.links.redis.set({ delayMs: 1_000 });
  expect(await scene.product.untilPlans(portfolio.id, 1, 240_000)).toMatchObject([{ state: 'done' }]);
  scene.links.redis.set('pass');
  await scene.expectBought(portfolio);
  await scene.expectSettled();
  await scene.restartExecutor();
}, 330_000);

it.each(['blackhole', 'refuse'] as const)('row 31: the link to Redis alone is set to %s in the middle of a plan', async (mode) => {
  const portfolio = await scene.aPortfolio(`row 31 ${mode}`);
  await scene.untilInFlight(portfolio);
  scene.links.redis.set(mode);
  await scene.untilUnready(/redis/u);
  scene.links.redis.set('refuse'); // What was in a black hole is lost; its connections with it.
  scene.links.redis.set('pass');
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});
