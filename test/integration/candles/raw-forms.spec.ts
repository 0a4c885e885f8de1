import { existsSync } from 'node:fs';
import path from 'node:path';
import { readCandleColumns, type ReadColumns } from '#candle-files';
import type { CandleInterval } from '#domain';
import { repositoryFolder } from '#testing';

const NOW_MS = Date.UTC(2030, 0, 1);
const MADE = path.join(repositoryFolder(), 'test/data/raw');
const SHARED = path.resolve(repositoryFolder(), '../shared');
const PLAIN = ['openTimesMs', 'opens', 'highs', 'lows', 'closes', 'volumes'] as const;

function read(file: string, exchange: string, base: string, interval: CandleInterval): Promise<ReadColumns> {
  return readCandleColumns(file, { identity: { exchange, base, quote: 'USDT', interval }, nowMs: NOW_MS });
}

describe('made samples of every form', () => {
  const START_MS = Date.UTC(2024, 2, 1);

  it.each([
    'vision-spot-no-header.csv',
    'vision-spot-microseconds.csv',
    'vision-futures-header.csv',
    'dates-with-ticker.csv',
    'dates-under-time.csv',
    'mexc-last.txt',
  ])('%s', async (name) => {
    const found = await read(path.join(MADE, name), 'MADE', 'HANA', '1m');
    expect(found.tally).toMatchObject({ rowCount: 3, refusedCount: 0 });
    expect(PLAIN.map((column) => [...found[column]])).toEqual([
      [START_MS, START_MS + 60_000, START_MS + 120_000],
      [1.5, 1.625, 1.5],
      [1.75, 1.625, 2],
      [1.25, 1.5, 1.5],
      [1.625, 1.5, 2],
      [100, 0, 250.5],
    ]);
  });
});

/** Real excerpts, beside the repository in development and CI only. */
const samples = [
  { file: 'binance-vision-futures_FILUSDT-1m-2025-02.excerpt.csv', base: 'FIL', interval: '1m', rows: 249, twin: null },
  { file: 'binance-vision-spot_LUNAUSDT-1m-2022-05.excerpt.csv', base: 'LUNA', interval: '1m', rows: 359, twin: 'binance-spot-1m-2022-05-luna/BINANCE_LUNA_USDT_1m' },
  { file: 'misrori_LUNAUSDT_1h.excerpt.csv', base: 'LUNA', interval: '1h', rows: 73, twin: 'binance-spot-1h-2021-2023/BINANCE_LUNA_USDT_1h' },
  { file: 'nmtrong_HANAUSDT_15m_365.excerpt.csv', base: 'HANA', interval: '15m', rows: 199, twin: 'binance-usdm-15m-2025/BINANCEUSDM_HANA_USDT_15m' },
  { file: 'mexc_HANAUSDT_2026_minute.Last.excerpt.txt', base: 'HANA', interval: '1m', rows: 400, twin: 'mexc-spot-1m-2026/MEXC_HANA_USDT_1m' },
  { file: 'mexc_RBTUSDT_2026_minute.Last.excerpt.txt', base: 'RBT', interval: '1m', rows: 400, twin: 'mexc-spot-1m-2026/MEXC_RBT_USDT_1m' },
  { file: 'mexc_我踏马来了USDT_2026_minute.Last.excerpt.txt', base: '我踏马来了', interval: '1m', rows: 60, twin: null },
] as const;

function samplesAtHand() {
  if (existsSync(path.join(SHARED, 'raw-samples'))) return samples;
  process.stderr.write('not run: real excerpts of candle files, ../shared/raw-samples is absent\n');
  return [];
}

const atHand = samplesAtHand();
(atHand.length > 0 ? describe : noTests)('real excerpts', () => {
  it.each(atHand)('$file', async ({ file, base, interval, rows, twin }) => {
    const found = await read(path.join(SHARED, 'raw-samples', file), 'ANY', base, interval);
    expect(found.tally).toMatchObject({ rowCount: rows, refusedCount: 0 });
    if (twin !== null) await expectSameCandles(found, path.join(SHARED, 'candles', `${twin}.csv.gz`));
  });
});

/** Where nothing is at hand there is no group either: jest fails an empty one. */
function noTests(): void {}

/** Every candle that both files have is the same candle: so the times of the excerpt are open times, in UTC. */
async function expectSameCandles(found: ReadColumns, twinPath: string): Promise<void> {
  const twin = await readCandleColumns(twinPath, { nowMs: NOW_MS });
  const places = new Map(Array.from(twin.openTimesMs, (timeMs, index) => [timeMs, index]));
  const common = Array.from(found.openTimesMs, (timeMs, index) => [index, places.get(timeMs)] as const).filter(([, place]) => place !== undefined);
  expect(common.length).toBeGreaterThan(50);
  for (const column of PLAIN) {
    expect(common.map(([index]) => found[column][index])).toEqual(common.map(([, place]) => twin[column][place ?? -1]));
  }
}
