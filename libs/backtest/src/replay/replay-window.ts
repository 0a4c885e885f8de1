import { decideRebalance, planRestOfStart, type RebalanceDecision } from '#domain';
import type { Account, FillContext } from '../engine/account.js';
import { fillInitialAllocation, fillPlan, fillPurchases } from '../engine/fill-plan.js';
import type { RebalanceLeg } from '../report/backtest-report.js';
import { compareLegs } from './compare-legs.js';
import type { Divergence, RecordedDecision } from './recorded-decision.js';

export interface ReplayedWindow {
  readonly decisions: number;
  /** Plans that trading made. */
  readonly plans: number;
  readonly divergences: readonly Divergence[];
  /**
   * Equity at the last decision's prices of an engine that began with the first decision's holdings and was left alone, and
   * what trading really had. Null: money went in or out on the way, or there were no two decisions.
   */
  readonly equity: { readonly engine: number; readonly actual: number } | null;
}

/**
 * What the backtest's engine makes of each decision of a window, from the same holdings and prices, beside what was done.
 * Decisions by time, ascending. Fills are made at the decision's own price, as with `fillAt: 'close'`.
 */
export function replayWindow(decisions: readonly RecordedDecision[], hasFlows: boolean): ReplayedWindow {
  return {
    decisions: decisions.length,
    plans: decisions.filter(({ outcome }) => outcome.kind === 'plan').length,
    divergences: decisions.flatMap(replayDecision),
    equity: hasFlows || decisions.length < 2 ? null : { engine: engineEquity(decisions), actual: equityOf(decisions.at(-1)!) },
  };
}

function replayDecision(decision: RecordedDecision): readonly Divergence[] {
  const { outcome } = decision;
  if (outcome.kind === 'plan' && outcome.trigger === null) return compareLegs(decision, outcome, startLegs(decision));
  const decided = decide(decision, accountOf(decision));
  if (outcome.kind === 'hold') return decided.kind === 'hold' ? [] : [heldInstead(decision, decided)];
  const { trigger } = outcome;
  if (decided.kind === 'hold' || decided.plan.trigger.asset !== trigger!.asset || decided.plan.trigger.kind !== trigger!.kind) {
    return [otherDecision(decision, decided)];
  }
  const account = accountOf(decision);
  return compareLegs(decision, outcome, fillPlan(decided.plan, account, contextOf(decision), decision.parameters).legs);
}

function decide({ assets, prices, timeMs, parameters }: RecordedDecision, { quantities, cash, lastFillMs }: Account): RebalanceDecision {
  return decideRebalance({ assets, prices, timeMs, quantities, cash, lastFillMs }, parameters);
}

function heldInstead(decision: RecordedDecision, decided: Extract<RebalanceDecision, { readonly kind: 'plan' }>): Divergence {
  const { outcome, timeMs, evaluationId, assets } = decision;
  const { asset, kind } = decided.plan.trigger;
  const isGuard = outcome.kind === 'hold' && outcome.isGuard;
  const reason = outcome.kind === 'hold' ? outcome.reason : '';
  return {
    timeMs, evaluationId, planId: null, asset: assets[asset]!, side: null, cause: isGuard ? 'guard' : 'decision', expected: null, actual: null, value: null,
    detail: `the engine makes a plan (${kind}), trading held: ${reason}`,
  };
}

function otherDecision({ outcome, timeMs, evaluationId, assets }: RecordedDecision, decided: RebalanceDecision): Divergence {
  const engine = decided.kind === 'hold' ? `holds: ${decided.reason}` : `makes a plan (${decided.plan.trigger.kind} of ${assets[decided.plan.trigger.asset]})`;
  return {
    timeMs, evaluationId, planId: outcome.kind === 'plan' ? outcome.planId : null, asset: null, side: null, cause: 'decision', expected: null, actual: null,
    value: null, detail: `the engine ${engine}`,
  };
}

/** The start's purchases, or the rest of them, as the engine fills purchases. */
function startLegs(decision: RecordedDecision): readonly RebalanceLeg[] {
  const { parameters, prices, quantities } = decision;
  const values = prices.map((price, asset) => price * quantities[asset]!);
  const purchases = planRestOfStart({ values, totalValue: equityOf(decision) }, parameters);
  return fillPurchases(purchases, 0, accountOf(decision), contextOf(decision), parameters).legs;
}

function engineEquity(decisions: readonly RecordedDecision[]): number {
  const account = accountOf(decisions[0]!);
  for (const decision of decisions.slice(0, -1)) engineStep(decision, account);
  return equityOf({ ...decisions.at(-1)!, quantities: [...account.quantities], cash: account.cash });
}

function engineStep(decision: RecordedDecision, account: Account): void {
  const { outcome, parameters } = decision;
  if (account.quantities.every((quantity) => quantity === 0)) {
    if (outcome.kind === 'plan') fillInitialAllocation(account, contextOf(decision), { ...parameters, initialCapital: account.cash });
    return;
  }
  const decided = decide(decision, account);
  if (decided.kind === 'plan') fillPlan(decided.plan, account, contextOf(decision), parameters);
}

function accountOf({ quantities, cash, lastFillMs }: RecordedDecision): Account {
  return { quantities: Float64Array.from(quantities), cash, lastFillMs: Float64Array.from(lastFillMs) };
}

/** One bar, which is the decision itself. */
function contextOf({ assets, prices, timeMs }: RecordedDecision): FillContext {
  return { assets, prices: prices.map((price) => Float64Array.of(price)), bar: 0, timeMs, rebalance: 0 };
}

function equityOf({ prices, quantities, cash }: RecordedDecision): number {
  return prices.reduce((sum, price, asset) => sum + price * quantities[asset]!, cash);
}
