import { z } from 'zod';
import { CAP_RULES, DEFAULT_CAPS, DEFAULT_EXECUTION, EXECUTION_RULES, MAX_ASSETS, ruleInWords, type NumberRule, type RiskCaps } from '#domain';
import { AccountId, TradingModeName } from './accounts.js';
import { DecimalString, PositiveDecimalString, SignedDecimalString } from './decimal-string.js';
import { ExplainedAsset, ExplainedDecision, Obstacle, Verdict } from './evaluations.js';
import { PRICE_FLAGS } from './exchange.js';
import { PlanId, PortfolioId } from './ids.js';
import { TradingStateName } from './kill-switch.js';
import { Money, Venue } from './money.js';
import { PageQuery, pageOf } from './paging.js';
import { DryRun, PlanStateName } from './plans.js';
import { StrategyParametersInput, StrategyParametersOutput } from './strategy-parameters.js';
import { AssetName, lineOfText } from './text.js';

const Instant = z.iso.datetime({ offset: true });

/** Letters, digits and a few signs between them: it is typed at shells and stands in addresses. An id is no name. */
export const PortfolioName = z
  .string()
  .normalize('NFC')
  .regex(/^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,62}[\p{L}\p{N}])?$/u, 'expected 1 to 64 letters, digits, spaces, dots, underscores or hyphens, beginning and ending with a letter or digit')
  .refine((name) => !/^pf_/iu.test(name), 'must not begin with pf_, as ids do');

export const PortfolioKey = z.string().max(64).meta({ id: 'PortfolioKey', description: 'Id or name of a portfolio' });

export const PortfolioStateName = z.enum(['created', 'running', 'buys-paused', 'paused', 'stopped', 'deleted']);

function numberSchema(rule: NumberRule): z.ZodNumber {
  const message = ruleInWords(rule);
  const number = z.number(message);
  const lower = rule.minInclusive ? number.min(rule.min, message) : number.gt(rule.min, message);
  return (rule.maxInclusive ? lower.max(rule.max, message) : lower.lt(rule.max, message)).describe(rule.description);
}

const { maxDrawdown, ...caps } = Object.fromEntries(Object.entries(CAP_RULES).map(([name, rule]) => [name, numberSchema(rule)])) as Record<keyof RiskCaps, z.ZodNumber>;
const capFields = { ...caps, maxDrawdown: maxDrawdown.nullable() };
const executionFields = { orderType: z.enum(['market', 'ioc']), maxSlippage: numberSchema(EXECUTION_RULES.maxSlippage), maxPriceMove: numberSchema(EXECUTION_RULES.maxPriceMove) };

export const ExecutionInput = z.strictObject(executionFields).partial().meta({ id: 'ExecutionInput', example: DEFAULT_EXECUTION });
export const CapsInput = z.strictObject(capFields).partial().meta({ id: 'CapsInput', example: DEFAULT_CAPS });
const Assets = z.array(AssetName).min(1).max(MAX_ASSETS);

export const CreatePortfolio = z
  .strictObject({
    name: PortfolioName,
    /** Live takes a second act: its start asks what is about to be done with which money. */
    mode: TradingModeName.default('paper'),
    assets: Assets,
    quote: AssetName.default('USDT'),
    /** Of paper: play money; of live: taken from what the account has unassigned. */
    capital: PositiveDecimalString,
    parameters: StrategyParametersInput.default({}),
    execution: ExecutionInput.default({}),
    caps: CapsInput.default({}),
  })
  .meta({ id: 'CreatePortfolio' });
export type CreatePortfolio = z.infer<typeof CreatePortfolio>;

/** What is left out stays as it is; so do parameters that are not named. */
export const ChangePortfolio = z
  .strictObject({
    /** The configuration is changed only where the portfolio still has this version. The header `If-Match` says the same. */
    version: z.int().min(1).optional(),
    assets: Assets.optional(),
    parameters: StrategyParametersInput.optional(),
    execution: ExecutionInput.optional(),
    caps: CapsInput.optional(),
    /** The token of the preview that was answered before. */
    confirm: z.string().max(64).optional(),
  })
  .meta({ id: 'ChangePortfolio' });
export type ChangePortfolio = z.infer<typeof ChangePortfolio>;

/** Live with real money is started only by somebody who says back what is about to be traded with. */
export const StartPortfolio = z
  .strictObject({
    confirmation: z.strictObject({ name: z.string().max(64), capital: z.string().max(40) }).optional(),
    /** The exchange does not tell whether the key can withdraw, and the operator vouches that it cannot. */
    acceptsUnknownWithdrawalRight: z.boolean().default(false),
  })
  .meta({ id: 'StartPortfolio' });
export type StartPortfolio = z.infer<typeof StartPortfolio>;

export const ChangeState = z.strictObject({ reason: lineOfText(500).trim().min(1).optional() }).meta({ id: 'ChangeState' });

export const MoveFunds = z.strictObject({ quantity: SignedDecimalString }).meta({ id: 'MoveFunds', example: { quantity: '-250.5' } });

export const EvaluatePortfolio = z.strictObject({ dryRun: z.boolean().default(true) }).meta({ id: 'EvaluatePortfolio' });

/** `dryRun` null: a look was asked for, and is taken as soon as an evaluator can. */
export const EvaluateAnswer = z.object({ requested: z.boolean(), dryRun: DryRun.nullable() }).meta({ id: 'EvaluateAnswer' });

export const ListPortfoliosQuery = z.strictObject({ ...PageQuery, mode: TradingModeName.optional(), state: PortfolioStateName.optional() });

