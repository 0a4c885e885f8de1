import type { StrategyParameters } from '#domain';

export type RunStatus = 'queued' | 'running' | 'completed' | 'failed' | 'canceled';
export type RunPriority = 'interactive' | 'bulk';

/** What decides a run's result, and nothing else: its hash is the run's identity for the cache. */
export interface BacktestSpec {
  readonly exchange: string;
  readonly quote: string;
  readonly interval: string;
  /** In the portfolio's listed order: ties are broken by it. */
  readonly assets: readonly string[];
  /** First and last open time, both included; null: all that the assets share. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly parameters: StrategyParameters;
  readonly periodicEveryMs: number;
}

/** What people call a run. It changes nothing in its result. */
export interface RunLabels {
  readonly name: string | null;
  readonly tags: readonly string[];
  readonly note: string | null;
}

export interface RunNotice {
  readonly code: string;
  readonly detail: string;
}

export interface RunProgress {
  readonly fraction: number;
  readonly simulatedMs: number | null;
  readonly barsPerSecond: number | null;
}

export interface RunFigures {
  readonly finalValue: number;
  readonly totalReturn: number;
  readonly annualizedReturn: number | null;
  readonly maxDrawdown: number;
  readonly sharpe: number;
  readonly rebalanceCount: number;
  readonly tradeCount: number;
  readonly feesPaid: number;
  readonly holdReturn: number;
  readonly periodicReturn: number;
  readonly bars: number;
}

/** The header row of a run: small, whatever the run computed. */
export interface BacktestRun {
  readonly id: string;
  readonly status: RunStatus;
  readonly spec: BacktestSpec;
  readonly specSha256: string;
  readonly dataFingerprint: string;
  readonly codeVersion: string;
  readonly priority: RunPriority;
  readonly labels: RunLabels;
  readonly progress: RunProgress;
  readonly figures: RunFigures | null;
  readonly notices: readonly RunNotice[];
  readonly error: RunNotice | null;
  readonly isCancelRequested: boolean;
  /** Grows by one with every change of the row: the id of the run's events. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
}

export const isTerminal = (status: RunStatus): boolean => status === 'completed' || status === 'failed' || status === 'canceled';
