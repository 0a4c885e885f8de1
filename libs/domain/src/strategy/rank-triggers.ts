import type { Trigger } from '../planning/rebalance-plan.js';
import type { Valuation } from '../portfolio/valuation.js';
import type { StrategyParameters } from './parameters.js';

/**
 * Every exceeded threshold, the furthest exceeded first; on equal ratios in the portfolio's listed order, and for one
 * asset downside before limit. Cooldowns are not looked at. The mean value must be above zero.
 */
export function rankTriggers(valuation: Valuation, parameters: StrategyParameters): readonly Trigger[] {
  const triggers: Trigger[] = [];
  for (let asset = 0; asset < valuation.values.length; asset++) addTriggers(triggers, asset, valuation, parameters);
  // The sort is stable, so equal ratios keep the order they were added in.
  return triggers.length > 1 ? triggers.sort((a, b) => b.ratio - a.ratio) : triggers;
}

function addTriggers(triggers: Trigger[], asset: number, valuation: Valuation, parameters: StrategyParameters): void {
  const value = valuation.values[asset]!;
  const deviation = (value - valuation.meanValue) / valuation.meanValue;
  const limitRatio = value / valuation.totalValue / parameters.maxPosition;
  const isOverLimit = value / valuation.totalValue > parameters.maxPosition;
  if (deviation > parameters.upsideThreshold) {
    const upsideRatio = deviation / parameters.upsideThreshold;
    triggers.push({ asset, kind: 'upside', ratio: isOverLimit ? Math.max(upsideRatio, limitRatio) : upsideRatio });
    return;
  }
  if (deviation < -parameters.downsideThreshold) {
    triggers.push({ asset, kind: 'downside', ratio: -deviation / parameters.downsideThreshold });
  }
  if (isOverLimit) triggers.push({ asset, kind: 'limit', ratio: limitRatio });
}
