import { createDataSource, PostgresCandleStore, runMigrations } from '#persistence';
import { createTestDatabase } from '#testing';
import { CandleColumnsBuilder, type Candle, type CandleColumns, type SeriesIdentity } from '#domain';
import type { DataSource } from 'typeorm';

export const HANA = { exchange: 'MEXC', base: 'HANA', quote: 'USDT', interval: '1m' } as const satisfies SeriesIdentity;
export const MINUTE_MS = 60_000;

/** A round minute, 2024-01-01T00:00Z. */
export const START_MS = 1_704_067_200_000;

export interface StoreUnderTest {
  readonly store: PostgresCandleStore;
  readonly dataSource: DataSource;
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** A candle store on a database of its own. */
export async function startStore(): Promise<StoreUnderTest> {
  const database = await createTestDatabase();
  const dataSource = await createDataSource({ url: database.url, poolSize: 4, applicationName: 'candle-spec' }).initialize();
  await runMigrations(dataSource);
  const stop = async () => {
    await dataSource.destroy();
    await database.drop();
  };
  return { store: new PostgresCandleStore(dataSource), dataSource, url: database.url, stop };
}

/** A flat candle at a minute after START_MS. Each figure differs from the others, so that no two columns can be swapped. */
export function aCandle(minute: number, close = 10, volume = 3): Candle {
  return { openTimeMs: START_MS + minute * MINUTE_MS, open: close / 2, high: close * 4, low: close / 4, close, volume };
}

export function columnsOf(candles: readonly Candle[]): CandleColumns {
  const builder = new CandleColumnsBuilder(1);
  for (const candle of candles) builder.push(candle);
  return builder.take();
}

export async function* batchesOf(...batches: readonly (readonly Candle[])[]): AsyncGenerator<CandleColumns> {
  for (const batch of batches) yield columnsOf(batch);
}
