import type { DecimalText, MarketRules, OrderSide, PortfolioConfiguration, PortfolioState, Tradability, TradingMode, TradingState } from '#domain';
import type { VenueName } from '../ports/market-data.port.js';
import type { PlanRecord } from '../execution/plan.js';
import type { Evaluation } from './evaluation.js';

/** A portfolio as an evaluator needs it. Arrays are in listed order. */
export interface EvaluatedPortfolio {
  readonly id: string;
  readonly accountId: string;
  readonly mode: TradingMode;
  readonly venue: VenueName;
  readonly state: PortfolioState;
  readonly configVersion: number;
  readonly configuration: PortfolioConfiguration;
  readonly isAllocated: boolean;
  readonly capital: DecimalText;
  readonly quantities: readonly DecimalText[];
  readonly cash: DecimalText;
  readonly lastFillMs: readonly (number | null)[];
  /** Assets held beside the basket and the quote currency, from fees in a third asset or a changed basket. */
  readonly otherHoldings: readonly { readonly asset: string; readonly quantity: DecimalText }[];
  readonly openPlanId: string | null;
  /** Of the switches that concern it the strictest; the file is not among them. */
  readonly tradingState: TradingState;
  readonly account: { readonly isReconciled: boolean; readonly openOrderCount: number; readonly problem: string | null };
  /** Null: nothing is known of the market. */
  readonly markets: readonly ({ readonly rules: MarketRules; readonly tradability: Tradability } | null)[];
  /** Until when no plan may touch the asset; null: free. */
  readonly quarantinedUntilMs: readonly (number | null)[];
  readonly plansLastDay: number;
  /** Grows by one with each look; whoever writes must have seen the last. */
  readonly lookSeq: number;
  readonly lastLookMs: number | null;
  /** A look was asked for, whatever the time: a plan has settled, a configuration was changed. */
  readonly isLookRequested: boolean;
  /** The row that a further hold of the same reason would extend. */
  readonly current: { readonly evaluationId: string; readonly kind: 'hold' | 'plan'; readonly reason: string; readonly detail: string | null; readonly configVersion: number } | null;
  readonly lastEquity: { readonly atMs: number; readonly equity: number; readonly returnIndex: number; readonly peakIndex: number } | null;
  /** External flows booked since the last equity point, in quote at the prices of their booking. */
  readonly flowsSinceEquity: number;
}

/** A hold for the same reason as before: the current row is extended. */
export interface FoldedLook {
  readonly portfolioId: string;
  readonly lookSeq: number;
  readonly atMs: number;
}

export interface NewEquityPoint {
  readonly atMs: number;
  readonly equity: number;
  readonly cash: number;
  readonly flows: number;
  readonly returnIndex: number;
  readonly peakIndex: number;
}

export interface NewIntent {
  /** oi_ and a ULID. */
  readonly id: string;
  readonly leg: number;
  readonly assetIndex: number;
  readonly base: string;
  readonly marketId: string;
  readonly side: OrderSide;
  /** Of a sale, fixed at the decision. */
  readonly quantity: DecimalText | null;
  /** Of a purchase: wanted, sized by the cash when its order goes out. */
  readonly quoteValue: DecimalText | null;
  readonly refPrice: number;
  readonly refPriceMs: number;
  /** Not null: never sent, for this reason. */
  readonly skipReason: string | null;
}

export interface NewPlan {
  readonly plan: Omit<PlanRecord, 'state' | 'version' | 'reason' | 'startedMs' | 'finishedMs' | 'nextActionMs' | 'endReason'>;
  /** Its sales; of a plan without any, its purchases. */
  readonly intents: readonly NewIntent[];
}

/** A look whose outcome differs from the current row's, or that led to a plan. */
export interface NewEvaluation {
  readonly evaluation: Omit<Evaluation, 'lastMs' | 'looks'>;
  readonly lookSeq: number;
  readonly plan: NewPlan | null;
}

export type RecordOutcome = 'recorded' | /** Another evaluator was faster. */ 'overtaken' | /** The database has an open plan of the portfolio. */ 'plan-open';

/** @throws StoreFailure */
export interface EvaluationStore {
  /** Those of the shard that are running, pausing or paused, in one reading. `null` for the shard: all. */
  loadShard(venue: VenueName, shard: number | null): Promise<EvaluatedPortfolio[]>;
  load(portfolioId: string): Promise<EvaluatedPortfolio | null>;
  /** One statement for all; returns ids of portfolios whose look was counted (others were overtaken). */
  recordFolded(looks: readonly FoldedLook[]): Promise<ReadonlySet<string>>;
  /** One transaction: the row (and the end of the one before), the plan with its intents and its job in the outbox. */
  record(evaluation: NewEvaluation): Promise<RecordOutcome>;
  recordEquity(points: readonly { readonly portfolioId: string; readonly point: NewEquityPoint }[]): Promise<void>;
  /** Shards with a portfolio whose last look is older than twice its time, or that waits for one asked for. */
  overdueShards(venue: VenueName, nowMs: number): Promise<number[]>;
  /** Newest first. */
  evaluations(portfolioId: string, options: { readonly atMs?: number; readonly limit: number; readonly beforeId?: string }): Promise<Evaluation[]>;
}
