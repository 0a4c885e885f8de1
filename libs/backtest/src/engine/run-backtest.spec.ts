import { DEFAULT_PARAMETERS, type StrategyParameters } from '#domain';
import { aPanel } from '#testing';
import type { Panel } from '../columns/panel.js';
import { BacktestError, runBacktest, type BacktestOptions } from './run-backtest.js';

const HOUR_MS = 3_600_000;
const FIRST_MS = 1_704_067_200_000;

const run = (panel: Panel, over: Partial<StrategyParameters> = {}, options: BacktestOptions = {}) =>
  runBacktest(panel, { ...DEFAULT_PARAMETERS, initialCapital: 1_000, ...over }, options);

const near = (value: number) => expect.closeTo(value, 4);

describe('the worked example, filled at the deciding close', () => {
  const report = run(aPanel({ A: [1, 1.9], B: [1, 1], C: [1, 1] }), { fillAt: 'close' });

  it('buys 233.3333 of each and sells a fifth of what rose', () => {
    expect(report.trades).toEqual([
      { time: FIRST_MS, side: 'buy', asset: 'A', quantity: near(233.3333), price: 1, value: near(233.3333), fee: near(0.2333), rebalance: null },
      { time: FIRST_MS, side: 'buy', asset: 'B', quantity: near(233.3333), price: 1, value: near(233.3333), fee: near(0.2333), rebalance: null },
      { time: FIRST_MS, side: 'buy', asset: 'C', quantity: near(233.3333), price: 1, value: near(233.3333), fee: near(0.2333), rebalance: null },
      { time: FIRST_MS + HOUR_MS, side: 'sell', asset: 'A', quantity: near(46.6667), price: 1.9, value: near(88.6667), fee: near(0.0887), rebalance: 0 },
      { time: FIRST_MS + HOUR_MS, side: 'buy', asset: 'B', quantity: near(31.0023), price: 1, value: near(31.0023), fee: near(0.031), rebalance: 0 },
      { time: FIRST_MS + HOUR_MS, side: 'buy', asset: 'C', quantity: near(31.0023), price: 1, value: near(31.0023), fee: near(0.031), rebalance: 0 },
    ]);
  });

  // After the start 999.3. Then 354.6667 + 2 × 264.3356 + 325.8114, which is 1209.3 less fees of 0.0887 and 0.0620.
  it('records the equity after the fill', () => {
    expect(Array.from(report.equity)).toEqual([near(999.3), near(1209.1493)]);
    expect(report.summary).toMatchObject({
      finalValue: near(1209.1493), totalReturn: near(0.2091), feesPaid: near(0.8507), tradeCount: 6, rebalanceCount: 1,
      kinds: { upside: 1, downside: 0, limit: 0 },
    });
  });

  // Valued at the very closes it filled on, it changed nothing but the fees: no win.
  it('tells what the rebalance changed', () => {
    expect(report.rebalances).toMatchObject([{
      index: 0, asset: 'A', kind: 'upside', ratio: near(0.461538 / 0.4), decidedBar: 1, filledBar: 1,
      cashChange: near(325.8114 - 299.3), interimGain: near(-0.1507), attribution: near(-0.1507),
    }]);
    expect(report.summary.winRate).toBe(0);
    expect(report.benchmarks.hold.finalValue).toBeCloseTo(1_209.3, 9);
  });

  // 88.6667 + 2 × 31.0023 over the mean of both equities.
  it('counts as turnover what rebalances trade, not the start', () => {
    expect(report.summary.turnover).toBeCloseTo(150.6713 / ((999.3 + 1209.1493) / 2), 6);
  });
});

