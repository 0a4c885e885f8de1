import type { ReconciliationRun } from '#application';
import { insertJobs } from '../dispatch/outbox-jobs.js';
import type { Sql } from '../session/sql.js';

/** Where reconciliations are queued; the application's queue contract says it, so that this library need not know queues. */
export interface ReconcileJobPolicy {
  readonly queue: string;
  /** 1 is served first. */
  readonly priority: number;
}

export async function insertRequest(
  sql: Sql, policy: ReconcileJobPolicy, { id, accountId, cause, requestedMs }: Pick<ReconciliationRun, 'id' | 'accountId' | 'cause' | 'requestedMs'>,
): Promise<void> {
  await sql.run(
    `WITH stored AS (
       INSERT INTO reconciliation_run (id, account_id, cause, state, requested_ms) VALUES ($1, $2, $3, 'requested', $4) RETURNING id, 1 AS dispatch_count)
     ${insertJobs('stored', { queue: '$5', payloadKey: 'runId', priority: '$6::int' })}`,
    [id, accountId, cause, requestedMs, policy.queue, policy.priority],
  );
}

/** False: it had ended already, and what it found stands. One that nobody had asked for beforehand is stored now. */
export async function storeResult(sql: Sql, run: ReconciliationRun): Promise<boolean> {
  const stored = await sql.run(
    `INSERT INTO reconciliation_run AS run (id, account_id, cause, state, is_equal, asset_count, differences, problem, requested_ms, finished_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, is_equal = EXCLUDED.is_equal, asset_count = EXCLUDED.asset_count,
       differences = EXCLUDED.differences, problem = EXCLUDED.problem, finished_ms = EXCLUDED.finished_ms
     WHERE run.state = 'requested'`,
    [
      run.id, run.accountId, run.cause, run.state, run.isEqual, run.assetCount, JSON.stringify(run.differences), run.problem,
      run.requestedMs, run.finishedMs,
    ],
  );
  return stored === 1;
}

/** A difference counts from when it was first seen, so that the account's books can be told to differ for long. */
export async function noteResult(sql: Sql, { accountId, isEqual, finishedMs }: ReconciliationRun, openOrderCount: number): Promise<void> {
  if (isEqual === null) return;
  await sql.run(
    `UPDATE trading_account SET open_order_count = $4,
       reconciled_ms = CASE WHEN $2::boolean THEN greatest(reconciled_ms, $3::bigint) ELSE reconciled_ms END,
       mismatch_since_ms = CASE WHEN $2::boolean THEN NULL ELSE coalesce(mismatch_since_ms, $3::bigint) END
     WHERE id = $1`,
    [accountId, isEqual, finishedMs, openOrderCount],
  );
}
