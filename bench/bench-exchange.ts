import { ulid } from 'ulid';
import { SubmitBackfill, type CandleBackfill, type KnownMarket } from '#application';
import { candleBackfill } from '#contracts';
import { createDataSource, PostgresCandleBackfillStore, PostgresMarketStore, PostgresPriceWatchStore, runMigrations } from '#persistence';
import { systemClock } from '#platform';
import { createBenchDatabase } from './bench-database.js';
import { startProcess, type BenchProcess } from './bench-process.js';
import type { BenchContext } from './bench-result.js';

const MARKETS_MS = 30_000;
const POLL_MS = 20;

export interface BenchExchange {
  readonly databaseUrl: string;
  readonly origin: string;
  readonly simulator: BenchProcess;
  readonly ingestor: BenchProcess;
  /** As the ingestor has stored them. */
  readonly markets: readonly KnownMarket[];
  readonly watches: PostgresPriceWatchStore;
  /** What the API does with a wish for candles, without HTTP. */
  readonly submit: (assets: readonly string[], fromMs: number, toMs: number) => Promise<readonly CandleBackfill[]>;
  readonly find: (ids: readonly string[]) => Promise<readonly CandleBackfill[]>;
  readonly close: () => Promise<void>;
}

/** A simulator of so many made markets without rate limit, and one ingestor with no budget, both as processes of their own. */
export async function openBenchExchange({ databaseAdminUrl, redisUrl }: BenchContext, marketCount: number): Promise<BenchExchange> {
  const database = await createBenchDatabase(databaseAdminUrl);
  const dataSource = await createDataSource({ url: database.url, poolSize: 4, applicationName: 'bench-exchange' }).initialize();
  await runMigrations(dataSource);
  const args = ['--port', '0', '--control-port', '0', '--seed', '7', '--no-rate-limit', '--markets', String(marketCount)];
  const simulator = await startProcess({ app: 'exchange-simulator', args, ready: 'ready: ' });
  const origin = /^ready: (\S+)$/mu.exec(simulator.output())?.[1] ?? '';
  const environment = { DATABASE_URL: database.url, REDIS_URL: redisUrl, EXCHANGE: 'simulator', EXCHANGE_URL: origin, RATE_BUDGET: 'off' };
  const ingestor = await startProcess({ app: 'price-ingestor', environment, ready: '"event":"worker-ready"' });
  const markets = new PostgresMarketStore(dataSource);
  const store = new PostgresCandleBackfillStore(dataSource, { queue: candleBackfill.name, priority: candleBackfill.policy.priorities.interactive });
  const ids = { next: (prefix: string) => `${prefix}_${ulid()}` };
  const submitBackfill = new SubmitBackfill({ store, markets, venue: 'SIMULATOR', clock: systemClock, ids, onQueued: () => {} });
  return {
    databaseUrl: database.url, origin, simulator, ingestor,
    markets: await untilKnown(markets, marketCount),
    watches: new PostgresPriceWatchStore(dataSource),
    submit: async (assets, fromMs, toMs) => {
      const result = await submitBackfill.run({ exchange: null, assets, quote: 'USDT', interval: '1m', fromMs, toMs, follow: false });
      if (result.kind !== 'accepted') throw new Error(JSON.stringify(result));
      return result.backfills;
    },
    find: (wanted) => store.list({ ids: wanted }, wanted.length),
    close: async () => {
      await ingestor.stop();
      await simulator.stop();
      await dataSource.destroy();
      await database.drop();
    },
  };
}

async function untilKnown(store: PostgresMarketStore, count: number): Promise<readonly KnownMarket[]> {
  const deadline = performance.now() + MARKETS_MS;
  while (performance.now() < deadline) {
    const status = await store.statusOf('SIMULATOR');
    const known = status === null || status.marketsLoadedMs === null ? [] : await store.list('SIMULATOR');
    if (known.length >= count) return known;
    await pause(POLL_MS);
  }
  throw new Error(`the ingestor did not store ${count} markets in ${MARKETS_MS} ms`);
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
