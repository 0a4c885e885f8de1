import { z } from 'zod';
import type { QueueContract } from './queue-contract.js';

const HOUR_SECONDS = 3_600;

/** Portfolios are spread over so many shards by their id. */
export const PORTFOLIO_SHARDS = 16;

export const portfolioEvaluatePayload = z.strictObject({
  shard: z.int().min(0).max(PORTFOLIO_SHARDS - 1),
  /** The newest prices are of this time, epoch ms. */
  asOfMs: z.int().min(0),
});

/** "Prices of this shard's portfolios have come in: look at those that are due." The latest wins; one waits at most. */
export const portfolioEvaluate = {
  name: 'portfolio-evaluate',
  workedBy: 'strategy-evaluator',
  payload: portfolioEvaluatePayload,
  policy: {
    attempts: 3,
    backoff: { type: 'exponential', delayMs: 2_000, jitter: 0.5 },
    // A look takes milliseconds, and while its job counts as worked on no other of its shard is: one of a dead evaluator must not for long.
    lockMs: 5_000,
    stalledCheckMs: 5_000,
    maxStalledCount: 3,
    keepCompleted: { ageSeconds: HOUR_SECONDS, count: 200 },
    keepFailed: { ageSeconds: 24 * HOUR_SECONDS, count: 1_000 },
    priorities: { price: 1 },
    coalesce: 'latest',
  },
} as const satisfies QueueContract<typeof portfolioEvaluatePayload>;
