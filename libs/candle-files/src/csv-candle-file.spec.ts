import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CandleFileTally, TimeRange } from '#application';
import type { Candle } from '#domain';
import { readCandleColumns } from './read-candle-columns.js';

const START_MS = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2024, 1, 1);
const IDENTITY = { exchange: 'TEST', base: 'HANA', quote: 'USDT', interval: '1h' } as const;
const HEADER = 'open_time,open,high,low,close,volume';
/** A good row of the hour after START_MS. */
const row = (hour: number, rest = '10,12,9,11,5') => `${START_MS + hour * HOUR_MS},${rest}`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'candle-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: string | Uint8Array, options: { name?: string; range?: TimeRange } = {}) {
  const file = path.join(folder, options.name ?? 'candles.csv');
  await writeFile(file, content);
  return readCandleColumns(file, { identity: IDENTITY, nowMs: NOW_MS, range: options.range });
}

const refusals = ({ tally }: { tally: CandleFileTally }) => tally.firstRefused.map(({ line, reason }) => [line, reason]);
const hours = ({ openTimesMs }: { openTimesMs: Float64Array }) => Array.from(openTimesMs, (timeMs) => (timeMs - START_MS) / HOUR_MS);

describe('forms of CSV', () => {
  const candle: Candle = { openTimeMs: START_MS, open: 10, high: 12, low: 9, close: 11, volume: 5 };
  const rest = `10,12,9,11,5,${START_MS + HOUR_MS - 1},55,3,2,22,0`;

  it.each([
    ['the canonical header', `${HEADER}\n${row(0)}\n`],
    ['a header in another order, with more columns', `Close,Volume,Open,High,Low,Count,Timestamp\n11,5,10,12,9,77,${START_MS}\n`],
    ['twelve columns without a header', `${START_MS},${rest}\n`],
    ['twelve columns in microseconds', `${START_MS}000,${rest}\n`],
    ['dates and a ticker', 'date,open,high,low,close,volume,ticker\n2024-01-01 00:00:00,10,12,9,11,5,HANAUSDT\n'],
    ['dates under the name time', 'time,open,high,low,close,volume\n2024-01-01 00:00:00,10,12,9,11,5.0\n'],
    ['semicolons and compact dates', '20240101 000000;10;12;9;11;5\n'],
    ['tabs', `${START_MS}\t10\t12\t9\t11\t5\n`],
    ['quoted fields', `"open_time","open","high","low","close","volume"\n"${START_MS}","10","12","9","11","5"\n`],
    ['a byte order mark and Windows line ends', `\uFEFF${HEADER}\r\n${row(0)}\r\n`],
    ['a byte order mark without a header', `\uFEFF${row(0)}`],
    ['no line end after the last row', `${HEADER}\n${row(0)}`],
    ['blank lines', `\n${HEADER}\n\n${row(0)}\n\n`],
    ['exponents', `${HEADER}\n${START_MS},1e1,1.2e+1,9,11,50e-1\n`],
  ])('reads %s', async (_name, content) => {
    const { openTimesMs, opens, highs, lows, closes, volumes, tally } = await read(content);
    const found = { openTimeMs: openTimesMs[0], open: opens[0], high: highs[0], low: lows[0], close: closes[0], volume: volumes[0] };
    expect(found).toEqual(candle);
    expect(tally).toMatchObject({ rowCount: 1, acceptedCount: 1, refusedCount: 0 });
  });

  it('reads gzip by its content, whatever the name', async () => {
    const zipped = gzipSync(`${HEADER}\n${row(0)}\n${row(1)}\n`);
    expect(hours(await read(zipped, { name: 'zipped.csv.gz' }))).toEqual([0, 1]);
    expect(hours(await read(zipped, { name: 'zipped.csv' }))).toEqual([0, 1]);
  });

  it('reads more rows than one batch or one chunk of the file holds', async () => {
    // From 2014 on: 20,000 hours are 2.3 years.
    const lines = Array.from({ length: 20_000 }, (_none, hour) => row(hour - 87_600));
    expect(hours(await read([HEADER, ...lines].join('\n')))).toEqual(Array.from({ length: 20_000 }, (_none, hour) => hour - 87_600));
  });
});

