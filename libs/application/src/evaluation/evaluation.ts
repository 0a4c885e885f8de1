import type { DeclinedTrigger, HoldReason, PlanDecision, PriceFlag, TriggerKind } from '#domain';

/** Why a portfolio was not even asked about. */
export type GuardReason =
  | `price-${PriceFlag}`
  | 'plan-open' | 'open-orders' | 'account-unreconciled' | 'halted' | 'paused' | 'market-untradable' | 'market-quarantined' | 'rules-missing'
  | 'clock-suspect' | 'recently-aborted' | 'plans-per-day' | 'drawdown' | 'external-flow' | 'not-feasible' | 'failed-sanity';

/** Prices that were evaluated, in listed order; null: none. */
export interface PriceInput {
  readonly marketId: string;
  readonly mid: number | null;
  readonly bid: number | null;
  readonly ask: number | null;
  readonly exchangeMs: number | null;
  readonly flag: PriceFlag | null;
}

/** All that a decision depends on, stored so that it can be computed again. Quantities in listed order, as floats: decisions are. */
export interface EvaluationInput {
  readonly timeMs: number;
  readonly prices: readonly PriceInput[];
  readonly quantities: readonly number[];
  readonly cash: number;
  /** Null: never. */
  readonly lastFillMs: readonly (number | null)[];
  /** The fee that estimates use: the parameters', live the market's own. */
  readonly tradingFee: number;
  /** False: the start's purchases are what is decided about. */
  readonly isAllocated: boolean;
}

export interface EvaluationHold {
  readonly kind: 'hold';
  readonly reason: HoldReason | GuardReason;
  /** For people: which asset, which limit. May change from look to look. */
  readonly detail: string | null;
  /** What the reason is about, such as the asset; holds of one reason about the same thing are one row. */
  readonly subject: string | null;
  readonly declined: readonly DeclinedTrigger[];
}

export interface EvaluationPlan {
  readonly kind: 'plan';
  readonly reason: 'initial' | TriggerKind;
  readonly detail: string | null;
  readonly subject: string | null;
  readonly declined: readonly DeclinedTrigger[];
  readonly decision: PlanDecision;
}

export type EvaluationOutcome = EvaluationHold | EvaluationPlan;

/** Holds with the same reason follow each other in one row: `firstMs` to `lastMs`, `looks` of them. */
export interface Evaluation {
  /** ev_ and a ULID. */
  readonly id: string;
  readonly portfolioId: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly looks: number;
  readonly configVersion: number;
  readonly codeVersion: string;
  readonly kind: 'hold' | 'plan';
  readonly reason: string;
  readonly detail: string | null;
  readonly declined: readonly DeclinedTrigger[];
  /** Of its first look. */
  readonly input: EvaluationInput;
  readonly inputSha256: string;
  readonly planId: string | null;
}
