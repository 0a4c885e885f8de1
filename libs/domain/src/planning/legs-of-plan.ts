import type { DecimalText } from '../market/market-rules.js';
import { decimalText } from '../order/decimal-steps.js';
import type { StrategyParameters } from '../strategy/parameters.js';
import { planPurchases, type PlannedPurchase } from './plan-purchases.js';
import type { PlanDecision } from './plan-states.js';

/** A sale as decided, its quantity in the exact text of the float: rounding to the market's steps comes at the door. */
export interface SaleLeg {
  readonly asset: number;
  readonly quantity: DecimalText;
  readonly value: number;
}

/** What is sold first, in listed order; the start sells nothing. */
export function salesOf(decision: PlanDecision): readonly SaleLeg[] {
  if (decision.kind === 'initial') return [];
  return decision.plan.sales.map(({ asset, quantity, value }) => ({ asset, quantity: decimalText(quantity), value }));
}

/** What is bought afterwards, in listed order. @param netProceeds what the sales really brought in, after fees */
export function purchasesOf(
  decision: PlanDecision, netProceeds: DecimalText, parameters: StrategyParameters,
): readonly PlannedPurchase[] {
  return decision.kind === 'initial' ? decision.purchases : planPurchases(decision.plan, Number(netProceeds), parameters);
}

/** What its purchases leave of the cash: the start may take all of it. */
export function cashFloorOf(decision: PlanDecision): number {
  return decision.kind === 'initial' ? 0 : decision.plan.cashFloor;
}
