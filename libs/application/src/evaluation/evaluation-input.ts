import { flagNow, parametersFor, type LatestPrice, type PortfolioConfiguration, type PortfolioSnapshot } from '#domain';
import { PLAN_LIMITS } from '../execution/plan-limits.js';
import type { EvaluatedPortfolio } from './evaluation-store.port.js';
import type { EvaluationInput, PriceInput } from './evaluation.js';

/** What the decision is made from, as it is stored. @param prices in listed order; null: none is known */
export function inputOf(portfolio: EvaluatedPortfolio, prices: readonly (LatestPrice | null)[], timeMs: number): EvaluationInput {
  const { configuration, markets, mode } = portfolio;
  const rules = markets.flatMap((market) => market?.rules ?? []);
  return {
    timeMs,
    prices: configuration.assets.map(({ marketId }, asset) => priceInput(marketId, prices[asset] ?? null, timeMs)),
    quantities: portfolio.quantities.map(Number),
    cash: Number(portfolio.cash),
    lastFillMs: portfolio.lastFillMs,
    tradingFee: parametersFor(mode, configuration.parameters, rules).tradingFee,
    isAllocated: portfolio.isAllocated,
  };
}

function priceInput(marketId: string, price: LatestPrice | null, timeMs: number): PriceInput {
  const flag = flagNow(price, timeMs, PLAN_LIMITS.priceAgeMs);
  if (price === null) return { marketId, mid: null, bid: null, ask: null, exchangeMs: null, flag };
  const { mid, bid, ask, exchangeMs } = price;
  return { marketId, mid, bid, ask, exchangeMs, flag };
}

/** What the strategy looks at. Null: a price is missing or must not be acted upon. */
export function snapshotOf(input: EvaluationInput, { assets }: PortfolioConfiguration): PortfolioSnapshot | null {
  const prices: number[] = [];
  for (const { mid, flag } of input.prices) {
    if (mid === null || flag !== null) return null;
    prices.push(mid);
  }
  return {
    assets: assets.map(({ base }) => base), quantities: input.quantities, prices, cash: input.cash, timeMs: input.timeMs,
    lastFillMs: input.lastFillMs.map((filledMs) => filledMs ?? -Infinity),
  };
}
