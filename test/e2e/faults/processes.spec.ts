import { orderAdvance, planAdvance, QUEUES } from '#contracts';
import { BullJobQueue } from '#messaging';
import { until } from '../ingestor/ingest-product.js';
import { goOn, stateOf } from './faulty-product.js';
import { end, openFaultScene, type FaultScene } from './fault-scene.js';

let scene: FaultScene;
let jobs: BullJobQueue;
beforeAll(async () => {
  scene = await openFaultScene({ environment: { ORDER_LEASE_MS: '2000' } });
  await scene.startAll();
  jobs = new BullJobQueue({ redisUrl: scene.product.redis.url, contracts: QUEUES });
  await until(async () => jobs.isReady, (isReady) => isReady);
}, 120_000);
afterEach(() => scene.calm());
afterAll(async () => {
  await jobs.close();
  await scene.close();
});

const queueOf = (name: string) => jobs.queues.find((queue) => queue.name === name)!;
const firstPlan = async (portfolioId: string): Promise<string> => (await until(() => scene.product.plans(portfolioId), (plans) => plans.length > 0))[0]!.id;

it('row 13: an executor stands still in the middle of an order for longer than lease and lock, as behind a blocked event loop, and goes on', async () => {
  const portfolio = await scene.aPortfolio('row 13');
  await scene.untilInFlight(portfolio);
  const still = scene.apps.get('order-executor')!;
  still.kill('SIGSTOP');
  await until(() => stateOf(still), (state) => state === 'stopped');
  await scene.start('order-executor');
  await scene.expectBought(portfolio);
  await goOn(still);
  await still.untilOutput(/"event":"stale-epoch"/u);
  await scene.expectSettled();
  await end(still);
});

it('row 16: an executor that is told to end in the middle of an order books its answer, ends with 0, and another goes on', async () => {
  const portfolio = await scene.aPortfolio('row 16');
  await scene.untilInFlight(portfolio);
  const ending = scene.apps.get('order-executor')!;
  const startedMs = performance.now();
  ending.kill('SIGTERM');
  expect(await ending.exited).toMatchObject({ code: 0 });
  expect(performance.now() - startedMs).toBeLessThan(25_000);
  expect(await scene.attempts(portfolio)).not.toContain('prepared');
  await scene.start('order-executor');
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

it('row 17: two executors race for every order of a plan, told of it a hundred times each', async () => {
  const other = await scene.product.start('order-executor');
  const portfolio = await scene.aPortfolio('row 17');
  await scene.untilInFlight(portfolio);
  const planId = await firstPlan(portfolio.id);
  const legs = await scene.query<{ readonly id: string }>('SELECT id FROM order_intent WHERE plan_id = $1', [planId]);
  expect(legs).toHaveLength(3);
  await Promise.all(legs.flatMap(({ id }) => Array.from({ length: 100 }, (_none, time) => queueOf(orderAdvance.name).add(orderAdvance.name, { intentId: id }, { jobId: `race-${id}-${time}`, priority: 1 }))));
  await scene.expectBought(portfolio);
  await scene.expectSettled();
  await end(other);
});

it('row 18: three evaluators look at the same portfolio at once, and one plan is made', async () => {
  const others = await Promise.all([scene.product.start('strategy-evaluator'), scene.product.start('strategy-evaluator')]);
  const portfolio = await scene.aPortfolio('row 18');
  await scene.run(portfolio);
  await scene.expectBought(portfolio);
  expect(await scene.product.plans(portfolio.id)).toHaveLength(1);
  await scene.expectSettled();
  await Promise.all(others.map(end));
});

it('row 20: jobs that carry nonsense fail for good at once, and those behind them are worked on', async () => {
  const nonsense = await Promise.all([{ planId: 'nonsense' }, { planId: 5 }, {}, { planId: 'pl_01JD9Z5X8Q4Y6T2M3N7P0R1S5V', extra: 1 }].map((payload, index) =>
    queueOf(planAdvance.name).add(planAdvance.name, payload, { jobId: `nonsense-${index}`, attempts: 8, priority: 1 })));
  const unknown = await queueOf(planAdvance.name).add(planAdvance.name, { planId: 'pl_01JD9Z5X8Q4Y6T2M3N7P0R1S5V' }, { jobId: 'unknown-plan', priority: 1 });
  const portfolio = await scene.aPortfolio('row 20');
  await scene.run(portfolio);
  await scene.expectBought(portfolio);
  for (const job of nonsense) {
    expect(await until(() => job.getState(), (state) => state === 'failed')).toBe('failed');
    expect((await queueOf(planAdvance.name).getJob(job.id!))!.attemptsMade).toBe(1);
  }
  expect(await until(() => unknown.getState(), (state) => state === 'completed')).toBe('completed');
  await scene.expectSettled();
});

it('row 21: a thousand jobs more for the same plan change nothing', async () => {
  const portfolio = await scene.aPortfolio('row 21');
  await scene.untilInFlight(portfolio);
  const planId = await firstPlan(portfolio.id);
  await queueOf(planAdvance.name).addBulk(Array.from({ length: 1_000 }, (_none, time) => ({ name: planAdvance.name, data: { planId }, opts: { jobId: `again-${planId}-${time}`, priority: 1 } })));
  await scene.expectBought(portfolio);
  const left = async () => {
    const counts = await queueOf(planAdvance.name).getJobCounts();
    return counts['prioritized']! + counts['waiting']! + counts['active']!;
  };
  await until(left, (count) => count === 0, 30_000);
  expect(await queueOf(planAdvance.name).getJobState(`again-${planId}-999`)).toBe('completed');
  await scene.expectSettled();
});

it('row 22: the job of a plan lands among the failed while its order is on its way, and row 23: its id stays taken there', async () => {
  const portfolio = await scene.aPortfolio('row 22');
  await end(scene.apps.get('order-executor')!);
  await scene.run(portfolio);
  const planId = await firstPlan(portfolio.id);
  const queue = queueOf(planAdvance.name);
  const ofPlan = async () => (await queue.getJobs(['prioritized', 'waiting', 'active', 'failed'])).filter((job) => (job.data as { planId?: string }).planId === planId);
  const [job] = await until(ofPlan, (found) => found.length > 0);
  // What BullMQ does to a job whose workers died too often.
  const operator = await scene.redisOperator();
  expect(await operator.eval(TO_FAILED, 2, queue.toKey('prioritized'), queue.toKey('failed'), job!.id!, String(Date.now()))).toBe(1);
  operator.disconnect();
  expect(await job!.getState()).toBe('failed');
  await queue.add(planAdvance.name, { planId }, { jobId: job!.id!, priority: 1 });
  expect(await job!.getState()).toBe('failed');
  await scene.start('order-executor');
  await scene.expectBought(portfolio);
  expect(await job!.getState()).toBe('failed');
  await scene.expectSettled();
});

const TO_FAILED = "if redis.call('zrem', KEYS[1], ARGV[1]) == 0 then return 0 end redis.call('zadd', KEYS[2], ARGV[2], ARGV[1]) return 1";
