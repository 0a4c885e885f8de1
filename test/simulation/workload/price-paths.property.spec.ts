import * as fc from 'fast-check';
import { Chance } from '../engine/chance.js';
import { drawPath, HOVERED_RATIOS, PATH_KINDS, priceOfRatio, type PathKind, type PathTerms } from './price-paths.js';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const FROM_MS = Date.UTC(2026, 0, 15);
const BASE_PRICE = 80;
const BASKET_SIZE = 4;

function aPath(kind: PathKind, seed: number, change: Partial<PathTerms> = {}) {
  const terms = { kind, marketId: 'HANAUSDT', basePrice: BASE_PRICE, historyFromMs: FROM_MS - DAY_MS, fromMs: FROM_MS, untilMs: FROM_MS + DAY_MS, basketSize: BASKET_SIZE };
  return drawPath(new Chance(seed), { ...terms, ...change }).columns;
}

/** Closes from trading on, as factors of the base price. */
function factorsOf({ openTimesMs, closes }: ReturnType<typeof aPath>): readonly number[] {
  return [...closes].filter((_close, i) => openTimesMs[i]! >= FROM_MS).map((close) => close / BASE_PRICE);
}

const seeds = fc.integer();
const checked = (holds: (seed: number) => void, numRuns = 12): void => fc.assert(fc.property(seeds, holds), { numRuns });

describe.each(PATH_KINDS)('a path of kind %s', (kind) => {
  it('has candles that are candles: positive, finite, on ascending whole minutes, one closing where the next opens', () => {
    checked((seed) => {
      const { openTimesMs, opens, highs, lows, closes, volumes } = aPath(kind, seed);
      for (let i = 0; i < openTimesMs.length; i++) {
        const [open, high, low, close, volume] = [opens[i]!, highs[i]!, lows[i]!, closes[i]!, volumes[i]!];
        const isCandle = low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close) && Number.isFinite(high) && volume >= 0 && Number.isFinite(volume);
        const isNext = openTimesMs[i]! % MINUTE_MS === 0 && (i === 0 || (openTimesMs[i]! > openTimesMs[i - 1]! && open === closes[i - 1]));
        if (!isCandle || !isNext) throw new Error(`candle ${i} is ${JSON.stringify([openTimesMs[i], open, high, low, close, volume])}`);
      }
      expect(openTimesMs[0]).toBe(FROM_MS - DAY_MS);
    });
  });

  it('is the same for the same seed, and another for another', () => {
    checked((seed) => {
      expect(aPath(kind, seed)).toEqual(aPath(kind, seed));
      expect(aPath(kind, seed).closes).not.toEqual(aPath(kind, seed + 1).closes);
    }, 2);
  });

  it('stands at its base price when trading begins', () => {
    checked((seed) => {
      const { openTimesMs, closes } = aPath(kind, seed);
      expect(closes[openTimesMs.indexOf(FROM_MS - MINUTE_MS)]).toBe(BASE_PRICE);
    }, 4);
  });

  it('has all minutes of history and, but for gaps, of trading', () => {
    checked((seed) => {
      const times = [...aPath(kind, seed).openTimesMs];
      expect(times.filter((time) => time < FROM_MS)).toHaveLength(1_440);
      const traded = times.filter((time) => time >= FROM_MS).length;
      if (kind === 'gaps') expect(traded).toBeLessThan(1_440);
      else expect(traded).toBe(1_440);
    }, 4);
  });
});

it('jump: within ten minutes by 40 to 200 %, beside what it wanders', () => {
  checked((seed) => {
    const factors = factorsOf(aPath('jump', seed));
    const largest = Math.max(...factors.map((factor, i) => factor / (factors[i - 11] ?? factor)));
    // Eleven minutes of a day's 20 % wander by a deviation of 1.75 %: five of them are 9 %.
    expect(largest).toBeGreaterThan(1.4 * 0.91);
    expect(largest).toBeLessThan(3 * 1.09 * 1.09);
  });
});

it('crash: within ten minutes by some 60 %', () => {
  checked((seed) => {
    const factors = factorsOf(aPath('crash', seed));
    const largest = Math.min(...factors.map((factor, i) => factor / (factors[i - 11] ?? factor)));
    expect(largest).toBeLessThan(0.45 * 1.09);
    expect(largest).toBeGreaterThan(0.35 * 0.84);
  });
});

it('hover: is over and under its threshold again and again, while the others stand still', () => {
  checked((seed) => {
    const later = factorsOf(aPath('hover', seed)).slice(180);
    // Value over the mean of four of which three are worth 1.
    const ratios = later.map((factor) => factor / ((factor + BASKET_SIZE - 1) / BASKET_SIZE));
    const threshold = HOVERED_RATIOS.find((ratio) => ratios.every((value) => Math.abs(value / ratio - 1) < 0.041))!;
    expect(threshold).toBeDefined();
    const crossings = ratios.filter((value, i) => i > 0 && value > threshold !== ratios[i - 1]! > threshold).length;
    // A period is an hour at most, and crosses twice; the last hours have 1,260 minutes.
    expect(crossings).toBeGreaterThanOrEqual(2 * Math.floor(1_260 / 60) - 2);
  });
});

it.each([[1.4, 4, 21 / 13], [0.65, 2, 0.65 / 1.35], [1, 5, 1]])('a ratio of %s in a basket of %s is a factor of %s', (ratio, basketSize, factor) => {
  // x / ((x + n - 1) / n) = r gives x = r (n - 1) / (n - r): 4.2 / 2.6 = 21 / 13.
  expect(priceOfRatio(ratio, basketSize)).toBeCloseTo(factor, 12);
});

it('swing: goes from low to high by 80 to 160 %, and back, at least three times a day', () => {
  checked((seed) => {
    const factors = factorsOf(aPath('swing', seed));
    const [high, low] = [Math.max(...factors), Math.min(...factors)];
    expect(high / low).toBeGreaterThan(1.79);
    expect(high / low).toBeLessThan(2.61);
    const middle = Math.sqrt(high * low);
    expect(factors.filter((factor, i) => i > 0 && factor > middle !== factors[i - 1]! > middle).length).toBeGreaterThanOrEqual(5);
  });
});

it('frozen: stands still for at least half an hour on end, without volume', () => {
  checked((seed) => {
    const { closes, volumes, openTimesMs } = aPath('frozen', seed);
    let [run, longest] = [0, 0];
    for (let i = 1; i < closes.length; i++) {
      if (openTimesMs[i]! < FROM_MS) continue;
      const isStill = closes[i] === closes[i - 1];
      expect(isStill).toBe(volumes[i] === 0);
      run = isStill ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    expect(longest).toBeGreaterThanOrEqual(30);
  });
});

it('trend: a day takes it by 30 to 100 % of its logarithm, up or down, beside what it wanders', () => {
  const ends = Array.from({ length: 60 }, (_none, seed) => Math.log(factorsOf(aPath('trend', seed)).at(-1)!));
  // Mean of |drift| is 0.65, a deviation of 0.3 at most beside it: 60 of them leave their mean uncertain by 0.05 at most.
  const mean = ends.reduce((sum, end) => sum + Math.abs(end), 0) / ends.length;
  expect(mean).toBeGreaterThan(0.5);
  expect(mean).toBeLessThan(0.8);
  expect(ends.some((end) => end > 0.3) && ends.some((end) => end < -0.3)).toBe(true);
});
