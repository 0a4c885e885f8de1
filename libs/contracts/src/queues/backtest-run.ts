import { z } from 'zod';
import { BacktestId } from '../http/ids.js';
import type { QueueContract } from './queue-contract.js';

const DAY_SECONDS = 86_400;

export const backtestRunPayload = z.strictObject({ runId: BacktestId });

/** "Look at this run and take the next safe step." A second job for the same run is only a second look. */
export const backtestRun = {
  name: 'backtest-run',
  workedBy: 'backtest-runner',
  payload: backtestRunPayload,
  policy: {
    attempts: 3,
    backoff: { type: 'exponential', delayMs: 1_000, jitter: 0.5 },
    lockMs: 30_000,
    stalledCheckMs: 15_000,
    maxStalledCount: 3,
    keepCompleted: { ageSeconds: DAY_SECONDS, count: 1_000 },
    keepFailed: { ageSeconds: 7 * DAY_SECONDS, count: 5_000 },
    priorities: { interactive: 1, bulk: 10 },
  },
} as const satisfies QueueContract<typeof backtestRunPayload>;
