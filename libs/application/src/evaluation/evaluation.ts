import type { DeclinedTrigger, HoldReason, PlanDecision, PriceFlag, TradingState } from '#domain';

/** Why a portfolio was not even asked about. */
export type GuardReason =
  | `price-${PriceFlag}`
  | 'plan-open' | 'open-orders' | 'account-unreconciled' | 'halted' | 'paused' | 'market-untradable' | 'market-quarantined' | 'rules-missing'
  | 'clock-suspect' | 'plans-per-day' | 'drawdown' | 'external-flow' | 'not-feasible';

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
}

export type EvaluationOutcome =
  | { readonly kind: 'hold'; readonly reason: HoldReason | GuardReason; /** For people: which asset, which limit. */ readonly detail: string | null; readonly declined: readonly DeclinedTrigger[] }
  | { readonly kind: 'plan'; readonly reason: 'initial' | 'upside' | 'downside' | 'limit'; readonly detail: string | null; readonly declined: readonly DeclinedTrigger[]; readonly decision: PlanDecision };

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

export interface GuardFacts {
  readonly tradingState: TradingState;
  readonly openPlanId: string | null;
  readonly openVenueOrders: number;
  readonly isReconciled: boolean;
}
