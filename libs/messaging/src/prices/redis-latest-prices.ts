import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { LatestPrice, LatestPrices, VenueName } from '#application';
import { PRICE_FLAGS } from '#contracts';
import { producerConnection } from '../bull-connection.js';
import { TransportFailure } from '../bull-job-queue.js';

/** What nobody publishes any more is forgotten; far longer than any price is of use. */
const KEPT_SECONDS = 86_400;

const price = z.number().positive();
const time = z.int().min(0);
/** Bid, ask, and three times, by position: a tenth of a second's answer is read for thousands of markets. */
const StoredPrice = z.tuple([price, price, time, time, time, z.enum(PRICE_FLAGS).nullable()]);

export interface LatestPricesOptions {
  readonly redisUrl: string;
  /** For the log only: the connection is tried again by itself. */
  readonly onError?: (error: Error) => void;
}

/** One hash a venue, a field a market. */
export class RedisLatestPrices implements LatestPrices {
  private readonly client: Redis;

  constructor({ redisUrl, onError = () => undefined }: LatestPricesOptions) {
    this.client = producerConnection(redisUrl, onError);
  }

  async publish(venue: VenueName, prices: readonly LatestPrice[]): Promise<void> {
    if (prices.length === 0) return;
    const fields = prices.flatMap((latest) => [latest.marketId, written(latest)]);
    const key = keyOf(venue);
    await this.call('publish prices', async () => {
      const outcomes = await this.client.pipeline().hset(key, ...fields).expire(key, KEPT_SECONDS).exec();
      const failed = outcomes?.find(([error]) => error !== null);
      if (failed !== undefined) throw failed[0] as Error;
    });
  }

  async read(venue: VenueName, marketIds: readonly string[]): Promise<(LatestPrice | null)[]> {
    if (marketIds.length === 0) return [];
    const stored = await this.call('read prices', () => this.client.hmget(keyOf(venue), ...marketIds));
    return marketIds.map((marketId, index) => parsed(marketId, stored[index] ?? null));
  }

  /** Rejects where Redis does not answer: for readiness. */
  async ping(): Promise<void> {
    await this.call('ping', () => this.client.ping());
  }

  close(): void {
    this.client.disconnect();
  }

  private async call<Value>(what: string, command: () => Promise<Value>): Promise<Value> {
    if (this.client.status !== 'ready') throw new TransportFailure('unavailable', `Redis is away: cannot ${what}`, { cause: null });
    try {
      return await command();
    } catch (error) {
      // A peer that has silently vanished would keep the connection "ready" for minutes.
      if (error instanceof Error && /timed out/u.test(error.message)) this.client.disconnect(true);
      throw new TransportFailure('unavailable', `Redis could not ${what}`, { cause: error });
    }
  }
}

const keyOf = (venue: VenueName): string => `rebalancer:prices:${venue}`;

function written({ bid, ask, exchangeMs, receivedMs, changedMs, flag }: LatestPrice): string {
  return JSON.stringify([bid, ask, Math.round(exchangeMs), Math.round(receivedMs), Math.round(changedMs), flag]);
}

/** What is not one of ours (another version's, a stranger's) is as good as nothing: a second later it is there again. */
function parsed(marketId: string, text: string | null): LatestPrice | null {
  if (text === null) return null;
  const result = StoredPrice.safeParse(jsonOf(text));
  if (!result.success || result.data[0] > result.data[1]) return null;
  const [bid, ask, exchangeMs, receivedMs, changedMs, flag] = result.data;
  return { marketId, bid, ask, mid: bid / 2 + ask / 2, exchangeMs, receivedMs, changedMs, flag };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
