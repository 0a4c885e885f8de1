import type { NewIntent, PlanChange, PlanView } from '#application';
import { keyOf, type MemoryDatabase } from './memory-database.js';
import { attemptRecordOf, intentRecordOf, planRecordOf, shortened } from './records.js';
import type { IntentRow, PlanRow } from './rows.js';
import { queueJobs, refuseUnfit } from './writers.js';

/** A leg that was to be skipped has been sent meanwhile: nothing of the change may stay. */
export class PlanOvertaken extends Error {}

/** @throws PlanOvertaken for the transaction to be taken back */
export function changePlan(database: MemoryDatabase, change: PlanChange): boolean {
  const { planId, version, atMs, to, newIntents = [], skip = [], jobs } = change;
  refuseUnfit(jobs);
  const plan = database.plans.get(planId);
  if (plan?.version !== version) return false;
  const legs = database.indexes.intentsOfPlan(planId);
  const changed = database.plans.update(planId, changeOfPlan(plan, change));
  const skipped = new Set(skip.filter(({ intentId, reason }) => skipLeg(database, planId, intentId, reason, atMs)).map(({ intentId }) => intentId));
  for (const leg of newIntents) database.intents.insert(newLeg(leg, plan, atMs));
  if (to?.state === 'done' || to?.state === 'aborted') endPlan(database, changed, legs, atMs);
  queueJobs(database, jobs);
  if (skipped.size !== skip.length) throw new PlanOvertaken(`a leg of plan ${planId} is no longer new`);
  return true;
}

function changeOfPlan(plan: PlanRow, { atMs, to, nextActionMs }: PlanChange): Partial<PlanRow> {
  if (to === undefined) return { nextActionMs, changedMs: atMs };
  return {
    state: to.state, endReason: plan.endReason ?? to.endReason, reason: to.reason === null ? plan.reason : shortened(to.reason),
    startedMs: to.state === 'executing' ? atMs : plan.startedMs, finishedMs: to.state === 'done' || to.state === 'aborted' ? atMs : plan.finishedMs,
    nextActionMs, changedMs: atMs,
  };
}

function skipLeg({ intents }: MemoryDatabase, planId: string, intentId: string, reason: string, atMs: number): boolean {
  const leg = intents.get(intentId);
  if (leg?.planId !== planId || leg.state !== 'new') return false;
  intents.update(intentId, { state: 'skipped', reason: shortened(reason), leaseUntilMs: null, nextActionMs: null, finishedMs: atMs, changedMs: atMs });
  return true;
}

const newLeg = ({ skipReason, ...leg }: NewIntent, { id, portfolioId, accountId }: PlanRow, atMs: number): IntentRow => ({
  ...leg, planId: id, portfolioId, accountId, state: skipReason === null ? 'new' : 'skipped', reason: skipReason, version: 1, leaseEpoch: 0, leaseUntilMs: null, attemptCount: 0,
  filledQuantity: '0', filledNotional: '0', feeInQuote: '0', nextActionMs: null, requeuedMs: null, createdMs: atMs, finishedMs: skipReason === null ? null : atMs,
  changedMs: atMs, changedBy: null,
});

/** Asks for a look at the portfolio, and calls it allocated where a start has filled something. `legs`: as they were before the change. */
function endPlan({ looks, portfolios }: MemoryDatabase, { portfolioId, state, decision }: PlanRow, legs: readonly IntentRow[], atMs: number): void {
  const look = looks.get(portfolioId);
  if (look !== undefined) looks.update(portfolioId, { lookRequestedMs: Math.max(look.lookRequestedMs ?? 0, atMs) });
  const isAllDone = state === 'done' || legs.every((leg) => leg.state === 'filled' || leg.state === 'partial');
  if (decision.kind !== 'initial' || !isAllDone || portfolios.get(portfolioId)!.isAllocated) return;
  if (legs.some(({ filledQuantity }) => filledQuantity !== '0')) portfolios.update(portfolioId, { isAllocated: true, changedMs: atMs });
}

export function planView({ plans, portfolios, configurations, indexes }: MemoryDatabase, planId: string): PlanView | null {
  const plan = plans.get(planId);
  if (plan === undefined) return null;
  const intents = indexes.intentsOfPlan(planId).toSorted((one, other) => one.leg - other.leg);
  const attempts = intents.flatMap(({ id }) => indexes.attemptsOfIntent(id).toSorted((one, other) => one.attemptNo - other.attemptNo));
  return {
    plan: planRecordOf(plan), shard: portfolios.get(plan.portfolioId)!.shard, configuration: configurations.get(keyOf(plan.portfolioId, plan.configVersion))!.configuration,
    intents: intents.map(intentRecordOf), attempts: attempts.map(attemptRecordOf),
  };
}
