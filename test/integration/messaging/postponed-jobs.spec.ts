import { Worker } from 'bullmq';
import { ulid } from 'ulid';
import { backtestRun } from '#contracts';
import { BullJobQueue, postpone, workerOptions } from '#messaging';
import { startTestRedis, type TestRedis } from '#testing';

let redis: TestRedis;
let jobs: BullJobQueue;
beforeAll(async () => {
  redis = await startTestRedis();
  await new Promise<void>((resolve) => {
    jobs = new BullJobQueue({ redisUrl: redis.url, contracts: [backtestRun], onReady: resolve });
  });
});
afterAll(async () => {
  await jobs.close();
  await redis.stop();
});

it('comes back after a pause also where the time to come back at has passed by this clock', async () => {
  const looksMs: number[] = [];
  const options = workerOptions(backtestRun, { redisUrl: redis.url, runnerId: 'ahead', concurrency: 1 });
  const second = new Promise<void>((resolve, reject) => {
    const worker = new Worker(backtestRun.name, async (job, token) => {
      looksMs.push(performance.now());
      if (looksMs.length === 1) return postpone(job, Date.now() - 30_000, token);
      return void worker.close().then(resolve, reject);
    }, options);
  });
  const runId = `bt_${ulid()}`;
  await jobs.add({ queue: backtestRun.name, jobId: `backtest-run-${runId}-1`, payload: { runId }, priority: 1 });
  await second;
  // The floor is 250 ms; Redis tells delays in whole milliseconds by its own clock.
  expect(looksMs[1]! - looksMs[0]!).toBeGreaterThanOrEqual(240);
});
