import { DEFAULT_PARAMETERS } from '#domain';
import { aPanel } from '#testing';
import { runBacktest } from '../engine/run-backtest.js';
import { holdEquityAt } from './hold-equity-at.js';

// 700 of 1000 go into A and B, 350 each, less 0.7 of fees: 350 A, 350 B and 299.3 of cash. At 1 that is 999.3; where A
// doubles and B halves, 350 × 2 + 350 × 0.5 + 299.3 = 1174.3, whatever the strategy has sold of A meanwhile.
it('values the initial allocation, whatever was rebalanced later', () => {
  const panel = aPanel({ A: [1, 2, 2], B: [1, 1, 0.5] });
  const report = runBacktest(panel, { ...DEFAULT_PARAMETERS, initialCapital: 1_000, fillAt: 'close' });
  expect(report.rebalances.length).toBeGreaterThan(0);
  const curve = holdEquityAt(report, panel, [0, 2]);
  expect([...curve]).toEqual([expect.closeTo(999.3, 9), expect.closeTo(1174.3, 9)]);
  expect(curve[1]).toBeCloseTo(report.benchmarks.hold.finalValue, 9);
});
