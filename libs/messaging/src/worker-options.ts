import type { WorkerOptions } from 'bullmq';
import { QUEUES, type QueueContract } from '#contracts';
import { workerConnection } from './bull-connection.js';
import { keptJobs } from './job-options.js';

export interface WorkerSettings {
  readonly redisUrl: string;
  /** Stored on every job it takes. */
  readonly runnerId: string;
  readonly concurrency: number;
  /** Instead of the contract's, for tests that wait for a lock to run out. */
  readonly lockMs?: number;
  readonly stalledCheckMs?: number;
}

/** Every option of a worker, from its queue's contract. @throws where the registry does not know the queue. */
export function workerOptions(contract: QueueContract, settings: WorkerSettings): WorkerOptions {
  assertRegistered(contract);
  const { policy } = contract;
  return {
    connection: workerConnection(settings.redisUrl),
    name: settings.runnerId,
    concurrency: settings.concurrency,
    lockDuration: settings.lockMs ?? policy.lockMs,
    stalledInterval: settings.stalledCheckMs ?? policy.stalledCheckMs,
    maxStalledCount: policy.maxStalledCount,
    ...keptJobs(policy),
  };
}

/** A worker that handles a queue nobody fills, or Bull Board does not show, is a mistake in the wiring: it must not start. */
export function assertRegistered(contract: QueueContract): void {
  if (QUEUES.includes(contract)) return;
  throw new Error(`queue ${contract.name} is not in the registry of queues, which has ${QUEUES.map(({ name }) => name).join(', ')}`);
}
