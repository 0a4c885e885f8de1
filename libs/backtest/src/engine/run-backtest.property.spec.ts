import { DEFAULT_PARAMETERS, type StrategyParameters } from '#domain';
import * as fc from 'fast-check';
import { alignPanel } from '../columns/align-panel.js';
import type { CandleColumns, Panel } from '../columns/panel.js';
import type { BacktestReport } from '../report/backtest-report.js';
import { weightsAt } from '../report/weights-at.js';
import { runBacktest } from './run-backtest.js';
import type { ScanRequest } from './scan-bars.js';

const fraction = (min: number, max: number) => fc.double({ min, max, noNaN: true });

const someParameters: fc.Arbitrary<StrategyParameters> = fc.record({
  upsideThreshold: fraction(0.02, 0.8), downsideThreshold: fraction(0.02, 0.6), sellPercentage: fraction(0.05, 1),
  usdtReserve: fraction(0, 0.7), minOrderValue: fraction(1, 40), cooldownMinutes: fc.nat({ max: 600 }),
  maxPosition: fraction(0.1, 1), maxDonorSale: fraction(0.05, 1), minReserve: fraction(0, 0.3), tradingFee: fraction(0, 0.01),
  slippage: fraction(0, 0.01), fillAt: fc.constantFrom<'next-open' | 'close'>('next-open', 'close'),
}).map((over) => ({ ...DEFAULT_PARAMETERS, initialCapital: 2_000, ...over }));

/** Walks of a few per cent a bar with rare jumps, long enough to cross blocks of bars, with gaps in time. */
const someSeries: fc.Arbitrary<readonly CandleColumns[]> = fc.record({
  assets: fc.integer({ min: 1, max: 6 }), bars: fc.integer({ min: 1, max: 700 }), seed: fc.nat(),
}).map(({ assets, bars, seed }) => {
  const next = numbersFrom(seed);
  const openTimesMs = new Float64Array(bars);
  for (let bar = 1; bar < bars; bar++) openTimesMs[bar] = openTimesMs[bar - 1]! + 3_600_000 * (next() < 0.01 ? 50 : 1);
  return Array.from({ length: assets }, (_, index) => aWalk(`A${index}`, openTimesMs, next));
});

function aWalk(asset: string, openTimesMs: Float64Array, next: () => number): CandleColumns {
  const open = new Float64Array(openTimesMs.length);
  const close = new Float64Array(openTimesMs.length);
  let price = 1 + next() * 100;
  for (let bar = 0; bar < open.length; bar++) {
    open[bar] = price * (0.99 + 0.02 * next());
    price *= (0.95 + 0.1 * next()) * (next() < 0.01 ? 0.5 + 2 * next() : 1);
    close[bar] = price;
  }
  return { asset, openTimesMs, open, close };
}

/** A small generator of its own (mulberry32), so that a failing case is told by its seed. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const check = (property: (series: readonly CandleColumns[], parameters: StrategyParameters) => void) =>
  fc.assert(fc.property(someSeries, someParameters, property), { numRuns: 40 });

/** A scan without any screen: every bar is shown to `decideRebalance`. */
function scanEveryBar({ closes, quantities, cash, fromBar, toBar, equity, flaggedBars }: ScanRequest): number {
  for (let bar = fromBar; bar < toBar; bar++) {
    equity[bar] = closes.reduce((sum, column, asset) => sum + quantities[asset]! * column[bar]!, 0) + cash;
    flaggedBars[bar - fromBar] = bar;
  }
  return toBar - fromBar;
}

it('never misses a bar on which the decision would not hold within the thresholds', () => {
  check((series, parameters) => {
    const panel = alignPanel(series);
    const screened = runBacktest(panel, parameters);
    const asked = runBacktest(panel, parameters, { scan: scanEveryBar });
    expect(screened.trades).toEqual(asked.trades);
    expect(screened.evaluations).toEqual(asked.evaluations);
    expect(largestGap(screened.equity, asked.equity)).toBeLessThan(1e-12);
  });
});

it('decides nothing by the future: a shorter panel gives the same beginning', () => {
  check((series, parameters) => {
    const panel = alignPanel(series);
    const bars = Math.ceil(panel.bars * 0.6);
    const part = alignPanel(series.map((columns) => firstBars(columns, bars)));
    const whole = runBacktest(panel, parameters);
    const beginning = runBacktest(part, parameters);
    const lastMs = part.openTimesMs[bars - 1]!;
    expect(beginning.trades).toEqual(whole.trades.filter(({ time }) => time <= lastMs));
    expect(beginning.rebalances.map(withoutLaterValues)).toEqual(
      whole.rebalances.filter(({ filledAtMs }) => filledAtMs <= lastMs).map(withoutLaterValues),
    );
    expect(largestGap(beginning.equity, whole.equity.subarray(0, bars))).toBeLessThan(1e-12);
  });
});

