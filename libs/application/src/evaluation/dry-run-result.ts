import type { DecimalText, DeclinedTrigger, OrderSide, OrderTerms, PriceFlag } from '#domain';
import type { EvaluationOutcome } from './evaluation.js';

/** An asset as an evaluation would see it now. */
export interface DryRunAsset {
  readonly asset: string;
  readonly marketId: string;
  readonly quantity: DecimalText;
  /** Middle of best bid and ask; null: no price is known. */
  readonly price: number | null;
  readonly priceMs: number | null;
  /** Null: good enough to decide with. */
  readonly flag: PriceFlag | null;
  readonly value: number | null;
  /** Fraction of the total value. */
  readonly weight: number | null;
  /** From the mean asset value, as a fraction of it. */
  readonly deviation: number | null;
  readonly lastFillMs: number | null;
}

/** A leg of the plan as it would go out if every leg before it filled at the prices of now. */
export interface DryRunLeg {
  readonly asset: string;
  readonly marketId: string;
  readonly side: OrderSide;
  /** In quote, before the market's rules. */
  readonly wantedValue: number;
  /** Null: it would not be sent, for `skipReason`. */
  readonly terms: OrderTerms | null;
  readonly notional: DecimalText | null;
  readonly estimatedFee: number | null;
  /** As a fraction of the price. Live: half of the spread, what an order pays that the book's first level can fill. Paper: the parameters'. */
  readonly expectedSlippage: number | null;
  readonly skipReason: string | null;
}

export interface DryRunPlan {
  readonly reason: 'initial' | 'upside' | 'downside' | 'limit';
  /** Null: the start's purchases. */
  readonly triggerAsset: string | null;
  readonly legs: readonly DryRunLeg[];
  /** Of the legs that would be sent. */
  readonly turnover: number;
  readonly estimatedFees: number;
  /** Cash after all legs; purchases never take it below the floor. */
  readonly cashAfter: number;
  readonly cashFloor: number;
}

/** What an evaluation would come to now. Nothing is stored and nothing is sent. */
export interface DryRunResult {
  readonly portfolioId: string;
  readonly timeMs: number;
  /** Null: of another configuration than the stored one. */
  readonly configVersion: number | null;
  readonly outcome: EvaluationOutcome;
  /** What stands against trading, whatever the strategy wants; null: nothing. */
  readonly blockedBy: { readonly reason: string; readonly detail: string | null } | null;
  /** In quote; null while a price is missing. */
  readonly totalValue: number | null;
  readonly cash: DecimalText;
  readonly assets: readonly DryRunAsset[];
  readonly declined: readonly DeclinedTrigger[];
  /** What the strategy wants, also where something stands against it; null: nothing, or a price is missing. */
  readonly plan: DryRunPlan | null;
}
