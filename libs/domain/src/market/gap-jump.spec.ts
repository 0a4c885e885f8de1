import { findGapJumps } from './gap-jump.js';

const HOUR_MS = 3_600_000;
const series = (candles: readonly (readonly [hour: number, open: number, close: number])[]) => ({
  openTimesMs: Float64Array.from(candles, ([hour]) => hour * HOUR_MS),
  opens: Float64Array.from(candles, ([, open]) => open),
  closes: Float64Array.from(candles, ([, , close]) => close),
});

describe('findGapJumps', () => {
  it('finds LUNA becoming another asset', () => {
    const luna = series([
      [0, 0.0001, 0.00005],
      [438, 1, 8],
    ]);
    expect(findGapJumps(luna, HOUR_MS)).toEqual([
      { lastOpenMs: 0, nextOpenMs: 438 * HOUR_MS, closeBefore: 0.00005, openAfter: 1, ratio: 20_000 },
    ]);
  });

  it.each([
    ['a rise of exactly ten times', 1, 10, 0],
    ['a rise of more', 1, 10.5, 1],
    ['a fall to exactly a tenth', 10, 1, 0],
    ['a fall to less', 10, 0.9, 1],
  ])('judges %s across a gap', (_name, close, open, expected) => {
    const jumps = findGapJumps(series([[0, close, close], [2, open, open]]), HOUR_MS);
    expect(jumps).toHaveLength(expected);
  });

  it('leaves a jump without a gap alone: that is a market', () => {
    expect(findGapJumps(series([[0, 1, 1], [1, 50, 50]]), HOUR_MS)).toEqual([]);
  });

  it('finds nothing in no candles', () => expect(findGapJumps(series([]), HOUR_MS)).toEqual([]));
});
