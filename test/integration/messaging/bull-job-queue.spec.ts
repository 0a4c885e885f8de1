import { once } from 'node:events';
import { Worker } from 'bullmq';
import { ulid } from 'ulid';
import { backtestRun, QUEUES } from '#contracts';
import { assertRegistered, BullJobQueue, EvictionPolicyError, producerConnection, requireNoEviction, workerOptions } from '#messaging';
import { freePort, startTestRedis, type TestRedis } from '#testing';
import type { QueuedJob } from '#application';

const aJob = (overrides: Partial<QueuedJob> = {}): QueuedJob => {
  const runId = `bt_${ulid()}`;
  return { queue: 'backtest-run', jobId: `backtest-run-${runId}-1`, payload: { runId }, priority: 1, ...overrides };
};

let redis: TestRedis;
let jobs: BullJobQueue;
const queueOf = () => jobs.queues[0]!;
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

describe('a job on its queue', () => {
  it('carries every option of the contract', async () => {
    const job = aJob({ priority: 10 });
    await jobs.add(job);
    const stored = await queueOf().getJob(job.jobId);
    expect(stored).toMatchObject({ data: job.payload, priority: 10 });
    expect(stored?.opts).toMatchObject({
      attempts: 3,
      backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
      removeOnComplete: { age: 86_400, count: 1_000 },
      removeOnFail: { age: 604_800, count: 5_000 },
      priority: 10,
    });
  });

  it('is there once, however often it is added', async () => {
    const job = aJob();
    await Promise.all([jobs.add(job), jobs.add(job), jobs.add(job)]);
    expect(await queueOf().getJobCounts('prioritized', 'waiting')).toEqual({ prioritized: 1, waiting: 0 });
  });

  it('is alive while it waits, and dead once Redis has forgotten it', async () => {
    const [known, unknown] = [aJob(), aJob()];
    await jobs.add(known);
    expect(await jobs.alive('backtest-run', [known.jobId, unknown.jobId])).toEqual(new Set([known.jobId]));
    await redis.flush();
    expect(await jobs.alive('backtest-run', [known.jobId])).toEqual(new Set());
  });

  it('is served by priority, not by age', async () => {
    const [bulk, interactive] = [aJob({ priority: backtestRun.policy.priorities.bulk }), aJob({ priority: backtestRun.policy.priorities.interactive })];
    await jobs.add(bulk);
    await jobs.add(interactive);
    const served: string[] = [];
    const worker = new Worker('backtest-run', async (job) => void served.push(job.id ?? ''), workerOptions(backtestRun, {
      redisUrl: redis.url, runnerId: 'spec', concurrency: 1,
    }));
    await once(worker, 'drained');
    await worker.close();
    expect(served).toEqual([interactive.jobId, bulk.jobId]);
  });

  it.each([
    { name: 'a payload that the contract does not know', job: aJob({ payload: { runId: 'nonsense' } }) },
    { name: 'an id with a colon', job: aJob({ jobId: 'backtest-run:1' }) },
    { name: 'an id of digits', job: aJob({ jobId: '42' }) },
    { name: 'no priority', job: aJob({ priority: 0 }) },
    { name: 'a queue that is not here', job: aJob({ queue: 'nowhere' }) },
  ])('is refused with $name', async ({ job }) => {
    await expect(jobs.add(job)).rejects.toThrow();
    expect(await queueOf().getJobCountByTypes('prioritized', 'waiting')).toBe(0);
  });
});

describe('a producer without Redis', () => {
  it('starts, refuses at once, and works within five seconds of its coming', async () => {
    const port = await freePort();
    const errors: Error[] = [];
    const ready = { resolve: () => {} };
    const isReady = new Promise<void>((resolve) => (ready.resolve = resolve));
    const late = new BullJobQueue({
      redisUrl: `redis://:secret@127.0.0.1:${port}`, contracts: QUEUES, onError: (error) => void errors.push(error), onReady: () => ready.resolve(),
    });
    const startedMs = performance.now();
    await expect(late.add(aJob())).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(late.alive('backtest-run', ['x'])).rejects.toMatchObject({ kind: 'unavailable' });
    expect(performance.now() - startedMs).toBeLessThan(100);
    const server = await startTestRedis({ port, password: 'secret' });
    const cameMs = performance.now();
    await isReady;
    await late.add(aJob());
    expect(performance.now() - cameMs).toBeLessThan(5_000);
    expect(errors.length).toBeGreaterThan(0);
    await late.close();
    await server.stop();
  });

  it('gives up on one that hangs, and works once it goes on', async () => {
    const server = await startTestRedis();
    const recovered = { resolve: () => {} };
    const client = new BullJobQueue({ redisUrl: server.url, contracts: QUEUES, onReady: () => recovered.resolve() });
    await new Promise<void>((resolve) => (recovered.resolve = resolve));
    process.kill(server.pid, 'SIGSTOP');
    try {
      const startedMs = performance.now();
      await expect(client.add(aJob())).rejects.toMatchObject({ kind: 'unavailable' });
      expect(performance.now() - startedMs).toBeLessThan(4_000);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await new Promise<void>((resolve) => (recovered.resolve = resolve));
    await client.add(aJob());
    await client.close();
    await server.stop();
  });
});

describe('a worker at its start', () => {
  it('accepts a Redis that never evicts, and refuses one that does with the remedy', async () => {
    const { signal } = new AbortController();
    await requireNoEviction(redis.url, signal, () => undefined);
    const operator = producerConnection(redis.url, () => undefined);
    await once(operator, 'ready');
    await operator.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await expect(requireNoEviction(redis.url, signal, () => undefined)).rejects.toThrow(EvictionPolicyError);
    await expect(requireNoEviction(redis.url, signal, () => undefined)).rejects.toThrow('config set maxmemory-policy noeviction');
    await operator.config('SET', 'maxmemory-policy', 'noeviction');
    operator.disconnect();
  });

  it('can be stopped while it waits for a Redis that is away', async () => {
    const stop = new AbortController();
    const waiting = requireNoEviction(`redis://127.0.0.1:${await freePort()}`, stop.signal, () => stop.abort(new Error('told to stop')));
    await expect(waiting).rejects.toThrow('told to stop');
  });

  it('refuses a queue that the registry does not know', () => {
    expect(() => assertRegistered({ ...backtestRun, name: 'backtest-walk' })).toThrow('not in the registry');
  });
});
