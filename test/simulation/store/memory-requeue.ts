import type { ExecutionQueues, QueuedJob } from '#application';
import type { MemoryDatabase } from './memory-database.js';
import { compareTexts, inOrder } from './records.js';
import type { IntentRow, PlanRow } from './rows.js';
import { queueJobs } from './writers.js';

export type OverdueQueues = Pick<ExecutionQueues, 'plan' | 'order'>;

/** Once the transport is back, work goes on within this. */
const LONGEST_PAUSE_MS = 30_000;

/** Jobs for rows that nobody looked at in time; again after as long as they have been overdue, until one of them is served. */
export function requeueOverdue(database: MemoryDatabase, { plan, order }: OverdueQueues, nowMs: number, graceMs: number, limit: number): number {
  const { plans, intents, indexes } = database;
  const isDue = isOverdue(nowMs, graceMs);
  const duePlans = indexes.plansToLookAt('all').filter((row) => isDue(row) && indexes.undeliveredOfPlan(`${plan.queue}|${row.id}`).length === 0);
  const queued = queueAgain(database, duePlans, limit, nowMs, (id) => plans.update(id, { requeuedMs: nowMs }), (id) => ({ ...plan, payload: { planId: id } }));
  if (queued >= limit) return queued;
  const dueIntents = indexes.intentsToLookAt('all').filter((row) => isDue(row) && moves(database, row) && indexes.undeliveredOfIntent(`${order.queue}|${row.id}`).length === 0);
  return queued + queueAgain(database, dueIntents, limit - queued, nowMs, (id) => intents.update(id, { requeuedMs: nowMs }), (id) => ({ ...order, payload: { intentId: id } }));
}

const isOverdue = (nowMs: number, graceMs: number) => ({ nextActionMs, requeuedMs }: PlanRow | IntentRow): boolean => {
  if (nextActionMs === null || nextActionMs > nowMs - graceMs) return false;
  return requeuedMs === null || requeuedMs <= Math.min(nowMs - graceMs, nowMs - Math.min(LONGEST_PAUSE_MS, requeuedMs - nextActionMs));
};

/** A leg that is `new` moves while its plan executes; one that may be at the venue moves whatever became of the plan. */
function moves({ plans }: MemoryDatabase, { state, planId }: IntentRow): boolean {
  return state === 'sending' || state === 'unknown' || state === 'acked' || (state === 'new' && plans.get(planId)!.state === 'executing');
}

/** Returns how many jobs were not there before. */
function queueAgain<Row extends PlanRow | IntentRow>(
  database: MemoryDatabase, due: readonly Row[], limit: number, nowMs: number, mark: (id: string) => Row, jobOf: (id: string) => Omit<QueuedJob, 'jobId'>,
): number {
  const first = inOrder(due, ({ nextActionMs }) => nextActionMs!, ({ id }) => id).slice(0, limit);
  const marked = first.map(({ id }) => mark(id)).toSorted((one, other) => compareTexts(one.id, other.id));
  const before = database.outbox.size;
  queueJobs(database, marked.map(({ id, version }) => {
    const job = jobOf(id);
    return { ...job, jobId: `${job.queue}-${id}-${version}-${nowMs}` };
  }));
  return database.outbox.size - before;
}
