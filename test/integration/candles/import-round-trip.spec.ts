import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { importCandleFile } from '#application';
import { CsvCandleFile } from '#candle-files';
import type { Candle } from '#domain';
import { aCandle, HANA, MINUTE_MS, START_MS, startStore, type StoreUnderTest } from './candle-fixtures.js';

const NOW_MS = START_MS + 1_000 * 86_400_000;
const EVERYTHING = { fromMs: null, toMs: null };

let running: StoreUnderTest;
let folder = '';
beforeAll(async () => {
  running = await startStore();
  folder = await mkdtemp(path.join(tmpdir(), 'candle-import-'));
});
afterAll(async () => {
  await running.stop();
  await rm(folder, { recursive: true });
});
beforeEach(() => running.dataSource.query('TRUNCATE candle_series CASCADE'));

async function importRows(name: string, content: string | Uint8Array) {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return importCandleFile(running.store, new CsvCandleFile(file, HANA, { nowMs: NOW_MS }));
}

const toCsv = (candles: readonly Candle[]): string =>
  ['open_time,open,high,low,close,volume', ...candles.map((each) => [each.openTimeMs, each.open, each.high, each.low, each.close, each.volume].join(','))].join('\n');

/** A price of any size that a market shows, and a volume that is often nothing. */
const somePrice = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
const someVolume = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e13, noNaN: true }));

/** Candles at up to 60 of 100,000 minutes (seven chunks), clustered so that there are gaps and unbroken runs, each with a file to go to. */
const someCandles = fc
  .uniqueArray(
    fc.record({
      slot: fc.oneof(fc.nat(30), fc.integer({ min: 16_370, max: 16_400 }), fc.nat(100_000)),
      prices: fc.tuple(somePrice, somePrice, somePrice, somePrice),
      volume: someVolume,
      file: fc.nat(2),
    }),
    { selector: ({ slot }) => slot, minLength: 1, maxLength: 60 },
  )
  .map((drawn) => drawn.sort((a, b) => a.slot - b.slot));

function candleOf({ slot, prices, volume }: { slot: number; prices: readonly number[]; volume: number }): Candle {
  const [low, open, close, high] = [...prices].sort((a, b) => a - b) as [number, number, number, number];
  return { openTimeMs: START_MS + slot * MINUTE_MS, open, high, low, close, volume };
}

/** Counted the slow way, minute by minute. */
function naiveCoverage(candles: readonly Candle[]) {
  const times = new Set(candles.map(({ openTimeMs }) => openTimeMs));
  const [firstOpenMs, lastOpenMs] = [Math.min(...times), Math.max(...times)];
  let [gapCount, missingCount] = [0, 0];
  for (let timeMs = firstOpenMs; timeMs <= lastOpenMs; timeMs += MINUTE_MS) {
    if (times.has(timeMs)) continue;
    missingCount += 1;
    if (times.has(timeMs - MINUTE_MS)) gapCount += 1;
  }
  const zeroVolumeCount = candles.filter(({ volume }) => volume === 0).length;
  return { firstOpenMs, lastOpenMs, candleCount: candles.length, gapCount, missingCount, zeroVolumeCount };
}

it('loads back what was imported, bit for bit, however it was spread over files', async () => {
  await fc.assert(
    fc.asyncProperty(someCandles, async (drawn) => {
      await running.dataSource.query('TRUNCATE candle_series CASCADE');
      for (const file of [2, 0, 1]) {
        const part = drawn.filter((each) => each.file === file).map(candleOf);
        if (part.length > 0) await importRows('part.csv.gz', gzipSync(toCsv(part)));
      }
      const candles = drawn.map(candleOf);
      const [loaded] = await running.store.loadColumns([HANA], EVERYTHING, ['open', 'high', 'low', 'close', 'volume']);
      expect([...loaded!.openTimesMs]).toEqual(candles.map(({ openTimeMs }) => openTimeMs));
      for (const name of ['open', 'high', 'low', 'close', 'volume'] as const) {
        expect([...loaded!.columns[name]!]).toEqual(candles.map((candle) => candle[name]));
      }
      const [coverage] = await running.store.coverageOf([HANA]);
      expect(coverage).toMatchObject(naiveCoverage(candles));
    }),
    { numRuns: 25 },
  );
});

describe('one file', () => {
  const candles = Array.from({ length: 20_000 }, (_none, minute) => aCandle(minute));
  const zipped = gzipSync(toCsv(candles));

  it('goes in once; the second time nothing changes', async () => {
    expect((await importRows('a.csv.gz', zipped)).counts).toEqual({ insertedCount: 20_000, unchangedCount: 0, correctedCount: 0 });
    expect((await importRows('a.csv.gz', zipped)).counts).toEqual({ insertedCount: 0, unchangedCount: 20_000, correctedCount: 0 });
  });

  it('goes in with its good rows, and says which were bad', async () => {
    const lines = toCsv(candles.slice(0, 5)).split('\n');
    lines.splice(3, 0, lines[2] ?? '', 'x,1,1,1,1,1');
    const { counts, tally } = await importRows('bad.csv', lines.join('\n'));
    expect(counts.insertedCount).toBe(5);
    expect(tally.firstRefused).toEqual([
      { line: 4, reason: 'duplicate', field: 'openTimeMs' },
      { line: 5, reason: 'non-numeric', field: 'openTimeMs' },
    ]);
  });

  it.each([
    ['cut short', zipped.subarray(0, zipped.length - 100)],
    ['with a wrong checksum', zipped.map((byte, index) => (index === zipped.length - 7 ? byte ^ 0xff : byte))],
  ])('that is a gzip %s leaves nothing behind, though whole chunks had been read', async (_name, broken) => {
    await expect(importRows('broken.csv.gz', broken)).rejects.toMatchObject({ kind: 'corrupt' });
    expect(await running.store.coverage({})).toEqual([]);
    expect(await running.dataSource.query('SELECT count(*)::int AS chunks FROM candle_chunk')).toEqual([{ chunks: 0 }]);
  });

  it('warns of a price that leaps across a gap, also where the gap lies between two batches', async () => {
    const reborn = [...candles.slice(0, 8_192), aCandle(9_000, 10_000)];
    const { jumps } = await importRows('reborn.csv', toCsv(reborn));
    // The last old candle closes at 10; the first new one opens at half its close, 5,000.
    expect(jumps).toEqual([
      { lastOpenMs: START_MS + 8_191 * MINUTE_MS, nextOpenMs: START_MS + 9_000 * MINUTE_MS, closeBefore: 10, openAfter: 5_000, ratio: 500 },
    ]);
  });
});

it('lets two imports of one file at the same time store it once', async () => {
  const text = toCsv(Array.from({ length: 500 }, (_none, minute) => aCandle(minute)));
  const both = await Promise.all([importRows('one.csv', text), importRows('two.csv', text)]);
  const inserted = both.map(({ counts }) => counts.insertedCount).sort((a, b) => a - b);
  expect(inserted).toEqual([0, 500]);
});
