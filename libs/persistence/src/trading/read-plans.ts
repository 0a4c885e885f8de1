import type { AttemptRecord, ExecutionStore, PlanRecord, PlanView } from '#application';
import type { Sql } from '../session/sql.js';
import { attemptJson, intentJson, knownAttemptJson, planJson } from './record-json.js';

const VIEW = `
  SELECT ${planJson('plan')} AS plan, portfolio.shard, configuration.document AS configuration,
    (SELECT coalesce(json_agg(${intentJson('intent')} ORDER BY intent.leg), '[]') FROM order_intent intent WHERE intent.plan_id = plan.id) AS intents,
    (SELECT coalesce(json_agg(${attemptJson('attempt')} ORDER BY intent.leg, attempt.attempt_no), '[]')
     FROM order_intent intent JOIN order_attempt attempt ON attempt.intent_id = intent.id WHERE intent.plan_id = plan.id) AS attempts
  FROM rebalance_plan plan
  JOIN portfolio ON portfolio.id = plan.portfolio_id
  JOIN portfolio_configuration configuration ON configuration.portfolio_id = plan.portfolio_id AND configuration.version = plan.config_version`;

export async function planView(sql: Sql, planId: string): Promise<PlanView | null> {
  const [view] = await sql.rows<PlanView>(`${VIEW} WHERE plan.id = $1`, [planId]);
  return view ?? null;
}

export async function planViewOfIntent(sql: Sql, intentId: string): Promise<PlanView | null> {
  const [view] = await sql.rows<PlanView>(`${VIEW} WHERE plan.id = (SELECT plan_id FROM order_intent WHERE id = $1)`, [intentId]);
  return view ?? null;
}

export async function plansOf(sql: Sql, portfolioId: string, limit: number, beforeId: string | null): Promise<PlanRecord[]> {
  const rows = await sql.rows<{ readonly plan: PlanRecord }>(
    `SELECT ${planJson('plan')} AS plan FROM rebalance_plan plan
     WHERE portfolio_id = $1 AND ($3::text IS NULL OR (created_ms, id) < (SELECT before.created_ms, before.id FROM rebalance_plan before WHERE before.id = $3))
     ORDER BY created_ms DESC, id DESC LIMIT $2`,
    [portfolioId, limit, beforeId],
  );
  return rows.map(({ plan }) => plan);
}

type KnownAttempts = Awaited<ReturnType<ExecutionStore['attemptsOf']>>;
type KnownAttempt = KnownAttempts[number] & AttemptRecord;

const KNOWN = `SELECT ${knownAttemptJson('attempt', 'intent')} AS known FROM order_attempt attempt JOIN order_intent intent ON intent.id = attempt.intent_id`;

export async function attemptsOf(sql: Sql, accountId: string, clientOrderIds: readonly string[], venueOrderIds: readonly string[]): Promise<KnownAttempts> {
  const rows = await sql.rows<{ readonly known: KnownAttempt }>(
    `${KNOWN} WHERE attempt.account_id = $1 AND (attempt.client_order_id = ANY ($2::text[]) OR attempt.venue_order_id = ANY ($3::text[]))
     ORDER BY attempt.created_ms, attempt.client_order_id`,
    [accountId, clientOrderIds, venueOrderIds],
  );
  return rows.map(({ known }) => known);
}

export async function openAttempts(sql: Sql, accountId: string, deadSinceMs: number): Promise<KnownAttempts> {
  const rows = await sql.rows<{ readonly known: KnownAttempt }>(
    `${KNOWN} WHERE attempt.account_id = $1
       AND (attempt.state IN ('prepared', 'unknown', 'acked') OR (attempt.state IN ('dead', 'rejected') AND attempt.settled_ms >= $2))
     ORDER BY attempt.created_ms, attempt.client_order_id`,
    [accountId, deadSinceMs],
  );
  return rows.map(({ known }) => known);
}
