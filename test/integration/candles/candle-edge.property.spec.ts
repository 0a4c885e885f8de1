import * as fc from 'fast-check';
import type { Candle, SeriesIdentity } from '#domain';
import { PostgresFollowedSeriesStore } from '#persistence';
import { aCandle, batchesOf, columnsOf, HANA, MINUTE_MS, START_MS, startStore, type StoreUnderTest } from './candle-fixtures.js';

const ALL = { fromMs: null, toMs: null };
const EVERY_COLUMN = ['open', 'high', 'low', 'close', 'volume'] as const;
/** START_MS lies 3,264 minutes into a chunk of 16,384, so 13,120 minutes later a chunk ends: sequences cross that border. */
const BORDER = 13_120;
const OTHER: SeriesIdentity = { ...HANA, base: 'ATONCE' };

let running: StoreUnderTest;
let series: PostgresFollowedSeriesStore;
beforeAll(async () => {
  running = await startStore();
  series = new PostgresFollowedSeriesStore(running.dataSource);
});
afterAll(() => running.stop());
const clear = () => running.dataSource.query('TRUNCATE candle_series CASCADE');
afterEach(clear);

const minute = (n: number) => START_MS + n * MINUTE_MS;
const append = (candles: readonly Candle[], identity: SeriesIdentity = HANA) =>
  series.append({ identity, marketId: 'M' }, { fromMs: candles[0]!.openTimeMs, nextFromMs: candles.at(-1)!.openTimeMs + MINUTE_MS, columns: columnsOf(candles) }, 'edge');
const upsert = (candles: readonly Candle[], identity: SeriesIdentity = HANA) => running.store.upsertCandles(identity, batchesOf(candles), 'upsert');
const run = (from: number, count: number, close: number) => Array.from({ length: count }, (_none, i) => aCandle(from + i, close, i % 3));

async function everythingOf(identity: SeriesIdentity) {
  const [loaded] = await running.store.loadColumns([identity], ALL, EVERY_COLUMN);
  const [coverage] = await running.store.coverageOf([identity]);
  const { updatedAtMs: _when, identity: _who, ...figures } = coverage ?? { updatedAtMs: 0, identity: null };
  const columns = Object.fromEntries(Object.entries(loaded!.columns).map(([name, column]) => [name, [...column]]));
  return { times: [...loaded!.openTimesMs], columns, figures };
}

async function rowCounts() {
  const [row] = await running.dataSource.query<{ edge: number; chunks: number }[]>(
    'SELECT (SELECT count(*)::int FROM candle_edge) AS edge, (SELECT count(*)::int FROM candle_chunk) AS chunks',
  );
  return row;
}

