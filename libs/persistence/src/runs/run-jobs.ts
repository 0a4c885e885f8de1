import type { RunPriority } from '#application';
import { insertJobs } from '../dispatch/outbox-jobs.js';
import type { Sql } from '../session/sql.js';

/** Where runs are queued; the application's queue contract says it, so that this library need not know queues. */
export interface RunJobPolicy {
  readonly queue: string;
  /** A job's priority by its run's; 1 is served first. */
  readonly priorities: Readonly<Record<RunPriority, number>>;
}

/**
 * A new outbox row for each run of the relation, under its present dispatch count.
 * @param names the parameters that hold the queue and the priorities of interactive and bulk runs
 */
export const insertRunJobs = (relation: string, names: { readonly queue: string; readonly interactive: string; readonly bulk: string }): string =>
  insertJobs(relation, {
    queue: names.queue, payloadKey: 'runId', priority: `CASE priority WHEN 'interactive' THEN ${names.interactive}::int ELSE ${names.bulk}::int END`,
  });

/** The same for runs that are stored already. Returns how many there were. */
export async function enqueueRuns(sql: Sql, policy: RunJobPolicy, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  return sql.run(
    `WITH due AS (SELECT id, priority, dispatch_count FROM backtest_run WHERE id = ANY ($1::text[]))
     ${insertRunJobs('due', { queue: '$2', interactive: '$3', bulk: '$4' })}`,
    [ids, policy.queue, policy.priorities.interactive, policy.priorities.bulk],
  );
}