describe('refused rows', () => {
  it.each([
    ['non-numeric', row(1, '10,abc,9,11,5')],
    ['non-numeric', row(1, '10,,9,11,5')],
    ['non-numeric', 'yesterday,10,12,9,11,5'],
    ['non-finite', row(1, '10,12,9,NaN,5')],
    ['non-finite', row(1, '10,inf,9,11,5')],
    ['non-finite', row(1, '10,12,9,11,1e400')],
    ['non-positive', row(1, '0,12,9,11,5')],
    ['non-positive', row(1, '10,12,9,11,-5')],
    ['high-below-low', row(1, '10,8,9,11,5')],
    ['open-or-close-outside-range', row(1, '10,12,9,13,5')],
    ['off-grid', row(1.5)],
    ['in-the-future', row(31 * 24)],
    ['duplicate', row(0)],
    ['unsorted', row(-1)],
    ['column-count', `${START_MS + HOUR_MS},10,12`],
    ['column-count', `${row(1)},extra`],
    ['column-count', `${START_MS + HOUR_MS},"10,12,9,11,5`],
  ])('%s: %s', async (reason, badRow) => {
    const found = await read(`${HEADER}\n${row(0)}\n${badRow}\n${row(2)}\n`);
    expect(refusals(found)).toEqual([[3, reason]]);
    expect(hours(found)).toEqual([0, 2]);
    expect(found.tally).toMatchObject({ rowCount: 3, acceptedCount: 2, refusedCount: 1, refusedByReason: { [reason]: 1 } });
  });

  it('takes the last closed candle and refuses the one that is open', async () => {
    const closed = 31 * 24 - 1;
    const found = await read(`${HEADER}\n${row(closed)}\n${row(closed + 1)}\n`);
    expect(hours(found)).toEqual([closed]);
    expect(refusals(found)).toEqual([[3, 'in-the-future']]);
  });

  it('refuses rows of another symbol than the file began with', async () => {
    const dates = ['00', '01'].map((hour) => `2024-01-01 ${hour}:00:00,10,12,9,11,5`);
    const found = await read(`date,open,high,low,close,volume,ticker\n${dates[0]},HANAUSDT\n${dates[1]},DOGEUSDT\n`);
    expect(refusals(found)).toEqual([[3, 'other-ticker']]);
  });

  it('lists the first twenty and counts all', async () => {
    const found = await read([HEADER, row(0), ...Array.from({ length: 50 }, () => row(0))].join('\n'));
    expect(found.tally.firstRefused).toHaveLength(20);
    expect(found.tally).toMatchObject({ refusedCount: 50, refusedByReason: { duplicate: 50 } });
  });

  it('names the field at fault', async () => {
    const { tally } = await read(`${HEADER}\n${row(0, '10,12,9,x,5')}\n`);
    expect(tally.firstRefused).toEqual([{ line: 2, reason: 'non-numeric', field: 'close' }]);
  });
});

describe('a range', () => {
  it('leaves out what lies outside, both ends included, and counts it', async () => {
    const content = [HEADER, ...[0, 1, 2, 3, 4].map((hour) => row(hour))].join('\n');
    const found = await read(content, { range: { fromMs: START_MS + HOUR_MS, toMs: START_MS + 3 * HOUR_MS } });
    expect(hours(found)).toEqual([1, 2, 3]);
    expect(found.tally).toMatchObject({ acceptedCount: 3, leftOutCount: 2, refusedCount: 0 });
  });
});

describe('files that are refused as a whole', () => {
  const zipped = gzipSync([HEADER, ...Array.from({ length: 5_000 }, (_none, hour) => row(hour - 50_000))].join('\n'));

  it.each([
    ['gzip cut short', zipped.subarray(0, zipped.length - 20), 'a.csv.gz', 'corrupt', /cut short/],
    ['gzip with a wrong bit', zipped.map((byte, at) => (at === zipped.length - 6 ? byte ^ 1 : byte)), 'b.csv.gz', 'corrupt', /corrupt/],
    ['a name that promises gzip', `${HEADER}\n${row(0)}`, 'c.csv.gz', 'corrupt', /the content does not/],
    ['an empty file', '', 'd.csv', 'unsupported-format', /no rows/],
    ['a header and nothing else', `${HEADER}\n`, 'e.csv', 'unsupported-format', /no rows/],
    ['JSON', '[[1,2]]', 'f.json', 'unsupported-format', /is JSON/],
    ['Feather', 'ARROW1', 'g.feather', 'unsupported-format', /is Feather/],
    ['prose', 'Dear reader,\nthis is no candle.', 'h.csv', 'unsupported-format', /2 columns/],
    ['a header without a close', 'time,open,high,low,last,volume\n1,2,3,4,5,6', 'i.csv', 'unsupported-format', /column close/],
    ['a line without an end', `${HEADER}\n${'9'.repeat(100_000)}`, 'j.csv', 'unsupported-format', /4096 characters/],
    ['too many columns', Array.from({ length: 65 }, () => '1').join(','), 'k.csv', 'unsupported-format', /65 columns/],
    ['seconds', `${HEADER}\n${START_MS / 1_000},10,12,9,11,5\n`, 'l.csv', 'unsupported-format', /seconds/],
  ])('%s', async (_name, content, name, kind, words) => {
    const reading = read(content, { name });
    await expect(reading).rejects.toMatchObject({ name: 'CandleFileFailure', kind, path: path.join(folder, name) });
    await expect(reading).rejects.toThrow(words);
  });

  it('a folder in the place of a file', async () => {
    await expect(readCandleColumns(folder, { identity: IDENTITY, nowMs: NOW_MS })).rejects.toMatchObject({ kind: 'not-a-file' });
  });

  it('a pipe and a device, without waiting for their end', async () => {
    const pipe = path.join(folder, 'pipe.csv');
    execFileSync('mkfifo', [pipe]);
    for (const special of [pipe, '/dev/zero']) {
      await expect(readCandleColumns(special, { identity: IDENTITY, nowMs: NOW_MS })).rejects.toMatchObject({ kind: 'not-a-file' });
    }
  });

  it('a file that is not there', async () => {
    const missing = path.join(folder, 'missing.csv');
    await expect(readCandleColumns(missing, { identity: IDENTITY, nowMs: NOW_MS })).rejects.toMatchObject({ kind: 'not-found', path: missing });
  });

  it('a file whose name must say the series and does not', async () => {
    await expect(readCandleColumns(path.join(folder, 'x.csv'), { nowMs: NOW_MS })).rejects.toMatchObject({ kind: 'unknown-series' });
  });
});
