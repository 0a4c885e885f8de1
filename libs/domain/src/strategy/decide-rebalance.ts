import { planFor, type PlanRefusal } from '../planning/plan-sales.js';
import type { RebalancePlan, Trigger } from '../planning/rebalance-plan.js';
import type { PortfolioSnapshot } from '../portfolio/portfolio-snapshot.js';
import { valueHoldings, type Valuation } from '../portfolio/valuation.js';
import type { StrategyParameters } from './parameters.js';
import { rankTriggers } from './rank-triggers.js';

/** Why an exceeded threshold led to no plan. */
export type DeclineReason = 'cooldown' | PlanRefusal;

/** A trigger that was tried and yielded no plan. */
export interface DeclinedTrigger extends Trigger {
  readonly reason: DeclineReason;
}

export type HoldReason =
  /** The assets are worth nothing, so there is no mean to deviate from. */
  | 'no-value'
  /** No threshold is exceeded. */
  | 'within-thresholds'
  /** Thresholds are exceeded, but only by assets that traded too recently. */
  | 'all-in-cooldown'
  /** At least one asset out of cooldown exceeds a threshold, and none yields a plan: see `declined`. */
  | 'no-plan';

export type RebalanceDecision =
  | { readonly kind: 'hold'; readonly reason: HoldReason; readonly declined: readonly DeclinedTrigger[] }
  | { readonly kind: 'plan'; readonly plan: RebalancePlan; readonly declined: readonly DeclinedTrigger[] };

const NONE_DECLINED: readonly DeclinedTrigger[] = Object.freeze([]);
const HOLD_NO_VALUE: RebalanceDecision = Object.freeze({ kind: 'hold', reason: 'no-value', declined: NONE_DECLINED });
const HOLD_WITHIN_THRESHOLDS: RebalanceDecision = Object.freeze({
  kind: 'hold', reason: 'within-thresholds', declined: NONE_DECLINED,
});

const MS_PER_MINUTE = 60_000;

/**
 * One evaluation of the threshold cascade (docs/strategy.md): at most one plan, or hold with the reason.
 * Triggers are tried by falling breach ratio; `declined` lists those tried before the plan, or all of them on hold.
 * Pure: backtest, paper and live call this very function. The snapshot's prices must be above zero and finite.
 */
export function decideRebalance(snapshot: PortfolioSnapshot, parameters: StrategyParameters): RebalanceDecision {
  const valuation = valueHoldings(snapshot);
  if (!(valuation.meanValue > 0)) return HOLD_NO_VALUE;
  const triggers = rankTriggers(valuation, parameters);
  if (triggers.length === 0) return HOLD_WITHIN_THRESHOLDS;
  return firstPlan(triggers, snapshot, valuation, parameters);
}

/** An asset is in cooldown until `cooldownMinutes` have passed since its last fill, whatever that fill was for. */
export function isInCooldown(lastFillMs: number, timeMs: number, parameters: StrategyParameters): boolean {
  return timeMs - lastFillMs < parameters.cooldownMinutes * MS_PER_MINUTE;
}

function firstPlan(
  triggers: readonly Trigger[],
  snapshot: PortfolioSnapshot,
  valuation: Valuation,
  parameters: StrategyParameters,
): RebalanceDecision {
  const declined: DeclinedTrigger[] = [];
  let reason: HoldReason = 'all-in-cooldown';
  for (const trigger of triggers) {
    const outcome = tryTrigger(trigger, snapshot, valuation, parameters);
    if (typeof outcome === 'object') return { kind: 'plan', plan: outcome, declined };
    if (outcome !== 'cooldown') reason = 'no-plan';
    declined.push({ asset: trigger.asset, kind: trigger.kind, ratio: trigger.ratio, reason: outcome });
  }
  return { kind: 'hold', reason, declined };
}

function tryTrigger(
  trigger: Trigger,
  snapshot: PortfolioSnapshot,
  valuation: Valuation,
  parameters: StrategyParameters,
): RebalancePlan | DeclineReason {
  if (isInCooldown(snapshot.lastFillMs[trigger.asset]!, snapshot.timeMs, parameters)) return 'cooldown';
  return planFor(trigger, snapshot, valuation, parameters);
}
