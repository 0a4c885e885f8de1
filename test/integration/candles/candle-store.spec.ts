import { CandleFileFailure, StoreFailure, type LoadedSeries } from '#application';
import type { Candle, SeriesIdentity } from '#domain';
import { aCandle, batchesOf, HANA, MINUTE_MS, START_MS, startStore, type StoreUnderTest } from './candle-fixtures.js';

const ALL = { fromMs: null, toMs: null };
const EVERY_COLUMN = ['open', 'high', 'low', 'close', 'volume'] as const;
const DOGE: SeriesIdentity = { ...HANA, base: 'DOGE' };

let running: StoreUnderTest;
beforeAll(async () => {
  running = await startStore();
});
afterAll(() => running.stop());
afterEach(() => running.dataSource.query('TRUNCATE candle_series CASCADE'));

function candlesOf({ openTimesMs, columns }: LoadedSeries): Candle[] {
  const { open, high, low, close, volume } = columns;
  return Array.from(openTimesMs, (openTimeMs, i) => ({
    openTimeMs,
    open: open![i]!,
    high: high![i]!,
    low: low![i]!,
    close: close![i]!,
    volume: volume![i]!,
  }));
}

async function stored(identity: SeriesIdentity = HANA): Promise<Candle[]> {
  const [series] = await running.store.loadColumns([identity], ALL, EVERY_COLUMN);
  return candlesOf(series!);
}

async function* breakingOff() {
  yield* batchesOf([aCandle(0)], [aCandle(20_000)]);
  throw new CandleFileFailure('corrupt', 'a.csv.gz', 'broken off');
}

describe('upsertCandles', () => {
  it('stores what the batches hold, across their borders and across chunks', async () => {
    // Minutes 0, 1, gap, then two chunks further on (a chunk is 16,384 intervals).
    const candles = [aCandle(0, 1), aCandle(1, 2), aCandle(5, 3), aCandle(40_000, 4), aCandle(40_001, 5)];
    const counts = await running.store.upsertCandles(HANA, batchesOf(candles.slice(0, 2), candles.slice(2)), 'a.csv');
    expect(counts).toEqual({ insertedCount: 5, unchangedCount: 0, correctedCount: 0 });
    expect(await stored()).toEqual(candles);
  });

  it('changes nothing when the same candles come again, in whatever portions', async () => {
    const candles = [aCandle(0), aCandle(1), aCandle(2)];
    await running.store.upsertCandles(HANA, batchesOf(candles), 'a.csv');
    const [before] = await running.store.coverageOf([HANA]);
    const again = await running.store.upsertCandles(HANA, batchesOf(candles), 'a.csv');
    expect(again).toEqual({ insertedCount: 0, unchangedCount: 3, correctedCount: 0 });
    const part = await running.store.upsertCandles(HANA, batchesOf([candles[1]!]), 'a.csv');
    expect(part).toEqual({ insertedCount: 0, unchangedCount: 1, correctedCount: 0 });
    expect(await stored()).toEqual(candles);
    expect((await running.store.coverageOf([HANA]))[0]).toEqual(before);
  });

  it('fills holes of what is stored', async () => {
    await running.store.upsertCandles(HANA, batchesOf([aCandle(0), aCandle(4)]), 'a.csv');
    await running.store.upsertCandles(HANA, batchesOf([aCandle(1), aCandle(2), aCandle(7)]), 'b.csv');
    expect(await stored()).toEqual([aCandle(0), aCandle(1), aCandle(2), aCandle(4), aCandle(7)]);
  });

  it('records a corrected candle with both figures and its source, and lets the new one stand', async () => {
    await running.store.upsertCandles(HANA, batchesOf([aCandle(0, 10), aCandle(1, 10)]), 'july.csv');
    const counts = await running.store.upsertCandles(HANA, batchesOf([aCandle(0, 10), aCandle(1, 12, 7)]), 'december.csv');
    expect(counts).toEqual({ insertedCount: 0, unchangedCount: 1, correctedCount: 1 });
    expect(await stored()).toEqual([aCandle(0, 10), aCandle(1, 12, 7)]);
    const records = await running.dataSource.query<Record<string, unknown>[]>('SELECT * FROM candle_correction');
    expect(records).toEqual([
      expect.objectContaining({
        open_time_ms: String(START_MS + MINUTE_MS),
        old_open: 5,
        old_high: 40,
        old_low: 2.5,
        old_close: 10,
        old_volume: 3,
        new_open: 6,
        new_high: 48,
        new_low: 3,
        new_close: 12,
        new_volume: 7,
        source: 'december.csv',
      }),
    ]);
  });

  it('keeps nothing, not even the series, when reading fails half-way', async () => {
    await expect(running.store.upsertCandles(HANA, breakingOff(), 'a.csv.gz')).rejects.toThrow(CandleFileFailure);
    expect(await running.store.coverage({})).toEqual([]);
    expect(await running.dataSource.query('SELECT 1 FROM candle_series')).toEqual([]);
  });

  it('leaves no series behind where there is no candle', async () => {
    await running.store.upsertCandles(HANA, batchesOf(), 'empty.csv');
    expect(await running.dataSource.query('SELECT 1 FROM candle_series')).toEqual([]);
  });

  it('refuses batches that run backwards', async () => {
    await expect(running.store.upsertCandles(HANA, batchesOf([aCandle(20_000)], [aCandle(0)]), 'a.csv')).rejects.toThrow(RangeError);
  });

  it('lets two imports of one series at once both have their say', async () => {
    const even = Array.from({ length: 500 }, (_none, i) => aCandle(i * 80));
    const odd = Array.from({ length: 500 }, (_none, i) => aCandle(i * 80 + 40));
    const both = await Promise.all([
      running.store.upsertCandles(HANA, batchesOf(even), 'even.csv'),
      running.store.upsertCandles(HANA, batchesOf(odd), 'odd.csv'),
      running.store.upsertCandles(DOGE, batchesOf(even), 'doge.csv'),
    ]);
    expect(both.map((counts) => counts.insertedCount)).toEqual([500, 500, 500]);
    expect(await stored()).toEqual([...even, ...odd].sort((a, b) => a.openTimeMs - b.openTimeMs));
    // 1,000 candles at 0, 40, 80 … 39,960: 999 gaps of 39.
    expect((await running.store.coverageOf([HANA]))[0]).toMatchObject({ candleCount: 1_000, gapCount: 999, missingCount: 38_961 });
  });

  it('says that the database is not there', async () => {
    const reachable = await startStore();
    // Ends the pool's sessions under it and takes the database away, as a crash of the server would.
    await running.dataSource.query(`DROP DATABASE ${new URL(reachable.url).pathname.slice(1)} WITH (FORCE)`);
    await expect(reachable.store.coverage({})).rejects.toThrow(StoreFailure);
    await reachable.dataSource.destroy();
  });
});

