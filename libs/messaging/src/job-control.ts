import { DelayedError, UnrecoverableError, type Job } from 'bullmq';
import type { z } from 'zod';
import type { QueueContract } from '#contracts';

export type { Job } from 'bullmq';

/** What the job carries, parsed by its contract. @throws an error that fails the job for good: no retry mends a payload. */
export function parseJob<Payload extends z.ZodType>(contract: QueueContract<Payload>, job: Pick<Job, 'data'>): z.infer<Payload> {
  const parsed = contract.payload.safeParse(job.data);
  if (parsed.success) return parsed.data;
  throw new UnrecoverableError(`payload of ${contract.name} is malformed: ${parsed.error.issues.map(({ message }) => message).join('; ')}`);
}

/** The time to come back at is the database's word; by a clock that runs ahead of it, it would lie in the past. */
const SHORTEST_PAUSE_MS = 250;

/**
 * Puts the job back until then, but not for less than a quarter of a second: looks without a pause help nobody. Its attempts
 * stay as they were. Never returns: the worker must see the rejection.
 */
export async function postpone(job: Job, untilMs: number, token: string | undefined): Promise<never> {
  const backAtMs = Math.max(untilMs, Date.now() + SHORTEST_PAUSE_MS);
  await job.moveToDelayed(backAtMs, token);
  throw new DelayedError(`postponed until ${new Date(backAtMs).toISOString()}`);
}
