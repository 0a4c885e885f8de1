import type { DeclineReason, HoldReason, SkipReason, StrategyParameters, TriggerKind } from '#domain';
import type { PanelWarning } from '../columns/panel.js';

export type Side = 'buy' | 'sell';

/** One fill. Key names as in the golden files. */
export interface Trade {
  /** Open time of the bar it filled on, epoch ms; also for fills on a close. */
  readonly time: number;
  readonly side: Side;
  readonly asset: string;
  /** Base units. */
  readonly quantity: number;
  /** Fill price, slippage included. */
  readonly price: number;
  /** Quantity × price, without the fee. */
  readonly value: number;
  readonly fee: number;
  /** Index into the report's rebalances; null for the initial allocation. */
  readonly rebalance: number | null;
}

export interface FilledLeg {
  readonly status: 'filled';
  readonly side: Side;
  readonly asset: string;
  readonly quantity: number;
  readonly price: number;
  readonly value: number;
  readonly fee: number;
}

export interface SkippedLeg {
  readonly status: 'skipped';
  readonly side: 'buy';
  readonly asset: string;
  /** The value that was wanted before the reason cut it. */
  readonly value: number;
  readonly reason: SkipReason;
}

export type RebalanceLeg = FilledLeg | SkippedLeg;

/** One plan of which at least one leg was filled. */
export interface Rebalance {
  readonly index: number;
  readonly decidedAtMs: number;
  readonly decidedBar: number;
  readonly filledAtMs: number;
  readonly filledBar: number;
  /** The asset that triggered. */
  readonly asset: string;
  readonly kind: TriggerKind;
  /** Breach ratio: 1 is exactly on the threshold. */
  readonly ratio: number;
  /** Sales, then purchases, each in listed order. */
  readonly legs: readonly RebalanceLeg[];
  /** What it added to the cash: net proceeds less what the purchases cost, fees included. */
  readonly cashChange: number;
  /** What it changed, valued at the closes on which the next one was decided (the last one: at the last closes). */
  readonly interimGain: number;
  /** What it changed, valued at the last closes. */
  readonly attribution: number;
}

export interface DeclinedCount {
  readonly kind: TriggerKind;
  readonly reason: DeclineReason;
  /** Triggers, not evaluations: one evaluation may decline several. */
  readonly count: number;
}

/** What the evaluations came to; one evaluation a bar. */
export interface EvaluationCounts {
  readonly count: number;
  /** Evaluations that yielded a plan, the one dropped at the end included. */
  readonly planned: number;
  /** Evaluations that held, by reason. `all-in-cooldown` and `no-plan` are those that wanted to act and could not. */
  readonly held: Readonly<Record<HoldReason, number>>;
  /** The declined triggers of all evaluations, by kind and reason, where there were any. */
  readonly declined: readonly DeclinedCount[];
  /** True where the last bar's plan had no further bar to fill on (`fillAt: 'next-open'`). */
  readonly isPlanDroppedAtEnd: boolean;
}

export interface Drawdown {
  readonly peakMs: number;
  readonly troughMs: number;
  /** First bar whose equity is back at the peak's; null where it never is. */
  readonly recoveryMs: number | null;
}

export interface AssetReturn {
  readonly asset: string;
  /** Last close over first close, less 1. */
  readonly return: number;
}

/** Figures of strategy.md. Ratios and returns are fractions; values are in the quote currency. */
export interface BacktestSummary {
  readonly initialCapital: number;
  readonly finalValue: number;
  readonly totalReturn: number;
  /** Null where the span is under one day, or too short for the figure to be finite. */
  readonly annualizedReturn: number | null;
  /** Zero or negative. */
  readonly maxDrawdown: number;
  /** Null where the equity never fell. */
  readonly drawdown: Drawdown | null;
  readonly sharpe: number;
  readonly sortino: number;
  /** Null without an annualized return or without a drawdown. */
  readonly calmar: number | null;
  readonly rebalanceCount: number;
  /** Null without rebalances. */
  readonly winRate: number | null;
  readonly feesPaid: number;
  readonly tradeCount: number;
  readonly kinds: Readonly<Record<TriggerKind, number>>;
  /** Value traded by rebalances over mean equity. */
  readonly turnover: number;
  readonly bestAsset: AssetReturn;
  readonly worstAsset: AssetReturn;
}

/** What the same capital came to under a plain rule, on the same bars, costs and fill mode. */
export interface YardstickFigures {
  readonly finalValue: number;
  readonly totalReturn: number;
  readonly maxDrawdown: number;
  readonly sharpe: number;
  readonly feesPaid: number;
  readonly tradeCount: number;
  readonly rebalanceCount: number;
}

export interface BacktestReport {
  readonly parameters: StrategyParameters;
  readonly panel: {
    readonly assets: readonly string[];
    readonly bars: number;
    readonly firstOpenMs: number;
    readonly lastOpenMs: number;
    readonly droppedBars: number;
    readonly warnings: readonly PanelWarning[];
  };
  readonly summary: BacktestSummary;
  readonly benchmarks: {
    /** The initial allocation, never touched. */
    readonly hold: YardstickFigures;
    /** Every asset back to the mean asset value at a fixed interval. */
    readonly periodic: YardstickFigures;
  };
  readonly trades: readonly Trade[];
  readonly rebalances: readonly Rebalance[];
  readonly evaluations: EvaluationCounts;
  /** Cash and holdings at every bar's close. */
  readonly equity: Float64Array;
}
