import { dailyReturns, sharpeOf } from '../metrics/daily-returns.js';
import { drawdownOf } from '../metrics/drawdown.js';
import type { Trade, YardstickFigures } from '../report/backtest-report.js';

/** Figures of one yardstick's equity and trades (the initial allocation's included). */
export function yardstickFigures(
  equity: Float64Array,
  trades: readonly Trade[],
  rebalanceCount: number,
  context: { readonly openTimesMs: Float64Array; readonly lastBars: Int32Array; readonly initialCapital: number },
): YardstickFigures {
  const finalValue = equity.at(-1)!;
  return {
    finalValue,
    totalReturn: finalValue / context.initialCapital - 1,
    maxDrawdown: drawdownOf(equity, context.openTimesMs).maxDrawdown,
    sharpe: sharpeOf(dailyReturns(equity, context.lastBars)),
    feesPaid: trades.reduce((sum, { fee }) => sum + fee, 0),
    tradeCount: trades.length,
    rebalanceCount,
  };
}
