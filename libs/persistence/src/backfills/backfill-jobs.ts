import { insertJobs } from '../dispatch/outbox-jobs.js';
import type { Sql } from '../session/sql.js';

/** Where backfills are queued; the application's queue contract says it, so that this library need not know queues. */
export interface BackfillJobPolicy {
  readonly queue: string;
  /** 1 is served first. */
  readonly priority: number;
}

/** A new outbox row for each backfill of the relation, to be delivered so many milliseconds from now. */
export const insertBackfillJobs = (relation: string, names: { readonly queue: string; readonly priority: string; readonly delayMs?: string }): string =>
  insertJobs(relation, {
    queue: names.queue, payloadKey: 'backfillId', priority: `${names.priority}::int`,
    ...(names.delayMs === undefined ? {} : { availableAt: `now() + ${names.delayMs}::float8 * interval '1 millisecond'` }),
  });

/** The same for backfills that are stored already. Returns how many there were. */
export async function enqueueBackfills(sql: Sql, policy: BackfillJobPolicy, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  return sql.run(
    `WITH due AS (SELECT id, dispatch_count FROM candle_backfill WHERE id = ANY ($1::text[]))
     ${insertBackfillJobs('due', { queue: '$2', priority: '$3' })}`,
    [ids, policy.queue, policy.priority],
  );
}
