import type { ClaimFacts, ClaimRequest, ClaimResult, ClaimVerdict, ExecutionStore, FillBooking, LedgerStore, QueuedJob, VenueFill } from '#application';
import { postingsOfFill, type DecimalText, type OrderSide, type PlanState, type PortfolioState, type RiskCaps, type TradingState } from '#domain';

export interface SceneLeg {
  readonly side?: OrderSide;
  /** Of a sale: 12000 unless told. */
  readonly quantity?: DecimalText;
  /** Of a purchase: 600 unless told. */
  readonly quoteValue?: DecimalText;
  readonly assetIndex?: number;
}

export interface ScenePlan {
  readonly planId: string;
  readonly portfolioId: string;
  readonly accountId: string;
  readonly intentIds: readonly string[];
}

/** Stores on one and the same data, and what others than they put there: accounts, portfolios, plans, switches. */
export interface ExecutionScene {
  readonly store: ExecutionStore;
  readonly ledger: LedgerStore;
  /** A new account at the venue SIMULATOR, reconciled and not halted unless told. */
  readonly account: (change?: { readonly isReconciled?: boolean; readonly haltReason?: string }) => Promise<string>;
  /** HANA (HANAUSDT) and AIA (AIAUSDT) against USDT, running, with default settings. */
  readonly portfolio: (accountId: string, change?: { readonly state?: PortfolioState; readonly isAllocated?: boolean }) => Promise<string>;
  /** The portfolio's current configuration becomes one with these caps. */
  readonly changeCaps: (portfolioId: string, caps: Partial<RiskCaps>) => Promise<void>;
  /** `executing` since `SCENE_MS` unless told; its legs are `new`, with prices of 0.05. */
  readonly plan: (portfolioId: string, legs: readonly SceneLeg[], change?: { readonly state?: PlanState; readonly kind?: 'initial' | 'rebalance'; readonly createdMs?: number; readonly nextActionMs?: number }) => Promise<ScenePlan>;
  /** Known to be tradable since `SCENE_MS` unless told; its price tick is 0.0001. */
  readonly market: (base: string, change?: { readonly isListed?: boolean }) => Promise<void>;
  readonly engage: (scope: string, state: TradingState) => Promise<void>;
  readonly openBreaker: (key: string, untilMs: number) => Promise<void>;
  /** Takes all jobs that wait in the outbox. */
  readonly takeJobs: () => Promise<readonly QueuedJob[]>;
  /** By the books; null for the portfolio: unassigned. */
  readonly held: (accountId: string, portfolioId: string | null, asset: string) => Promise<DecimalText>;
  readonly portfolioFlags: (portfolioId: string) => Promise<{ readonly isLookRequested: boolean; readonly isAllocated: boolean }>;
  readonly close: () => Promise<void>;
}

/** 2026-01-05 12:00:00 UTC. */
export const SCENE_MS = 1_767_614_400_000;
export const LEASE_MS = 30_000;

/** A portfolio of its own account with one plan. */
export async function aScenePlan(scene: ExecutionScene, legs: readonly SceneLeg[] = [{}], change: Parameters<ExecutionScene['plan']>[2] = {}): Promise<ScenePlan> {
  return scene.plan(await scene.portfolio(await scene.account()), legs, change);
}

let orders = 0;

/** A client order id like ours, of no intent in particular. */
export function newClientOrderId(): string {
  orders += 1;
  const text = `${Date.now().toString(8)}${process.pid.toString(8)}${orders.toString(8)}`;
  return `r${text.replaceAll(/\d/gu, (digit) => 'abcdefgh'[Number(digit)]!).padStart(25, 'z').slice(-25)}`;
}

export const SELL: Extract<ClaimVerdict, { kind: 'send' }> = {
  kind: 'send', terms: { kind: 'market-sell', quantity: '12000' }, notional: '600', signMs: SCENE_MS + 7, receiveWindowMs: 5_000, facts: { checked: true },
};

export const aClaim = (intentId: string, change: Partial<ClaimRequest> = {}): ClaimRequest => ({
  intentId, attemptNo: 1, clientOrderId: newClientOrderId(), holder: 'executor-1', nowMs: SCENE_MS, leaseMs: LEASE_MS, jobsAtEnd: [], judge: () => SELL, ...change,
});

export type Claimed = Extract<ClaimResult, { kind: 'claimed' }>;

export async function claimed(scene: ExecutionScene, intentId: string, change: Partial<ClaimRequest> = {}): Promise<Claimed> {
  const result = await scene.store.claim(aClaim(intentId, change));
  if (result.kind !== 'claimed') throw new Error(`the claim was ${result.kind}`);
  return result;
}

/** What a claim of the intent is judged by now; the claim itself only waits. */
export async function factsOf(scene: ExecutionScene, intentId: string, change: Partial<ClaimRequest> = {}): Promise<ClaimFacts> {
  const seen: ClaimFacts[] = [];
  const judge = (facts: ClaimFacts): ClaimVerdict => {
    seen.push(facts);
    return { kind: 'wait', untilMs: facts.intent.nextActionMs ?? SCENE_MS, reason: 'only looking' };
  };
  const result = await scene.store.claim(aClaim(intentId, { judge, ...change }));
  if (seen.length === 0) throw new Error(`nothing was judged: ${result.kind}`);
  return seen.at(-1)!;
}

let trades = 0;

/** 12,000 HANA sold at 0.05 for 600 USDT with a fee of 0.3 USDT, unless told otherwise. */
export function aBooking({ clientOrderId, portfolioId }: { readonly clientOrderId: string | null; readonly portfolioId: string | null }, change: Partial<VenueFill> = {}): FillBooking {
  trades += 1;
  const fill: VenueFill = {
    venueTradeId: `trade-${trades}`, venueOrderId: `order-of-${clientOrderId}`, clientOrderId, marketId: 'HANAUSDT', side: 'sell', price: '0.05', quantity: '12000',
    notional: '600', fee: '0.3', feeAsset: 'USDT', isMaker: false, filledMs: SCENE_MS + 50, ...change,
  };
  const holder = portfolioId === null ? ({ kind: 'unassigned' } as const) : ({ kind: 'portfolio', portfolioId } as const);
  const market = { base: 'HANA', quote: 'USDT' };
  return { fill, clientOrderId, portfolioId, ...market, postings: postingsOfFill(fill, market, holder) };
}

/** Comes from outside and belongs to the portfolio from now on. */
export async function deposit(scene: ExecutionScene, { accountId, portfolioId }: Pick<ScenePlan, 'accountId' | 'portfolioId'>, asset: string, quantity: DecimalText): Promise<void> {
  await scene.ledger.post({
    key: `deposit-${newClientOrderId()}`, accountId, kind: 'external-deposit', occurredMs: SCENE_MS, bookedMs: SCENE_MS, memo: null,
    postings: [{ holder: { kind: 'portfolio', portfolioId }, asset, quantity }, { holder: { kind: 'external' }, asset, quantity: `-${quantity}` }],
  });
}

export const aJob = (jobId: string): QueuedJob => ({ queue: 'plan-advance', jobId, payload: { planId: 'any' }, priority: 1 });
