import {
  annualizedReturnOf, dailyReturns, firstBarFrom, lastBarsOfDays, sharpeOf, sortinoOf,
} from './daily-returns.js';
import { drawdownOf } from './drawdown.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const at = (equity: readonly number[]) => drawdownOf(Float64Array.from(equity), Float64Array.from(equity.keys()));

describe('drawdownOf', () => {
  // 60 / 120 − 1; the later fall from 130 to 65 is as deep, and the first one is told.
  it('finds the deepest fall with its peak, trough and recovery', () => {
    expect(at([100, 120, 90, 60, 119, 130, 65])).toEqual({
      maxDrawdown: -0.5, drawdown: { peakMs: 1, troughMs: 3, recoveryMs: 5 },
    });
  });

  it('measures a later, deeper fall from its own peak', () => {
    expect(at([100, 80, 200, 90, 150])).toEqual({
      maxDrawdown: 90 / 200 - 1, drawdown: { peakMs: 2, troughMs: 3, recoveryMs: null },
    });
  });

  it('counts as recovered what is back at the peak exactly', () => {
    expect(at([100, 50, 100]).drawdown?.recoveryMs).toBe(2);
  });

  it('finds none where equity never falls', () => {
    expect(at([100, 100, 110])).toEqual({ maxDrawdown: 0, drawdown: null });
    expect(at([100])).toEqual({ maxDrawdown: 0, drawdown: null });
  });
});

describe('days', () => {
  // 22:00, 23:00 | 00:00 | a day without bars | 12:00 and 12:30 of the fourth.
  const times = Float64Array.from([22, 23, 24, 84, 84.5], (hours) => 10 * DAY_MS + hours * HOUR_MS);

  it('end with the last bar that opens in them', () => {
    expect(Array.from(lastBarsOfDays(times))).toEqual([1, 2, 4]);
  });

  it('give returns from one day with bars to the next, the capital being no base', () => {
    const returns = dailyReturns(Float64Array.of(1, 100, 110, 7, 99), lastBarsOfDays(times));
    expect(returns).toEqual([expect.closeTo(0.1, 12), expect.closeTo(-0.1, 12)]);
  });

  it('are found from a time on', () => {
    expect([0, 1, 2, 3].map((from) => firstBarFrom(times, times[2]!, from))).toEqual([2, 2, 2, 3]);
    expect(firstBarFrom(times, times[4]! + 1, 0)).toBe(5);
  });
});

// Returns 0.1 and −0.05: mean 0.025; sample deviation √(2 × 0.075²) = 0.106066; 0.235702 × √365 = 4.503086.
it('gives Sharpe from the sample deviation', () => {
  expect(sharpeOf([0.1, -0.05])).toBeCloseTo(4.503086, 5);
});

// Downside deviation over all days √(0.05² / 2) = 0.0353553; 0.707107 × √365 = 13.509256.
it('gives Sortino from the losses over all days', () => {
  expect(sortinoOf([0.1, -0.05])).toBeCloseTo(13.509256, 5);
});

it('gives 0 with fewer than two returns or without deviation', () => {
  expect([[], [0.1], [0.1, 0.1]].map(sharpeOf)).toEqual([0, 0, 0]);
  expect([[], [-0.1], [0.1, 0.2]].map(sortinoOf)).toEqual([0, 0, 0]);
});

// 21 % in 730 days: √1.21 − 1.
it('annualizes over the span of open times', () => {
  expect(annualizedReturnOf(0.21, 730 * DAY_MS)).toBeCloseTo(0.1, 12);
  expect(annualizedReturnOf(0.01, DAY_MS)).toBeCloseTo(1.01 ** 365 - 1, 9);
});

it('annualizes nothing under a day, nor what no number can hold', () => {
  expect(annualizedReturnOf(0.5, DAY_MS - 1)).toBeNull();
  expect(annualizedReturnOf(1e3, DAY_MS)).toBeNull();
});
