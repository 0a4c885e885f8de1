import type { QueuedJob } from '#application';

/**
 * Puts the jobs of a parameter (JSON, from `jobsJson`) into the outbox, once for each row of the relation. One whose id was
 * used before changes nothing: it is the same job, and what it is about is looked at again when it is overdue.
 */
export const insertQueuedJobs = (relation: string, parameter: string): string =>
  `INSERT INTO outbox (queue, job_id, payload, priority, coalesce_key)
   SELECT job.queue, job."jobId", job.payload, job.priority, job."coalesceKey"
   FROM ${relation}, jsonb_to_recordset(${parameter}::jsonb) AS job (queue text, "jobId" text, payload jsonb, priority integer, "coalesceKey" text)
   ON CONFLICT (job_id) DO NOTHING`;

/** @throws RangeError for a job id that no transport takes */
export function jobsJson(jobs: readonly QueuedJob[]): string {
  const unfit = jobs.find(({ jobId }) => jobId.includes(':') || /^\d*$/u.test(jobId));
  if (unfit !== undefined) throw new RangeError(`job id ${unfit.jobId} has a colon or is a number; a queue's ids may be neither`);
  return JSON.stringify(jobs);
}
