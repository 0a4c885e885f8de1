import type { DataSource } from 'typeorm';
import type { Outbox, QueuedJob } from '#application';
import { inTransaction, SOFT_COMMIT, withSession, type Sql } from '../session/sql.js';

/** Short on purpose: a transport that has come back must be used within seconds, and asking an absent one costs little. */
const LONGEST_BACKOFF_MS = 2_000;
const FIRST_BACKOFF_MS = 250;
const LONGEST_ERROR_CHARACTERS = 500;

interface OutboxRow extends Omit<QueuedJob, 'coalesceKey'> {
  readonly id: number;
  readonly coalesceKey: string | null;
}

export class PostgresOutbox implements Outbox {
  constructor(private readonly dataSource: DataSource) {}

  dispatch(limit: number, deliver: (job: QueuedJob) => Promise<void>): Promise<{ readonly delivered: number; readonly failed: number }> {
    return inTransaction(this.dataSource, 'dispatch the outbox', async (sql) => {
      const rows = await takeUndelivered(sql, limit);
      const outcomes = await Promise.allSettled(rows.map((row) => deliver(toJob(row))));
      const delivered = rows.filter((_, index) => outcomes[index]?.status === 'fulfilled');
      const failed = rows.filter((_, index) => outcomes[index]?.status === 'rejected');
      if (failed.length > 0) await putBack(sql, failed, firstReason(outcomes));
      return { delivered: delivered.length, failed: failed.length };
    });
  }

  prune(limit: number): Promise<number> {
    return withSession(this.dataSource, 'remove delivered jobs', (sql) =>
      sql.run(
        `DELETE FROM outbox WHERE id IN (
           SELECT id FROM outbox WHERE dispatched_at < now() - interval '1 day' ORDER BY dispatched_at LIMIT $1)`,
        [limit],
      ),
    );
  }
}

function toJob({ queue, jobId, payload, priority, coalesceKey }: OutboxRow): QueuedJob {
  return { queue, jobId, payload, priority, ...(coalesceKey === null ? {} : { coalesceKey }) };
}

/** Marked as delivered at once, since they nearly always are; a crash before the commit takes the mark back. */
async function takeUndelivered(sql: Sql, limit: number): Promise<OutboxRow[]> {
  const rows = await sql.rows<OutboxRow>(
    `UPDATE outbox SET dispatched_at = now(), attempts = attempts + 1, last_error = NULL
     WHERE id IN (SELECT id FROM outbox WHERE dispatched_at IS NULL AND available_at <= now() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING id::float8 AS id, queue, job_id AS "jobId", payload, priority, coalesce_key AS "coalesceKey", ${SOFT_COMMIT}`,
    [limit],
  );
  return rows.sort((one, other) => one.id - other.id);
}

function putBack(sql: Sql, rows: readonly OutboxRow[], reason: string): Promise<number> {
  return sql.run(
    `UPDATE outbox SET dispatched_at = NULL, last_error = $2,
       available_at = now() + least($3::float8, $4::float8 * 2 ^ least(attempts - 1, 10)) * interval '1 millisecond'
     WHERE id = ANY ($1::bigint[])`,
    [rows.map((row) => row.id), reason, LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS],
  );
}

function firstReason(outcomes: readonly PromiseSettledResult<void>[]): string {
  const rejected = outcomes.find((outcome) => outcome.status === 'rejected');
  const reason: unknown = rejected?.reason;
  return (reason instanceof Error ? reason.message : String(reason)).slice(0, LONGEST_ERROR_CHARACTERS);
}
