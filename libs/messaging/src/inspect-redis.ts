import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

const CONNECT_MS = 3_000;
const COMMAND_MS = 3_000;

/** What matters of a Redis that carries queues. */
export interface RedisReport {
  readonly version: string;
  /** Anything but `noeviction` drops jobs when the memory is full. */
  readonly evictionPolicy: string;
  /** False: a crash forgets the last seconds or minutes of jobs, until the sweeper has brought them back. */
  readonly isAppendOnly: boolean;
  /** Connected workers, by queue. */
  readonly workers: Readonly<Record<string, number>>;
}

/** Asks once and does not wait for a Redis that is away: for people who look for what is wrong. */
export async function inspectRedis(url: string, queues: readonly string[]): Promise<RedisReport> {
  const client = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: CONNECT_MS,
    commandTimeout: COMMAND_MS,
  });
  // The reason arrives with the rejected call as well; without a listener it would be printed.
  let reason: Error | null = null;
  client.on('error', (error) => {
    reason = error;
  });
  try {
    await client.connect();
    const info = await client.info();
    const counted = await Promise.all(queues.map(async (name) => [name, await workersOf(client, name)] as const));
    const field = (name: string): string => new RegExp(`^${name}:(\\S+)`, 'mu').exec(info)?.[1] ?? 'unknown';
    return {
      version: field('redis_version'),
      evictionPolicy: field('maxmemory_policy'),
      isAppendOnly: field('aof_enabled') === '1',
      workers: Object.fromEntries(counted),
    };
  } catch (error) {
    throw reason ?? error;
  } finally {
    // On a closed socket it would only start a timer of two seconds.
    if (client.status !== 'end') client.disconnect();
  }
}

async function workersOf(connection: Redis, name: string): Promise<number> {
  const queue = new Queue(name, { connection, skipMetasUpdate: true });
  queue.on('error', () => {});
  try {
    return await queue.getWorkersCount();
  } finally {
    await queue.close();
  }
}
