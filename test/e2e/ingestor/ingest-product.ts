import { candleBackfill, PORTFOLIO_SHARDS, QUEUES } from '#contracts';
import type { LatestPrice } from '#domain';
import { BullJobQueue, RedisLatestPrices } from '#messaging';
import {
  createDataSource, PostgresCandleBackfillStore, PostgresIngestLeaseStore, PostgresMarketStore, PostgresPriceWatchStore, runMigrations,
} from '#persistence';
import { createTestDatabase, freePort, spawnApp, startTestRedis, type SpawnedApp } from '#testing';
import { startSimulatorProcess } from '../simulator/simulator-process.js';

/** Those of the simulator's markets that are always traded. */
export const MARKETS = ['HANAUSDT', 'AIAUSDT', 'XANUSDT', 'TRUTHUSDT', 'SIRENUSDT', 'BTCUSDT'] as const;

/** Short enough that a test need not wait for the product's real patience. */
const QUICK = { PRICE_EVERY_MS: '250', WATCH_EVERY_MS: '250', STATUS_EVERY_MS: '500', SWEEP_EVERY_MS: '1000', JOB_LOCK_MS: '2000', JOB_STALLED_CHECK_MS: '1000' };

/** Polls, since a price in Redis tells nobody that it came. @throws with what was last seen, after the time is over */
export async function until<Value>(look: () => Promise<Value>, isSo: (value: Value) => boolean, timeoutMs = 20_000): Promise<Value> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    if (performance.now() > deadlineMs) throw new Error(`not so within ${timeoutMs} ms; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** All of them good, and seen just now. */
export function areFresh(prices: readonly (LatestPrice | null)[]): boolean {
  return prices.every((price) => price !== null && price.flag === null && Date.now() - price.receivedMs < 2_500);
}

/** Simulator and ingestors as processes, with a database and a Redis of their own; what the API and the evaluators do is done here. */
export async function openIngestProduct() {
  const [database, redis, simulator] = await Promise.all([
    createTestDatabase(), startTestRedis(), startSimulatorProcess(['--speed', '60', '--no-rate-limit']),
  ]);
  const dataSource = await createDataSource({ url: database.url, poolSize: 4, applicationName: 'ingestor-spec' }).initialize();
  await runMigrations(dataSource);
  const watches = new PostgresPriceWatchStore(dataSource);
  const prices = new RedisLatestPrices({ redisUrl: redis.url });
  const jobs = new BullJobQueue({ redisUrl: redis.url, contracts: QUEUES });
  const ingestors: SpawnedApp[] = [];

  const read = async (): Promise<(LatestPrice | null)[]> => prices.read('SIMULATOR', MARKETS).catch(() => MARKETS.map(() => null));
  return {
    database, redis, simulator, dataSource, prices, jobs, watches, read,
    markets: new PostgresMarketStore(dataSource),
    leases: new PostgresIngestLeaseStore(dataSource),
    backfills: new PostgresCandleBackfillStore(dataSource, { queue: candleBackfill.name, priority: 1 }),
    /** A portfolio that needs them, in a shard of its own. */
    watchAll: (watcher: string, shard: number, marketIds: readonly string[] = MARKETS) =>
      watches.replace('SIMULATOR', watcher, marketIds.map((marketId) => ({ marketId, shard: shard % PORTFOLIO_SHARDS }))),
    startIngestor: async (env: Readonly<Record<string, string>> = {}): Promise<SpawnedApp & { readonly healthUrl: string }> => {
      const healthPort = await freePort();
      const variables = { DATABASE_URL: database.url, REDIS_URL: redis.url, EXCHANGE: 'simulator', EXCHANGE_URL: simulator.url, HEALTH_PORT: String(healthPort), ...QUICK, ...env };
      const ingestor = await spawnApp('apps/price-ingestor/src/main.js', variables, { ready: /"event":"worker-ready"/u });
      ingestors.push(ingestor);
      return { ...ingestor, healthUrl: `http://127.0.0.1:${healthPort}/readyz` };
    },
    fault: (fault: string, more: object = {}) => simulator.control('POST', '/faults', { fault, on: 'GET /api/v3/ticker/bookTicker', ...more }),
    heal: () => simulator.control('DELETE', '/faults'),
    stopIngestors: async () => {
      await Promise.all(ingestors.splice(0).map((ingestor) => ingestor.stop()));
    },
    close: async () => {
      await Promise.all(ingestors.map((ingestor) => ingestor.stop()));
      await jobs.close();
      prices.close();
      await dataSource.destroy();
      await Promise.all([simulator.app.stop(), database.drop(), redis.stop()]);
    },
  };
}

export type IngestProduct = Awaited<ReturnType<typeof openIngestProduct>>;
