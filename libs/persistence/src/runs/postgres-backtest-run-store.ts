import type { DataSource } from 'typeorm';
import type {
  BacktestRun, BacktestRunStore, ClaimOutcome, HeartbeatOutcome, IdempotencyClaim, NewRun, Page, RunKey, RunListQuery,
  RunNotice, RunProgress, StoredResult, SubmitRunOutcome,
} from '#application';
import { inTransaction, withSession, type Sql } from '../session/sql.js';
import { listRuns } from './list-runs.js';
import { enqueueRuns, type RunJobPolicy } from './run-jobs.js';
import { claimRun, finishRun, giveBackRun, heartbeatRun } from './run-leases.js';
import { RUN_COLUMNS, toRun, type RunRow } from './run-row.js';
import { isStoredByHead, storeHead, storeResult } from './store-result.js';
import { recallKey, submitRun, submitWithKey } from './submit-run.js';

export class PostgresBacktestRunStore implements BacktestRunStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: RunJobPolicy,
  ) {}

  submit(run: NewRun, idempotency: IdempotencyClaim | null): Promise<SubmitRunOutcome> {
    const doing = 'store the run';
    if (idempotency === null) return withSession(this.dataSource, doing, (sql) => submitRun(sql, this.jobs, run));
    return inTransaction(this.dataSource, doing, (sql) => submitWithKey(sql, this.jobs, run, idempotency));
  }

  recall(idempotency: IdempotencyClaim): ReturnType<BacktestRunStore['recall']> {
    return withSession(this.dataSource, 'look up the idempotency key', (sql) => recallKey(sql, idempotency));
  }

  findFinished(key: RunKey): Promise<BacktestRun | null> {
    return this.findOne(
      `spec_sha256 = $1 AND data_fingerprint = $2 AND code_version = $3 AND status = 'completed' ORDER BY finished_at DESC LIMIT 1`,
      [key.specSha256, key.dataFingerprint, key.codeVersion],
    );
  }

  find(id: string): Promise<BacktestRun | null> {
    return this.findOne('id = $1', [id]);
  }

  list(query: RunListQuery): Promise<Page<BacktestRun>> {
    return withSession(this.dataSource, 'list runs', (sql) => listRuns(sql, query));
  }

  claim(id: string, runnerId: string, leaseMs: number): Promise<ClaimOutcome> {
    return withSession(this.dataSource, 'claim the run', (sql) => claimRun(sql, id, runnerId, leaseMs));
  }

  heartbeat(id: string, epoch: number, progress: RunProgress, leaseMs: number): Promise<HeartbeatOutcome> {
    return withSession(this.dataSource, 'extend the lease', (sql) => heartbeatRun(sql, id, epoch, progress, leaseMs));
  }

  complete(id: string, epoch: number, result: StoredResult): Promise<boolean> {
    const doing = 'store the result';
    if (isStoredByHead(result)) return withSession(this.dataSource, doing, (sql) => storeHead(sql, id, epoch, result));
    return inTransaction(this.dataSource, doing, (sql) => storeResult(sql, id, epoch, result));
  }

  fail(id: string, epoch: number, error: RunNotice): Promise<boolean> {
    return withSession(this.dataSource, 'mark the run failed', (sql) => finishRun(sql, id, epoch, 'failed', error));
  }

  release(id: string, epoch: number): Promise<boolean> {
    return inTransaction(this.dataSource, 'give the run back', async (sql) => {
      const status = await giveBackRun(sql, id, epoch);
      if (status === 'queued') await enqueueRuns(sql, this.jobs, [id]);
      return status !== null;
    });
  }

  endLease(id: string, epoch: number): Promise<boolean> {
    return withSession(this.dataSource, 'end the lease', async (sql) => (await giveBackRun(sql, id, epoch)) !== null);
  }

  async requestCancel(id: string): Promise<BacktestRun | null> {
    const canceled = await withSession(this.dataSource, 'cancel the run', (sql) => requestCancel(sql, id));
    return canceled ?? this.find(id);
  }

  markCanceled(id: string, epoch: number): Promise<boolean> {
    return withSession(this.dataSource, 'mark the run canceled', (sql) => finishRun(sql, id, epoch, 'canceled', null));
  }

  delete(id: string): Promise<'deleted' | 'refused' | 'missing'> {
    return withSession(this.dataSource, 'delete the run', async (sql) => {
      const deleted = await sql.run(`DELETE FROM backtest_run WHERE id = $1 AND status NOT IN ('queued', 'running')`, [id]);
      if (deleted === 1) return 'deleted';
      const [left] = await sql.rows('SELECT FROM backtest_run WHERE id = $1', [id]);
      return left === undefined ? 'missing' : 'refused';
    });
  }

  private findOne(condition: string, parameters: readonly unknown[]): Promise<BacktestRun | null> {
    return withSession(this.dataSource, 'read the run', async (sql) => {
      const [row] = await sql.rows<RunRow>(`SELECT ${RUN_COLUMNS} FROM backtest_run WHERE ${condition}`, parameters);
      return row === undefined ? null : toRun(row);
    });
  }
}

/** Null where there is nothing left to cancel. */
async function requestCancel(sql: Sql, id: string): Promise<BacktestRun | null> {
  const [row] = await sql.rows<RunRow>(
    `UPDATE backtest_run SET cancel_requested_at = coalesce(cancel_requested_at, now()),
       status = CASE status WHEN 'queued' THEN 'canceled' ELSE status END,
       finished_at = CASE status WHEN 'queued' THEN now() END, next_action_at = NULL
     WHERE id = $1 AND status IN ('queued', 'running') RETURNING ${RUN_COLUMNS}`,
    [id],
  );
  return row === undefined ? null : toRun(row);
}
