import type { Page } from './backtest-run-store.port.js';
import type { StoredRebalance, StoredTrade, StoredWeights } from './stored-result.js';

export interface EquityColumns {
  readonly openTimesMs: Float64Array;
  readonly equity: Float64Array;
}

/** What a finished run left behind, part by part; null where the run is unknown or has no result. */
export interface BacktestResultReader {
  document(runId: string): Promise<Readonly<Record<string, unknown>> | null>;
  equity(runId: string): Promise<EquityColumns | null>;
  weights(runId: string): Promise<StoredWeights | null>;
  /** `after` is the sequence number of the last trade seen, as text. */
  trades(runId: string, limit: number, after?: string): Promise<Page<StoredTrade> | null>;
  rebalances(runId: string, limit: number, after?: string): Promise<Page<StoredRebalance> | null>;
}
