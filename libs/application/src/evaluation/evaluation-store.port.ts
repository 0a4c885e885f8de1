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
  readonly markets: readonly (KnownRules | null)[];
  /** Until when no plan may touch the asset; null: free. */
  readonly quarantinedUntilMs: readonly (number | null)[];
  readonly plansLastDay: number;
  /** When the last plan of the last day that was aborted, or was done a moment ago without any fill, ended; null: none was. */
  readonly lastAbortedMs: number | null;
  /** Grows by one with each look; whoever writes must have seen the last. */
  readonly lookSeq: number;
  readonly lastLookMs: number | null;
  /** Not null: a look was asked for, whatever the time, since a plan has settled or the portfolio was changed. */
  readonly lookRequestedMs: number | null;
  /** The row that a further hold of the same reason would extend. */
  readonly current: CurrentEvaluation | null;
  readonly lastEquity: LastEquity | null;
  /** External flows in all, in quote at the prices of their booking; read at the same moment as the holdings. */
  readonly flowsTotal: number;
}

export interface LastEquity {
  readonly atMs: number;
  readonly equity: number;
  readonly returnIndex: number;
  readonly peakIndex: number;
  readonly flowsTotal: number;
  /** It was the worth of other assets than those of now. */
  readonly isOfOtherBasket: boolean;
}

export interface KnownRules {
  readonly rules: MarketRules;
  readonly tradability: Tradability;
  readonly isListed: boolean;
  readonly seenMs: number;
}

export interface CurrentEvaluation {
  readonly evaluationId: string;
  readonly kind: 'hold' | 'plan';
  readonly reason: string;
  readonly subject: string | null;
  readonly configVersion: number;
}

/** The look that was taken, and when the next one is due. */
export interface LookTaken {
  readonly portfolioId: string;
  /** As it was seen; the look takes the next one. */
  readonly lookSeq: number;
  /** As it was seen: a later wish stays. */
  readonly lookRequestedMs: number | null;
  readonly atMs: number;
  readonly nextLookMs: number;
  /** Stored with the look or not at all. */
  readonly equity: NewEquityPoint | null;
}

export interface NewEquityPoint {
  readonly equity: number;
  readonly cash: number;
  readonly flows: number;
  readonly flowsTotal: number;
  readonly returnIndex: number;
  readonly peakIndex: number;
  /** What was valued: assets are part of the equity or not by their configuration. */
  readonly configVersion: number;
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
  readonly look: LookTaken;
  readonly evaluation: Omit<Evaluation, 'portfolioId' | 'firstMs' | 'lastMs' | 'looks' | 'planId'> & { readonly subject: string | null };
  readonly plan: NewPlan | null;
}

export type RecordOutcome = 'recorded' | /** Another evaluator, or a change of the portfolio, was faster. */ 'overtaken' | /** The database has an open plan of the portfolio. */ 'plan-open';

/** @throws StoreFailure */
export interface EvaluationStore {
  /** Those of the shard that are running or paused and due at that time of the venue's, in one reading. `null` for the shard: of all. */
  loadDue(venue: VenueName, shard: number | null, nowMs: number): Promise<EvaluatedPortfolio[]>;
  /** In whatever state, due or not; with another configuration where one is given. Null: there is none, or it is deleted. */
  load(portfolioId: string, nowMs: number, configuration?: PortfolioConfiguration): Promise<EvaluatedPortfolio | null>;
  /** Holds for the same reason as before: the current rows are extended. One statement for all; returns ids of portfolios whose look was counted (others were overtaken). */
  recordFolded(looks: readonly LookTaken[]): Promise<ReadonlySet<string>>;
  /** One transaction: the row (and the end of the one before), the equity, the plan with its intents and its job in the outbox. */
  record(evaluation: NewEvaluation): Promise<RecordOutcome>;
  /** Shards with a portfolio whose last look is older than twice its time, or that waits for one asked for. */
  overdueShards(venue: VenueName, nowMs: number): Promise<number[]>;
  /** Newest first. `atMs`: those that had begun by then. */
  evaluations(portfolioId: string, options: { readonly atMs?: number; readonly limit: number; readonly beforeId?: string }): Promise<Evaluation[]>;
}