describe('the recent edge', () => {
  it('takes candles behind all that is stored as rows, leaves the chunks alone, and is read like them', async () => {
    await upsert(run(0, 10, 5));
    const [before] = await running.dataSource.query<{ xmin: string }[]>('SELECT xmin::text FROM candle_chunk');
    await append(run(10, 2, 6));
    await append(run(12, 1, 7));
    expect(await rowCounts()).toEqual({ edge: 3, chunks: 1 });
    expect(await running.dataSource.query('SELECT xmin::text FROM candle_chunk')).toEqual([before]);
    const [loaded] = await running.store.loadColumns([HANA], { fromMs: minute(8), toMs: minute(11) }, ['close']);
    expect([...loaded!.columns.close!]).toEqual([5, 5, 6, 6]);
    expect(loaded!.columns.close!.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('becomes part of the chunks once it is 1,024 candles long, and is the same to every reader', async () => {
    await append(run(0, 1_023, 5));
    const fingerprints = [await running.store.fingerprint([HANA], ALL)];
    expect(await rowCounts()).toEqual({ edge: 1_023, chunks: 0 });
    await append(run(1_023, 1, 5));
    expect(await rowCounts()).toEqual({ edge: 0, chunks: 1 });
    fingerprints.push(await running.store.fingerprint([HANA], ALL));
    await clear();
    await upsert(run(0, 1_023, 5));
    expect(await running.store.fingerprint([HANA], ALL)).toBe(fingerprints[0]);
    await upsert(run(1_023, 1, 5).map((candle) => ({ ...candle, volume: 1_023 % 3 })));
    expect(await rowCounts()).toEqual({ edge: 0, chunks: 1 });
  });

  it('corrects a candle of its own with both figures on record, and keeps an unchanged one', async () => {
    await append([aCandle(0, 10), aCandle(1, 10)]);
    const unchanged = { insertedCount: 0, unchangedCount: 1, correctedCount: 0 };
    expect(await append([aCandle(1, 10)])).toEqual(unchanged);
    expect(await append([aCandle(1, 12, 7)])).toEqual({ insertedCount: 0, unchangedCount: 0, correctedCount: 1 });
    expect(await running.dataSource.query('SELECT open_time_ms, old_close, new_close, source FROM candle_correction')).toEqual([
      { open_time_ms: String(minute(1)), old_close: 10, new_close: 12, source: 'edge' },
    ]);
  });

  it('changes no fingerprint of a range that ends before what is appended, in the same chunk or at the edge itself', async () => {
    await upsert(run(0, 10, 5));
    await append(run(10, 5, 5));
    const ranges = [5, 12].map((n) => ({ fromMs: minute(0), toMs: minute(n) }));
    const fingerprints = () => Promise.all(ranges.map((range) => running.store.fingerprint([HANA], range)));
    const before = await fingerprints();
    await append(run(15, 5, 5));
    expect(await fingerprints()).toEqual(before);
    await append([aCandle(12, 99)]);
    expect((await fingerprints())[1]).not.toBe(before[1]);
  });

  it('changes a fingerprint with every candle in the range, and leaves one before it alone', async () => {
    await upsert(run(0, 10, 5));
    const far = { fromMs: minute(40_000), toMs: minute(40_010) };
    await append(run(40_000, 1, 5));
    const before = [await running.store.fingerprint([HANA], far), await running.store.fingerprint([HANA], { fromMs: null, toMs: minute(100) })];
    await append(run(40_001, 1, 5));
    const after = [await running.store.fingerprint([HANA], far), await running.store.fingerprint([HANA], { fromMs: null, toMs: minute(100) })];
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
  });
});

/** Either of the ways that candles come, anywhere around a chunk's end, with figures that may differ from those before. */
const change = fc.record({
  by: fc.constantFrom('append', 'append', 'upsert'),
  from: fc.integer({ min: BORDER - 60, max: BORDER + 60 }),
  count: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant(1_100)),
  close: fc.integer({ min: 1, max: 3 }),
});

it('any sequence of appends and upserts reads like one upsert of what came last of each candle', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      await clear();
      const latest = new Map<number, Candle>();
      const [counted, corrected] = [{ inserted: 0 }, { count: 0 }];
      for (const { by, from, count, close } of changes) {
        const candles = run(from, count, close);
        const counts = await (by === 'append' ? append(candles) : upsert(candles));
        counted.inserted += counts.insertedCount;
        corrected.count += counts.correctedCount;
        for (const candle of candles) latest.set(candle.openTimeMs, candle);
      }
      await upsert([...latest.values()].sort((one, other) => one.openTimeMs - other.openTimeMs), OTHER);
      expect(await everythingOf(HANA)).toEqual(await everythingOf(OTHER));
      expect(counted.inserted).toBe(latest.size);
      const [{ n }] = await running.dataSource.query<[{ n: number }]>('SELECT count(*)::int AS n FROM candle_correction');
      expect(n).toBe(corrected.count);
      await expectSameFingerprint();
    }),
    { numRuns: 40 },
  );
});

/** The same database under the other name: what is at the edge here is in chunks there. */
async function expectSameFingerprint(): Promise<void> {
  const before = await running.store.fingerprint([HANA], ALL);
  await running.dataSource.query(`UPDATE candle_series SET base = CASE base WHEN 'HANA' THEN 'ASIDE' ELSE 'HANA' END`);
  expect(await running.store.fingerprint([HANA], ALL)).toBe(before);
}
