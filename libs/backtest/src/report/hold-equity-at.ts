import type { Panel } from '../columns/panel.js';
import type { BacktestReport } from './backtest-report.js';

/**
 * What the initial allocation, never touched, was worth at the closes of the given bars, in the quote currency: the first
 * yardstick as a curve.
 * @param barIndexes each from 0 up to, not including, `panel.bars`
 */
export function holdEquityAt(report: Pick<BacktestReport, 'trades' | 'parameters'>, panel: Panel, barIndexes: readonly number[]): Float64Array {
  const quantities = panel.assets.map(() => 0);
  const indexOf = new Map(panel.assets.map((asset, index) => [asset, index]));
  let cash = report.parameters.initialCapital;
  for (const { rebalance, asset, quantity, value, fee } of report.trades) {
    if (rebalance !== null) continue;
    quantities[indexOf.get(asset)!]! += quantity;
    cash -= value + fee;
  }
  return Float64Array.from(barIndexes, (bar) => quantities.reduce((sum, quantity, asset) => sum + quantity * panel.closes[asset]![bar]!, cash));
}
