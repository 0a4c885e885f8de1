import type { LookTaken, NewEvaluation, NewPlan } from '#application';
import type { PlanJobPolicy } from '#persistence';
import type { MemoryDatabase } from './memory-database.js';
import type { IntentRow, LookRow } from './rows.js';

const EVALUATOR = 'strategy-evaluator';

/** With its equity. A wish for a look that came after the reading stays. */
export function takeLook({ looks, equity }: MemoryDatabase, seen: LookRow, taken: LookTaken, change: Partial<LookRow>): void {
  const { portfolioId, atMs, nextLookMs } = taken;
  looks.update(portfolioId, {
    lookSeq: seen.lookSeq + 1, lastLookMs: atMs, nextLookMs,
    lookRequestedMs: seen.lookRequestedMs === taken.lookRequestedMs ? null : seen.lookRequestedMs, ...change,
  });
  if (taken.equity !== null) equity.insert({ ...taken.equity, portfolioId, atMs });
}

/** The row, the end of the one before, and the look. */
export function storeEvaluation(database: MemoryDatabase, seen: LookRow, { look, evaluation }: NewEvaluation): void {
  const { evaluations } = database;
  if (seen.evaluationId !== null) evaluations.update(seen.evaluationId, { lastMs: seen.lastLookMs, lookCount: seen.evaluationLooks });
  evaluations.insert({ ...evaluation, portfolioId: look.portfolioId, lookSeq: look.lookSeq + 1, firstMs: look.atMs, lastMs: null, lookCount: null });
  takeLook(database, seen, look, { evaluationId: evaluation.id, evaluationLooks: 1 });
}

/** The plan, its legs and its job. */
export function insertPlan(database: MemoryDatabase, { queue, priority }: PlanJobPolicy, { plan, intents }: NewPlan): void {
  const { plans, outbox } = database;
  plans.insert({
    ...plan, state: 'draft', version: 1, endReason: null, reason: null, startedMs: null, finishedMs: null, nextActionMs: plan.createdMs, requeuedMs: null,
    changedMs: plan.createdMs, changedBy: EVALUATOR,
  });
  outbox.insert({
    queue, jobId: `${queue}-${plan.id}-new`, payload: { planId: plan.id }, priority,
    id: database.nextId(), deliveredMs: null, tries: 0, availableMs: database.nowMs(),
  });
  for (const intent of intents) database.intents.insert(toIntentRow(plan, intent));
}

function toIntentRow({ id: planId, portfolioId, accountId, createdMs }: NewPlan['plan'], { skipReason, ...intent }: NewPlan['intents'][number]): IntentRow {
  const isSkipped = skipReason !== null;
  return {
    ...intent, planId, portfolioId, accountId, state: isSkipped ? 'skipped' : 'new', reason: skipReason, version: 1, leaseEpoch: 0, leaseUntilMs: null,
    attemptCount: 0, filledQuantity: '0', filledNotional: '0', feeInQuote: '0', nextActionMs: null, createdMs, finishedMs: isSkipped ? createdMs : null,
    requeuedMs: null, changedMs: createdMs, changedBy: EVALUATOR,
  };
}
