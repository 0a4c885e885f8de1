import { Worker } from 'bullmq';
import type { QueuedJob } from '#application';
import { portfolioEvaluate, QUEUES } from '#contracts';
import { BullJobQueue, workerOptions } from '#messaging';
import { startTestRedis, type TestRedis } from '#testing';

const T0_MS = 1_764_000_000_000;
const lookAt = (shard: number, seconds: number): QueuedJob => ({
  queue: portfolioEvaluate.name, jobId: `portfolio-evaluate-${shard}-${seconds}`, payload: { shard, asOfMs: T0_MS + seconds * 1_000 },
  priority: portfolioEvaluate.policy.priorities.price, coalesceKey: `shard-${shard}`,
});

let redis: TestRedis;
let jobs: BullJobQueue;
const queue = () => jobs.queues.find(({ name }) => name === portfolioEvaluate.name)!;
const waiting = async () => (await queue().getJobs(['prioritized', 'waiting', 'delayed'])).map(({ data }) => data as unknown);
beforeAll(async () => {
  redis = await startTestRedis();
  await new Promise<void>((resolve) => {
    jobs = new BullJobQueue({ redisUrl: redis.url, contracts: QUEUES, onReady: resolve });
  });
});
afterAll(async () => {
  await jobs.close();
  await redis.stop();
});
afterEach(() => redis.flush());

it('keeps one job a shard waiting, with what the last one carried', async () => {
  for (const seconds of [0, 1, 2]) await Promise.all([jobs.add(lookAt(3, seconds)), jobs.add(lookAt(4, seconds))]);
  const left = await waiting();
  expect(left).toHaveLength(2);
  expect(left).toEqual(expect.arrayContaining([{ shard: 3, asOfMs: T0_MS + 2_000 }, { shard: 4, asOfMs: T0_MS + 2_000 }]));
});

it('keeps the last of those that came while one was worked on, and works on it next', async () => {
  const seen: unknown[] = [];
  const gate = { open: () => {} };
  const isOpen = new Promise<void>((resolve) => (gate.open = resolve));
  const started = { tell: () => {} };
  const hasStarted = new Promise<void>((resolve) => (started.tell = resolve));
  const finished = { tell: () => {} };
  const areFinished = new Promise<void>((resolve) => (finished.tell = resolve));
  const worker = new Worker(portfolioEvaluate.name, async (job) => {
    seen.push(job.data);
    started.tell();
    await isOpen;
    if (seen.length === 2) finished.tell();
  }, workerOptions(portfolioEvaluate, { redisUrl: redis.url, runnerId: 'spec', concurrency: 2 }));
  await jobs.add(lookAt(5, 0));
  await hasStarted;
  for (const seconds of [1, 2, 3]) await jobs.add(lookAt(5, seconds));
  expect(await waiting()).toEqual([]);
  gate.open();
  await areFinished;
  await worker.close();
  expect(seen).toEqual([{ shard: 5, asOfMs: T0_MS }, { shard: 5, asOfMs: T0_MS + 3_000 }]);
});

it('takes no job without a key', async () => {
  const { coalesceKey: _key, ...keyless } = lookAt(1, 0);
  await expect(jobs.add(keyless)).rejects.toThrow('with a key');
});
