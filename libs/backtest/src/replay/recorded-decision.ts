import type { IntentState, OrderSide, StrategyParameters, TriggerKind } from '#domain';

/** One leg as it was carried out. Floats: this is for comparison, the books have the decimals. */
export interface RecordedLeg {
  /** Index in listed order. */
  readonly asset: number;
  readonly side: OrderSide;
  readonly state: IntentState;
  /** Why it was skipped, rejected or given up. */
  readonly reason: string | null;
  readonly filledQuantity: number;
  readonly filledNotional: number;
  /** In quote; what was charged in another asset is not in it. */
  readonly fee: number;
  /** The market's quantity step, and the value that its purchases are rounded to. */
  readonly quantityStep: number;
  readonly valueStep: number;
  /** When it was done; null: never. */
  readonly doneMs: number | null;
}

export type RecordedOutcome =
  | { readonly kind: 'hold'; readonly reason: string; /** True: the strategy was not asked. */ readonly isGuard: boolean }
  | {
      readonly kind: 'plan';
      readonly planId: string;
      /** Null: the start's purchases. */
      readonly trigger: { readonly asset: number; readonly kind: TriggerKind } | null;
      readonly legs: readonly RecordedLeg[];
      /** Why no further leg went out; null: all were done. */
      readonly endReason: string | null;
    };

/** A decision of paper or live trading with everything that it saw. Arrays are in listed order. */
export interface RecordedDecision {
  readonly evaluationId: string;
  readonly timeMs: number;
  readonly assets: readonly string[];
  readonly prices: readonly number[];
  readonly quantities: readonly number[];
  readonly cash: number;
  /** -Infinity where it never traded. */
  readonly lastFillMs: readonly number[];
  /** With the fee that estimates used. */
  readonly parameters: StrategyParameters;
  readonly outcome: RecordedOutcome;
}

/**
 * `decision`: the same inputs decide otherwise, which is a fault of ours. `guard`: the engine would have traded, a guard
 * stood against it. `price`: filled at another price. `delay`: the same, where the fill came late. `fee`, `rounding`: to
 * the market's steps. `proceeds`: the sales brought in another sum. `skipped-leg`: by our rules. `fault`: refused, lost or
 * cut short by the venue, or the plan was ended.
 */
export type DivergenceCause = 'decision' | 'guard' | 'price' | 'delay' | 'fee' | 'rounding' | 'proceeds' | 'skipped-leg' | 'fault';

export interface Divergence {
  readonly timeMs: number;
  readonly evaluationId: string;
  readonly planId: string | null;
  readonly asset: string | null;
  readonly side: OrderSide | null;
  readonly cause: DivergenceCause;
  /** What the engine has, and what was: quantities, prices, fees or values, as `detail` says. */
  readonly expected: number | null;
  readonly actual: number | null;
  /** What the difference is worth in quote at the decision's prices: positive where trading did better than the engine. */
  readonly value: number | null;
  readonly detail: string;
}
