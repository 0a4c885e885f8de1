import type { BacktestReport, CandleColumns, Panel } from '#backtest';
import type { StrategyParameters } from '#domain';

/** What a worker thread is asked and answers: plain objects and typed arrays, columns over shared memory. */
export interface AlignTask {
  readonly series: readonly CandleColumns[];
}

export interface ComputeTask {
  readonly panel: Panel;
  readonly parameters: StrategyParameters;
  readonly periodicEveryMs: number;
  /** Shared memory that the thread writes and the event loop reads: bars done, and the last one's open time. */
  readonly progress: Float64Array;
}

export interface ThreadWeights {
  readonly timesMs: Float64Array;
  readonly weights: readonly Float64Array[];
  readonly reserve: Float64Array;
  readonly holdEquity: Float64Array;
}

/** Faults are answers: an error that crosses a thread's border loses its own fields. */
export type ThreadAnswer<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'fault'; readonly code: string; readonly detail: string };

export interface ComputeAnswer {
  readonly report: BacktestReport;
  readonly weights: ThreadWeights;
}

export const BARS_DONE = 0;
export const OPEN_TIME_MS = 1;
