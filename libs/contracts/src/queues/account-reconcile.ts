import { z } from 'zod';
import { ReconciliationId } from '../http/ids.js';
import type { QueueContract } from './queue-contract.js';

const HOUR_SECONDS = 3_600;

export const accountReconcilePayload = z.strictObject({ runId: ReconciliationId });

/** "Somebody asked for a comparison of this account's books with its venue." */
export const accountReconcile = {
  name: 'account-reconcile',
  workedBy: 'order-executor',
  payload: accountReconcilePayload,
  policy: {
    attempts: 5,
    backoff: { type: 'exponential', delayMs: 1_000, jitter: 0.5 },
    lockMs: 60_000,
    stalledCheckMs: 30_000,
    maxStalledCount: 5,
    keepCompleted: { ageSeconds: HOUR_SECONDS, count: 1_000 },
    keepFailed: { ageSeconds: 7 * 24 * HOUR_SECONDS, count: 5_000 },
    priorities: { asked: 1 },
  },
} as const satisfies QueueContract<typeof accountReconcilePayload>;