describe('loadColumns', () => {
  const candles = Array.from({ length: 10 }, (_none, i) => aCandle(i, i + 1));

  it('cuts to the range, both ends included', async () => {
    await running.store.upsertCandles(HANA, batchesOf(candles), 'a.csv');
    const range = { fromMs: START_MS + 2 * MINUTE_MS, toMs: START_MS + 4 * MINUTE_MS };
    const [series] = await running.store.loadColumns([HANA], range, ['close']);
    expect([...series!.columns.close!]).toEqual([3, 4, 5]);
    expect([...series!.openTimesMs]).toEqual([2, 3, 4].map((minute) => START_MS + minute * MINUTE_MS));
    expect(Object.keys(series!.columns)).toEqual(['close']);
  });

  it('answers in the order asked, with nothing for a series it does not know', async () => {
    await running.store.upsertCandles(HANA, batchesOf(candles), 'a.csv');
    await running.store.upsertCandles(DOGE, batchesOf([aCandle(3, 7)]), 'b.csv');
    const loaded = await running.store.loadColumns([DOGE, { ...HANA, base: 'NONE' }, HANA], ALL, ['close', 'volume']);
    expect(loaded.map(({ identity, columns }) => [identity.base, [...columns.close!].length])).toEqual([
      ['DOGE', 1],
      ['NONE', 0],
      ['HANA', 10],
    ]);
    expect(loaded[0]!.columns).toEqual({ close: Float64Array.of(7), volume: Float64Array.of(3) });
  });

  it('finds nothing outside of what is stored', async () => {
    await running.store.upsertCandles(HANA, batchesOf(candles), 'a.csv');
    const [series] = await running.store.loadColumns([HANA], { fromMs: 0, toMs: START_MS - 1 }, ['close']);
    expect(series!.openTimesMs).toHaveLength(0);
  });

  it('hands out memory that threads can share', async () => {
    await running.store.upsertCandles(HANA, batchesOf(candles), 'a.csv');
    const [series] = await running.store.loadColumns([HANA], ALL, ['close']);
    expect(series!.columns.close!.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(series!.openTimesMs.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('refuses a range of fractions', async () => {
    await expect(running.store.loadColumns([HANA], { fromMs: 0.5, toMs: null }, ['close'])).rejects.toThrow(RangeError);
  });
});

describe('coverage', () => {
  it('tells of every series, and of those that a filter names', async () => {
    await running.store.upsertCandles(HANA, batchesOf([aCandle(0), aCandle(1, 10, 0), aCandle(4)]), 'a.csv');
    await running.store.upsertCandles({ ...HANA, interval: '5m' }, batchesOf([aCandle(0)]), 'b.csv');
    await running.store.upsertCandles(DOGE, batchesOf([aCandle(0)]), 'c.csv');
    expect((await running.store.coverage({})).map(({ identity }) => [identity.base, identity.interval])).toEqual([
      ['DOGE', '1m'],
      ['HANA', '1m'],
      ['HANA', '5m'],
    ]);
    expect(await running.store.coverage({ base: 'HANA', interval: '1m' })).toEqual([
      {
        identity: HANA,
        firstOpenMs: START_MS,
        lastOpenMs: START_MS + 4 * MINUTE_MS,
        candleCount: 3,
        gapCount: 1,
        missingCount: 2,
        zeroVolumeCount: 1,
        updatedAtMs: expect.any(Number),
      },
    ]);
    expect(await running.store.coverage({ exchange: 'NOWHERE' })).toEqual([]);
  });
});

describe('fingerprint', () => {
  const range = { fromMs: START_MS, toMs: START_MS + 10 * MINUTE_MS };

  it('stays while the data stay, and is the same in any order of import', async () => {
    await running.store.upsertCandles(HANA, batchesOf([aCandle(0), aCandle(1)]), 'a.csv');
    const first = await running.store.fingerprint([HANA], range);
    await running.dataSource.query('TRUNCATE candle_series CASCADE');
    await running.store.upsertCandles(HANA, batchesOf([aCandle(1)]), 'b.csv');
    await running.store.upsertCandles(HANA, batchesOf([aCandle(0)]), 'c.csv');
    expect(await running.store.fingerprint([HANA], range)).toBe(first);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
  });

  it('changes with a candle, a bound, the assets and their order', async () => {
    await running.store.upsertCandles(HANA, batchesOf([aCandle(0), aCandle(1)]), 'a.csv');
    await running.store.upsertCandles(DOGE, batchesOf([aCandle(0)]), 'b.csv');
    const fingerprints = [
      await running.store.fingerprint([HANA, DOGE], range),
      await running.store.fingerprint([DOGE, HANA], range),
      await running.store.fingerprint([HANA], range),
      await running.store.fingerprint([HANA, DOGE], { ...range, toMs: null }),
    ];
    await running.store.upsertCandles(HANA, batchesOf([aCandle(1, 11)]), 'c.csv');
    fingerprints.push(await running.store.fingerprint([HANA, DOGE], range));
    expect(new Set(fingerprints).size).toBe(5);
  });

  it('is left alone by candles far outside the range', async () => {
    await running.store.upsertCandles(HANA, batchesOf([aCandle(0)]), 'a.csv');
    const before = await running.store.fingerprint([HANA], range);
    await running.store.upsertCandles(HANA, batchesOf([aCandle(100_000)]), 'b.csv');
    expect(await running.store.fingerprint([HANA], range)).toBe(before);
  });
});

describe('the tables themselves', () => {
  it.each(['NaN', 'Infinity', '0', '-1'])('keep %s out of the record of corrections', async (price) => {
    await running.store.upsertCandles(HANA, batchesOf([aCandle(0)]), 'a.csv');
    const insert = `INSERT INTO candle_correction SELECT 1, id, 0, '${price}'::float8, 1,1,1,1, 1,1,1,1,1, 's' FROM candle_series`;
    await expect(running.dataSource.query(insert.replace('INTO candle_correction', 'INTO candle_correction OVERRIDING SYSTEM VALUE'))).rejects.toThrow(/price_value/);
  });

  it('refuse a chunk whose columns differ in length', async () => {
    await running.store.upsertCandles(HANA, batchesOf([aCandle(0)]), 'a.csv');
    await expect(running.dataSource.query(`UPDATE candle_chunk SET closes = '\\x00'`)).rejects.toThrow(/check constraint/);
  });
});
