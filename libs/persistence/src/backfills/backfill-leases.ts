import type { BackfillClaim, BackfillNotice, BackfillStatus, ReapedWork } from '#application';
import { after, DISPATCH_GRACE_MS } from '../dispatch/outbox-jobs.js';
import { SOFT_COMMIT, type Sql } from '../session/sql.js';
import { insertBackfillJobs, type BackfillJobPolicy } from './backfill-jobs.js';
import { BACKFILL_COLUMNS, toBackfill, type BackfillRow } from './backfill-row.js';

/** So many workers may be lost over one backfill, without a step stored between, before it counts as the one that kills them. */
export const MAX_LOST_LEASES = 5;

const WORKER_LOST: BackfillNotice = {
  code: 'worker-lost',
  detail: `the worker was lost ${MAX_LOST_LEASES} times before it stored anything (killed, out of memory, or cut off); what was stored before stands; submit it again to go on`,
};

/** Whose lease has run out is taken over at once. Postgres' own clock decides: workers' clocks may differ. */
export async function claimBackfill(sql: Sql, id: string, workerId: string, leaseMs: number): Promise<BackfillClaim> {
  const claimed = await tryClaim(sql, id, workerId, leaseMs);
  if (claimed !== null) return claimed;
  await reapExpired(sql, 1, id);
  const [row] = await sql.rows<{ readonly status: BackfillStatus; readonly until: Date }>(
    'SELECT status, coalesce(lease_until, now()) AS until FROM candle_backfill WHERE id = $1',
    [id],
  );
  if (row === undefined) return { kind: 'over', status: 'unknown' };
  // Another worker's, or given back between the two statements: then its new job is under way.
  const isOpen = row.status === 'running' || row.status === 'queued';
  return isOpen ? { kind: 'held', untilMs: row.until.getTime() } : { kind: 'over', status: row.status };
}

async function tryClaim(sql: Sql, id: string, workerId: string, leaseMs: number): Promise<BackfillClaim | null> {
  const [row] = await sql.rows<BackfillRow & { readonly lease_epoch: number; readonly failed_looks: number; readonly failing_since: Date | null }>(
    `UPDATE candle_backfill SET lease_epoch = lease_epoch + 1, lease_until = ${after('$3::float8')}, worker_id = $2, next_action_at = NULL,
       lost_lease_count = lost_lease_count + (status = 'running')::int, status = 'running', started_at = coalesce(started_at, now())
     WHERE id = $1 AND (status = 'queued' OR (status = 'running' AND lease_until < now() AND lost_lease_count + 1 < $4))
     RETURNING lease_epoch, failed_looks, failing_since, ${SOFT_COMMIT}, ${BACKFILL_COLUMNS}`,
    [id, workerId, leaseMs, MAX_LOST_LEASES],
  );
  if (row === undefined) return null;
  const { lease_epoch: epoch, failed_looks: failedLooks, failing_since: since } = row;
  return { kind: 'claimed', lease: { backfill: toBackfill(row), epoch, failedLooks, failingSinceMs: since?.getTime() ?? null } };
}

/** Also renews a lease that ran out while nobody took it over: the epoch says whose it is. */
export async function heartbeatBackfill(sql: Sql, id: string, epoch: number, leaseMs: number): Promise<boolean> {
  const [row] = await sql.rows(
    `UPDATE candle_backfill SET lease_until = ${after('$3::float8')} WHERE id = $1 AND lease_epoch = $2 AND status = 'running'
     RETURNING ${SOFT_COMMIT}`,
    [id, epoch, leaseMs],
  );
  return row !== undefined;
}

