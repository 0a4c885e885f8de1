import type { RunPriority } from '#application';
import type { Sql } from '../session/sql.js';

/** Where runs are queued; the application's queue contract says it, so that this library need not know queues. */
export interface RunJobPolicy {
  readonly queue: string;
  /** A job's priority by its run's; 1 is served first. */
  readonly priorities: Readonly<Record<RunPriority, number>>;
}

/** How long a queued run's job may be under way before the sweeper asks for it. */
export const DISPATCH_GRACE_MS = 5_000;

/** Milliseconds from now, for a parameter of that number. */
export const after = (parameter: string): string => `now() + ${parameter} * interval '1 millisecond'`;

/**
 * A new outbox row for each of these runs, under their present dispatch count. The job id says which dispatch it is, so
 * a transport that still knows an earlier one (finished, failed) does not take it for the same.
 */
export async function enqueueRuns(sql: Sql, policy: RunJobPolicy, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  return sql.run(
    `INSERT INTO outbox (queue, job_id, payload, priority)
     SELECT $1::text, $1::text || '-' || id || '-' || dispatch_count, jsonb_build_object('runId', id),
            CASE priority WHEN 'interactive' THEN $3::int ELSE $4::int END
     FROM backtest_run WHERE id = ANY ($2::text[]) ORDER BY id`,
    [policy.queue, ids, policy.priorities.interactive, policy.priorities.bulk],
  );
}
