import type { DataSource } from 'typeorm';
import type { BacktestRunSweep, OverdueRun, ReapedRuns } from '#application';
import { inTransaction, withSession } from '../session/sql.js';
import { after, DISPATCH_GRACE_MS, enqueueRuns, type RunJobPolicy } from './run-jobs.js';
import { countByStatus, reapExpired } from './run-leases.js';

/** Any two sweepers of one database meet here; the number has no other meaning. */
const LEADER_KEY = 7_264_015_502;
/** A day is promised; the rest is for clients whose clock or retry queue is late. */
const KEY_LIFETIME = '25 hours';

export class PostgresBacktestRunSweep implements BacktestRunSweep {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: RunJobPolicy,
  ) {}

  asLeader<Value>(work: () => Promise<Value>): Promise<Value | null> {
    return inTransaction(this.dataSource, 'lead the sweep', async (sql) => {
      const [lock] = await sql.rows<{ readonly taken: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS taken', [LEADER_KEY]);
      return lock?.taken === true ? work() : null;
    });
  }

  // The status is asked for twice: as the partial index knows it, and as it is wanted.
  overdue(limit: number, afterId: string): Promise<OverdueRun[]> {
    return withSession(this.dataSource, 'look for overdue runs', (sql) =>
      sql.rows<OverdueRun>(
        `SELECT run.id, $1::text AS queue, job.name AS "jobId", run.dispatch_count AS "dispatchCount"
         FROM backtest_run run, LATERAL (SELECT $1::text || '-' || run.id || '-' || run.dispatch_count AS name) job
         WHERE run.status IN ('queued', 'running') AND run.status = 'queued' AND run.next_action_at < now() AND run.id > $2
           AND NOT EXISTS (SELECT FROM outbox WHERE outbox.job_id = job.name AND outbox.dispatched_at IS NULL)
         ORDER BY run.id LIMIT $3`,
        [this.jobs.queue, afterId, limit],
      ),
    );
  }

  redispatch(runs: readonly OverdueRun[]): Promise<number> {
    return inTransaction(this.dataSource, 'dispatch runs again', async (sql) => {
      const again = await sql.rows<{ readonly id: string }>(
        `UPDATE backtest_run run SET dispatch_count = run.dispatch_count + 1, next_action_at = ${after('$3::float8')}
         FROM unnest($1::text[], $2::int[]) AS seen (id, dispatch_count)
         WHERE run.id = seen.id AND run.dispatch_count = seen.dispatch_count AND status = 'queued' RETURNING run.id`,
        [runs.map((run) => run.id), runs.map((run) => run.dispatchCount), DISPATCH_GRACE_MS],
      );
      return enqueueRuns(sql, this.jobs, again.map((run) => run.id));
    });
  }

  reapExpired(limit: number): Promise<ReapedRuns> {
    return inTransaction(this.dataSource, 'end expired leases', async (sql) => {
      const ended = await reapExpired(sql, limit);
      await enqueueRuns(sql, this.jobs, ended.filter((run) => run.status === 'queued').map((run) => run.id));
      return countByStatus(ended);
    });
  }

  pruneKeys(limit: number): Promise<number> {
    return withSession(this.dataSource, 'remove old idempotency keys', (sql) =>
      sql.run(
        `DELETE FROM idempotency_key WHERE (principal, key) IN (
           SELECT principal, key FROM idempotency_key WHERE created_at < now() - interval '${KEY_LIFETIME}' ORDER BY created_at LIMIT $1)`,
        [limit],
      ),
    );
  }
}
