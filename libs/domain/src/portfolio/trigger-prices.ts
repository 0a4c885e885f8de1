import type { StrategyParameters } from '../strategy/parameters.js';
import type { PortfolioSnapshot } from './portfolio-snapshot.js';
import { valueHoldings } from './valuation.js';

/** From which price on an asset would exceed a threshold while all other prices stand still; null: from none. */
export interface TriggerPrices {
  readonly upsideAbove: number | null;
  readonly downsideBelow: number | null;
  readonly limitAbove: number | null;
}

/**
 * The thresholds of `rankTriggers` solved for one asset's value x = q p, S being the value of the others, N the number of
 * assets and C the cash. The mean (x + S) / N moves with the price.
 *
 * - upside, x > (1 + u) (x + S) / N: x > (1 + u) S / (N − 1 − u), never where N ≤ 1 + u
 * - downside, x < (1 − d) (x + S) / N: x < (1 − d) S / (N − 1 + d)
 * - limit, x > L (x + S + C): x > L (S + C) / (1 − L), never where L = 1
 *
 * Of an asset that is not held no price changes the value, so all are null.
 */
export function triggerPrices(snapshot: PortfolioSnapshot, parameters: StrategyParameters): readonly TriggerPrices[] {
  const { values } = valueHoldings(snapshot);
  return values.map((_, asset) => {
    const others = values.reduce((sum, value, other) => (other === asset ? sum : sum + value), 0);
    return pricesOf(snapshot.quantities[asset]!, others, snapshot.cash, values.length, parameters);
  });
}

function pricesOf(quantity: number, others: number, cash: number, assetCount: number, parameters: StrategyParameters): TriggerPrices {
  const { upsideThreshold, downsideThreshold, maxPosition } = parameters;
  if (!(quantity > 0)) return { upsideAbove: null, downsideBelow: null, limitAbove: null };
  const upsideRoom = assetCount - 1 - upsideThreshold;
  const downsideValue = ((1 - downsideThreshold) * others) / (assetCount - 1 + downsideThreshold);
  return {
    upsideAbove: upsideRoom > 0 ? ((1 + upsideThreshold) * others) / upsideRoom / quantity : null,
    downsideBelow: downsideValue > 0 ? downsideValue / quantity : null,
    limitAbove: maxPosition < 1 ? (maxPosition * (others + cash)) / (1 - maxPosition) / quantity : null,
  };
}
