import { z } from 'zod';
import { BacktestId } from './ids.js';
import { PageQuery, pageOf } from './paging.js';
import { StrategyParametersInput, StrategyParametersOutput } from './strategy-parameters.js';
import { AssetName, linesOfText, lineOfText } from './text.js';

export const BACKTEST_LIMITS = {
  assets: 200,
  tags: 20,
  /** Asset-bars of one run: 10 assets of minutes for a year are 5.3 million. */
  assetBars: 50_000_000,
  points: 10_000,
} as const;

const Instant = z.iso.datetime({ offset: true });

/** The shortest interval: less would come to no whole bar. */
const MINUTE_DAYS = 1 / 1_440;
const PERIODIC_RULE = 'must be a number of days from 1/1440 (a minute) to 3650';

export const RUN_STATUSES = ['queued', 'running', 'completed', 'failed', 'canceled'] as const;
export const RunStatus = z.enum(RUN_STATUSES);
export type RunStatus = z.infer<typeof RunStatus>;

export const RunPriority = z.enum(['interactive', 'bulk']);

/** What is to be simulated. Two specs that say the same are the same run (`specSha256`). */
export const SubmitBacktest = z
  .strictObject({
    exchange: z.string().regex(/^[A-Z0-9]{1,20}$/, 'expected an upper case exchange name such as MEXC'),
    quote: AssetName.default('USDT'),
    interval: z.string().max(4),
    assets: z.array(AssetName).min(1).max(BACKTEST_LIMITS.assets),
    /** First and last bar's open time, both included. Left out: all that the assets share. */
    from: Instant.optional(),
    to: Instant.optional(),
    parameters: StrategyParametersInput.default({}),
    /** The second yardstick's interval. */
    periodicRebalanceDays: z.number(PERIODIC_RULE).min(MINUTE_DAYS, PERIODIC_RULE).max(3650, PERIODIC_RULE).default(7),
    priority: RunPriority.default('interactive'),
    name: lineOfText(120).optional(),
    tags: z.array(lineOfText(60).min(1)).max(BACKTEST_LIMITS.tags).default([]),
    note: linesOfText(2_000).optional(),
  })
  .meta({ id: 'SubmitBacktest' });

export const SubmitBacktestQuery = z.strictObject({ force: z.stringbool().default(false) });

export const RunProgress = z.object({
  fraction: z.number().min(0).max(1),
  simulatedAt: Instant.nullable(),
  barsPerSecond: z.number().nullable(),
});

/** The few figures of a finished run that lists show and sort by. */
export const RunFigures = z.object({
  finalValue: z.number(),
  totalReturn: z.number(),
  annualizedReturn: z.number().nullable(),
  maxDrawdown: z.number(),
  sharpe: z.number(),
  rebalanceCount: z.int(),
  tradeCount: z.int(),
  feesPaid: z.number(),
  holdReturn: z.number(),
  periodicReturn: z.number(),
  bars: z.int(),
});

export const RunNotice = z.object({ code: z.string(), detail: z.string() });

/** A run's header: about a kilobyte, whatever the run computed. Payloads have addresses of their own. */
export const BacktestRun = z
  .object({
    id: BacktestId,
    status: RunStatus,
    exchange: z.string(),
    quote: z.string(),
    interval: z.string(),
    assets: z.array(z.string()),
    from: Instant.nullable(),
    to: Instant.nullable(),
    parameters: StrategyParametersOutput,
    periodicRebalanceDays: z.number(),
    priority: RunPriority,
    name: z.string().nullable(),
    tags: z.array(z.string()),
    note: z.string().nullable(),
    specSha256: z.string(),
    dataFingerprint: z.string(),
    codeVersion: z.string(),
    createdAt: Instant,
    startedAt: Instant.nullable(),
    finishedAt: Instant.nullable(),
    progress: RunProgress,
    figures: RunFigures.nullable(),
    /** What the user should know before trusting the figures: feasibility, jumps across gaps. */
    notices: z.array(RunNotice),
    error: RunNotice.nullable(),
    /** True where this answer is an earlier run of the same spec, data and code. */
    cached: z.boolean().optional(),
  })
  .meta({ id: 'BacktestRun' });
