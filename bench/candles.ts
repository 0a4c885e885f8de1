import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import type { CandleColumnName, LoadedSeries } from '#application';
import { CandleColumnsBuilder, type CandleColumns, type SeriesIdentity } from '#domain';
import { createDataSource, PostgresCandleStore, runMigrations } from '#persistence';
import type { BenchContext, BenchResult } from './bench-result.js';
import { makePlainRows, readPlainRowsByCopy, readPlainRowsAsObjects } from './plain-rows.js';

/** The panel of the issue: 5.26 million candles, a year of minutes of ten assets. */
export const PANEL = { seriesCount: 10, barsPerSeries: 525_600, startMs: 1_672_531_200_000, intervalMs: 60_000 } as const;
const EVERY_COLUMN: readonly CandleColumnName[] = ['open', 'high', 'low', 'close', 'volume'];
const EVERYTHING = { fromMs: null, toMs: null } as const;
/** Measured on 2 cores with PostgreSQL 18, warm. */
const REFERENCE_MS = { allColumns: 360, closes: 100 } as const;
const TOLERANCE = 1.5;
const TIMES = 5;

/** Candle columns out of Postgres as packed chunks, beside plain rows of the same candles in the same run. */
export async function run({ databaseAdminUrl }: BenchContext): Promise<BenchResult[]> {
  const database = await createDatabase(databaseAdminUrl);
  const dataSource = createDataSource({ url: database.url, poolSize: 4, applicationName: 'bench-candles' });
  try {
    await runMigrations(await dataSource.initialize());
    return await measure(dataSource, database.url);
  } finally {
    await dataSource.destroy();
    await database.drop();
  }
}

async function measure(dataSource: DataSource, url: string): Promise<BenchResult[]> {
  const store = new PostgresCandleStore(dataSource);
  const identities = Array.from({ length: PANEL.seriesCount }, (_none, series) => identityOf(series));
  const storedMs = await timeOf(async () => {
    for (const [series, identity] of identities.entries()) await store.upsertCandles(identity, madeCandles(series), 'bench');
  });
  await makePlainRows(url, PANEL);
  await dataSource.query('ANALYZE');
  const load = (columns: readonly CandleColumnName[]) => () => store.loadColumns(identities, EVERYTHING, columns);
  check(await load(EVERY_COLUMN)(), await readPlainRowsByCopy(url));
  const [allMs, closesMs] = [await medianMs(load(EVERY_COLUMN)), await medianMs(load(['close']))];
  const rowsMs = await timeOf(() => readPlainRowsByCopy(url));
  const objectsMs = await timeOf(() => readPlainRowsAsObjects(url, PANEL.seriesCount));
  return resultsOf({ allMs, closesMs, rowsMs, objectsMs, storedMs });
}

function resultsOf(ms: Readonly<Record<'allMs' | 'closesMs' | 'rowsMs' | 'objectsMs' | 'storedMs', number>>): BenchResult[] {
  const candles = PANEL.seriesCount * PANEL.barsPerSeries;
  const byCopy = { name: 'plain rows by binary COPY', value: ms.rowsMs };
  return [
    { name: 'load 5.26 M candles, all columns', value: ms.allMs, unit: 'ms', baseline: byCopy, ratio: ms.allMs / ms.rowsMs, ...within(ms.allMs, REFERENCE_MS.allColumns) },
    { name: 'load 5.26 M candles, closes only', value: ms.closesMs, unit: 'ms', baseline: byCopy, ratio: ms.closesMs / ms.rowsMs, ...within(ms.closesMs, REFERENCE_MS.closes) },
    { name: 'the same as plain rows, objects', value: ms.objectsMs, unit: 'ms', baseline: byCopy, ratio: ms.objectsMs / ms.rowsMs },
    { name: 'store 5.26 M candles from memory', value: candles / ms.storedMs / 1_000, unit: 'million candles/s' },
  ];
}

function within(valueMs: number, referenceMs: number): Pick<BenchResult, 'goal' | 'isGoalMet'> {
  return { goal: `within ${TOLERANCE}× of ${referenceMs} ms`, isGoalMet: valueMs <= TOLERANCE * referenceMs };
}

/** Both ways must read the same numbers, or the comparison is of nothing. */
function check(loaded: readonly LoadedSeries[], plainSum: number): void {
  let sum = 0;
  for (const { openTimesMs, columns } of loaded) {
    for (const column of [openTimesMs, ...Object.values(columns)]) for (const value of column) sum += value;
  }
  // Sums of 3e7 floats in two orders: equal but for rounding.
  if (Math.abs(sum - plainSum) > 1e-9 * Math.abs(sum)) throw new Error(`chunks sum to ${sum}, plain rows to ${plainSum}`);
}

function identityOf(series: number): SeriesIdentity {
  return { exchange: 'BENCH', base: `A${series}`, quote: 'USDT', interval: '1m' };
}

async function* madeCandles(series: number): AsyncGenerator<CandleColumns> {
  const builder = new CandleColumnsBuilder(PANEL.barsPerSeries);
  for (let bar = 0; bar < PANEL.barsPerSeries; bar++) {
    // plain-rows.ts says the same in SQL.
    const price = 1 + ((bar * 7_919 + series * 104_729) % 100_000) / 1_000;
    builder.push({
      openTimeMs: PANEL.startMs + bar * PANEL.intervalMs,
      open: price,
      high: price * 2,
      low: price / 2,
      close: price * 1.25,
      volume: bar % 1_000,
    });
  }
  yield builder.take();
}

async function medianMs(work: () => Promise<unknown>): Promise<number> {
  await work(); // Warm: caches of the database, and compiled code.
  const times: number[] = [];
  for (let i = 0; i < TIMES; i++) times.push(await timeOf(work));
  return times.sort((a, b) => a - b)[Math.floor(TIMES / 2)]!;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function createDatabase(adminUrl: string): Promise<{ readonly url: string; readonly drop: () => Promise<void> }> {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await administer(adminUrl, `CREATE DATABASE ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
