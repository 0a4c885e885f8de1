import type { Valuation } from '../portfolio/valuation.js';
import type { StrategyParameters } from '../strategy/parameters.js';
import type { RebalancePlan } from './rebalance-plan.js';

/** Why a purchase that the plan asks for is not made. */
export type SkipReason =
  /** The share of the proceeds is smaller than an order may be. */
  | 'share-below-minimum'
  /** The position limit leaves room for less than an order may be. */
  | 'position-limit'
  /** The cash above the floor pays for less than an order may be. */
  | 'cash-below-minimum';

/** A purchase that the plan asks for, before the cash at hand is looked at. */
export type PlannedPurchase =
  | { readonly take: 'buy'; readonly asset: number; readonly value: number }
  | { readonly take: 'skip'; readonly asset: number; readonly value: number; readonly reason: SkipReason };

export type SizedPurchase =
  | { readonly take: 'buy'; readonly value: number }
  | { readonly take: 'skip'; readonly reason: SkipReason };

/**
 * The purchases of a plan in the portfolio's listed order, once its sales have brought in `netProceeds` (after fees, in
 * the quote currency). Each is then sized by `sizePurchase` with the cash as it is when its order goes out.
 */
export function planPurchases(
  plan: RebalancePlan,
  netProceeds: number,
  parameters: StrategyParameters,
): readonly PlannedPurchase[] {
  if (plan.aim.kind === 'top-up') return [{ take: 'buy', asset: plan.aim.asset, value: plan.aim.value }];
  const others = plan.values.map((_, asset) => asset).filter((asset) => asset !== plan.trigger.asset);
  const pot = (1 - parameters.usdtReserve) * netProceeds;
  const receivers = receiversOf(pot, others, plan, parameters);
  const share = pot / receivers.length;
  return receivers.map((asset) => cappedPurchase(asset, share, plan, parameters));
}

/**
 * The value that is bought now: at most what the cash above the floor pays for, fee included.
 * @param cash the quote currency as it is when the order goes out
 * @param cashFloor what the purchase must leave: `plan.cashFloor`, or zero for the initial allocation
 */
export function sizePurchase(
  wantedValue: number,
  cash: number,
  cashFloor: number,
  parameters: StrategyParameters,
): SizedPurchase {
  const value = Math.min(wantedValue, (cash - cashFloor) / (1 + parameters.tradingFee));
  return value < parameters.minOrderValue ? { take: 'skip', reason: 'cash-below-minimum' } : { take: 'buy', value };
}

/** What the start wants of every asset: an equal share of the capital less the reserve, within the position limit. */
export function planInitialAllocation(assetCount: number, parameters: StrategyParameters): readonly PlannedPurchase[] {
  const fraction = Math.min((1 - parameters.usdtReserve) / assetCount, parameters.maxPosition);
  const value = fraction * parameters.initialCapital;
  return Array.from({ length: assetCount }, (_, asset) => ({ take: 'buy', asset, value }));
}

/**
 * What a start still has to buy: of every asset what its share has more than is held. Empty where each of that is less than
 * an order may be. With nothing held it is `planInitialAllocation` of the total value.
 */
export function planRestOfStart({ values, totalValue }: Pick<Valuation, 'values' | 'totalValue'>, parameters: StrategyParameters): readonly PlannedPurchase[] {
  const wanted = planInitialAllocation(values.length, { ...parameters, initialCapital: totalValue });
  return wanted.map((purchase) => ({ ...purchase, value: purchase.value - values[purchase.asset]! })).filter(({ value }) => value >= parameters.minOrderValue);
}

/** All others where an equal share reaches the minimum, else as many of the lowest value as the pot has minimums for. */
function receiversOf(
  pot: number,
  others: readonly number[],
  plan: RebalancePlan,
  parameters: StrategyParameters,
): readonly number[] {
  if (pot / others.length >= parameters.minOrderValue) return others;
  const count = Math.floor(pot / parameters.minOrderValue);
  const byValue = others.toSorted((a, b) => plan.values[a]! - plan.values[b]!);
  return byValue.slice(0, count).toSorted((a, b) => a - b);
}

function cappedPurchase(
  asset: number,
  share: number,
  plan: RebalancePlan,
  parameters: StrategyParameters,
): PlannedPurchase {
  const { minOrderValue, maxPosition } = parameters;
  if (share < minOrderValue) return { take: 'skip', asset, value: share, reason: 'share-below-minimum' };
  const value = Math.min(share, maxPosition * plan.totalValue - plan.values[asset]!);
  if (value < minOrderValue) return { take: 'skip', asset, value: share, reason: 'position-limit' };
  return { take: 'buy', asset, value };
}
