import type { AttemptRecord, ClaimRequest, ClaimResult, ClaimVerdict, IntentRecord } from '#application';
import type { Sql } from '../session/sql.js';
import { lockForClaim, readForClaim, type ClaimReading } from './claim-facts.js';
import { insertQueuedJobs, jobsJson } from './outbox-rows.js';
import { attemptJson, intentJson } from './record-json.js';

/** Three statements in one transaction: locks, facts, and what the verdict leads to. */
export async function claimIntent(sql: Sql, request: ClaimRequest): Promise<ClaimResult> {
  if (!(await lockForClaim(sql, request.intentId))) return { kind: 'not-new' };
  const reading = await readForClaim(sql, request.intentId, request.nowMs);
  return obstacleTo(request, reading) ?? carryOut(sql, request, request.judge(reading.facts));
}

function obstacleTo({ attemptNo, nowMs }: ClaimRequest, { facts: { intent, plan }, busyUntilMs }: ClaimReading): ClaimResult | null {
  if (intent.state !== 'new' || plan.state !== 'executing' || attemptNo !== intent.attemptCount + 1) return { kind: 'not-new' };
  const untilMs = Math.max(busyUntilMs ?? 0, intent.leaseUntilMs ?? 0);
  return untilMs > nowMs ? { kind: 'account-busy', untilMs } : null;
}

function carryOut(sql: Sql, request: ClaimRequest, verdict: ClaimVerdict): Promise<ClaimResult> {
  if (verdict.kind === 'send') return saveAttempt(sql, request, verdict);
  if (verdict.kind === 'wait') return putOff(sql, request, verdict);
  return verdict.kind === 'skip' ? skip(sql, request, verdict.reason) : endPlan(sql, request, verdict);
}

type Verdict<Kind extends ClaimVerdict['kind']> = Extract<ClaimVerdict, { readonly kind: Kind }>;

async function saveAttempt(sql: Sql, request: ClaimRequest, verdict: Verdict<'send'>): Promise<ClaimResult> {
  const [claimed] = await sql.rows<{ readonly intent: IntentRecord; readonly attempt: AttemptRecord }>(
    `WITH intent AS (
       UPDATE order_intent SET state = 'sending', reason = NULL, lease_epoch = lease_epoch + 1, lease_until_ms = $3::bigint + $4::bigint,
         attempt_count = attempt_count + 1, next_action_ms = $3::bigint + $4::bigint, changed_ms = $3, changed_by = $2
       WHERE id = $1 RETURNING *),
     attempt AS (
       INSERT INTO order_attempt (client_order_id, intent_id, account_id, portfolio_id, attempt_no, terms, notional, facts, sign_ms, receive_window_ms,
         state, created_ms, changed_ms, changed_by)
       SELECT $5, id, account_id, portfolio_id, attempt_count, $6, $7, $8, $9, $10, 'prepared', $3, $3, $2 FROM intent RETURNING *)
     SELECT ${intentJson('intent')} AS intent, ${attemptJson('attempt')} AS attempt FROM intent, attempt`,
    [
      request.intentId, request.holder, request.nowMs, request.leaseMs, request.clientOrderId, JSON.stringify(verdict.terms), verdict.notional,
      JSON.stringify(verdict.facts), verdict.signMs, verdict.receiveWindowMs,
    ],
  );
  return { kind: 'claimed', ...claimed! };
}

async function putOff(sql: Sql, { intentId, holder, nowMs }: ClaimRequest, { untilMs, reason }: Verdict<'wait'>): Promise<ClaimResult> {
  await sql.run(
    'UPDATE order_intent SET next_action_ms = $2, reason = left($3, 2000), changed_ms = $4, changed_by = $5 WHERE id = $1',
    [intentId, untilMs, reason, nowMs, holder],
  );
  return { kind: 'waiting', untilMs, reason };
}

async function skip(sql: Sql, { intentId, holder, nowMs, jobsAtEnd }: ClaimRequest, reason: string): Promise<ClaimResult> {
  await sql.run(
    `WITH skipped AS (
       UPDATE order_intent SET state = 'skipped', reason = left($2, 2000), lease_until_ms = NULL, next_action_ms = NULL, finished_ms = $3, changed_ms = $3, changed_by = $4
       WHERE id = $1 RETURNING id)
     ${insertQueuedJobs('skipped', '$5')}`,
    [intentId, reason, nowMs, holder, jobsJson(jobsAtEnd)],
  );
  return { kind: 'skipped' };
}

async function endPlan(sql: Sql, { intentId, holder, nowMs, jobsAtEnd }: ClaimRequest, { endReason, reason }: Verdict<'end-plan'>): Promise<ClaimResult> {
  await sql.run(
    `WITH ended AS (
       UPDATE rebalance_plan SET state = 'settling', end_reason = $2, reason = left($3, 2000), next_action_ms = $4, changed_ms = $4, changed_by = $5
       WHERE id = (SELECT plan_id FROM order_intent WHERE id = $1) RETURNING id),
     skipped AS (
       UPDATE order_intent SET state = 'skipped', reason = left($3, 2000), lease_until_ms = NULL, next_action_ms = NULL, finished_ms = $4, changed_ms = $4, changed_by = $5
       FROM ended WHERE order_intent.plan_id = ended.id AND order_intent.state = 'new')
     ${insertQueuedJobs('ended', '$6')}`,
    [intentId, endReason, reason, nowMs, holder, jobsJson(jobsAtEnd)],
  );
  return { kind: 'plan-ended' };
}
