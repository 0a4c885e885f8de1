import { z } from 'zod';
import { PlanId } from '../http/ids.js';
import type { QueueContract } from './queue-contract.js';

const HOUR_SECONDS = 3_600;

export const planAdvancePayload = z.strictObject({ planId: PlanId });

/** "Look at this plan and take its next safe step." A second job for the same plan is only a second look. */
export const planAdvance = {
  name: 'plan-advance',
  workedBy: 'order-executor',
  payload: planAdvancePayload,
  policy: {
    attempts: 8,
    backoff: { type: 'exponential', delayMs: 1_000, jitter: 0.5 },
    lockMs: 60_000,
    stalledCheckMs: 15_000,
    maxStalledCount: 5,
    keepCompleted: { ageSeconds: HOUR_SECONDS, count: 1_000 },
    keepFailed: { ageSeconds: 7 * 24 * HOUR_SECONDS, count: 5_000 },
    priorities: { next: 1 },
  },
} as const satisfies QueueContract<typeof planAdvancePayload>;
