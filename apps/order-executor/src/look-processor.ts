import type { ExecutionLook, LastProblem } from '#application';
import { postpone, type Job } from '#messaging';
import type { Logger } from '#platform';
import { putBackAtMs } from './put-back.js';

/** What all processors of this app share; the processors themselves only say what they look at. */
export interface LookParts {
  readonly log: Logger;
}

/** A look that is to be repeated puts its job back, and so does one of another's account for a while; every other one ends it. */
export async function endLook(look: ExecutionLook, job: Job, token: string | undefined): Promise<ExecutionLook> {
  const nowMs = Date.now();
  const atMs = putBackAtMs(look, nowMs, nowMs - job.timestamp);
  return atMs === null ? look : postpone(job, atMs, token);
}

export function tellFailedJob(log: Logger, queue: string, job: Job | undefined, error: Error): void {
  log.warn({ event: 'job-failed', queue, jobId: job?.id, attempts: job?.attemptsMade, error }, 'A look failed; it is tried again');
}

/** A lost connection is told of again and again, and mended by itself. */
export function tellWorkerProblem(log: Logger, queue: string, problem: LastProblem, error: Error): void {
  if (problem.changesTo(error)) log.warn({ event: 'worker-problem', queue, error }, 'The worker has a problem with its queue');
}
