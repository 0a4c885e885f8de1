import type { PlanChange } from '#application';
import type { Sql } from '../session/sql.js';
import { insertQueuedJobs, jobsJson } from './outbox-rows.js';

/** A leg that was to be skipped has been sent meanwhile: nothing of the change may stay. */
export class PlanOvertaken extends Error {}

/** One statement. @throws PlanOvertaken for the transaction to be taken back */
export async function changePlan(sql: Sql, change: PlanChange): Promise<boolean> {
  const { planId, version, atMs, to, newIntents = [], skip = [], nextActionMs, jobs } = change;
  const [counts] = await sql.rows<{ readonly changed: number; readonly skipped: number }>(CHANGE, [
    planId, version, atMs, to?.state ?? null, to?.endReason ?? null, to?.reason ?? null, nextActionMs, JSON.stringify(newIntents), JSON.stringify(skip), jobsJson(jobs),
  ]);
  if (counts!.changed === 0) return false;
  if (counts!.skipped !== skip.length) throw new PlanOvertaken(`a leg of plan ${planId} is no longer new`);
  return true;
}

/** Columns of the legs that are added, in this order, with how JSON is read into them. */
const LEG = `id text, leg smallint, "assetIndex" smallint, base text, "marketId" text, side text, quantity numeric, "quoteValue" numeric,
  "refPrice" float8, "refPriceMs" bigint, "skipReason" text`;

const ADD_LEGS = `
  INSERT INTO order_intent (id, plan_id, portfolio_id, account_id, leg, asset_index, base, market_id, side, quantity, quote_value, ref_price, ref_price_ms,
    state, reason, created_ms, finished_ms, changed_ms)
  SELECT added.id, changed.id, changed.portfolio_id, changed.account_id, added.leg, added."assetIndex", added.base, added."marketId", added.side, added.quantity,
    added."quoteValue", added."refPrice", added."refPriceMs", CASE WHEN added."skipReason" IS NULL THEN 'new' ELSE 'skipped' END, added."skipReason",
    $3, CASE WHEN added."skipReason" IS NOT NULL THEN $3 END, $3
  FROM changed, jsonb_to_recordset($8::jsonb) AS added (${LEG})`;

const CHANGE = `
  WITH changed AS (
    UPDATE rebalance_plan SET state = coalesce($4, state), end_reason = coalesce(end_reason, $5), reason = coalesce(left($6, 2000), reason),
      started_ms = CASE WHEN $4 = 'executing' THEN $3 ELSE started_ms END, finished_ms = CASE WHEN $4 IN ('done', 'aborted') THEN $3 ELSE finished_ms END,
      next_action_ms = $7, changed_ms = $3
    WHERE id = $1 AND version = $2 RETURNING *),
  added AS (${ADD_LEGS}),
  skipped AS (
    UPDATE order_intent SET state = 'skipped', reason = left(skip.reason, 2000), lease_until_ms = NULL, next_action_ms = NULL, finished_ms = $3, changed_ms = $3
    FROM changed, jsonb_to_recordset($9::jsonb) AS skip ("intentId" text, reason text)
    WHERE order_intent.id = skip."intentId" AND order_intent.plan_id = changed.id AND order_intent.state = 'new' RETURNING 1),
  ended AS (SELECT * FROM changed WHERE $4 IN ('done', 'aborted')),
  looked_for AS (
    UPDATE portfolio_look SET look_requested_ms = greatest(look_requested_ms, $3) FROM ended WHERE portfolio_look.portfolio_id = ended.portfolio_id),
  allocated AS (
    UPDATE portfolio SET is_allocated = true, changed_ms = $3 FROM ended
    WHERE portfolio.id = ended.portfolio_id AND NOT is_allocated AND ended.decision ->> 'kind' = 'initial'
      AND EXISTS (SELECT FROM order_intent WHERE order_intent.plan_id = ended.id AND filled_quantity > 0)
      AND ($4 = 'done' OR NOT EXISTS (SELECT FROM order_intent WHERE order_intent.plan_id = ended.id AND state NOT IN ('filled', 'partial')))),
  queued AS (${insertQueuedJobs('changed', '$10')})
  SELECT (SELECT count(*)::int FROM changed) AS changed, (SELECT count(*)::int FROM skipped) AS skipped`;
