import { DEFAULT_PARAMETERS } from '#domain';
import { aPanel } from '#testing';
import { runBacktest } from '../engine/run-backtest.js';
import { weightsAt } from './weights-at.js';

const near = (value: number) => expect.closeTo(value, 5);

// The worked example: before the sale 233.3333 each and 299.3 of 999.3; after it 354.6667, 2 × 264.3356, 325.8114 of 1209.1493.
it('tells the weights at closes, after what was filled on them', () => {
  const panel = aPanel({ A: [1, 1.9], B: [1, 1], C: [1, 1] });
  const report = runBacktest(panel, { ...DEFAULT_PARAMETERS, initialCapital: 1_000, fillAt: 'close' });
  expect(weightsAt(report, panel, [0, 1])).toEqual([
    { bar: 0, timeMs: panel.openTimesMs[0], cashWeight: near(299.3 / 999.3), weights: Array(3).fill(near(233.3333 / 999.3)) },
    {
      bar: 1, timeMs: panel.openTimesMs[1], cashWeight: near(325.8114 / 1209.1493),
      weights: [near(354.6667 / 1209.1493), near(264.3356 / 1209.1493), near(264.3356 / 1209.1493)],
    },
  ]);
  expect(weightsAt(report, panel, [1])).toHaveLength(1);
});
