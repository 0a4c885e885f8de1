import type { AttemptChange, AttemptRecord, IntentRecord } from '#application';
import { INTENT_TRANSITIONS, isSettled, transitionIntent, type IntentEvent, type IntentState } from '#domain';
import type { Sql } from '../session/sql.js';
import { insertQueuedJobs, jobsJson } from './outbox-rows.js';
import { attemptJson, intentJson } from './record-json.js';

/** One statement. @throws Error for an event that the intent's state does not know, or an attempt that is not its own */
export async function changeAttempt(sql: Sql, change: AttemptChange): Promise<boolean> {
  const [counts] = await sql.rows<{ readonly intents: number; readonly attempts: number }>(CHANGE, parametersOf(change));
  if (counts!.intents === 0) return refuse(sql, change);
  if (counts!.attempts === 0) throw new Error(`order intent ${change.intentId} has no attempt ${change.clientOrderId}`);
  return true;
}

function parametersOf(change: AttemptChange): unknown[] {
  const { outcome } = change;
  const steps = change.event === undefined ? [] : stepsOf(change.event);
  return [
    change.intentId, change.leaseEpoch, change.atMs, steps.map(([from]) => from), steps.map(([, to]) => to), steps.filter(([, to]) => isSettled(to)).map(([, to]) => to),
    change.event === undefined, change.reason !== undefined, change.reason ?? null, change.releaseLease, change.nextActionMs,
    change.clientOrderId, change.attemptTo ?? null, change.venueOrderId ?? null, outcome !== undefined, outcome?.httpStatus ?? null, outcome?.code ?? null,
    outcome === undefined ? (change.reason ?? null) : outcome.cause, change.vote === true, change.quarantineUntilMs ?? null, jobsJson(change.jobs),
  ];
}

/** Where the event leads from each state that knows it. */
function stepsOf(event: IntentEvent): readonly (readonly [IntentState, IntentState])[] {
  const states = Object.keys(INTENT_TRANSITIONS) as IntentState[];
  return states.flatMap((from) => {
    const to = INTENT_TRANSITIONS[from][event];
    return to === undefined ? [] : [[from, to] as const];
  });
}

/** The lease is lost, or the event is not one of this state's: a bug, which says so loudly. */
async function refuse(sql: Sql, { intentId, leaseEpoch, event }: AttemptChange): Promise<false> {
  const [intent] = await sql.rows<{ readonly state: IntentState }>('SELECT state FROM order_intent WHERE id = $1 AND lease_epoch = $2', [intentId, leaseEpoch]);
  if (intent !== undefined && event !== undefined) transitionIntent(intent.state, event);
  return false;
}

const CHANGE = `
  WITH step AS (SELECT from_state, to_state FROM unnest($4::text[], $5::text[]) AS known (from_state, to_state) UNION ALL SELECT NULL, NULL WHERE $7::boolean),
  intent AS (
    UPDATE order_intent SET state = coalesce(step.to_state, state), reason = CASE WHEN $8::boolean THEN left($9, 2000) ELSE reason END,
      lease_until_ms = CASE WHEN $10::boolean THEN NULL ELSE lease_until_ms END, next_action_ms = $11,
      finished_ms = CASE WHEN step.to_state IS NULL THEN finished_ms WHEN step.to_state = ANY ($6::text[]) THEN $3::bigint END, changed_ms = $3
    FROM step WHERE id = $1 AND lease_epoch = $2 AND (step.from_state IS NULL OR step.from_state = state) RETURNING order_intent.*),
  attempt AS (
    UPDATE order_attempt SET state = coalesce($13, order_attempt.state), venue_order_id = coalesce($14, venue_order_id),
      http_status = CASE WHEN $15::boolean THEN $16::int ELSE http_status END, code = CASE WHEN $15::boolean THEN $17 ELSE code END,
      reason = coalesce(left($18, 2000), order_attempt.reason),
      not_found_votes = not_found_votes + $19::boolean::int, last_vote_ms = CASE WHEN $19::boolean THEN $3::bigint ELSE last_vote_ms END,
      first_vote_ms = CASE WHEN $19::boolean THEN coalesce(first_vote_ms, $3::bigint) ELSE first_vote_ms END,
      settled_ms = CASE WHEN $13 IS NULL THEN settled_ms WHEN $13 IN ('rejected', 'not-sent', 'dead', 'done') THEN $3::bigint END, changed_ms = $3
    FROM intent WHERE client_order_id = $12 AND intent_id = intent.id RETURNING 1),
  quarantined AS (
    INSERT INTO market_quarantine (account_id, market_id, until_ms, reason)
    SELECT account_id, market_id, $20::bigint, coalesce(left($9, 2000), 'an order of unknown fate') FROM intent WHERE $20::bigint IS NOT NULL
    ON CONFLICT (account_id, market_id) DO UPDATE SET until_ms = EXCLUDED.until_ms, reason = EXCLUDED.reason WHERE market_quarantine.until_ms < EXCLUDED.until_ms),
  queued AS (${insertQueuedJobs('intent', '$21')})
  SELECT (SELECT count(*)::int FROM intent) AS intents, (SELECT count(*)::int FROM attempt) AS attempts`;

/** Two statements: what the attempt has come to is read after the intent is held. */
export async function takeOver(sql: Sql, intentId: string, holder: string, nowMs: number, leaseMs: number): Promise<{ readonly intent: IntentRecord; readonly attempt: AttemptRecord } | null> {
  const [taken] = await sql.rows<{ readonly intent: IntentRecord }>(
    `UPDATE order_intent intent SET state = CASE state WHEN 'sending' THEN 'unknown' ELSE state END, lease_epoch = lease_epoch + 1, lease_until_ms = $3::bigint + $4::bigint,
       next_action_ms = CASE WHEN state IN ('sending', 'unknown', 'acked') THEN $3::bigint + $4::bigint ELSE next_action_ms END, changed_ms = $3, changed_by = $2
     WHERE id = $1 AND state IN ('sending', 'unknown', 'acked', 'dead', 'rejected', 'needs-human') AND attempt_count > 0
       AND (lease_until_ms IS NULL OR lease_until_ms <= $3)
     RETURNING ${intentJson('intent')} AS intent`,
    [intentId, holder, nowMs, leaseMs],
  );
  if (taken === undefined) return null;
  const [latest] = await sql.rows<{ readonly attempt: AttemptRecord }>(
    `WITH lost AS (
       UPDATE order_attempt SET state = 'unknown', reason = 'its sender was lost', changed_ms = $2, changed_by = $3 WHERE intent_id = $1 AND state = 'prepared' RETURNING *),
     kept AS (SELECT * FROM order_attempt WHERE intent_id = $1 AND state <> 'prepared')
     SELECT ${attemptJson('attempt')} AS attempt FROM (SELECT * FROM lost UNION ALL SELECT * FROM kept) AS attempt ORDER BY attempt_no DESC LIMIT 1`,
    [intentId, nowMs, holder],
  );
  return { intent: taken.intent, attempt: latest!.attempt };
}
