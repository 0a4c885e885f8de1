import type { StrategyParameters } from '#domain';
import { runYardsticks } from '../benchmarks/run-yardsticks.js';
import type { Panel } from '../columns/panel.js';
import { lastBarsOfDays } from '../metrics/daily-returns.js';
import { summarize } from '../metrics/summarize.js';
import { valueRebalances } from '../metrics/value-rebalances.js';
import type { BacktestReport } from '../report/backtest-report.js';
import { BacktestLoop, type ProgressCallback } from './backtest-loop.js';
import { scanColumns, type ScanBars } from './scan-bars.js';

export interface BacktestOptions {
  /**
   * Called about every 16,000 bars and at the end, with the number of bars done and the last one's open time. The
   * caller throttles. What it throws ends the run and passes through, so it can also cancel.
   */
  readonly onProgress?: ProgressCallback;
  /** Interval of the periodic yardstick, above zero; seven days unless given. */
  readonly periodicEveryMs?: number;
  /** The inner loop; plain TypeScript unless given. */
  readonly scan?: ScanBars;
}

/** A run that cannot be valued. */
export class BacktestError extends Error {
  constructor(readonly fault: 'value-overflow' | 'period-not-positive', message: string) {
    super(message);
    this.name = 'BacktestError';
  }
}

const SEVEN_DAYS_MS = 7 * 86_400_000;

/**
 * Runs the threshold cascade over a panel by the backtest clock of docs/strategy.md. Deterministic: the same panel,
 * parameters and scan give the same report to the last bit. Assumptions: docs/simulation.md.
 * @param panel from `alignPanel`, which has checked its prices
 * @param parameters from `parseParameters`
 * @throws BacktestError where a value exceeds what a float64 holds, or the periodic interval is not above zero
 */
export function runBacktest(panel: Panel, parameters: StrategyParameters, options: BacktestOptions = {}): BacktestReport {
  const everyMs = options.periodicEveryMs ?? SEVEN_DAYS_MS;
  if (!(everyMs > 0)) throw new BacktestError('period-not-positive', `periodicEveryMs must be above 0, got ${everyMs}`);
  const scan = options.scan ?? scanColumns;
  const run = new BacktestLoop(panel, parameters, scan, options.onProgress ?? (() => {})).run();
  const rebalances = valueRebalances(run.rebalances, panel);
  const lastBars = lastBarsOfDays(panel.openTimesMs);
  const { trades, equity, evaluations } = run;
  const summary = summarize({ equity, trades, rebalances }, panel, lastBars, parameters);
  // Infinity and NaN never leave a sum again, so the two that add everything up tell of all others.
  if (!Number.isFinite(summary.finalValue) || !Number.isFinite(summary.turnover)) {
    throw new BacktestError('value-overflow', `equity is ${summary.finalValue}: quantities × prices exceed a float64`);
  }
  const benchmarks = runYardsticks(panel, parameters, everyMs, lastBars, run.start);
  return { parameters, panel: panelOf(panel), summary, benchmarks, trades, rebalances, evaluations, equity };
}

function panelOf(panel: Panel): BacktestReport['panel'] {
  const { assets, bars, openTimesMs, droppedBars, warnings } = panel;
  return { assets, bars, firstOpenMs: openTimesMs[0]!, lastOpenMs: openTimesMs.at(-1)!, droppedBars, warnings };
}
