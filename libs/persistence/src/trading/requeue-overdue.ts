import type { ExecutionQueues } from '#application';
import type { Sql } from '../session/sql.js';

export type OverdueQueues = Pick<ExecutionQueues, 'plan' | 'order'>;

/**
 * Jobs for rows that nobody looked at in time, whatever became of the jobs that they had; again after as long as they
 * have been overdue, until one of them is served: jobs that cannot help, as while the venue is away, do not pile up. The time is part of a job's id, so that a transport that still knows an earlier one takes it.
 */
export async function requeueOverdue(sql: Sql, { plan, order }: OverdueQueues, nowMs: number, graceMs: number, limit: number): Promise<number> {
  const plans = await sql.run(PLANS, [nowMs, nowMs - graceMs, limit, plan.queue, plan.priority]);
  if (plans >= limit) return plans;
  return plans + (await sql.run(ORDERS, [nowMs, nowMs - graceMs, limit - plans, order.queue, order.priority]));
}

/** Once the transport is back, work goes on within this. */
const LONGEST_PAUSE_MS = 30_000;

const OVERDUE = `work.next_action_ms <= $2
  AND (work.requeued_ms IS NULL OR work.requeued_ms <= least($2::bigint, $1::bigint - least(${LONGEST_PAUSE_MS}, work.requeued_ms - work.next_action_ms)))`;

const hasNoJob = (payloadKey: string): string =>
  `NOT EXISTS (SELECT FROM outbox WHERE outbox.dispatched_at IS NULL AND outbox.queue = $4 AND outbox.payload ->> '${payloadKey}' = work.id)`;

const requeue = (table: string, payloadKey: string, overdue: string): string => `
  WITH again AS (
    UPDATE ${table} SET requeued_ms = $1 WHERE id IN (${overdue} ORDER BY work.next_action_ms, work.id LIMIT $3 FOR NO KEY UPDATE OF work SKIP LOCKED)
    RETURNING id, version)
  INSERT INTO outbox (queue, job_id, payload, priority)
  SELECT $4, $4 || '-' || id || '-' || version || '-' || $1::bigint, jsonb_build_object('${payloadKey}', id), $5::int FROM again ORDER BY id
  ON CONFLICT (job_id) DO NOTHING`;

const PLANS = requeue('rebalance_plan', 'planId', `SELECT work.id FROM rebalance_plan work WHERE ${OVERDUE} AND ${hasNoJob('planId')}`);

/** A leg that is `new` moves while its plan executes; one that may be at the venue moves whatever became of the plan. */
const ORDERS = requeue(
  'order_intent', 'intentId',
  `SELECT work.id FROM order_intent work JOIN rebalance_plan plan ON plan.id = work.plan_id
   WHERE ${OVERDUE} AND (work.state IN ('sending', 'unknown', 'acked') OR (work.state = 'new' AND plan.state = 'executing')) AND ${hasNoJob('intentId')}`,
);
