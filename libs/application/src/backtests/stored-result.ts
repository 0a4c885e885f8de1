import type { RunFigures, RunNotice } from './backtest-run.js';

export interface StoredTrade {
  readonly timeMs: number;
  readonly side: 'buy' | 'sell';
  readonly asset: string;
  readonly quantity: number;
  readonly price: number;
  readonly value: number;
  readonly fee: number;
  /** Index of its rebalance; null for the initial allocation. */
  readonly rebalance: number | null;
}

/** One rebalance with all that explains it: trigger, legs with skipped ones and their reasons, attribution. Plain JSON. */
export type StoredRebalance = Readonly<Record<string, unknown>>;

/** Weights at chosen bars: one column an asset, in listed order, and the reserve. Beside them what holding was worth. */
export interface StoredWeights {
  readonly timesMs: Float64Array;
  readonly weights: readonly Float64Array[];
  readonly reserve: Float64Array;
  /** Equity of the initial allocation, never touched, at the same bars; null: of a run from before it was kept. */
  readonly holdEquity: Float64Array | null;
}

/** All that a finished run leaves behind, stored in one transaction. */
export interface StoredResult {
  readonly figures: RunFigures;
  readonly notices: readonly RunNotice[];
  /** What the columns that were really read say; the run's cache key from now on. */
  readonly dataFingerprint: string;
  readonly codeVersion: string;
  /** `panel`, `summary`, `yardsticks`, `evaluations`: plain JSON, a few kilobytes. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly openTimesMs: Float64Array;
  readonly equity: Float64Array;
  readonly weights: StoredWeights;
  readonly trades: readonly StoredTrade[];
  readonly rebalances: readonly StoredRebalance[];
}
