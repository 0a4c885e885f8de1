import type { Panel } from '../columns/panel.js';
import type { BacktestReport, Trade } from './backtest-report.js';

/** How the portfolio was spread at one bar's close. Weights and cash weight sum to 1. */
export interface WeightsPoint {
  readonly bar: number;
  readonly timeMs: number;
  readonly cashWeight: number;
  /** One per asset in listed order. */
  readonly weights: readonly number[];
}

/**
 * The weights at the closes of the given bars, found by replaying the report's trades.
 * @param barIndexes ascending, each from 0 up to, not including, `panel.bars`
 */
export function weightsAt(
  report: Pick<BacktestReport, 'trades' | 'parameters'>, panel: Panel, barIndexes: readonly number[],
): readonly WeightsPoint[] {
  const quantities = panel.assets.map(() => 0);
  const indexOf = new Map(panel.assets.map((asset, index) => [asset, index]));
  let cash = report.parameters.initialCapital;
  let next = 0;
  return barIndexes.map((bar) => {
    const timeMs = panel.openTimesMs[bar]!;
    for (; next < report.trades.length && report.trades[next]!.time <= timeMs; next++) {
      const trade = report.trades[next]!;
      const asset = indexOf.get(trade.asset)!;
      quantities[asset] = Math.max(0, quantities[asset]! + (trade.side === 'buy' ? trade.quantity : -trade.quantity));
      cash += cashChangeOf(trade);
    }
    return weightsOf(quantities, cash, bar, panel);
  });
}

function cashChangeOf({ side, value, fee }: Trade): number {
  return side === 'buy' ? -(value + fee) : value - fee;
}

function weightsOf(quantities: readonly number[], cash: number, bar: number, panel: Panel): WeightsPoint {
  const values = quantities.map((quantity, asset) => quantity * panel.closes[asset]![bar]!);
  const total = values.reduce((sum, value) => sum + value, cash);
  const weights = values.map((value) => value / total);
  return { bar, timeMs: panel.openTimesMs[bar]!, cashWeight: cash / total, weights };
}
