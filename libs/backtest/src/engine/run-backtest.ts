import type { StrategyParameters } from '#domain';
import type { Panel } from '../columns/panel.js';
import type { BacktestReport } from '../report/backtest-report.js';
import type { ScanBars } from './scan-bars.js';

export interface BacktestOptions {
  /** Called about every 16,000 bars with the number of bars done and the last one's open time; the caller throttles. */
  readonly onProgress?: (barsDone: number, openTimeMs: number) => void;
  /** Interval of the periodic yardstick; seven days unless given. */
  readonly periodicEveryMs?: number;
  /** The inner loop; plain TypeScript unless given. */
  readonly scan?: ScanBars;
}

export type RunBacktest = (panel: Panel, parameters: StrategyParameters, options?: BacktestOptions) => BacktestReport;
