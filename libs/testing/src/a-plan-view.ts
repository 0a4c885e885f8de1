import type { AttemptRecord, ClaimFacts, IntentRecord, OrderBook, PlanRecord, PlanView } from '#application';
import { DEFAULT_CAPS, DEFAULT_EXECUTION, DEFAULT_PARAMETERS, type MarketRules, type PlanDecision, type PortfolioConfiguration } from '#domain';

/** 2026-01-05 12:00:00 UTC: when everything here was decided. */
export const DECIDED_MS = 1_767_614_400_000;

/** HANA, AIA and XAN against USDT, all settings as by default. */
export const aPlanConfiguration = (change: Partial<PortfolioConfiguration> = {}): PortfolioConfiguration => ({
  assets: ['HANA', 'AIA', 'XAN'].map((base) => ({ base, marketId: `${base}USDT` })),
  quote: 'USDT', parameters: DEFAULT_PARAMETERS, execution: DEFAULT_EXECUTION, caps: DEFAULT_CAPS, ...change,
});

/** HANA grew to 4,000 of 10,000 and is cut back by 800: 8,000 of its 40,000 at 0.10. AIA stands at 0.20, XAN at 0.50. */
export const aCutBack = (): PlanDecision => ({
  kind: 'rebalance', decidedAtMs: DECIDED_MS, totalValue: 10_000, prices: [0.1, 0.2, 0.5],
  plan: {
    trigger: { asset: 0, kind: 'upside', ratio: 1.2 }, decidedAtMs: DECIDED_MS, values: [4_000, 2_000, 1_500], totalValue: 10_000, meanValue: 2_500, cashFloor: 500,
    sales: [{ asset: 0, quantity: 8_000, value: 800 }], aim: { kind: 'redistribute-proceeds' },
  },
});

export const aPlanRecord = (change: Partial<PlanRecord> = {}): PlanRecord => ({
  id: 'pl_01', portfolioId: 'pf_01', accountId: 'live-simulator', mode: 'live', venue: 'SIMULATOR', evaluationId: 'ev_01', configVersion: 1, decision: aCutBack(),
  state: 'executing', version: 2, endReason: null, reason: null, createdMs: DECIDED_MS, deadlineMs: DECIDED_MS + 600_000, startedMs: DECIDED_MS, finishedMs: null,
  nextActionMs: DECIDED_MS, ...change,
});

/** The sale of 8,000 HANA in leg 0, not sent yet. */
export const anIntentRecord = (change: Partial<IntentRecord> = {}): IntentRecord => ({
  id: 'oi_01', planId: 'pl_01', portfolioId: 'pf_01', accountId: 'live-simulator', leg: 0, assetIndex: 0, base: 'HANA', marketId: 'HANAUSDT', side: 'sell', quantity: '8000',
  quoteValue: null, refPrice: 0.1, refPriceMs: DECIDED_MS, state: 'new', reason: null, version: 1, leaseEpoch: 0, leaseUntilMs: null, attemptCount: 0, filledQuantity: '0',
  filledNotional: '0', feeInQuote: '0', nextActionMs: null, createdMs: DECIDED_MS, finishedMs: null, ...change,
});

/** A purchase of AIA for 280 in leg 1. */
export const aPurchaseRecord = (change: Partial<IntentRecord> = {}): IntentRecord =>
  anIntentRecord({ id: 'oi_02', leg: 1, assetIndex: 1, base: 'AIA', marketId: 'AIAUSDT', side: 'buy', quantity: null, quoteValue: '280', refPrice: 0.2, ...change });

export const anAttemptRecord = (change: Partial<AttemptRecord> = {}): AttemptRecord => ({
  clientOrderId: 'raaaaaaaaaaaaaaaaaaaaaaaaa', intentId: 'oi_01', attemptNo: 1, terms: { kind: 'market-sell', quantity: '8000' }, notional: '800', signMs: DECIDED_MS,
  receiveWindowMs: 5_000, state: 'prepared', venueOrderId: null, httpStatus: null, code: null, cause: null, notFoundVotes: 0, firstVoteMs: null, lastVoteMs: null,
  createdMs: DECIDED_MS, settledMs: null, ...change,
});

/** The cut-back, executing, with its sale not sent yet. */
export const aPlanView = (change: { readonly plan?: Partial<PlanRecord>; readonly intents?: readonly IntentRecord[]; readonly configuration?: PortfolioConfiguration; readonly attempts?: readonly AttemptRecord[] } = {}): PlanView => ({
  plan: aPlanRecord(change.plan), shard: 3, configuration: change.configuration ?? aPlanConfiguration(), intents: change.intents ?? [anIntentRecord()], attempts: change.attempts ?? [],
});

/** Whole units in steps of 1, prices in steps of 0.0001, from 5 USDT, a taker fee of 0.05 %. */
export const rulesOf = (base: string, change: Partial<MarketRules> = {}): MarketRules => ({
  marketId: `${base}USDT`, base, quote: 'USDT', status: 'online', isApiTradingAllowed: true, sides: 'both', orderTypes: ['MARKET', 'LIMIT', 'IMMEDIATE_OR_CANCEL'],
  quantityStep: '1', priceTick: '0.0001', minQuantity: '0', minNotional: '5', maxNotional: null, minMarketNotional: '5', maxMarketNotional: null, makerFee: '0',
  takerFee: '0.0005', ...change,
});

/** Nothing stands against the sale of 8,000 HANA, of which 40,000 are held; there are 2,500 USDT. */
export const aClaimFacts = (change: Partial<ClaimFacts> = {}): ClaimFacts => {
  const intent = change.intent ?? anIntentRecord();
  return {
    intent, plan: aPlanRecord(), configuration: aPlanConfiguration(), currentCaps: DEFAULT_CAPS, portfolioState: 'running', tradingState: 'run',
    account: { isReconciled: true, haltReason: null }, breakerOpenUntilMs: null, market: { rules: rulesOf(intent.base), tradability: { kind: 'tradable' }, seenMs: DECIDED_MS },
    quarantinedUntilMs: null, usage: { notionalOfPlan: '0', notionalLastHour: '0', notionalLastDay: '0', ordersLastMinute: 0, plansLastDay: 1 }, quantityHeld: '40000',
    cashHeld: '2500', ...change,
  };
};

/** HANA at 0.0999 to 0.1001, 100,000 a side, half of it a tick deeper. */
export const aBook = (change: Partial<OrderBook> = {}): OrderBook => ({
  marketId: 'HANAUSDT', exchangeMs: DECIDED_MS, receivedMs: DECIDED_MS,
  bids: [{ price: '0.0999', quantity: '50000' }, { price: '0.0998', quantity: '50000' }],
  asks: [{ price: '0.1001', quantity: '50000' }, { price: '0.1002', quantity: '50000' }], ...change,
});