describe('filled at the next open', () => {
  const closes = { A: [1, 1.9, 2], B: [1, 1, 1], C: [1, 1, 1] };
  const opens = { A: [1, 1, 1.8], B: [1, 1, 1.25], C: [1, 1, 1] };

  // 46.6667 × 1.8 = 84, net 83.916, pot 58.7412: 29.3706 each, at 1.25 that is 23.4965 of B.
  it('fixes the quantity at the close and fills at the open of the next bar', () => {
    const report = run(aPanel(closes, { opens }));
    expect(report.trades.slice(3).map(({ side, asset, quantity, price, value }) => [side, asset, quantity, price, value])).toEqual([
      ['sell', 'A', near(46.6667), 1.8, near(84)],
      ['buy', 'B', near(23.4965), 1.25, near(29.3706)],
      ['buy', 'C', near(29.3706), 1, near(29.3706)],
    ]);
    expect(report.rebalances[0]).toMatchObject({
      decidedAtMs: FIRST_MS + HOUR_MS, decidedBar: 1, filledAtMs: FIRST_MS + 2 * HOUR_MS, filledBar: 2,
    });
  });

  it('takes the next bar of the panel, whatever the gap', () => {
    const openTimesMs = [FIRST_MS, FIRST_MS + HOUR_MS, FIRST_MS + 90 * HOUR_MS];
    expect(run(aPanel(closes, { opens, openTimesMs })).trades[3]?.time).toBe(FIRST_MS + 90 * HOUR_MS);
  });

  it('drops a plan that is still pending after the last bar', () => {
    const report = run(aPanel({ A: [1, 1.9], B: [1, 1], C: [1, 1] }));
    expect(report.trades).toHaveLength(3);
    expect(report.evaluations).toMatchObject({ planned: 1, isPlanDroppedAtEnd: true });
    expect(report.summary).toMatchObject({ rebalanceCount: 0, winRate: null });
  });
});

// Buys of 233.3333 at 1.02; at 1.9 the position of 228.7582 is 434.6405, mean 297.3856, d = 0.461538.
// Sale 0.2 × 434.6405 / 1.9 = 45.7516, at 1.9 × 0.98 = 1.862: 85.1895, net 85.1043, pot 59.5730.
it('fills buys above and sales below the price by the slippage', () => {
  const { trades } = run(aPanel({ A: [1, 1.9], B: [1, 1], C: [1, 1] }), { fillAt: 'close', slippage: 0.02 });
  expect(trades[0]).toMatchObject({ price: 1.02, value: near(233.3333), quantity: near(228.7582) });
  expect(trades[3]).toMatchObject({ side: 'sell', price: near(1.862), quantity: near(45.7516), value: near(85.1895) });
  expect(trades[4]).toMatchObject({ side: 'buy', price: 1.02, value: near(29.7865), quantity: near(29.2025) });
});

// V = 1149.3: m = 283.3333, d of A = −0.3824. W = min(108.3333, 459.72 − 175); F = (299.3 − 57.465) / 1.001 suffices.
it('tops an underperformer up from the reserve', () => {
  const report = run(aPanel({ A: [1, 0.75], B: [1, 1.5], C: [1, 1.392857142857143] }), { fillAt: 'close' });
  expect(report.rebalances).toMatchObject([{
    asset: 'A', kind: 'downside', legs: [{ status: 'filled', side: 'buy', asset: 'A', value: near(108.3333) }],
  }]);
});

// The share of 31.0023 is below an order of 40: floor(62.0046 / 40) = 1, and of B and C the first takes all of it.
it('redistributes to as many of the lowest assets as orders fit', () => {
  const { rebalances } = run(aPanel({ A: [1, 1.9], B: [1, 1], C: [1, 1] }), { fillAt: 'close', minOrderValue: 40 });
  expect(rebalances[0]?.legs.map(({ side, asset, value }) => [side, asset, value])).toEqual([
    ['sell', 'A', near(88.6667)], ['buy', 'B', near(62.0046)],
  ]);
});

// V = 1209.3, floor 0.3 × V = 362.79. Cash after the sale 387.878: 25.0629 for B, then nothing above the floor for C.
it('records a purchase that the cash no longer pays for as skipped, with its reason', () => {
  const { rebalances } = run(aPanel({ A: [1, 1.9], B: [1, 1], C: [1, 1] }), { fillAt: 'close', minReserve: 0.3 });
  expect(rebalances[0]?.legs.slice(1)).toEqual([
    { status: 'filled', side: 'buy', asset: 'B', quantity: near(25.0629), price: 1, value: near(25.0629), fee: near(0.0251) },
    { status: 'skipped', side: 'buy', asset: 'C', value: near(31.0023), reason: 'cash-below-minimum' },
  ]);
});