/** A portfolio's header, as lists have it. */
export const PortfolioHeader = z
  .object({
    id: PortfolioId,
    name: z.string(),
    mode: TradingModeName,
    venue: Venue,
    money: Money,
    accountId: AccountId,
    state: PortfolioStateName,
    /** Why it is in its state, where something else than its owner's wish put it there. */
    stateReason: z.string().nullable(),
    assets: z.array(z.string()),
    quote: z.string(),
    /** Given at the start. */
    capital: DecimalString,
    isAllocated: z.boolean(),
    configVersion: z.int(),
    /** For `If-Match`. */
    version: z.int(),
    createdAt: Instant,
    changedAt: Instant,
  })
  .meta({ id: 'PortfolioHeader' });
export type PortfolioHeader = z.infer<typeof PortfolioHeader>;
export const PortfolioPage = pageOf(PortfolioHeader).meta({ id: 'PortfolioPage' });

export const PortfolioHolding = z.object({
  asset: z.string(),
  marketId: z.string(),
  quantity: DecimalString,
  price: z.number().nullable(),
  priceAgeMs: z.int().nullable(),
  flag: z.enum(PRICE_FLAGS).nullable(),
  value: z.number().nullable(),
  weight: z.number().nullable(),
  deviation: z.number().nullable(),
  lastFillAt: Instant.nullable(),
});
export type PortfolioHolding = z.infer<typeof PortfolioHolding>;

export const Portfolio = z
  .object({
    ...PortfolioHeader.shape,
    configuration: z.object({
      sha256: z.string(),
      assets: z.array(z.object({ asset: z.string(), marketId: z.string() })),
      parameters: StrategyParametersOutput,
      execution: z.object(executionFields),
      caps: z.object(capFields),
    }),
    holdings: z.array(PortfolioHolding),
    /** Free quote currency. */
    cash: DecimalString,
    /** Held beside the basket and the quote currency; not traded, and not in the equity. */
    otherHoldings: z.array(z.object({ asset: z.string(), quantity: DecimalString })),
    /** Null while a price is missing. */
    equity: z.number().nullable(),
    performance: z.object({
      /** Net of deposits and withdrawals; null: no equity has been recorded yet. */
      timeWeightedReturn: z.number().nullable(),
      drawdown: z.number().nullable(),
      since: Instant.nullable(),
      asOf: Instant.nullable(),
    }),
    /** Put in less taken out, the capital of the start included, in quote. */
    netDeposits: z.number(),
    lastLook: z
      .object({ at: Instant, ageMs: z.int(), kind: z.enum(['hold', 'plan']), reason: z.string(), detail: z.string().nullable(), since: Instant, looks: z.int() })
      .nullable(),
    /** Of the kill switches that concern it the strictest. */
    tradingState: TradingStateName,
    /** What stands against trading now. */
    obstacles: z.array(Obstacle),
    openPlan: z.object({ id: PlanId, state: PlanStateName, since: Instant }).nullable(),
    /** What the strategy cannot do with these parameters, assets and capital. */
    notices: z.array(z.object({ code: z.string(), detail: z.string() })),
  })
  .meta({ id: 'Portfolio' });
export type Portfolio = z.infer<typeof Portfolio>;

export const Explanation = z
  .object({
    portfolio: PortfolioHeader,
    /** What is explained: now, or the stored look that covers the time asked for. */
    at: Instant,
    /** Null: now, from live prices. */
    evaluationId: z.string().nullable(),
    /** Of the inputs; the same inputs, configuration and code give the same verdict. */
    inputSha256: z.string().nullable(),
    /** Whether what was decided then is what the stored inputs give now; null: nothing was stored. */
    isReproduced: z.boolean().nullable(),
    configVersion: z.int(),
    thresholds: z.object({ upside: z.number(), downside: z.number(), maxPosition: z.number(), minReserve: z.number(), cooldownMinutes: z.number(), minOrderValue: z.number() }),
    totalValue: z.number().nullable(),
    meanValue: z.number().nullable(),
    cash: z.number(),
    /** Below it purchases never take the cash. */
    cashFloor: z.number().nullable(),
    assets: z.array(ExplainedAsset),
    /** Null where a price is missing: nothing can be decided then. */
    verdict: Verdict.nullable(),
    obstacles: z.array(Obstacle),
    nextLookAt: Instant.nullable(),
    /** Newest first. */
    decisions: z.array(ExplainedDecision),
  })
  .meta({ id: 'Explanation' });
export type Explanation = z.infer<typeof Explanation>;

export const EquityQuery = z.strictObject({
  from: Instant.optional(),
  to: Instant.optional(),
  points: z.coerce.number().int().min(2).max(10_000).default(1_000),
});

/** Parallel arrays: one object a point would be five times the bytes. */
export const PortfolioEquity = z
  .object({
    mode: TradingModeName,
    venue: Venue,
    money: Money,
    timesMs: z.array(z.number()),
    equity: z.array(z.number()),
    cash: z.array(z.number()),
    flows: z.array(z.number()),
    /** Time-weighted: 1 at the first point ever. */
    returnIndex: z.array(z.number()),
  })
  .meta({ id: 'PortfolioEquity' });

export const ListLedgerQuery = z.strictObject({ ...PageQuery });

export const LedgerTransaction = z
  .object({
    key: z.string(),
    kind: z.string(),
    occurredAt: Instant,
    bookedAt: Instant,
    memo: z.string().nullable(),
    /** Those of a transaction sum to zero for each asset. */
    postings: z.array(z.object({ holder: z.string(), asset: z.string(), quantity: DecimalString })),
  })
  .meta({ id: 'LedgerTransaction' });
export type LedgerTransaction = z.infer<typeof LedgerTransaction>;
export const LedgerPage = pageOf(LedgerTransaction).meta({ id: 'LedgerPage' });
