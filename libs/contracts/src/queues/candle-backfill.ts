import { z } from 'zod';
import { BackfillId } from '../http/ids.js';
import type { QueueContract } from './queue-contract.js';

const DAY_SECONDS = 86_400;

export const candleBackfillPayload = z.strictObject({ backfillId: BackfillId });

/** "Look at this backfill and take the next safe steps." A second job for the same one is only a second look. */
export const candleBackfill = {
  name: 'candle-backfill',
  workedBy: 'price-ingestor',
  payload: candleBackfillPayload,
  policy: {
    attempts: 5,
    backoff: { type: 'exponential', delayMs: 1_000, jitter: 0.5 },
    lockMs: 30_000,
    stalledCheckMs: 15_000,
    maxStalledCount: 3,
    keepCompleted: { ageSeconds: DAY_SECONDS, count: 1_000 },
    keepFailed: { ageSeconds: 7 * DAY_SECONDS, count: 5_000 },
    priorities: { interactive: 1 },
  },
} as const satisfies QueueContract<typeof candleBackfillPayload>;