describe('evaluations', () => {
  // Minutes: bought at 0, so at minutes 1 to 29 the riser rests, at 30 it triggers.
  it('counts every one that wanted to act and could not', () => {
    const rise = [1, ...Array.from({ length: 31 }, () => 1.9)];
    const flat = rise.map(() => 1);
    const { evaluations, rebalances } = run(aPanel({ A: rise, B: flat, C: flat }, { stepMs: 60_000 }), { fillAt: 'close' });
    expect(rebalances.map(({ decidedBar }) => decidedBar)).toEqual([30]);
    expect(evaluations).toEqual({
      count: 32, planned: 1, isPlanDroppedAtEnd: false,
      held: { 'no-value': 0, 'within-thresholds': 2, 'all-in-cooldown': 29, 'no-plan': 0 },
      declined: [{ kind: 'upside', reason: 'cooldown', count: 29 }],
    });
  });

  // Of 40, each purchase would be 9.33: below 15, so nothing is ever held.
  it('counts the bars without any holdings', () => {
    const { evaluations, equity, trades } = run(aPanel({ A: [1, 2, 3], B: [1, 1, 1], C: [1, 1, 1] }), { initialCapital: 40 });
    expect(evaluations.held).toEqual({ 'no-value': 3, 'within-thresholds': 0, 'all-in-cooldown': 0, 'no-plan': 0 });
    expect([Array.from(equity), trades]).toEqual([[40, 40, 40], []]);
  });

  // 64 / 3 × 0.7 = 14.93 < 15 does not buy; 66 does: 15.4 each. At 1.9 a sale of 5.85 is too small, bar after bar.
  it('counts triggers whose order would be too small', () => {
    const { evaluations } = run(aPanel({ A: [1, 1.9, 1.9], B: [1, 1, 1], C: [1, 1, 1] }), { initialCapital: 66 });
    expect(evaluations).toMatchObject({
      held: { 'no-plan': 2 }, declined: [{ kind: 'upside', reason: 'sale-below-minimum', count: 2 }],
    });
  });
});

describe('edges', () => {
  it('runs one asset over one bar', () => {
    const { summary, benchmarks, equity } = run(aPanel({ A: [10] }));
    // min(0.7, 0.4) × 1000 is bought, fee 0.4.
    expect(Array.from(equity)).toEqual([near(999.6)]);
    expect(summary).toMatchObject({
      annualizedReturn: null, maxDrawdown: 0, drawdown: null, sharpe: 0, sortino: 0, calmar: null, winRate: null,
      bestAsset: { asset: 'A', return: 0 }, worstAsset: { asset: 'A', return: 0 },
    });
    expect(benchmarks.hold).toEqual(benchmarks.periodic);
  });

  // No reserve: 50 wanted each of 100, but the first fee leaves 49.95, which pays for 49.9001.
  it('spends the cash to zero and never below', () => {
    const { trades } = run(aPanel({ A: [1], B: [1] }), { initialCapital: 100, usdtReserve: 0, maxPosition: 1 });
    expect(trades.map(({ value }) => value)).toEqual([50, near(49.9001)]);
    expect(trades.reduce((cash, { value, fee }) => cash - value - fee, 100)).toBeCloseTo(0, 12);
  });

  it('refuses to report values beyond what a number holds', () => {
    expect(() => run(aPanel({ A: [1e-300, 1e300] }))).toThrow(BacktestError);
  });

  it('refuses a periodic interval that is not above zero', () => {
    expect(() => run(aPanel({ A: [1] }), {}, { periodicEveryMs: 0 })).toThrow('periodicEveryMs must be above 0, got 0');
  });
});

it('reports progress along the way and at the end', () => {
  const bars = 40_000;
  const calls: [number, number][] = [];
  const panel = aPanel({ A: Array.from({ length: bars }, () => 1) }, { stepMs: 60_000 });
  run(panel, {}, { onProgress: (barsDone, openTimeMs) => calls.push([barsDone, openTimeMs]) });
  expect(calls).toEqual([16_384, 32_768, 40_000].map((done) => [done, FIRST_MS + (done - 1) * 60_000]));
});

it('ends the run with what the progress callback throws', () => {
  expect(() => run(aPanel({ A: [1, 1] }), {}, { onProgress: () => { throw new Error('canceled'); } })).toThrow('canceled');
});
