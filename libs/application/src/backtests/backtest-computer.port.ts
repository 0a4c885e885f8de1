import type { BacktestReport, CandleColumns, Panel } from '#backtest';
import type { StrategyParameters } from '#domain';
import type { RunProgress } from './backtest-run.js';
import type { StoredWeights } from './stored-result.js';

export interface BacktestWork {
  readonly panel: Panel;
  readonly parameters: StrategyParameters;
  readonly periodicEveryMs: number;
}

export interface ComputedBacktest {
  readonly report: BacktestReport;
  readonly weights: StoredWeights;
}

/** A run of this spec over these candles can never succeed, whoever tries it. `code` is stable and reaches the user. */
export class BacktestFault extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'BacktestFault';
  }
}

/** The CPU work of backtests, off the event loop. */
export interface BacktestComputer {
  /** The panel, over shared memory, of the bars that all columns have. @throws BacktestFault */
  align(series: readonly CandleColumns[]): Promise<Panel>;
  /** `onProgress` is called at most ten times a second. An aborted signal ends the work at once; it then rejects. @throws BacktestFault */
  compute(work: BacktestWork, onProgress: (progress: RunProgress) => void, signal: AbortSignal): Promise<ComputedBacktest>;
}
