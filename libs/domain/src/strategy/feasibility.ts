import type { StrategyParameters } from './parameters.js';

/**
 * What a check found. A blocking one says that the strategy cannot act at all, or only sell; the others say that one of
 * its rules cannot act, or not first.
 */
export type FeasibilityFinding =
  /** With one asset the deviation is always 0: only the position limit can act, and at a limit of 1 not even that. */
  | { readonly code: 'single-asset'; readonly isBlocking: boolean }
  /** The initial purchase of each asset is too small, so nothing is ever held. */
  | {
      readonly code: 'initial-purchase-below-minimum';
      readonly isBlocking: true;
      readonly purchaseValue: number;
      readonly minOrderValue: number;
      readonly smallestPortfolioValue: number;
    }
  /** The proceeds of an upside sale pay for no order: the cascade would only ever sell. */
  | {
      readonly code: 'redistribution-below-minimum';
      readonly isBlocking: true;
      readonly portfolioValue: number;
      readonly smallestPortfolioValue: number | null;
    }
  /** No deviation can exceed the threshold: with all others at zero it is N − 1. */
  | {
      readonly code: 'upside-beyond-range';
      readonly isBlocking: false;
      readonly upsideThreshold: number;
      readonly largestDeviation: number;
    }
  /** Whenever an asset exceeds the upside threshold, another exceeds the downside threshold by a larger ratio. */
  | {
      readonly code: 'downside-triggers-first';
      readonly isBlocking: false;
      readonly upsideThreshold: number;
      /** Upside thresholds up to this are tried first at least on some moves: (N − 1) × downsideThreshold. */
      readonly largestUpsideThreshold: number;
    }
  /** An asset that rises alone meets the position limit before the upside threshold. */
  | {
      readonly code: 'limit-triggers-first';
      readonly isBlocking: false;
      readonly weightAtThreshold: number;
      readonly maxPosition: number;
    }
  /** A deviation is never below −1, so a downside threshold of 1 is never exceeded. */
  | { readonly code: 'downside-beyond-range'; readonly isBlocking: false; readonly downsideThreshold: number };

export interface Feasibility {
  /** No finding is blocking. */
  readonly isFeasible: boolean;
  /** False where no upside trigger can exist, or another rule acts before it whenever prices move gradually. */
  readonly isUpsideReachable: boolean;
  readonly findings: readonly FeasibilityFinding[];
  /** Portfolio value before the rise from which one redistribution order reaches the minimum; null: none does. */
  readonly smallestPortfolioValue: number | null;
  /** The same for an order into each of the other assets. */
  readonly smallestPortfolioValueForAll: number | null;
  /** Portfolio value from which each initial purchase reaches the minimum. */
  readonly smallestInitialValue: number;
  /** Multiple of its price at which an asset that rises alone meets the upside threshold; null: never. */
  readonly upsidePriceMultiple: number | null;
}

const UPSIDE_OBSTACLES: ReadonlySet<FeasibilityFinding['code']> = new Set([
  'single-asset', 'upside-beyond-range', 'downside-triggers-first', 'limit-triggers-first',
]);

/**
 * Says before anything runs whether the strategy can act at all.
 *
 * Derivation, for a portfolio of value 1 right after its start (fees of the start left out). Each of N assets is worth
 * x = min((1 − usdtReserve) / N, maxPosition), the cash is c = 1 − N x. One asset rises alone by the multiple g:
 *
 *     m = x (g + N − 1) / N,   (g x − m) / m = u   ⇒   g = (1 + u) (N − 1) / (N − 1 − u)       u = upsideThreshold
 *     total T = c + x (g + N − 1),   its weight g x / T
 *     sale S = max(sellPercentage × g x, g x − maxPosition × T)
 *     net proceeds P = S (1 − slippage) (1 − tradingFee),   pot Q = (1 − usdtReserve) P
 *
 * One order can hold all of the pot, up to the receiver's room below the limit and to what the cash pays for:
 * o = min(Q, maxPosition × T − x, (c + P − minReserve × T) / (1 + tradingFee)). It reaches the minimum from a
 * portfolio value of minOrderValue / o. An order into every other asset holds Q / (N − 1) instead of Q.
 *
 * Deviations sum to zero, so where one is d the lowest is at most −d / (N − 1). With u > (N − 1) × downsideThreshold
 * a downside trigger therefore always accompanies the upside one, and with the larger ratio, hence is tried first.
 * Two assets are the plain case: +40 % on one is −40 % on the other.
 *
 * @param portfolioValue total value in the quote currency, before any rise
 */
