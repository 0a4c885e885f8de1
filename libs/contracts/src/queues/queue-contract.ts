import type { z } from 'zod';

/** How BullMQ treats the jobs of a queue. Everything is explicit, so that no default decides over work. */
export interface QueuePolicy {
  readonly attempts: number;
  /** Exponential: delay × 2^(attempt − 1), spread by `jitter` (0 to 1) so that failures do not come back in step. */
  readonly backoff: { readonly type: 'exponential'; readonly delayMs: number; readonly jitter: number };
  readonly lockMs: number;
  readonly stalledCheckMs: number;
  readonly maxStalledCount: number;
  readonly keepCompleted: { readonly ageSeconds: number; readonly count: number };
  readonly keepFailed: { readonly ageSeconds: number; readonly count: number };
  /** BullMQ priorities, 1 is served first. No job goes without one: BullMQ would serve it before all others. */
  readonly priorities: Readonly<Record<string, number>>;
  /** `latest`: of the jobs that share a coalescing key one waits at most, with what the last of them carried. Left out: every job is one. */
  readonly coalesce?: 'latest';
}

/** A queue as both sides know it: its name, what a job carries (ids and times only), and how it is treated. */
export interface QueueContract<Payload extends z.ZodType = z.ZodType> {
  readonly name: string;
  /** The app whose workers take its jobs. */
  readonly workedBy: 'backtest-runner' | 'price-ingestor' | 'strategy-evaluator' | 'order-executor';
  readonly payload: Payload;
  readonly policy: QueuePolicy;
}