it('attributes to the rebalances exactly what the strategy differs from never rebalancing', () => {
  check((series, parameters) => {
    const { rebalances, summary, benchmarks } = runBacktest(alignPanel(series), parameters);
    const attributed = rebalances.reduce((sum, { attribution }) => sum + attribution, 0);
    const difference = summary.finalValue - benchmarks.hold.finalValue;
    const scale = Math.max(summary.finalValue, benchmarks.hold.finalValue);
    expect(Math.abs(attributed - difference) / scale).toBeLessThan(1e-9);
  });
});

it('has an equity that its trades explain, and never a negative weight', () => {
  check((series, parameters) => {
    const panel = alignPanel(series);
    const report = runBacktest(panel, parameters);
    const points = weightsAt(report, panel, Array.from(panel.openTimesMs.keys()));
    const lowest = Math.min(...points.map(({ cashWeight, weights }) => Math.min(cashWeight, ...weights)));
    const sums = points.map(({ cashWeight, weights }) => weights.reduce((sum, weight) => sum + weight, cashWeight));
    expect(lowest).toBeGreaterThan(-1e-12);
    expect(Math.max(...sums) - Math.min(...sums)).toBeLessThan(1e-12);
    expect(largestGap(report.equity, replayedEquity(report, panel))).toBeLessThan(1e-9);
  });
});

it('changes value by nothing but fees and slippage on the bar it fills', () => {
  check((series, parameters) => {
    for (const { legs, cashChange } of runBacktest(alignPanel(series), parameters).rebalances) {
      const filled = legs.flatMap((leg) => (leg.status === 'filled' ? [leg] : []));
      const bought = filled.reduce((sum, { side, value }) => sum + (side === 'buy' ? value : -value), 0);
      const fees = filled.reduce((sum, { fee }) => sum + fee, 0);
      expect(bought + cashChange + fees).toBeCloseTo(0, 6);
    }
  });
});

// Without a reserve floor, and with more kept of each sale than its purchases' fees, the cash never cuts a purchase; the
// order of purchases then means nothing. A fixed seed: two ratios may still be equal to the last bit once in a blue moon.
it('comes to the same whatever the order of the assets', () => {
  fc.assert(fc.property(someSeries, someParameters, (series, drawn) => {
    const parameters = { ...drawn, minReserve: 0, usdtReserve: 0.05 + drawn.usdtReserve };
    const report = runBacktest(alignPanel(series), parameters);
    const mirrored = runBacktest(alignPanel(series.toReversed()), parameters);
    expect(mirrored.rebalances.map(({ asset, kind, filledBar }) => [asset, kind, filledBar])).toEqual(
      report.rebalances.map(({ asset, kind, filledBar }) => [asset, kind, filledBar]),
    );
    expect(mirrored.summary.finalValue / report.summary.finalValue).toBeCloseTo(1, 9);
  }), { numRuns: 40, seed: 20_240_602 });
});

it('gives the same report again, to the last bit', () => {
  check((series, parameters) => {
    const panel = alignPanel(series);
    const { equity, ...report } = runBacktest(panel, parameters);
    const { equity: equityAgain, ...again } = runBacktest(panel, parameters);
    expect(again).toEqual(report);
    expect(Buffer.from(equityAgain.buffer).equals(Buffer.from(equity.buffer))).toBe(true);
  });
});

it('is asked about something: the drawn runs trade, decline and hold', () => {
  const seen = new Set<string>();
  check((series, parameters) => {
    const { evaluations, rebalances } = runBacktest(alignPanel(series), parameters);
    for (const { kind } of rebalances) seen.add(kind);
    for (const { reason } of evaluations.declined) seen.add(reason);
  });
  expect([...seen]).toEqual(expect.arrayContaining(['upside', 'downside', 'limit', 'cooldown', 'sale-below-minimum', 'purchase-below-minimum']));
});

function firstBars({ asset, openTimesMs, open, close }: CandleColumns, bars: number): CandleColumns {
  return { asset, openTimesMs: openTimesMs.slice(0, bars), open: open.slice(0, bars), close: close.slice(0, bars) };
}

function withoutLaterValues(rebalance: BacktestReport['rebalances'][number]) {
  return { ...rebalance, interimGain: null, attribution: null };
}

function largestGap(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - b[index]!) / Math.abs(value)), 0);
}

/** Cash and quantities walked trade by trade, valued at every close. */
function replayedEquity(report: BacktestReport, panel: Panel): Float64Array {
  const held = new Map<string, number>();
  let cash = report.parameters.initialCapital;
  let next = 0;
  return panel.openTimesMs.map((timeMs, bar) => {
    for (; next < report.trades.length && report.trades[next]!.time <= timeMs; next++) {
      const { side, asset, quantity, value, fee } = report.trades[next]!;
      held.set(asset, (held.get(asset) ?? 0) + (side === 'buy' ? quantity : -quantity));
      cash += side === 'buy' ? -value - fee : value - fee;
    }
    return panel.assets.reduce((sum, asset, index) => sum + (held.get(asset) ?? 0) * panel.closes[index]![bar]!, cash);
  });
}
