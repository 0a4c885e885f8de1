import type { LookTaken, NewEquityPoint, NewEvaluation, NewIntent, NewPlan } from '#application';
import { SOFT_COMMIT, type Sql } from '../session/sql.js';

/** Where plans are queued; the application's queue contract says it, so that this library need not know queues. */
export interface PlanJobPolicy {
  readonly queue: string;
  /** 1 is served first. */
  readonly priority: number;
}

/** A wish for a look that came after the reading stays. */
const REQUEST_LEFT = 'CASE WHEN look.look_requested_ms IS DISTINCT FROM taken.requested_ms THEN look.look_requested_ms END';

/** Rows that somebody else is at are left to him: his look, or the next one of ours, counts. */
const FOLD = `
  WITH taken AS (
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS taken (portfolio_id, look_seq, requested_ms, at_ms, next_ms)),
  mine AS (
    SELECT taken.* FROM portfolio_look look JOIN taken USING (portfolio_id) WHERE look.look_seq = taken.look_seq
    ORDER BY portfolio_id FOR UPDATE OF look SKIP LOCKED),
  counted AS (
    UPDATE portfolio_look look SET look_seq = look.look_seq + 1, last_look_ms = taken.at_ms, next_look_ms = taken.next_ms,
      look_requested_ms = ${REQUEST_LEFT}, evaluation_looks = look.evaluation_looks + 1
    FROM mine AS taken WHERE look.portfolio_id = taken.portfolio_id RETURNING look.portfolio_id, taken.at_ms),
  pointed AS (
    INSERT INTO equity_point (portfolio_id, at_ms, equity, cash, flows, flows_total, return_index, peak_index, config_version)
    SELECT portfolio_id, counted.at_ms, equity, cash, flows, flows_total, return_index, peak_index, config_version
    FROM counted JOIN unnest($6::text[], $7::float8[], $8::float8[], $9::float8[], $10::float8[], $11::float8[], $12::float8[], $13::int[])
      AS point (portfolio_id, equity, cash, flows, flows_total, return_index, peak_index, config_version) USING (portfolio_id))
  SELECT portfolio_id, ${SOFT_COMMIT} FROM counted`;

/** Ids of those that were counted. */
export async function foldLooks(sql: Sql, looks: readonly LookTaken[]): Promise<ReadonlySet<string>> {
  const rows = await sql.rows<{ readonly portfolio_id: string }>(FOLD, [
    looks.map(({ portfolioId }) => portfolioId), looks.map(({ lookSeq }) => lookSeq), looks.map(({ lookRequestedMs }) => lookRequestedMs),
    looks.map(({ atMs }) => atMs), looks.map(({ nextLookMs }) => nextLookMs), ...pointColumns(looks),
  ]);
  return new Set(rows.map(({ portfolio_id: id }) => id));
}

const POINT_FIELDS = ['equity', 'cash', 'flows', 'flowsTotal', 'returnIndex', 'peakIndex', 'configVersion'] as const satisfies readonly (keyof NewEquityPoint)[];

function pointColumns(looks: readonly LookTaken[]): readonly (readonly unknown[])[] {
  const pointed = looks.flatMap(({ portfolioId, equity }) => (equity === null ? [] : [{ portfolioId, equity }]));
  return [pointed.map(({ portfolioId }) => portfolioId), ...POINT_FIELDS.map((field) => pointed.map(({ equity }) => equity[field]))];
}

