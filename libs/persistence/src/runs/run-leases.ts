import type { ClaimOutcome, HeartbeatOutcome, ReapedWork, RunNotice, RunProgress } from '#application';
import { SOFT_COMMIT, type Sql } from '../session/sql.js';
import { after, DISPATCH_GRACE_MS } from '../dispatch/outbox-jobs.js';
import { RUN_COLUMNS, toRun, type RunRow } from './run-row.js';

/** So many runners may be lost over one run before it counts as the one that kills them. */
export const MAX_LOST_LEASES = 3;

const RUNNER_LOST: RunNotice = {
  code: 'runner-lost',
  detail: `the runner was lost ${MAX_LOST_LEASES} times while it computed this run (killed, out of memory, or cut off); it is not tried again`,
};

const FRESH = 'progress_fraction = 0, simulated_ms = NULL, bars_per_second = NULL';

/** Postgres' own clock decides about leases: runners' clocks may differ. */
export async function claimRun(sql: Sql, id: string, runnerId: string, leaseMs: number): Promise<ClaimOutcome> {
  const claimed = await claimQueued(sql, id, runnerId, leaseMs);
  if (claimed !== null) return claimed;
  const [holder] = await sql.rows<{ readonly lease_until: Date; readonly is_expired: boolean }>(
    `SELECT lease_until, lease_until < now() AS is_expired FROM backtest_run WHERE id = $1 AND status = 'running'`,
    [id],
  );
  if (holder === undefined) return { kind: 'nothing-to-do' };
  if (!holder.is_expired) return { kind: 'held', untilMs: holder.lease_until.getTime() };
  await reapExpired(sql, 1, id);
  return (await claimQueued(sql, id, runnerId, leaseMs)) ?? { kind: 'nothing-to-do' };
}

async function claimQueued(sql: Sql, id: string, runnerId: string, leaseMs: number): Promise<ClaimOutcome | null> {
  const [row] = await sql.rows<RunRow & { readonly lease_epoch: number; readonly lease_until: Date }>(
    `UPDATE backtest_run SET status = 'running', lease_epoch = lease_epoch + 1, lease_until = ${after('$3::float8')},
       runner_id = $2, next_action_at = NULL, started_at = coalesce(started_at, now()), ${FRESH}
     WHERE id = $1 AND status = 'queued' RETURNING lease_epoch, lease_until, ${SOFT_COMMIT}, ${RUN_COLUMNS}`,
    [id, runnerId, leaseMs],
  );
  if (row === undefined) return null;
  return { kind: 'claimed', lease: { run: toRun(row), epoch: row.lease_epoch, untilMs: row.lease_until.getTime() } };
}

/** Also renews a lease that ran out while nobody took it over: the epoch says whose it is. */
export async function heartbeatRun(sql: Sql, id: string, epoch: number, progress: RunProgress, leaseMs: number): Promise<HeartbeatOutcome> {
  const [row] = await sql.rows<{ readonly is_cancel_requested: boolean }>(
    `UPDATE backtest_run SET lease_until = ${after('$3::float8')},
       progress_fraction = $4, simulated_ms = $5, bars_per_second = $6
     WHERE id = $1 AND lease_epoch = $2 AND status = 'running'
     RETURNING cancel_requested_at IS NOT NULL AS is_cancel_requested, ${SOFT_COMMIT}`,
    [id, epoch, leaseMs, progress.fraction, progress.simulatedMs, progress.barsPerSecond],
  );
  if (row === undefined) return 'lease-lost';
  return row.is_cancel_requested ? 'cancel-requested' : 'continue';
}

/** Ends a lease into a terminal status without a result. False: the lease is another's. */
export async function finishRun(sql: Sql, id: string, epoch: number, status: 'failed' | 'canceled', error: RunNotice | null): Promise<boolean> {
  const changed = await sql.run(
    `UPDATE backtest_run SET status = $3, error = $4, lease_until = NULL, finished_at = now()
     WHERE id = $1 AND lease_epoch = $2 AND status = 'running'`,
    [id, epoch, status, error === null ? null : JSON.stringify(error)],
  );
  return changed === 1;
}

/** Back to the queue. A run that was asked to stop is canceled instead: nobody shall compute it again. */
export async function giveBackRun(sql: Sql, id: string, epoch: number): Promise<'queued' | 'canceled' | null> {
  const [row] = await sql.rows<{ readonly status: 'queued' | 'canceled' }>(
    `UPDATE backtest_run SET status = CASE WHEN cancel_requested_at IS NULL THEN 'queued' ELSE 'canceled' END,
       next_action_at = CASE WHEN cancel_requested_at IS NULL THEN ${after('$3::float8')} END,
       finished_at = CASE WHEN cancel_requested_at IS NULL THEN NULL::timestamptz ELSE now() END,
       lease_until = NULL, dispatch_count = dispatch_count + 1, ${FRESH}
     WHERE id = $1 AND lease_epoch = $2 AND status = 'running' RETURNING status`,
    [id, epoch, DISPATCH_GRACE_MS],
  );
  return row?.status ?? null;
}

export interface EndedLease {
  readonly id: string;
  readonly status: 'queued' | 'failed' | 'canceled';
}

/** Ends the leases that ran out, of one run or of any; what is queued again still needs its outbox row. */
export async function reapExpired(sql: Sql, limit: number, id: string | null = null): Promise<EndedLease[]> {
  return sql.rows<EndedLease>(
    `WITH expired AS (
       SELECT id, CASE WHEN cancel_requested_at IS NOT NULL THEN 'canceled'
                       WHEN lost_lease_count + 1 >= $3 THEN 'failed' ELSE 'queued' END AS next_status
       FROM backtest_run WHERE status = 'running' AND lease_until < now() AND ($2::text IS NULL OR id = $2)
       ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
     UPDATE backtest_run run SET status = next_status, lost_lease_count = lost_lease_count + 1, lease_until = NULL,
       dispatch_count = dispatch_count + 1,
       error = CASE next_status WHEN 'failed' THEN $4::jsonb END,
       next_action_at = CASE next_status WHEN 'queued' THEN ${after('$5::float8')} END,
       finished_at = CASE next_status WHEN 'queued' THEN NULL::timestamptz ELSE now() END, ${FRESH}
     FROM expired WHERE run.id = expired.id RETURNING run.id, run.status`,
    [limit, id, MAX_LOST_LEASES, JSON.stringify(RUNNER_LOST), DISPATCH_GRACE_MS],
  );
}

export function countByStatus(ended: readonly EndedLease[]): ReapedWork {
  const count = (status: EndedLease['status']) => ended.filter((run) => run.status === status).length;
  return { requeued: count('queued'), failed: count('failed'), canceled: count('canceled') };
}