export function checkFeasibility(
  parameters: StrategyParameters,
  assetCount: number,
  portfolioValue: number,
): Feasibility {
  const rise = riseToThreshold(parameters, assetCount);
  const initialFraction = initialFractionOf(parameters, assetCount);
  const smallest = smallestValue(parameters.minOrderValue, rise?.largestOrderFraction);
  const findings = [
    ...initialFindings(parameters, initialFraction, portfolioValue),
    ...upsideFindings(parameters, assetCount, rise),
    ...redistributionFindings(rise, smallest, portfolioValue),
    ...downsideFindings(parameters, assetCount),
  ];
  return {
    isFeasible: !findings.some((finding) => finding.isBlocking),
    isUpsideReachable: !findings.some((finding) => UPSIDE_OBSTACLES.has(finding.code)),
    findings,
    smallestPortfolioValue: smallest,
    smallestPortfolioValueForAll: smallestValue(parameters.minOrderValue, rise?.equalOrderFraction),
    smallestInitialValue: parameters.minOrderValue / initialFraction,
    upsidePriceMultiple: rise?.priceMultiple ?? null,
  };
}

/** An asset's rise up to the upside threshold, as fractions of the portfolio's value before it. */
interface Rise {
  readonly priceMultiple: number;
  readonly weight: number;
  readonly largestOrderFraction: number;
  readonly equalOrderFraction: number;
}

function initialFractionOf(parameters: StrategyParameters, assetCount: number): number {
  return Math.min((1 - parameters.usdtReserve) / assetCount, parameters.maxPosition);
}

function riseToThreshold(parameters: StrategyParameters, assetCount: number): Rise | null {
  const others = assetCount - 1;
  if (parameters.upsideThreshold >= others) return null;
  const { upsideThreshold, sellPercentage, maxPosition, tradingFee, usdtReserve } = parameters;
  const initial = initialFractionOf(parameters, assetCount);
  const cash = 1 - assetCount * initial;
  const priceMultiple = ((1 + upsideThreshold) * others) / (others - upsideThreshold);
  const total = cash + initial * (priceMultiple + others);
  const value = priceMultiple * initial;
  const sale = Math.max(sellPercentage * value, value - maxPosition * total);
  const proceeds = sale * (1 - parameters.slippage) * (1 - tradingFee);
  const pot = (1 - usdtReserve) * proceeds;
  const affordable = (cash + proceeds - parameters.minReserve * total) / (1 + tradingFee);
  const room = Math.min(maxPosition * total - initial, affordable);
  return {
    priceMultiple,
    weight: value / total,
    largestOrderFraction: Math.min(pot, room),
    equalOrderFraction: Math.min(pot / others, room),
  };
}

function smallestValue(minOrderValue: number, orderFraction: number | undefined): number | null {
  return orderFraction !== undefined && orderFraction > 0 ? minOrderValue / orderFraction : null;
}

function initialFindings(
  { minOrderValue }: StrategyParameters,
  initialFraction: number,
  portfolioValue: number,
): readonly FeasibilityFinding[] {
  const purchaseValue = initialFraction * portfolioValue;
  if (purchaseValue >= minOrderValue) return [];
  const smallestPortfolioValue = minOrderValue / initialFraction;
  return [{
    code: 'initial-purchase-below-minimum', isBlocking: true, purchaseValue, minOrderValue, smallestPortfolioValue,
  }];
}

function upsideFindings(
  { upsideThreshold, downsideThreshold, maxPosition }: StrategyParameters,
  assetCount: number,
  rise: Rise | null,
): readonly FeasibilityFinding[] {
  if (assetCount === 1) return [{ code: 'single-asset', isBlocking: maxPosition === 1 }];
  const largestDeviation = assetCount - 1;
  if (rise === null) return [{ code: 'upside-beyond-range', isBlocking: false, upsideThreshold, largestDeviation }];
  const findings: FeasibilityFinding[] = [];
  const largestUpsideThreshold = largestDeviation * downsideThreshold;
  // At a downside threshold of 1 that rule never triggers, so it cannot come first either.
  if (upsideThreshold > largestUpsideThreshold && downsideThreshold < 1) {
    findings.push({ code: 'downside-triggers-first', isBlocking: false, upsideThreshold, largestUpsideThreshold });
  }
  if (rise.weight > maxPosition) {
    findings.push({ code: 'limit-triggers-first', isBlocking: false, weightAtThreshold: rise.weight, maxPosition });
  }
  return findings;
}

function redistributionFindings(
  rise: Rise | null,
  smallestPortfolioValue: number | null,
  portfolioValue: number,
): readonly FeasibilityFinding[] {
  if (rise === null) return [];
  if (smallestPortfolioValue !== null && portfolioValue >= smallestPortfolioValue) return [];
  return [{ code: 'redistribution-below-minimum', isBlocking: true, portfolioValue, smallestPortfolioValue }];
}

function downsideFindings(
  { downsideThreshold }: StrategyParameters,
  assetCount: number,
): readonly FeasibilityFinding[] {
  if (assetCount === 1 || downsideThreshold < 1) return [];
  return [{ code: 'downside-beyond-range', isBlocking: false, downsideThreshold }];
}
