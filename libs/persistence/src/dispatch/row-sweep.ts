import type { DataSource } from 'typeorm';
import type { OverdueWork } from '#application';
import { inTransaction, withSession, type Sql } from '../session/sql.js';
import { after, DISPATCH_GRACE_MS } from './outbox-jobs.js';

/** A table of work: rows with `id`, `status`, `dispatch_count` and `next_action_at`, and a partial index over the open ones. */
export interface SweptTable {
  readonly name: 'backtest_run' | 'candle_backfill';
  readonly queue: string;
  /** Any two sweepers of one table in one database meet at this number, which has no other meaning. */
  readonly leaderKey: number;
  /** Outbox rows for these; returns how many. */
  readonly enqueue: (sql: Sql, ids: readonly string[]) => Promise<number>;
}

/** What is the same for every kind of work that is swept. */
export class RowSweep {
  constructor(
    private readonly dataSource: DataSource,
    private readonly table: SweptTable,
  ) {}

  asLeader<Value>(work: () => Promise<Value>): Promise<Value | null> {
    return inTransaction(this.dataSource, 'lead the sweep', async (sql) => {
      const [lock] = await sql.rows<{ readonly taken: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS taken', [this.table.leaderKey]);
      return lock?.taken === true ? work() : null;
    });
  }

  // The status is asked for twice: as the partial index knows it, and as it is wanted.
  overdue(limit: number, afterId: string): Promise<OverdueWork[]> {
    const { name, queue } = this.table;
    return withSession(this.dataSource, 'look for overdue work', (sql) =>
      sql.rows<OverdueWork>(
        `SELECT work.id, $1::text AS queue, job.name AS "jobId", work.dispatch_count AS "dispatchCount"
         FROM ${name} work, LATERAL (SELECT $1::text || '-' || work.id || '-' || work.dispatch_count AS name) job
         WHERE work.status IN ('queued', 'running') AND work.status = 'queued' AND work.next_action_at < now() AND work.id > $2
           AND NOT EXISTS (SELECT FROM outbox WHERE outbox.job_id = job.name AND outbox.dispatched_at IS NULL)
         ORDER BY work.id LIMIT $3`,
        [queue, afterId, limit],
      ),
    );
  }

  redispatch(work: readonly OverdueWork[]): Promise<number> {
    const { name, enqueue } = this.table;
    return inTransaction(this.dataSource, 'dispatch work again', async (sql) => {
      const again = await sql.rows<{ readonly id: string }>(
        `UPDATE ${name} work SET dispatch_count = work.dispatch_count + 1, next_action_at = ${after('$3::float8')}
         FROM unnest($1::text[], $2::int[]) AS seen (id, dispatch_count)
         WHERE work.id = seen.id AND work.dispatch_count = seen.dispatch_count AND status = 'queued' RETURNING work.id`,
        [work.map((one) => one.id), work.map((one) => one.dispatchCount), DISPATCH_GRACE_MS],
      );
      return enqueue(sql, again.map((one) => one.id));
    });
  }
}
