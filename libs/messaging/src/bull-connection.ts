import type { RedisOptions } from 'bullmq';
import { Redis } from 'ioredis';

/** A Redis that has come back is asked again within this time. */
const LONGEST_RETRY_MS = 1_000;
const COMMAND_MS = 2_000;
const CONNECT_MS = 5_000;

const retryStrategy = (times: number): number => Math.min(LONGEST_RETRY_MS, 50 * 2 ** Math.min(times, 10));

/**
 * For those that add jobs: a command fails at once while Redis is away, and after two seconds where it hangs, because
 * what waits is safe in the outbox. Connects by itself, again and again; never throws for it.
 */
export function producerConnection(url: string, onError: (error: Error) => void): Redis {
  const client = new Redis(url, {
    enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: COMMAND_MS, connectTimeout: CONNECT_MS, retryStrategy,
  });
  client.on('error', onError);
  return client;
}

/** For workers: commands wait for Redis as long as it takes, as BullMQ's blocking reads need it. */
export function workerConnection(url: string): RedisOptions {
  return { url, maxRetriesPerRequest: null, connectTimeout: CONNECT_MS, retryStrategy };
}