export type BacktestRun = z.infer<typeof BacktestRun>;

/** Sorting is on indexed header columns only; a leading minus means falling. */
export const RUN_SORTS = ['-createdAt', 'createdAt', '-totalReturn', '-sharpe', '-maxDrawdown', '-finalValue'] as const;

export const ListBacktestsQuery = z.strictObject({
  ...PageQuery,
  sort: z.enum(RUN_SORTS).default('-createdAt'),
  status: RunStatus.optional(),
  exchange: lineOfText(20).optional(),
  interval: lineOfText(4).optional(),
  tag: lineOfText(60).optional(),
});

export const BacktestRunPage = pageOf(BacktestRun).meta({ id: 'BacktestRunPage' });

export const PointsQuery = z.strictObject({ points: z.coerce.number().int().min(4).max(BACKTEST_LIMITS.points).default(2_000) });

/** Parallel arrays: one object a point would be five times the bytes. */
export const SeriesPoints = z
  .object({ timesMs: z.array(z.number()), values: z.array(z.number()), bars: z.int() })
  .meta({ id: 'SeriesPoints' });

export const WeightsPoints = z
  .object({
    timesMs: z.array(z.number()),
    assets: z.array(z.string()),
    /** One array an asset, in the order of `assets`. */
    weights: z.array(z.array(z.number())),
    reserve: z.array(z.number()),
  })
  .meta({ id: 'WeightsPoints' });

export const TradesQuery = z.strictObject({ ...PageQuery, limit: z.coerce.number().int().min(1).max(1_000).default(200) });

export const BacktestTrade = z.object({
  time: z.number(),
  side: z.enum(['buy', 'sell']),
  asset: z.string(),
  quantity: z.number(),
  price: z.number(),
  value: z.number(),
  fee: z.number(),
  /** The rebalance it belongs to; null for the initial allocation. */
  rebalance: z.int().nullable(),
});
export const BacktestTradePage = pageOf(BacktestTrade).meta({ id: 'BacktestTradePage' });

/** One rebalance as the report holds it: trigger, ratio, legs with the skipped ones and their reasons, attribution. */
export const BacktestRebalance = z.looseObject({ index: z.int() }).meta({ id: 'BacktestRebalance' });
export const BacktestRebalancePage = pageOf(BacktestRebalance).meta({ id: 'BacktestRebalancePage' });

/** What a finished run says in a few kilobytes: the stored document (`panel`, `summary`, yardsticks, evaluations) and the header's figures. */
export const BacktestSummary = z.looseObject({ id: BacktestId, figures: RunFigures, notices: z.array(RunNotice) }).meta({ id: 'BacktestSummary' });

/** What the evaluations came to: one a bar; why those that wanted to act could not, and how often. */
export const EvaluationCounts = z
  .object({
    count: z.int(),
    planned: z.int(),
    /** Evaluations that held, by reason. */
    held: z.record(z.string(), z.int()),
    /** Declined triggers, not evaluations: one evaluation may decline several. */
    declined: z.array(z.object({ kind: z.string(), reason: z.string(), count: z.int() })),
    isPlanDroppedAtEnd: z.boolean(),
  })
  .meta({ id: 'EvaluationCounts' });

/** A client's name for one submission: sent again, it gets the run of the first time. */
export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'expected 1 to 200 visible ASCII characters');

/**
 * What `/v1/backtests/{id}/events` sends. `event:` is one of these, `id:` is the run's version, which only grows, and
 * `data:` is the run itself (`BacktestRun`). The last three are terminal: the stream ends after them.
 */
export const RUN_EVENTS = {
  queued: 'backtest.queued',
  started: 'backtest.started',
  progress: 'backtest.progress',
  completed: 'backtest.completed',
  failed: 'backtest.failed',
  canceled: 'backtest.canceled',
} as const;
