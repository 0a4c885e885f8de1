import * as fc from 'fast-check';
import { CandleColumnsBuilder, type CandleColumns } from './candle-columns.js';
import { coverageOf, joinCoverage } from './coverage.js';

const STEP_MS = 60_000;

/** Candles at these slots of the grid; a slot that is a multiple of three had no trade. */
function columnsAt(slots: readonly number[]): CandleColumns {
  const builder = new CandleColumnsBuilder();
  for (const slot of slots) {
    builder.push({ openTimeMs: slot * STEP_MS, open: 1, high: 1, low: 1, close: 1, volume: slot % 3 === 0 ? 0 : 1 });
  }
  return builder.take();
}

const someSlots = fc.uniqueArray(fc.nat(60), { minLength: 1 }).map((slots) => slots.sort((a, b) => a - b));

describe('coverage', () => {
  it('counts gaps, missing candles and candles without trade', () => {
    // Slots 1 2 _ _ 5 6 _ 8: two gaps, of two and of one; slot 6 had no trade.
    expect(coverageOf(columnsAt([1, 2, 5, 6, 8]), STEP_MS)).toEqual({
      firstOpenMs: 60_000,
      lastOpenMs: 480_000,
      candleCount: 5,
      gapCount: 2,
      missingCount: 3,
      zeroVolumeCount: 1,
    });
  });

  it('is the same from parts as from the whole, wherever it is cut', () => {
    fc.assert(
      fc.property(someSlots, fc.integer({ min: 1, max: 20 }), (slots, period) => {
        const parts = new Map<number, number[]>();
        for (const slot of slots) parts.set(Math.floor(slot / period), [...(parts.get(Math.floor(slot / period)) ?? []), slot]);
        const joined = joinCoverage([...parts.values()].map((part) => coverageOf(columnsAt(part), STEP_MS)), STEP_MS);
        expect(joined).toEqual(coverageOf(columnsAt(slots), STEP_MS));
      }),
    );
  });

  it('has no coverage for no parts, and refuses parts that overlap', () => {
    expect(joinCoverage([], STEP_MS)).toBeNull();
    const part = coverageOf(columnsAt([1, 2]), STEP_MS);
    expect(() => joinCoverage([part, part], STEP_MS)).toThrow(RangeError);
  });
});
