import { isSettled, minus, purchasesOf, sumOf, type DecimalText, type IntentState, type PlanEndReason, type PlannedPurchase } from '#domain';
import type { PLAN_LIMITS } from './plan-limits.js';
import type { IntentRecord, PlanView } from './plan.js';

/** What a plan's next safe step is, by the rows alone. */
export type PlanAction =
  | { readonly take: 'stop' }
  /** Nothing of it was done. */
  | { readonly take: 'abort'; readonly endReason: PlanEndReason; readonly reason: string }
  | { readonly take: 'start'; readonly leg: IntentRecord | null }
  | { readonly take: 'await-leg'; readonly leg: IntentRecord }
  | { readonly take: 'add-purchases'; readonly purchases: readonly PlannedPurchase[] }
  | { readonly take: 'settle'; readonly endReason: PlanEndReason | null; readonly reason: string | null }
  | { readonly take: 'reconcile' }
  | { readonly take: 'hand-over'; readonly reason: string };

export interface PlanTimes {
  readonly nowMs: number;
  /** The venue's time, by which its prices are dated. */
  readonly exchangeNowMs: number;
}

export type StartLimits = Pick<typeof PLAN_LIMITS, 'startWithinMs' | 'priceAgeMs'>;

const END_OF_LEG: Partial<Record<IntentState, PlanEndReason>> = { rejected: 'leg-rejected', dead: 'leg-dead', 'needs-human': 'leg-unresolved' };

export function nextPlanAction(view: PlanView, times: PlanTimes, limits: StartLimits): PlanAction {
  const { state } = view.plan;
  if (state === 'draft') return startOf(view, times, limits);
  if (state === 'executing') return nextLegOf(view, times.nowMs);
  return state === 'settling' ? settlingStep(view) : { take: 'stop' };
}

function startOf({ plan, intents }: PlanView, { nowMs, exchangeNowMs }: PlanTimes, limits: StartLimits): PlanAction {
  const ageMs = nowMs - plan.createdMs;
  if (ageMs > limits.startWithinMs) return { take: 'abort', endReason: 'stale-price', reason: `it was not begun within ${limits.startWithinMs} ms: ${ageMs} ms have gone by` };
  const priceAgeMs = exchangeNowMs - Math.min(...intents.map(({ refPriceMs }) => refPriceMs));
  if (priceAgeMs > limits.priceAgeMs) return { take: 'abort', endReason: 'stale-price', reason: `its prices are ${priceAgeMs} ms old` };
  return { take: 'start', leg: firstUnsettled(intents) };
}

function nextLegOf(view: PlanView, nowMs: number): PlanAction {
  const { plan, intents } = view;
  const failed = intents.find(({ state }) => END_OF_LEG[state] !== undefined);
  if (failed !== undefined) return { take: 'settle', endReason: END_OF_LEG[failed.state]!, reason: `leg ${failed.leg} (${failed.side} ${failed.base}) is ${failed.state}: ${failed.reason ?? 'no reason is known'}` };
  const leg = firstUnsettled(intents);
  if (leg === null) return afterLegs(view);
  if (leg.state === 'new' && nowMs >= plan.deadlineMs) return { take: 'settle', endReason: 'deadline', reason: `leg ${leg.leg} could not go out before the plan's deadline` };
  return { take: 'await-leg', leg };
}

/** Purchases are computed once, from what the sales really brought in. */
function afterLegs(view: PlanView): PlanAction {
  const { plan, configuration, intents } = view;
  const isComplete = intents.some(({ side }) => side === 'buy');
  const purchases = isComplete ? [] : purchasesOf(plan.decision, netProceedsOf(intents), configuration.parameters);
  return purchases.length > 0 ? { take: 'add-purchases', purchases } : { take: 'settle', endReason: null, reason: null };
}

function settlingStep({ plan, intents }: PlanView): PlanAction {
  const underWay = intents.find(({ state }) => state !== 'new' && !isSettled(state));
  if (underWay !== undefined) return { take: 'await-leg', leg: underWay };
  const unresolved = intents.find(({ state }) => state === 'needs-human');
  return unresolved === undefined ? { take: 'reconcile' } : { take: 'hand-over', reason: plan.reason ?? `nobody knows what became of leg ${unresolved.leg}` };
}

/** In quote, after the fees that were charged in quote. */
export function netProceedsOf(intents: readonly IntentRecord[]): DecimalText {
  const sales = intents.filter(({ side }) => side === 'sell');
  return minus(sumOf(sales.map(({ filledNotional }) => filledNotional)), sumOf(sales.map(({ feeInQuote }) => feeInQuote)));
}

/** How a plan ends whose books were found equal: legs skipped by rule count as done, legs that were filled in part do not. */
export function endOf({ plan, intents }: PlanView): { readonly state: 'done' | 'aborted'; readonly endReason: PlanEndReason | null; readonly reason: string | null } {
  const { endReason, reason } = plan;
  if (endReason !== null) return { state: 'aborted', endReason, reason };
  const unfilled = intents.find(({ state }) => state === 'partial' || state === 'canceled');
  if (unfilled === undefined) return { state: 'done', endReason, reason };
  return { state: 'aborted', endReason, reason: `leg ${unfilled.leg} (${unfilled.side} ${unfilled.base}) was ${unfilled.state === 'partial' ? 'filled in part' : 'not filled'}` };
}

function firstUnsettled(intents: readonly IntentRecord[]): IntentRecord | null {
  return intents.find(({ state }) => !isSettled(state)) ?? null;
}
