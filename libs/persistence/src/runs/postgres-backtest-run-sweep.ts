import type { DataSource } from 'typeorm';
import type { OverdueWork, ReapedWork, WorkSweep } from '#application';
import { RowSweep } from '../dispatch/row-sweep.js';
import { inTransaction, withSession } from '../session/sql.js';
import { enqueueRuns, type RunJobPolicy } from './run-jobs.js';
import { countByStatus, reapExpired } from './run-leases.js';

const LEADER_KEY = 7_264_015_502;
/** A day is promised; the rest is for clients whose clock or retry queue is late. */
const KEY_LIFETIME = '25 hours';

export class PostgresBacktestRunSweep implements WorkSweep {
  private readonly rows: RowSweep;

  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: RunJobPolicy,
  ) {
    this.rows = new RowSweep(dataSource, {
      name: 'backtest_run', queue: jobs.queue, leaderKey: LEADER_KEY, enqueue: (sql, ids) => enqueueRuns(sql, jobs, ids),
    });
  }

  asLeader<Value>(work: () => Promise<Value>): Promise<Value | null> {
    return this.rows.asLeader(work);
  }

  overdue(limit: number, afterId: string): Promise<OverdueWork[]> {
    return this.rows.overdue(limit, afterId);
  }

  redispatch(runs: readonly OverdueWork[]): Promise<number> {
    return this.rows.redispatch(runs);
  }

  reapExpired(limit: number): Promise<ReapedWork> {
    return inTransaction(this.dataSource, 'end expired leases', async (sql) => {
      const ended = await reapExpired(sql, limit);
      await enqueueRuns(sql, this.jobs, ended.filter((run) => run.status === 'queued').map((run) => run.id));
      return countByStatus(ended);
    });
  }

  /** Idempotency keys that are old enough. */
  prune(limit: number): Promise<number> {
    return withSession(this.dataSource, 'remove old idempotency keys', (sql) =>
      sql.run(
        `DELETE FROM idempotency_key WHERE (principal, key) IN (
           SELECT principal, key FROM idempotency_key WHERE created_at < now() - interval '${KEY_LIFETIME}' ORDER BY created_at LIMIT $1)`,
        [limit],
      ),
    );
  }
}
