import { DEFAULT_PARAMETERS, type StrategyParameters } from '#domain';
import { aPanel } from '#testing';
import * as fc from 'fast-check';
import type { Panel } from '../columns/panel.js';
import { runBacktest } from '../engine/run-backtest.js';
import { dailyReturns, lastBarsOfDays, sharpeOf } from '../metrics/daily-returns.js';
import { drawdownOf } from '../metrics/drawdown.js';
import { periodicDates } from './periodic-rebalance.js';

const HOUR_MS = 3_600_000;

/** Thresholds out of reach: the strategy never acts, so its equity is that of holding. */
const IDLE: StrategyParameters = {
  ...DEFAULT_PARAMETERS, initialCapital: 1_000, upsideThreshold: 900, downsideThreshold: 1, maxPosition: 1,
};

const benchmarksOf = (panel: Panel, over: Partial<StrategyParameters> = {}, everyMs = 2 * HOUR_MS) =>
  runBacktest(panel, { ...IDLE, ...over }, { periodicEveryMs: everyMs }).benchmarks;

describe('periodic', () => {
  // 350 of each, cash 299.3. At the third close 700 and 350, mean 525: 87.5 A are sold for 175, net 174.825, and 175 B
  // bought for 175.175. Cash 298.95; with 525 of each that is 1348.95.
  it('brings every asset back to the mean at its interval', () => {
    expect(benchmarksOf(aPanel({ A: [1, 1, 2], B: [1, 1, 1] }), { fillAt: 'close' }).periodic).toEqual({
      finalValue: expect.closeTo(1348.95, 9), totalReturn: expect.closeTo(0.34895, 9), maxDrawdown: 0, sharpe: 0,
      feesPaid: expect.closeTo(1.05, 9), tradeCount: 4, rebalanceCount: 1,
    });
  });

  // Decided at the third close, filled at the fourth's open of 1.6: 87.5 A bring 140, net 139.86, and 175 B cost 175.175.
  // Cash 299.3 + 139.86 − 175.175 = 263.985; 262.5 A at 2 and 525 B.
  it('fills at the next open where the strategy does', () => {
    const panel = aPanel({ A: [1, 1, 2, 2], B: [1, 1, 1, 1] }, { opens: { A: [1, 1, 1, 1.6], B: [1, 1, 1, 1] } });
    expect(benchmarksOf(panel).periodic).toMatchObject({ finalValue: expect.closeTo(1313.985, 9), rebalanceCount: 1 });
  });

  // The floor of 0.3 × 1349.3 = 404.79 leaves (299.3 + 174.825 − 404.79) / 1.001 = 69.2657 for B.
  it('keeps to the purchase rule and to the smallest order', () => {
    const panel = aPanel({ A: [1, 1, 2], B: [1, 1, 1] });
    expect(benchmarksOf(panel, { fillAt: 'close', minReserve: 0.3 }).periodic.feesPaid).toBeCloseTo(0.7 + 0.175 + 0.0692657, 6);
    expect(benchmarksOf(panel, { fillAt: 'close', minOrderValue: 176 }).periodic).toMatchObject({ rebalanceCount: 0, tradeCount: 2 });
  });

  it('is due at the first bar from each multiple on, once for a whole gap, and never without a bar to fill on', () => {
    const openTimesMs = [0, 1, 2, 3, 9, 10, 11].map((hours) => hours * HOUR_MS);
    const panel = aPanel({ A: openTimesMs.map(() => 1) }, { openTimesMs });
    expect(periodicDates(panel, 2 * HOUR_MS, IDLE)).toEqual([
      { decidedBar: 2, filledBar: 3 }, { decidedBar: 4, filledBar: 5 }, { decidedBar: 5, filledBar: 6 },
    ]);
    expect(periodicDates(panel, 11 * HOUR_MS, IDLE)).toEqual([]);
    expect(periodicDates(panel, 11 * HOUR_MS, { ...IDLE, fillAt: 'close' })).toEqual([{ decidedBar: 6, filledBar: 6 }]);
  });
});

// Blocks are passed over by their ranges, so the figures are held to those of the equity at every bar.
it('hold has the figures of the equity of a strategy that never acts', () => {
  const step = fc.double({ min: -0.08, max: 0.085, noNaN: true });
  const walk = fc.array(step, { minLength: 900, maxLength: 900 }).map((steps) => {
    let price = 10;
    return steps.map((change) => (price *= 1 + change));
  });
  fc.assert(fc.property(walk, walk, (a, b) => {
    const panel = aPanel({ A: a, B: b });
    const { equity, benchmarks } = runBacktest(panel, IDLE);
    const { maxDrawdown } = drawdownOf(equity, panel.openTimesMs);
    const sharpe = sharpeOf(dailyReturns(equity, lastBarsOfDays(panel.openTimesMs)));
    expect(benchmarks.hold.finalValue).toBeCloseTo(equity.at(-1)!, 8);
    expect(benchmarks.hold.maxDrawdown).toBeCloseTo(maxDrawdown, 10);
    expect(benchmarks.hold.sharpe).toBeCloseTo(sharpe, 8);
  }), { numRuns: 30 });
});
