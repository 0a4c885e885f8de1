import type { BacktestReport } from '#backtest';
import type { ComputedBacktest } from './backtest-computer.port.js';
import type { BacktestRun, RunFigures } from './backtest-run.js';
import type { LoadedPanel } from './panel-cache.js';
import { warningNotices } from './run-notices.js';
import type { StoredRebalance, StoredResult } from './stored-result.js';

/** What is stored of a computed run: the header's figures, a small document, and the long parts by themselves. */
export function assembleResult(run: BacktestRun, loaded: LoadedPanel, { report, weights }: ComputedBacktest, codeVersion: string): StoredResult {
  const { exchange, quote, interval } = run.spec;
  const { warnings, ...panel } = report.panel;
  return {
    figures: figuresOf(report),
    notices: [...run.notices, ...warningNotices(warnings)],
    dataFingerprint: loaded.dataFingerprint,
    codeVersion,
    document: { panel: { exchange, quote, interval, ...panel }, summary: report.summary, yardsticks: report.benchmarks, evaluations: report.evaluations },
    openTimesMs: loaded.panel.openTimesMs,
    equity: report.equity,
    weights,
    trades: report.trades.map(({ time, ...trade }) => ({ timeMs: time, ...trade })),
    rebalances: report.rebalances as unknown as readonly StoredRebalance[],
  };
}

function figuresOf({ summary, benchmarks, panel }: BacktestReport): RunFigures {
  const { finalValue, totalReturn, annualizedReturn, maxDrawdown, sharpe, rebalanceCount, tradeCount, feesPaid } = summary;
  return {
    finalValue, totalReturn, annualizedReturn, maxDrawdown, sharpe, rebalanceCount, tradeCount, feesPaid,
    holdReturn: benchmarks.hold.totalReturn,
    periodicReturn: benchmarks.periodic.totalReturn,
    bars: panel.bars,
  };
}
