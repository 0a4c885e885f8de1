import type { QueuedJob } from '#application';
import { Chance } from './chance.js';
import { SimulatedRedis, type JobEnd, type RedisOdds } from './simulated-redis.js';
import { VirtualTime } from './virtual-time.js';

const POLICY = { attempts: 3, lockMs: 30_000, stalledCheckMs: 15_000, maxStalledCount: 2 };
const CALM: RedisOdds = { drop: 0, duplicate: 0, delay: 0, reorder: 0 };
const nothing = (): void => undefined;

interface WorkerSwitches {
  isAwake: boolean;
  handle: (id: string) => Promise<JobEnd>;
}

function aRedis(odds: Partial<RedisOdds> = {}) {
  const time = new VirtualTime(0);
  const failures: unknown[] = [];
  const redis = new SimulatedRedis({ time, chance: new Chance(3), odds: () => ({ ...CALM, ...odds }), note: nothing, onFailure: (error) => void failures.push(error) });
  const worker = (handle: WorkerSwitches['handle']): WorkerSwitches => {
    const switches: WorkerSwitches = { isAwake: true, handle };
    redis.consume({ queue: 'plans', concurrency: 1, policy: POLICY, isAwake: () => switches.isAwake, isDead: () => false, handle: ({ payload }) => switches.handle(String(payload['id'])) });
    return switches;
  };
  const add = (id: string, change: Partial<QueuedJob> = {}): void => void redis.queue.add({ queue: 'plans', jobId: id, payload: { id }, priority: 1, ...change }).catch(nothing);
  return { time, redis, worker, add, failures };
}

const done = async (): Promise<JobEnd> => ({ kind: 'done' });

async function doneAfter(time: VirtualTime, durationMs: number): Promise<JobEnd> {
  await time.pause(durationMs);
  return { kind: 'done' };
}

it('gives each job to a worker once, and takes an id that it remembers for done', async () => {
  const { time, worker, add } = aRedis();
  const seen: string[] = [];
  worker(async (id) => (seen.push(id), done()));
  for (const id of ['a', 'b', 'a']) add(id);
  await time.runUntil(10_000, nothing);
  add('a');
  await time.runUntil(20_000, nothing);
  expect(seen.toSorted()).toEqual(['a', 'b']);
});

it('puts a job back for as long as its look says, and tries again one that fails, up to its attempts', async () => {
  const { time, worker, add, failures } = aRedis();
  const seenMs: number[] = [];
  worker(async (id) => {
    if (id === 'poison') throw new Error('it never works');
    seenMs.push(time.nowMs);
    return seenMs.length < 2 ? { kind: 'again', delayMs: 5_000 } : { kind: 'done' };
  });
  add('twice');
  add('poison');
  await time.runUntil(120_000, nothing);
  expect(seenMs[1]! - seenMs[0]!).toBeGreaterThanOrEqual(5_000);
  expect(failures).toHaveLength(POLICY.attempts);
});

it('gives the job of a worker that stands still to another one, whose word counts', async () => {
  const { time, redis, worker, add } = aRedis();
  const seen: string[] = [];
  const stopped = worker((id) => {
    stopped.isAwake = false;
    seen.push(`stopped ${id}`);
    return doneAfter(time, 90_000);
  });
  add('a');
  await time.runUntil(1_000, nothing);
  worker(async (id) => (seen.push(`other ${id}`), done()));
  await time.runUntil(200_000, nothing);
  expect(seen).toEqual(['stopped a', 'other a']);
  expect(redis.counts.stalled).toBe(1);
});

it('coalesces what waits under one key, with what the last of it carried', async () => {
  const { time, worker, add } = aRedis();
  for (const id of ['first', 'second', 'third']) add(id, { coalesceKey: 'shard-1' });
  await time.runUntil(100, nothing);
  const seen: string[] = [];
  worker(async (id) => (seen.push(id), done()));
  await time.runUntil(10_000, nothing);
  expect(seen).toEqual(['third']);
});

it('knows nothing any more once it was emptied, not even of what is being worked at', async () => {
  const { time, redis, worker, add } = aRedis();
  const seen: string[] = [];
  worker(async (id) => {
    seen.push(id);
    await time.pause(1_000);
    return { kind: 'again', delayMs: 100 };
  });
  add('a');
  await time.runUntil(500, nothing);
  redis.flush();
  await time.runUntil(60_000, nothing);
  expect(seen).toEqual(['a']);
  expect(await aliveIn(redis, time, 'a')).toBe(false);
});

it('loses, doubles and refuses where it is told to', async () => {
  const lossy = aRedis({ drop: 1 });
  lossy.worker(() => Promise.reject(new Error('nothing should come')));
  lossy.add('lost');
  await lossy.time.runUntil(10_000, nothing);
  expect({ ...lossy.redis.counts, failures: lossy.failures }).toMatchObject({ dropped: 1, failures: [] });
  const doubling = aRedis({ duplicate: 1 });
  let looks = 0;
  doubling.worker(async () => ((looks += 1), done()));
  doubling.add('twice');
  await doubling.time.runUntil(10_000, nothing);
  expect(looks).toBe(2);
  doubling.redis.goAway(5_000);
  const refused = doubling.redis.queue.add({ queue: 'plans', jobId: 'c', payload: {}, priority: 1 }).catch((error: unknown) => String(error));
  await doubling.time.runUntil(10_100, nothing);
  expect(await refused).toBe('Error: Redis is away');
});

async function aliveIn(redis: SimulatedRedis, time: VirtualTime, jobId: string): Promise<boolean> {
  const alive = redis.queue.alive('plans', [jobId]);
  await time.runUntil(time.nowMs + 10, nothing);
  return (await alive).has(jobId);
}
