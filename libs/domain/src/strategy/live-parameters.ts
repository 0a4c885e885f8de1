import type { MarketRules } from '../market/market-rules.js';
import type { TradingMode } from '../portfolio/portfolio-configuration.js';
import type { StrategyParameters } from './parameters.js';

/**
 * The parameters that a decision uses. Live estimates with the largest taker fee of the portfolio's markets, so that no
 * purchase counts on cash that a fee takes; paper fills, and hence estimates, with the fee of the parameters.
 */
export function parametersFor(mode: TradingMode, parameters: StrategyParameters, rules: readonly MarketRules[]): StrategyParameters {
  if (mode === 'paper' || rules.length === 0) return parameters;
  return { ...parameters, tradingFee: Math.max(...rules.map(({ takerFee }) => Number(takerFee))) };
}
