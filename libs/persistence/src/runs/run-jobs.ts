import type { RunPriority } from '#application';
import type { Sql } from '../session/sql.js';

/** Where runs are queued; the application's queue contract says it, so that this library need not know queues. */
export interface RunJobPolicy {
  readonly queue: string;
  /** A job's priority by its run's; 1 is served first. */
  readonly priorities: Readonly<Record<RunPriority, number>>;
}

/** How long a queued run's job may be under way before the sweeper asks for it. */
export const DISPATCH_GRACE_MS = 2_000;

/** Milliseconds from now, for a parameter of that number. */
export const after = (parameter: string): string => `now() + ${parameter} * interval '1 millisecond'`;

/**
 * A new outbox row for each run of the relation, under its present dispatch count. The job id says which dispatch it is,
 * so that a transport that still knows an earlier one (finished, failed) does not take it for the same.
 * @param names the parameters that hold the queue and the priorities of interactive and bulk runs
 */
export const insertJobs = (relation: string, names: { readonly queue: string; readonly interactive: string; readonly bulk: string }): string =>
  `INSERT INTO outbox (queue, job_id, payload, priority)
   SELECT ${names.queue}::text, ${names.queue}::text || '-' || id || '-' || dispatch_count, jsonb_build_object('runId', id),
          CASE priority WHEN 'interactive' THEN ${names.interactive}::int ELSE ${names.bulk}::int END
   FROM ${relation} ORDER BY id`;

/** The same for runs that are stored already. Returns how many there were. */
export async function enqueueRuns(sql: Sql, policy: RunJobPolicy, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  return sql.run(
    `WITH due AS (SELECT id, priority, dispatch_count FROM backtest_run WHERE id = ANY ($1::text[]))
     ${insertJobs('due', { queue: '$2', interactive: '$3', bulk: '$4' })}`,
    [ids, policy.queue, policy.priorities.interactive, policy.priorities.bulk],
  );
}