/** Completed, and followed from here on where that was asked for. */
export async function completeBackfill(sql: Sql, id: string, epoch: number): Promise<boolean> {
  const [row] = await sql.rows(
    `WITH done AS (
       UPDATE candle_backfill SET status = 'completed', problem = NULL, lease_until = NULL, finished_at = now()
       WHERE id = $1 AND lease_epoch = $2 AND status = 'running' RETURNING *),
     followed AS (
       INSERT INTO followed_series (exchange, base, quote, candle_interval, interval_ms, market_id)
       SELECT exchange, base, quote, candle_interval, interval_ms, market_id FROM done WHERE is_followed
       ON CONFLICT (exchange, base, quote, candle_interval) DO UPDATE SET market_id = EXCLUDED.market_id)
     SELECT id FROM done`,
    [id, epoch],
  );
  return row !== undefined;
}

export async function failBackfill(sql: Sql, id: string, epoch: number, problem: BackfillNotice): Promise<boolean> {
  const changed = await sql.run(
    `UPDATE candle_backfill SET status = 'failed', problem = $3, lease_until = NULL, finished_at = now()
     WHERE id = $1 AND lease_epoch = $2 AND status = 'running'`,
    [id, epoch, JSON.stringify(problem)],
  );
  return changed === 1;
}

/** Back to the queue. `problem` null: for no reason of the exchange's, at once. */
export async function giveBackBackfill(
  sql: Sql, policy: BackfillJobPolicy | null, lease: { readonly id: string; readonly epoch: number }, delayMs: number, problem: BackfillNotice | null,
): Promise<boolean> {
  const [row] = await sql.rows(
    `WITH back AS (
       UPDATE candle_backfill SET status = 'queued', lease_until = NULL, dispatch_count = dispatch_count + 1,
         next_action_at = ${after('($3::float8 + $4::float8)')},
         problem = coalesce($5::jsonb, problem),
         failed_looks = CASE WHEN $5::jsonb IS NULL THEN failed_looks WHEN problem ->> 'code' = $5::jsonb ->> 'code' THEN failed_looks + 1 ELSE 1 END,
         failing_since = CASE WHEN $5::jsonb IS NULL THEN failing_since ELSE coalesce(failing_since, now()) END
       WHERE id = $1 AND lease_epoch = $2 AND status = 'running' RETURNING id, dispatch_count),
     wanted AS (SELECT id, dispatch_count FROM back WHERE $6::text IS NOT NULL),
     job AS (${insertBackfillJobs('wanted', { queue: '$6', priority: '$7', delayMs: '$3' })})
     SELECT id FROM back`,
    [lease.id, lease.epoch, delayMs, DISPATCH_GRACE_MS, problem === null ? null : JSON.stringify(problem), policy?.queue ?? null, policy?.priority ?? 1],
  );
  return row !== undefined;
}

export interface EndedLease {
  readonly id: string;
  readonly status: 'queued' | 'failed';
}

/** Ends the leases that ran out: back to the queue, still without an outbox row; of one backfill only where it is lost for good. */
export async function reapExpired(sql: Sql, limit: number, id: string | null = null): Promise<EndedLease[]> {
  return sql.rows<EndedLease>(
    `WITH expired AS (
       SELECT id, CASE WHEN lost_lease_count + 1 >= $3 THEN 'failed' ELSE 'queued' END AS next_status
       FROM candle_backfill WHERE status = 'running' AND lease_until < now() AND ($2::text IS NULL OR id = $2)
       ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
     UPDATE candle_backfill backfill SET status = next_status, lost_lease_count = lost_lease_count + 1, lease_until = NULL,
       dispatch_count = dispatch_count + 1,
       problem = CASE next_status WHEN 'failed' THEN $4::jsonb ELSE problem END,
       next_action_at = CASE next_status WHEN 'queued' THEN ${after('$5::float8')} END,
       finished_at = CASE next_status WHEN 'queued' THEN NULL::timestamptz ELSE now() END
     FROM expired WHERE backfill.id = expired.id RETURNING backfill.id, backfill.status`,
    [limit, id, MAX_LOST_LEASES, JSON.stringify(WORKER_LOST), DISPATCH_GRACE_MS],
  );
}

export function countByStatus(ended: readonly EndedLease[]): ReapedWork {
  const requeued = ended.filter((backfill) => backfill.status === 'queued').length;
  return { requeued, failed: ended.length - requeued, canceled: 0 };
}
