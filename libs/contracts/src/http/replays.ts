import { z } from 'zod';
import { EvaluationId, PlanId } from './ids.js';
import { PortfolioHeader } from './portfolios.js';
import { SideName } from './plans.js';

const Instant = z.iso.datetime({ offset: true });

export const ReplayQuery = z.strictObject({ from: Instant.optional(), to: Instant.optional() });

/** One difference between what was done and what the backtest's engine makes of the same moment. */
export const ReplayDivergence = z.object({
  at: Instant,
  evaluationId: EvaluationId,
  planId: PlanId.nullable(),
  asset: z.string().nullable(),
  side: SideName.nullable(),
  cause: z.enum(['decision', 'guard', 'price', 'delay', 'fee', 'rounding', 'proceeds', 'skipped-leg', 'fault']),
  expected: z.number().nullable(),
  actual: z.number().nullable(),
  /** In quote; positive where trading did better than the engine. */
  value: z.number().nullable(),
  detail: z.string(),
});
export type ReplayDivergence = z.infer<typeof ReplayDivergence>;

export const PortfolioReplay = z
  .object({
    portfolio: PortfolioHeader,
    /** First and last decision that was replayed. */
    from: Instant.nullable(),
    to: Instant.nullable(),
    decisions: z.int(),
    plans: z.int(),
    /** Decisions without a price for every asset. */
    unpriced: z.int(),
    /** True: the window holds more than are replayed at once, and the newest were. */
    isCut: z.boolean(),
    divergences: z.array(ReplayDivergence),
    /** At the last decision's prices; null where money went in or out on the way. */
    equity: z.object({ engine: z.number(), actual: z.number() }).nullable(),
  })
  .meta({ id: 'PortfolioReplay' });
export type PortfolioReplay = z.infer<typeof PortfolioReplay>;
