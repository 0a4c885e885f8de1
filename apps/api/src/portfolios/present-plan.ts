import type { AttemptRecord, IntentRecord, PlanCourse, PlanRecord, PlanView } from '#application';
import { planTimeline } from '#application';
import { slippageFraction } from '#domain';
import type { Attempt, Leg, Plan, PlanDetail, TimelineEvent } from '#contracts';
import { instantOf } from '../backtests/present-run.js';
import { at, labelsOf } from './present-portfolio.js';

const BPS = 10_000;

/** @param assets of the configuration that it was made with */
export function presentPlan(plan: PlanRecord, assets: readonly string[]): Plan {
  const { id, portfolioId, accountId, evaluationId, configVersion, decision, state, endReason, reason, createdMs, deadlineMs, startedMs, finishedMs } = plan;
  return {
    id, portfolioId, accountId, ...labelsOf(plan), evaluationId, configVersion,
    kind: decision.kind,
    trigger: triggerOf(plan, assets),
    totalValue: decision.totalValue,
    state, endReason, reason,
    decidedAt: at(decision.decidedAtMs),
    createdAt: at(createdMs),
    deadline: at(deadlineMs),
    startedAt: instantOf(startedMs),
    finishedAt: instantOf(finishedMs),
  };
}

function triggerOf({ decision }: PlanRecord, assets: readonly string[]): Plan['trigger'] {
  if (decision.kind === 'initial') return null;
  const { kind, asset, ratio } = decision.plan.trigger;
  return { kind, asset: assets[asset] ?? String(asset), ratio };
}

export const assetNamesOf = ({ configuration }: Pick<PlanView, 'configuration'>): readonly string[] => configuration.assets.map(({ base }) => base);

export function presentPlanDetail(view: PlanView): PlanDetail {
  return { ...presentPlan(view.plan, assetNamesOf(view)), legs: view.intents.map((intent) => presentLeg(intent, view.attempts.filter(({ intentId }) => intentId === intent.id))) };
}

function presentLeg(intent: IntentRecord, attempts: readonly AttemptRecord[]): Leg {
  const { id, leg, base, marketId, side, quantity, quoteValue, refPrice, state, reason, filledQuantity, filledNotional, feeInQuote, createdMs, finishedMs } = intent;
  const averagePrice = Number(filledQuantity) > 0 ? Number(filledNotional) / Number(filledQuantity) : null;
  return {
    id, leg, asset: base, marketId, side, quantity, quoteValue, refPrice, state, reason, filledQuantity, filledNotional, feeInQuote, averagePrice,
    slippageBps: averagePrice === null ? null : slippageFraction(side, averagePrice, refPrice) * BPS,
    createdAt: at(createdMs),
    finishedAt: instantOf(finishedMs),
    attempts: attempts.map(presentAttempt),
  };
}

const presentAttempt = ({ clientOrderId, attemptNo, state, terms, notional, signMs, settledMs, venueOrderId, httpStatus, code, cause }: AttemptRecord): Attempt => ({
  clientOrderId, attemptNo, state, terms, notional, signedAt: at(signMs), settledAt: instantOf(settledMs), venueOrderId, httpStatus, code, cause,
});

export function presentTimeline(course: PlanCourse): { readonly plan: Plan; readonly events: TimelineEvent[] } {
  const events = planTimeline(course);
  return {
    plan: presentPlan(course.view.plan, assetNamesOf(course.view)),
    events: events.map(({ atMs, ...event }, index) => ({ at: at(atMs), afterMs: index === 0 ? null : Math.round(atMs - events[index - 1]!.atMs), ...event })),
  };
}
