/** How long a queued row's job may be under way before the sweeper asks for it. */
export const DISPATCH_GRACE_MS = 2_000;

/** Milliseconds from now, for a parameter of that number. */
export const after = (parameter: string): string => `now() + ${parameter} * interval '1 millisecond'`;

/** SQL of what differs between the jobs of one kind of work and another. */
export interface JobShape {
  readonly queue: string;
  /** The payload's only field, which holds the row's id. */
  readonly payloadKey: 'runId' | 'backfillId';
  readonly priority: string;
  /** Left out: at once. */
  readonly availableAt?: string;
}

/**
 * A new outbox row for each row of the relation, which has `id` and `dispatch_count`. The job id says which dispatch it
 * is, so that a transport that still knows an earlier one (finished, failed) does not take it for the same.
 */
export const insertJobs = (relation: string, { queue, payloadKey, priority, availableAt = 'now()' }: JobShape): string =>
  `INSERT INTO outbox (queue, job_id, payload, priority, available_at)
   SELECT ${queue}::text, ${queue}::text || '-' || id || '-' || dispatch_count, jsonb_build_object('${payloadKey}', id), ${priority}, ${availableAt}
   FROM ${relation} ORDER BY id`;
