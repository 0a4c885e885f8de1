import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { madeCandleFiles, madeGoldenFiles } from './made-golden.js';

const TEST_FOLDER = path.resolve(import.meta.dirname, '..');
const CANDLE_BYTES_AT_MOST = 300_000;

const candleFiles = madeCandleFiles();

// The compressed bytes depend on the zlib that made them, so the texts are compared.
it.each(candleFiles)('makes the committed $path from its seed', ({ path: name, text }) => {
  expect(gunzipSync(readFileSync(path.join(TEST_FOLDER, name))).toString('utf8')).toBe(text);
});

it('makes the committed golden files, and no other lie beside them', () => {
  const made = madeGoldenFiles();
  const committed = readdirSync(path.join(TEST_FOLDER, 'golden/data')).map((name) => `golden/data/${name}`);
  expect(made.map((file) => file.path).sort()).toEqual(committed.sort());
  for (const file of made) expect(readFileSync(path.join(TEST_FOLDER, file.path), 'utf8')).toBe(file.text);
});

it('keeps the committed candles small', () => {
  const sizes = candleFiles.map((file) => path.join(TEST_FOLDER, file.path)).filter(existsSync).map((name) => statSync(name).size);
  expect(sizes).toHaveLength(8);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(CANDLE_BYTES_AT_MOST);
});

it('makes candles with what real ones have: a late listing, a gap, a dead coin, days of −30 % and +100 %', () => {
  expect(rowsOf('DDD')[0]![0]).toBe(rowsOf('AAA')[0]![0]! + 96 * 3_600_000);
  expect(rowsOf('BBB')).toHaveLength(1_400 - 12);
  expect(rowsOf('EEE').slice(-100).every((row) => row[5] === 0 && row[1] === row[4] && row[2] === row[3])).toBe(true);
  const days = ['AAA', 'BBB', 'DDD'].flatMap((asset) => dailyMoves(rowsOf(asset)));
  expect(Math.min(...days)).toBeLessThan(-0.3);
  expect(Math.max(...days)).toBeGreaterThan(1);
});

function rowsOf(asset: string): readonly (readonly number[])[] {
  const text = candleFiles.find((file) => file.path.includes(`_${asset}_`))!.text;
  return text.trimEnd().split('\n').slice(1).map((line) => line.split(',').map(Number));
}

/** Close over the close 24 rows before. */
function dailyMoves(rows: readonly (readonly number[])[]): readonly number[] {
  return rows.slice(24).map((row, index) => row[4]! / rows[index]![4]! - 1);
}
