import type { DataSource } from 'typeorm';
import type { OverdueWork, ReapedWork, WorkSweep } from '#application';
import { RowSweep } from '../dispatch/row-sweep.js';
import { inTransaction, withSession } from '../session/sql.js';
import { enqueueBackfills, type BackfillJobPolicy } from './backfill-jobs.js';
import { countByStatus, reapExpired } from './backfill-leases.js';

const LEADER_KEY = 7_264_015_503;
export const KEPT_BACKFILLS = 10_000;
const FILLED_GAP_LIFETIME = '30 days';

export class PostgresCandleBackfillSweep implements WorkSweep {
  private readonly rows: RowSweep;

  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: BackfillJobPolicy,
  ) {
    this.rows = new RowSweep(dataSource, {
      name: 'candle_backfill', queue: jobs.queue, leaderKey: LEADER_KEY, enqueue: (sql, ids) => enqueueBackfills(sql, jobs, ids),
    });
  }

  asLeader<Value>(work: () => Promise<Value>): Promise<Value | null> {
    return this.rows.asLeader(work);
  }

  overdue(limit: number, afterId: string): Promise<OverdueWork[]> {
    return this.rows.overdue(limit, afterId);
  }

  redispatch(backfills: readonly OverdueWork[]): Promise<number> {
    return this.rows.redispatch(backfills);
  }

  reapExpired(limit: number): Promise<ReapedWork> {
    return inTransaction(this.dataSource, 'end expired leases', async (sql) => {
      const ended = await reapExpired(sql, limit);
      await enqueueBackfills(sql, this.jobs, ended.filter((backfill) => backfill.status === 'queued').map((backfill) => backfill.id));
      return countByStatus(ended);
    });
  }

  /** All but the youngest of ended backfills, and gaps that were filled long ago. */
  prune(limit: number): Promise<number> {
    return withSession(this.dataSource, 'remove old backfills', async (sql) => {
      const backfills = await sql.run(
        `DELETE FROM candle_backfill WHERE id IN (
           SELECT id FROM candle_backfill WHERE status NOT IN ('queued', 'running') ORDER BY id DESC OFFSET $2 LIMIT $1)`,
        [limit, KEPT_BACKFILLS],
      );
      const gaps = await sql.run(
        `DELETE FROM candle_gap WHERE id IN (
           SELECT id FROM candle_gap WHERE state = 'filled' AND settled_at < now() - interval '${FILLED_GAP_LIFETIME}' ORDER BY settled_at LIMIT $1)`,
        [limit],
      );
      return backfills + gaps;
    });
  }
}
