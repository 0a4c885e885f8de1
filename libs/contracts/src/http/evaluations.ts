import { z } from 'zod';
import { EvaluationId, PlanId } from './ids.js';
import { PRICE_FLAGS } from './exchange.js';
import { PageQuery, pageOf } from './paging.js';

const Instant = z.iso.datetime({ offset: true });

export const TriggerName = z.enum(['upside', 'downside', 'limit']);

/** A threshold that was exceeded and led to no plan. */
export const Declined = z.object({ asset: z.string(), kind: TriggerName, ratio: z.number(), reason: z.string() });

/** What one look came to; holds for the same reason that follow each other are one. */
export const Evaluation = z
  .object({
    id: EvaluationId,
    firstAt: Instant,
    lastAt: Instant,
    looks: z.int(),
    kind: z.enum(['hold', 'plan']),
    reason: z.string(),
    detail: z.string().nullable(),
    declined: z.array(Declined),
    configVersion: z.int(),
    codeVersion: z.string(),
    inputSha256: z.string(),
    planId: PlanId.nullable(),
  })
  .meta({ id: 'Evaluation' });
export type Evaluation = z.infer<typeof Evaluation>;
export const EvaluationPage = pageOf(Evaluation).meta({ id: 'EvaluationPage' });

export const ListEvaluationsQuery = z.strictObject({ ...PageQuery, at: Instant.optional() });

export const ExplainQuery = z.strictObject({
  /** Left out: now. */
  at: Instant.optional(),
});

export const ExplainedAsset = z.object({
  asset: z.string(),
  marketId: z.string(),
  quantity: z.number(),
  price: z.number().nullable(),
  priceAt: Instant.nullable(),
  flag: z.enum(PRICE_FLAGS).nullable(),
  value: z.number().nullable(),
  weight: z.number().nullable(),
  /** From the mean asset value, as a fraction of it. */
  deviation: z.number().nullable(),
  /** Prices at which it would set off a plan, all others standing still; null: it never would. */
  triggers: z.object({
    upsideAbove: z.number().nullable(),
    downsideBelow: z.number().nullable(),
    limitAbove: z.number().nullable(),
  }),
  /** Until when it cannot set off a plan; null: it can. */
  cooldownUntil: Instant.nullable(),
  /** Thresholds that it exceeds as it is. */
  exceeds: z.array(z.object({ kind: TriggerName, ratio: z.number() })),
});
export type ExplainedAsset = z.infer<typeof ExplainedAsset>;

/** Something that stands against trading, whatever the strategy wants. */
export const Obstacle = z.object({ code: z.string(), detail: z.string() });
export type Obstacle = z.infer<typeof Obstacle>;

/** A decision with what stood against it and what was done. */
export const ExplainedDecision = z.object({
  evaluation: Evaluation,
  /** Such as "sell 20 % of HANA, which is 46 % above the mean". */
  wanted: z.string(),
  /** What stood against it; null: nothing. */
  blocked: z.string().nullable(),
  /** What came of it. */
  done: z.string(),
});
export type ExplainedDecision = z.infer<typeof ExplainedDecision>;

/** What the decision would be for these inputs: computed anew, not recalled. */
export const Verdict = z.object({
  kind: z.enum(['hold', 'plan']),
  reason: z.string(),
  /** Null: nothing is wanted. */
  asset: z.string().nullable(),
  detail: z.string(),
  declined: z.array(Declined),
});
export type Verdict = z.infer<typeof Verdict>;

export const EvaluationIdParameter = EvaluationId;
