import * as fc from 'fast-check';
import { BarBlock, splitBar, type Bar } from './bar-block.js';
import { Chance } from './chance.js';

const aBar: fc.Arbitrary<Bar> = fc.record({
  low: fc.integer({ min: 2, max: 1e6 }), height: fc.integer({ min: 0, max: 1e6 }), a: fc.double({ min: 0, max: 1, noNaN: true }),
  b: fc.double({ min: 0, max: 1, noNaN: true }), volume: fc.integer({ min: 0, max: 1e12 }),
}).map(({ low, height, a, b, volume }) => ({
  open: low + Math.round(a * height), close: low + Math.round(b * height), low, high: low + height, volume,
}));

const someTerms = fc.record({ activity: fc.double({ min: 0, max: 1, noNaN: true }), leastVolume: fc.constantFrom(0, 1, 60) });

function isSound({ open, high, low, close, volume }: Bar): boolean {
  const isWhole = [open, high, low, close, volume].every((value) => Number.isInteger(value));
  return isWhole && low <= Math.min(open, close) && high >= Math.max(open, close) && volume >= 0;
}

describe('a split bar', () => {
  it('aggregates to itself, its parts follow each other, and each is a bar of whole numbers', () => {
    fc.assert(fc.property(aBar, fc.constantFrom(1, 3, 4, 24, 60), someTerms, fc.nat(), (bar, count, terms, seed) => {
      const block = new BarBlock(count + 2);
      splitBar(bar, count, terms, new Chance(seed), block, 1);
      const parts = Array.from({ length: count }, (_none, i) => block.at(1 + i));
      const isFlat = bar.volume === 0 && bar.high === bar.low;
      expect(parts[0]!.open).toBe(isFlat ? bar.close : bar.open);
      expect(parts.at(-1)!.close).toBe(bar.close);
      expect(Math.max(...parts.map(({ high }) => high))).toBe(bar.high);
      expect(Math.min(...parts.map(({ low }) => low))).toBe(bar.low);
      expect(parts.reduce((sum, { volume }) => sum + volume, 0)).toBe(bar.volume);
      expect(parts.slice(1).map(({ open }) => open)).toEqual(parts.slice(0, -1).map(({ close }) => close));
      expect(parts.filter((part) => !isSound(part))).toEqual([]);
    }), { numRuns: 300 });
  });

  it('leaves parts without trades flat, where it has volume for the others', () => {
    fc.assert(fc.property(aBar, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (bar, activity, seed) => {
      const block = new BarBlock(60);
      splitBar({ ...bar, volume: bar.volume + 1 }, 60, { activity, leastVolume: 1 }, new Chance(seed), block, 0);
      for (let i = 0; i < 60; i++) {
        const { high, low, volume } = block.at(i);
        if (volume === 0 && high !== low) throw new Error(`part ${i} has a range and no volume`);
      }
    }), { numRuns: 300 });
  });
});
