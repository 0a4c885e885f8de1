export {
  MAX_PANEL_CELLS,
  PanelError,
  type CandleColumns,
  type Panel,
  type PanelFault,
  type PanelWarning,
} from './columns/panel.js';
export { type BacktestOptions, type RunBacktest } from './engine/run-backtest.js';
export { MAX_SCAN_BARS, type ScanBars, type ScanRequest } from './engine/scan-bars.js';
export {
  type AssetReturn,
  type BacktestReport,
  type BacktestSummary,
  type DeclinedCount,
  type Drawdown,
  type EvaluationCounts,
  type FilledLeg,
  type Rebalance,
  type RebalanceLeg,
  type Side,
  type SkippedLeg,
  type Trade,
  type YardstickFigures,
} from './report/backtest-report.js';
