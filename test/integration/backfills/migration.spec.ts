import { createDataSource, PostgresCandleStore, runMigrations } from '#persistence';
import { createTestDatabase } from '#testing';
import { DataSource } from 'typeorm';
import { aCandle, batchesOf, columnsOf, HANA } from '../candles/candle-fixtures.js';
import { aClaimedBackfill, aStep, LEASE_MS, minute, minutesFrom, openBackfillDatabase, storedMinutes, type BackfillDatabase } from './backfill-fixtures.js';
import { recount } from './recount.js';

const everything = { fromMs: null, toMs: null };
const run = (from: number, count: number) => minutesFrom(from, count).map((n) => aCandle(n, 10, n % 3));

let database: BackfillDatabase | null = null;
afterEach(async () => {
  await database?.close();
  database = null;
});

/** As many as this version has beyond candles, runs and access, one after the other, newest first. */
async function downToFirstThree({ dataSource }: BackfillDatabase): Promise<void> {
  const beyond = (dataSource.options.migrations as unknown[]).length - 3;
  for (let n = 0; n < beyond; n++) await dataSource.undoLastMigration();
}

it('takes a database of the version before, with a series that had no candle yet', async () => {
  const made = await createTestDatabase();
  const current = createDataSource({ url: made.url, poolSize: 2, applicationName: 'migration-spec' });
  const before = await new DataSource({ ...current.options, migrations: (current.options.migrations as never[]).slice(0, 3) }).initialize();
  await before.runMigrations();
  await before.query(`INSERT INTO candle_series (exchange, base, quote, candle_interval, interval_ms) VALUES ('MEXC', 'HANA', 'USDT', '1m', 60000)`);
  await before.destroy();
  await current.initialize();
  expect(await runMigrations(current)).toHaveLength((current.options.migrations as unknown[]).length - 3);
  // The row of the series that had no candle yet is as good as any.
  const candles = new PostgresCandleStore(current);
  expect(await candles.upsertCandles(HANA, batchesOf(run(0, 5)), 'file.csv')).toMatchObject({ insertedCount: 5 });
  await current.destroy();
  await made.drop();
});

it('goes down and up again with all that stands in chunks, and figures that tell of nothing else', async () => {
  database = await openBackfillDatabase();
  const [chunked, edged] = [{ ...HANA, base: 'CHUNKED' }, { ...HANA, base: 'EDGED' }];
  // A hole within a chunk, and one over the end of a chunk, which lies at 13,120; then the edge behind a hole.
  await database.candles.upsertCandles(HANA, batchesOf([...run(0, 100), ...run(110, 13_000), ...run(13_130, 50)]), 'file.csv');
  await database.candles.upsertCandles(HANA, batchesOf([aCandle(3, 99)]), 'correction');
  await database.candles.upsertCandles(chunked, batchesOf(run(0, 10)), 'file.csv');
  const { id, epoch } = await aClaimedBackfill(database, { toMs: minute(13_179) });
  await database.store.storeStep(id, epoch, aStep(0, 100, []), LEASE_MS);
  const inChunks = await database.candles.fingerprint([HANA, chunked], everything);
  for (const identity of [HANA, edged]) await database.series.append({ identity, marketId: 'M' }, { fromMs: minute(20_000), nextFromMs: minute(20_003), columns: columnsOf(run(20_000, 3)) }, 'edge');
  expect(await recount(database)).toEqual([]);
  await downToFirstThree(database);
  await runMigrations(database.dataSource);
  expect(await recount(database)).toEqual([]);
  expect(await database.candles.coverage({})).toMatchObject([
    { identity: chunked, candleCount: 10, gapCount: 0 },
    { identity: HANA, candleCount: 13_150, gapCount: 2, missingCount: 30, lastOpenMs: minute(13_179) },
  ]);
  expect([await storedMinutes(database, edged), await database.candles.fingerprint([HANA, chunked], everything)]).toEqual([[], inChunks]);
  expect(await database.query('SELECT count(*)::int AS n FROM candle_correction')).toEqual([{ n: 1 }]);
});
