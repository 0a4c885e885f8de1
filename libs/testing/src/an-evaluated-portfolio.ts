import type { EvaluatedPortfolio, KnownRules } from '#application';
import { DEFAULT_CAPS, DEFAULT_EXECUTION, DEFAULT_PARAMETERS, type LatestPrice, type MarketRules, type PortfolioConfiguration } from '#domain';

/** 2026-01-05 12:00:00 UTC: when it is looked at. */
export const LOOK_MS = 1_767_614_400_000;

const BASES = ['HANA', 'AIA', 'XAN'] as const;

/** Quantities in whole units, prices to four decimals, orders from 5 USDT. */
export const aMarketOf = (base: string, rules: Partial<MarketRules> = {}, change: Partial<KnownRules> = {}): KnownRules => ({
  rules: {
    marketId: `${base}USDT`, base, quote: 'USDT', status: 'online', isApiTradingAllowed: true, sides: 'both', orderTypes: ['MARKET', 'LIMIT'],
    quantityStep: '1', priceTick: '0.0001', minQuantity: '0', minNotional: '5', maxNotional: null, minMarketNotional: '5', maxMarketNotional: null,
    makerFee: '0', takerFee: '0.0005', ...rules,
  },
  tradability: { kind: 'tradable' }, isListed: true, seenMs: LOOK_MS - 1_000, ...change,
});

export const aBasketConfiguration = (change: Partial<PortfolioConfiguration> = {}): PortfolioConfiguration => ({
  assets: BASES.map((base) => ({ base, marketId: `${base}USDT` })), quote: 'USDT', parameters: DEFAULT_PARAMETERS, execution: DEFAULT_EXECUTION, caps: DEFAULT_CAPS, ...change,
});

/** Paper, of three assets with 1,000 units each and 1,000 USDT, allocated long ago, with nothing that stands against trading. */
export const anEvaluatedPortfolio = (change: Partial<EvaluatedPortfolio> = {}): EvaluatedPortfolio => ({
  id: 'pf_01J00000000000000000000000', accountId: 'paper-pf_01J00000000000000000000000', mode: 'paper', venue: 'SIMULATOR', state: 'running',
  configVersion: 1, configuration: aBasketConfiguration(), isAllocated: true, capital: '4000', quantities: ['1000', '1000', '1000'], cash: '1000',
  lastFillMs: [null, null, null], otherHoldings: [], openPlanId: null, tradingState: 'run', account: { isReconciled: true, openOrderCount: 0, problem: null },
  markets: BASES.map((base) => aMarketOf(base)), quarantinedUntilMs: [null, null, null], plansLastDay: 0, lastAbortedMs: null, lookSeq: 7, lastLookMs: LOOK_MS - 60_000,
  lookRequestedMs: null, current: null, lastEquity: null, flowsTotal: 0, ...change,
});

/** Fresh quotes of the basket in listed order, one hundredth to each side of these middles. */
export const quotesAt = (mids: readonly number[], change: Partial<LatestPrice> = {}): LatestPrice[] => mids.map((mid, asset) => ({
  marketId: `${BASES[asset]}USDT`, mid, bid: mid * 0.99, ask: mid * 1.01, exchangeMs: LOOK_MS - 200, receivedMs: LOOK_MS - 190, changedMs: LOOK_MS - 200, flag: null, ...change,
}));
