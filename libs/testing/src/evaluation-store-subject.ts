/// <reference types="jest" />
import { ulid } from 'ulid';
import type { EvaluatedPortfolio, EvaluationInput, EvaluationStore, IntentRecord, LookTaken, NewEquityPoint, NewEvaluation, NewPlan, PlanRecord, QueuedJob } from '#application';
import {
  DEFAULT_CAPS, DEFAULT_EXECUTION, DEFAULT_PARAMETERS, type AttemptState, type DecimalText, type IntentState, type MarketRules, type PlanDecision, type PlanState,
  type PortfolioConfiguration, type PortfolioState, type TradingMode, type TradingState,
} from '#domain';

/** A store and what others than it put beside it: accounts, portfolios, plans, books, switches. Everything at the venue SIMULATOR. */
export interface EvaluationStoreSubject {
  readonly store: EvaluationStore;
  /** As in another process. */
  readonly otherStore: () => Promise<EvaluationStore>;
  /** Live and reconciled at `EVALUATED_MS` unless told otherwise; its id. */
  readonly account: (change?: { readonly mode?: TradingMode; readonly reconciledMs?: number | null; readonly mismatchSinceMs?: number; readonly haltReason?: string }) => Promise<string>;
  /** `anEvaluatedConfiguration()`, running in shard 0, its start done and its capital 10000, unless told otherwise; its id. */
  readonly portfolio: (accountId: string, change?: { readonly state?: PortfolioState; readonly shard?: number }) => Promise<string>;
  /** A version of its configuration, which becomes the current one. */
  readonly changeConfiguration: (portfolioId: string, version: number, configuration: PortfolioConfiguration) => Promise<void>;
  /** Known to be tradable since `EVALUATED_MS`. */
  readonly market: (base: string) => Promise<MarketRules>;
  readonly quarantine: (accountId: string, marketId: string, untilMs: number) => Promise<void>;
  /** Booked from outside as the portfolio's. */
  readonly deposit: (portfolioId: string, asset: string, quantity: DecimalText) => Promise<void>;
  /** A flow of the books, without any of the money that makes one. */
  readonly flow: (portfolioId: string, value: number) => Promise<void>;
  /** With an evaluation that is none of the store's; its end, where it has one, is its beginning. Its legs are sales. */
  readonly plan: (portfolioId: string, change: { readonly state?: PlanState; readonly createdMs?: number }, legs?: readonly PlanLeg[]) => Promise<string>;
  readonly addEquity: (portfolioId: string, atMs: number, point: NewEquityPoint) => Promise<void>;
  readonly engage: (scope: string, state: TradingState) => Promise<void>;
  /** Sets the wish for a look, or takes it away. */
  readonly requestLook: (portfolioId: string, atMs: number | null) => Promise<void>;
  /** As a change of the portfolio does: takes a number, and asks for a look. */
  readonly overtake: (portfolioId: string, atMs: number) => Promise<void>;
  readonly look: (portfolioId: string) => Promise<{ readonly lookSeq: number; readonly lastLookMs: number | null; readonly nextLookMs: number | null; readonly lookRequestedMs: number | null; readonly evaluationLooks: number }>;
  /** Oldest first. */
  readonly equity: (portfolioId: string) => Promise<readonly { readonly atMs: number; readonly equity: number }[]>;
  readonly plans: (portfolioId: string) => Promise<readonly Omit<PlanRecord, 'mode' | 'venue'>[]>;
  /** Leg by leg. */
  readonly intents: (planId: string) => Promise<readonly Pick<IntentRecord, 'leg' | 'base' | 'side' | 'quantity' | 'quoteValue' | 'refPrice' | 'refPriceMs' | 'state' | 'reason' | 'finishedMs'>[]>;
  readonly jobs: () => Promise<readonly Pick<QueuedJob, 'queue' | 'jobId' | 'payload' | 'priority'>[]>;
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface PlanLeg {
  readonly state: IntentState;
  readonly filledQuantity?: DecimalText;
  /** Of the order that was sent; left out: none was. */
  readonly attempt?: AttemptState;
}

export type AtEvaluations = () => EvaluationStoreSubject;

/** 2026-01-05 12:00:00 UTC. */
export const EVALUATED_MS = 1_767_614_400_000;
export const EVALUATION_JOBS = { queue: 'plan-advance', priority: 1 };
export const EVALUATION_MINUTE_MS = 60_000;

/** HANA and AIA against USDT, all settings as by default. */
export const anEvaluatedConfiguration = (change: Partial<PortfolioConfiguration> = {}): PortfolioConfiguration => ({
  assets: [{ base: 'HANA', marketId: 'HANAUSDT' }, { base: 'AIA', marketId: 'AIAUSDT' }],
  quote: 'USDT', parameters: DEFAULT_PARAMETERS, execution: DEFAULT_EXECUTION, caps: DEFAULT_CAPS, ...change,
});

export const EVALUATION_INPUT: EvaluationInput = {
  timeMs: EVALUATED_MS, prices: [], quantities: [0.1, 2], cash: 1e-7, lastFillMs: [null, EVALUATED_MS], tradingFee: 0.001, isAllocated: true,
};

export const aPoint = (change: Partial<NewEquityPoint> = {}): NewEquityPoint => ({
  equity: 100, cash: 40, flows: 10, flowsTotal: 60, returnIndex: 1.25, peakIndex: 1.5, configVersion: 1, ...change,
});

export const aLook = ({ id: portfolioId, lookSeq, lookRequestedMs }: EvaluatedPortfolio, change: Partial<LookTaken> = {}): LookTaken => ({
  portfolioId, lookSeq, lookRequestedMs, atMs: EVALUATED_MS, nextLookMs: EVALUATED_MS + EVALUATION_MINUTE_MS, equity: null, ...change,
});

export const anEvaluation = (
  portfolio: EvaluatedPortfolio, change: Partial<NewEvaluation['evaluation']> = {}, look: Partial<LookTaken> = {}, plan: NewPlan | null = null,
): NewEvaluation => ({
  look: aLook(portfolio, look),
  evaluation: {
    id: `ev_${ulid()}`, configVersion: 1, codeVersion: 'test', kind: 'hold', reason: 'within-thresholds', detail: null, subject: null, declined: [],
    input: EVALUATION_INPUT, inputSha256: '0'.repeat(64), ...change,
  },
  plan,
});

/** HANA grew by half and is cut back: worth 3,000 of 10,000. */
export const aCutBackDecision = (): PlanDecision => ({
  kind: 'rebalance', decidedAtMs: EVALUATED_MS, totalValue: 10_000, prices: [0.05, 0.1],
  plan: {
    trigger: { asset: 0, kind: 'upside', ratio: 1.1 }, decidedAtMs: EVALUATED_MS, values: [3_000, 2_000], totalValue: 10_000, meanValue: 2_500,
    cashFloor: 500, sales: [{ asset: 0, quantity: 12_000, value: 600 }], aim: { kind: 'redistribute-proceeds' },
  },
});

export function aNewPlan({ id: portfolioId, accountId, mode, venue }: EvaluatedPortfolio, evaluationId: string): NewPlan {
  const intent = { refPrice: 0.05, refPriceMs: EVALUATED_MS - 500, skipReason: null };
  return {
    plan: {
      id: `pl_${ulid()}`, portfolioId, accountId, mode, venue, evaluationId, configVersion: 1, decision: aCutBackDecision(),
      createdMs: EVALUATED_MS, deadlineMs: EVALUATED_MS + 600_000,
    },
    intents: [
      { ...intent, id: `oi_${ulid()}`, leg: 0, assetIndex: 0, base: 'HANA', marketId: 'HANAUSDT', side: 'sell', quantity: '12000.5', quoteValue: null },
      { ...intent, id: `oi_${ulid()}`, leg: 1, assetIndex: 1, base: 'AIA', marketId: 'AIAUSDT', side: 'buy', quantity: null, quoteValue: '600.25', skipReason: 'share-below-minimum' },
    ],
  };
}

export const dueOnes = (at: AtEvaluations, nowMs = EVALUATED_MS): Promise<EvaluatedPortfolio[]> => at().store.loadDue('SIMULATOR', 0, nowMs);

export async function theDueOne(at: AtEvaluations, nowMs = EVALUATED_MS): Promise<EvaluatedPortfolio> {
  const [portfolio, ...more] = await dueOnes(at, nowMs);
  expect(more).toEqual([]);
  return portfolio!;
}
