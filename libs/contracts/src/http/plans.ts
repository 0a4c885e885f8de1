import { z } from 'zod';
import { TradingModeName } from './accounts.js';
import { DecimalString } from './decimal-string.js';
import { Declined, Obstacle, TriggerName } from './evaluations.js';
import { EvaluationId, IntentId, PlanId, PortfolioId } from './ids.js';
import { Money, Venue } from './money.js';
import { PageQuery, pageOf } from './paging.js';
import { lineOfText } from './text.js';

const Instant = z.iso.datetime({ offset: true });

export const PlanStateName = z.enum(['draft', 'executing', 'settling', 'done', 'aborted', 'needs-human']);
export const IntentStateName = z.enum(['new', 'sending', 'acked', 'unknown', 'filled', 'partial', 'canceled', 'rejected', 'dead', 'skipped', 'needs-human']);
export const AttemptStateName = z.enum(['prepared', 'acked', 'unknown', 'rejected', 'not-sent', 'dead', 'done']);
export const SideName = z.enum(['buy', 'sell']);

/** A plan's header. */
export const Plan = z
  .object({
    id: PlanId,
    portfolioId: PortfolioId,
    accountId: z.string(),
    mode: TradingModeName,
    venue: Venue,
    money: Money,
    evaluationId: EvaluationId,
    configVersion: z.int(),
    kind: z.enum(['initial', 'rebalance']),
    /** Null of the start's plan. */
    trigger: z.object({ kind: TriggerName, asset: z.string(), ratio: z.number() }).nullable(),
    totalValue: z.number(),
    state: PlanStateName,
    /** Why no further leg went out before all were done. */
    endReason: z.string().nullable(),
    reason: z.string().nullable(),
    decidedAt: Instant,
    createdAt: Instant,
    /** No leg goes out after it. */
    deadline: Instant,
    startedAt: Instant.nullable(),
    finishedAt: Instant.nullable(),
  })
  .meta({ id: 'Plan' });
export type Plan = z.infer<typeof Plan>;
export const PlanPage = pageOf(Plan).meta({ id: 'PlanPage' });

export const ListPlansQuery = z.strictObject({ ...PageQuery });

/** One order as it was, or may have been, sent. */
export const Attempt = z.object({
  clientOrderId: z.string(),
  attemptNo: z.int(),
  state: AttemptStateName,
  terms: z.looseObject({ kind: z.enum(['market-buy', 'market-sell', 'limit-ioc']) }),
  notional: DecimalString,
  signedAt: Instant,
  settledAt: Instant.nullable(),
  venueOrderId: z.string().nullable(),
  httpStatus: z.int().nullable(),
  code: z.string().nullable(),
  cause: z.string().nullable(),
});
export type Attempt = z.infer<typeof Attempt>;

export const Leg = z.object({
  id: IntentId,
  leg: z.int(),
  asset: z.string(),
  marketId: z.string(),
  side: SideName,
  /** Of a sale, as decided. */
  quantity: DecimalString.nullable(),
  /** Of a purchase, as wanted. */
  quoteValue: DecimalString.nullable(),
  refPrice: z.number(),
  state: IntentStateName,
  reason: z.string().nullable(),
  filledQuantity: DecimalString,
  filledNotional: DecimalString,
  feeInQuote: DecimalString,
  averagePrice: z.number().nullable(),
  /** Against the decision's price; a positive one is a cost. */
  slippageBps: z.number().nullable(),
  createdAt: Instant,
  finishedAt: Instant.nullable(),
  attempts: z.array(Attempt),
});
export type Leg = z.infer<typeof Leg>;

export const PlanDetail = z.object({ ...Plan.shape, legs: z.array(Leg) }).meta({ id: 'PlanDetail' });
export type PlanDetail = z.infer<typeof PlanDetail>;

/** One thing that happened to a plan. */
export const TimelineEvent = z.object({
  at: Instant,
  /** Since the event before. */
  afterMs: z.int().nullable(),
  kind: z.enum(['decided', 'plan', 'leg', 'attempt', 'fill', 'reconciliation']),
  /** Null: it concerns the plan as a whole. */
  leg: z.int().nullable(),
  asset: z.string().nullable(),
  /** Such as "leg 0: sell HANA: sending". */
  text: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  clientOrderId: z.string().nullable(),
  actor: z.string().nullable(),
  detail: z.string().nullable(),
});
export type TimelineEvent = z.infer<typeof TimelineEvent>;

export const PlanTimeline = z
  .object({ plan: Plan, events: z.array(TimelineEvent) })
  .meta({ id: 'PlanTimeline' });

/** What a leg of a plan that is not made would come to, with the market's rules, fees and the book's depth applied. */
export const PreviewedLeg = z.object({
  leg: z.int(),
  asset: z.string(),
  marketId: z.string(),
  side: SideName,
  value: z.number(),
  /** As it would be sent; null: it would not be. */
  quantity: DecimalString.nullable(),
  quoteValue: DecimalString.nullable(),
  price: z.number(),
  expectedFee: z.number(),
  /** In basis points, a positive one is a cost; null: not known. */
  expectedSlippageBps: z.number().nullable(),
  /** Why it would not be sent. */
  skipReason: z.string().nullable(),
});
export type PreviewedLeg = z.infer<typeof PreviewedLeg>;

/** A look that changes nothing. */
export const DryRun = z
  .object({
    portfolioId: PortfolioId,
    mode: TradingModeName,
    venue: Venue,
    money: Money,
    at: Instant,
    kind: z.enum(['hold', 'plan']),
    reason: z.string(),
    detail: z.string().nullable(),
    declined: z.array(Declined),
    /** What would stand against trading now. */
    obstacles: z.array(Obstacle),
    totalValue: z.number().nullable(),
    legs: z.array(PreviewedLeg),
    /** Value of all legs that would be sent. */
    tradedValue: z.number(),
    expectedFees: z.number(),
  })
  .meta({ id: 'DryRun' });
export type DryRun = z.infer<typeof DryRun>;

/** What a change of a configuration would do at once. */
export const ChangePreview = z
  .object({
    /** Sent as `confirm`, it makes the change; it is good for this change of this version only. */
    token: z.string(),
    why: z.array(z.string()),
    /** Traded value over total value. */
    tradedFraction: z.number().nullable(),
    addedAssets: z.array(z.string()),
    /** What is held of them stays where it is, and is no longer traded. */
    removedAssets: z.array(z.string()),
    dryRun: DryRun,
  })
  .meta({ id: 'ChangePreview' });
export type ChangePreview = z.infer<typeof ChangePreview>;

export const AbandonPlan = z.strictObject({ reason: lineOfText(500).trim().min(1, 'must say why') }).meta({ id: 'AbandonPlan' });
