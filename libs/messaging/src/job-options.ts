import type { JobsOptions } from 'bullmq';
import type { QueuedJob } from '#application';
import type { QueueContract, QueuePolicy } from '#contracts';

const LONGEST_PAYLOAD_BYTES = 1_024;

/** What BullMQ keeps of finished jobs: enough for Bull Board, never without end. */
export const keptJobs = (policy: QueuePolicy) => ({
  removeOnComplete: { age: policy.keepCompleted.ageSeconds, count: policy.keepCompleted.count },
  removeOnFail: { age: policy.keepFailed.ageSeconds, count: policy.keepFailed.count },
});

/** Every option of a job, from its queue's contract. @throws RangeError for an id, a priority or a key that BullMQ would misread. */
export function jobOptions({ name, policy }: QueueContract, { jobId, priority, coalesceKey }: Pick<QueuedJob, 'jobId' | 'priority' | 'coalesceKey'>): JobsOptions {
  if (jobId.includes(':') || /^\d+$/u.test(jobId)) throw new RangeError(`job id ${jobId} of ${name} must have no colon and not be all digits`);
  if (!Number.isInteger(priority) || priority < 1) throw new RangeError(`job ${jobId} of ${name} needs a priority from 1, got ${priority}`);
  if ((policy.coalesce !== undefined) !== (coalesceKey !== undefined)) throw new RangeError(`job ${jobId}: a queue whose jobs coalesce takes them with a key, and no other does; ${name} coalesces ${policy.coalesce ?? 'none'}`);
  const { type, delayMs, jitter } = policy.backoff;
  return {
    jobId,
    priority,
    attempts: policy.attempts,
    backoff: { type, delay: delayMs, jitter },
    sizeLimit: LONGEST_PAYLOAD_BYTES,
    stackTraceLimit: 20,
    keepLogs: 100,
    // While one of the key is worked on the last of the others is kept, and put on the queue when that one is done.
    ...(coalesceKey === undefined ? {} : { deduplication: { id: coalesceKey, keepLastIfActive: true } }),
    ...keptJobs(policy),
  };
}
