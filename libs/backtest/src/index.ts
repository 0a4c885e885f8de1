export { alignPanel, type AlignOptions } from './columns/align-panel.js';
export {
  MAX_PANEL_CELLS,
  PanelError,
  RANGE_BLOCK_BARS,
  type CandleColumns,
  type CloseRanges,
  type Panel,
  type PanelFault,
  type PanelWarning,
} from './columns/panel.js';
export { type ProgressCallback } from './engine/backtest-loop.js';
export { BacktestError, runBacktest, type BacktestOptions } from './engine/run-backtest.js';
export { MAX_SCAN_BARS, scanColumns, type ScanBars, type ScanRequest } from './engine/scan-bars.js';
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
export { holdEquityAt } from './report/hold-equity-at.js';
export { weightsAt, type WeightsPoint } from './report/weights-at.js';
export { DELAY_MS } from './replay/compare-legs.js';
export { type Divergence, type DivergenceCause, type RecordedDecision, type RecordedLeg, type RecordedOutcome } from './replay/recorded-decision.js';
export { replayWindow, type ReplayedWindow } from './replay/replay-window.js';