/** Without a plan it is only looked again after a crash; with one, the plan must be there before anything is done for it. */
const storing = (hasPlan: boolean): string => `
  WITH taken AS (SELECT $3::bigint AS requested_ms),
  seen AS (
    SELECT portfolio_id, evaluation_id, evaluation_looks, last_look_ms FROM portfolio_look WHERE portfolio_id = $1 AND look_seq = $2 FOR UPDATE),
  closed AS (
    UPDATE evaluation SET last_ms = seen.last_look_ms, look_count = seen.evaluation_looks FROM seen WHERE evaluation.id = seen.evaluation_id),
  stored AS (
    INSERT INTO evaluation (id, portfolio_id, look_seq, first_ms, config_version, code_version, kind, reason, detail, subject, declined, input, input_sha256)
    SELECT $6, portfolio_id, $2::bigint + 1, $4, $7, $8, $9, $10, $11, $12, $13::jsonb, $14::jsonb, $15 FROM seen RETURNING id, portfolio_id),
  looked AS (
    UPDATE portfolio_look look SET look_seq = look.look_seq + 1, last_look_ms = $4, next_look_ms = $5, look_requested_ms = ${REQUEST_LEFT},
      evaluation_id = stored.id, evaluation_looks = 1
    FROM stored, taken WHERE look.portfolio_id = stored.portfolio_id),
  pointed AS (
    INSERT INTO equity_point (portfolio_id, at_ms, equity, cash, flows, flows_total, return_index, peak_index, config_version)
    SELECT portfolio_id, $4, $16, $17, $18, $19, $20, $21, $22 FROM stored WHERE $16::float8 IS NOT NULL)
  SELECT id${hasPlan ? '' : `, ${SOFT_COMMIT}`} FROM stored`;

/** False: the look that was seen is no longer the last. */
export async function storeEvaluation(sql: Sql, { look, evaluation, plan }: NewEvaluation): Promise<boolean> {
  const { equity } = look;
  const rows = await sql.rows(storing(plan !== null), [
    look.portfolioId, look.lookSeq, look.lookRequestedMs, look.atMs, look.nextLookMs,
    evaluation.id, evaluation.configVersion, evaluation.codeVersion, evaluation.kind, evaluation.reason, evaluation.detail, evaluation.subject,
    JSON.stringify(evaluation.declined), JSON.stringify(evaluation.input), evaluation.inputSha256,
    ...POINT_FIELDS.map((field) => equity?.[field] ?? null),
  ]);
  return rows.length === 1;
}

const INSERT_PLAN = `
  WITH plan AS (
    INSERT INTO rebalance_plan (id, portfolio_id, account_id, mode, venue, evaluation_id, config_version, decision, state, created_ms, deadline_ms, next_action_ms, changed_ms, changed_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', $9, $10, $9, $9, 'strategy-evaluator') RETURNING id, portfolio_id, account_id, created_ms),
  job AS (
    INSERT INTO outbox (queue, job_id, payload, priority)
    SELECT $11::text, $11::text || '-' || id || '-new', jsonb_build_object('planId', id), $12 FROM plan)
  INSERT INTO order_intent (id, plan_id, portfolio_id, account_id, leg, asset_index, base, market_id, side, quantity, quote_value, ref_price, ref_price_ms,
    state, reason, created_ms, changed_ms, changed_by, finished_ms)
  SELECT leg.id, plan.id, plan.portfolio_id, plan.account_id, leg.leg, asset_index, base, market_id, side, quantity, quote_value, ref_price, ref_price_ms,
    CASE WHEN skip_reason IS NULL THEN 'new' ELSE 'skipped' END, skip_reason, created_ms, created_ms, 'strategy-evaluator', CASE WHEN skip_reason IS NOT NULL THEN created_ms END
  FROM plan, unnest($13::text[], $14::smallint[], $15::smallint[], $16::text[], $17::text[], $18::text[], $19::numeric[], $20::numeric[], $21::float8[], $22::bigint[], $23::text[])
    AS leg (id, leg, asset_index, base, market_id, side, quantity, quote_value, ref_price, ref_price_ms, skip_reason)`;

const INTENT_FIELDS = [
  'id', 'leg', 'assetIndex', 'base', 'marketId', 'side', 'quantity', 'quoteValue', 'refPrice', 'refPriceMs', 'skipReason',
] as const satisfies readonly (keyof NewIntent)[];

/** The plan, its legs and its job. */
export async function insertPlan(sql: Sql, policy: PlanJobPolicy, { plan, intents }: NewPlan): Promise<void> {
  await sql.run(INSERT_PLAN, [
    plan.id, plan.portfolioId, plan.accountId, plan.mode, plan.venue, plan.evaluationId, plan.configVersion, JSON.stringify(plan.decision),
    plan.createdMs, plan.deadlineMs, policy.queue, policy.priority,
    ...INTENT_FIELDS.map((field) => intents.map((intent) => intent[field])),
  ]);
}
