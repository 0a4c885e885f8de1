import * as fc from 'fast-check';
import { drawdownsOf, evenIndexes, extremeIndexes, FEWEST_POINTS } from './downsample.js';

const series = fc.float64Array({ minLength: 1, maxLength: 400, noNaN: true, min: -1e9, max: 1e9 });
const points = fc.integer({ min: FEWEST_POINTS, max: 120 });

describe('extremeIndexes', () => {
  it('keeps a one-bar crash among a thousand calm bars', () => {
    const values = new Float64Array(1_000).fill(100);
    values[613] = 40;
    expect(extremeIndexes(values, 10)).toContain(613);
  });

  it('keeps lowest and highest of each bucket', () => {
    // Ten values, 8 points: (8 - 4) / 2 = 2 buckets of five. Bucket 0: low 1 (at 1), high 9 (at 3); bucket 1: low 0 (at 8), high 8 (at 6).
    const values = Float64Array.from([5, 1, 6, 9, 5, 5, 8, 3, 0, 4]);
    expect(extremeIndexes(values, 8)).toEqual([0, 1, 3, 6, 8, 9]);
  });

  it('gives everything back where it fits', () => {
    expect(extremeIndexes(Float64Array.from([3, 1, 2]), 4)).toEqual([0, 1, 2]);
  });

  it('is ascending, within the number of points, and holds both ends and both extremes', () => {
    fc.assert(
      fc.property(series, points, (values, most) => {
        const indexes = extremeIndexes(values, most);
        const kept = indexes.map((index) => values[index]);
        expect(indexes.length).toBeLessThanOrEqual(most);
        expect(indexes.every((index, position) => position === 0 || index > (indexes[position - 1] ?? index))).toBe(true);
        expect([indexes[0], indexes.at(-1)]).toEqual([0, values.length - 1]);
        expect(Math.min(...kept.map(Number))).toBe(Math.min(...values));
        expect(Math.max(...kept.map(Number))).toBe(Math.max(...values));
      }),
    );
  });

  it('refuses fewer points than must be kept', () => {
    expect(() => extremeIndexes(new Float64Array(9), 3)).toThrow('at least 4 points');
  });
});

describe('evenIndexes', () => {
  it('spreads points over the rows', () => {
    // 11 rows, 5 points: steps of 10 / 4 = 2.5, rounded 0, 3 (2.5 up), 5, 8 (7.5 up), 10.
    expect(evenIndexes(11, 5)).toEqual([0, 3, 5, 8, 10]);
  });

  it('is strictly ascending and holds both ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), points, (count, most) => {
        const indexes = evenIndexes(count, most);
        expect(indexes).toHaveLength(Math.min(count, most));
        expect(indexes.every((index, position) => position === 0 || index > (indexes[position - 1] ?? index))).toBe(true);
        expect([indexes[0], indexes.at(-1)]).toEqual([0, count - 1]);
      }),
    );
  });
});

describe('drawdownsOf', () => {
  it('is the fall from the highest so far', () => {
    // 80/100 - 1 = -0.2; back at 100: 0; 150 is a new peak; 75/150 - 1 = -0.5.
    expect([...drawdownsOf(Float64Array.from([100, 80, 100, 150, 75]))].map((value) => Number(value.toFixed(12)))).toEqual([0, -0.2, 0, 0, -0.5]);
  });

  it('is never positive, and zero at every new peak', () => {
    fc.assert(
      fc.property(fc.float64Array({ minLength: 1, maxLength: 200, noNaN: true, min: 1e-3, max: 1e9 }), (equity) => {
        const drawdowns = drawdownsOf(equity);
        expect(drawdowns.every((value) => value <= 0 && value > -1)).toBe(true);
        expect(drawdowns[0]).toBe(0);
      }),
    );
  });
});
