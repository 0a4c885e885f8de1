import type { PortfolioSnapshot } from '../portfolio/portfolio-snapshot.js';
import type { Valuation } from '../portfolio/valuation.js';
import type { StrategyParameters } from '../strategy/parameters.js';
import type { PlannedSale, PurchaseAim, RebalancePlan, Trigger } from './rebalance-plan.js';

/** Why a trigger yields no plan although its threshold is exceeded and its asset is not in cooldown. */
export type PlanRefusal = 'sale-below-minimum' | 'purchase-below-minimum' | 'funds-below-minimum';

/** The plan that a trigger yields, or why it yields none. */
export function planFor(
  trigger: Trigger,
  snapshot: PortfolioSnapshot,
  valuation: Valuation,
  parameters: StrategyParameters,
): RebalancePlan | PlanRefusal {
  return trigger.kind === 'downside'
    ? planTopUp(trigger, snapshot, valuation, parameters)
    : planCutBack(trigger, snapshot, valuation, parameters);
}

function planCutBack(
  trigger: Trigger,
  snapshot: PortfolioSnapshot,
  valuation: Valuation,
  parameters: StrategyParameters,
): RebalancePlan | PlanRefusal {
  const value = valuation.values[trigger.asset]!;
  const overLimit = value - parameters.maxPosition * valuation.totalValue;
  const saleValue = trigger.kind === 'upside' ? Math.max(parameters.sellPercentage * value, overLimit) : overLimit;
  if (saleValue < parameters.minOrderValue) return 'sale-below-minimum';
  const sales = [plannedSale(trigger.asset, saleValue, snapshot)];
  return planOf(trigger, snapshot, valuation, parameters, sales, { kind: 'redistribute-proceeds' });
}

function planTopUp(
  trigger: Trigger,
  snapshot: PortfolioSnapshot,
  valuation: Valuation,
  parameters: StrategyParameters,
): RebalancePlan | PlanRefusal {
  const wanted = wantedValue(valuation.values[trigger.asset]!, valuation, parameters);
  if (wanted < parameters.minOrderValue) return 'purchase-below-minimum';
  const cashFloor = parameters.minReserve * valuation.totalValue;
  const aim: PurchaseAim = { kind: 'top-up', asset: trigger.asset, value: wanted };
  const affordable = Math.max(0, snapshot.cash - cashFloor) / (1 + parameters.tradingFee);
  if (affordable >= wanted) return planOf(trigger, snapshot, valuation, parameters, [], aim);
  const sales = donorSales(trigger.asset, wanted - affordable, snapshot, valuation, parameters);
  const raised = sales.reduce((sum, sale) => sum + sale.value, 0) * (1 - parameters.tradingFee);
  const expected = Math.max(0, snapshot.cash + raised - cashFloor) / (1 + parameters.tradingFee);
  if (Math.min(wanted, expected) < parameters.minOrderValue) return 'funds-below-minimum';
  return planOf(trigger, snapshot, valuation, parameters, sales, aim);
}

/** Up to the mean, but never above the position limit. */
function wantedValue(value: number, valuation: Valuation, parameters: StrategyParameters): number {
  const roomToLimit = parameters.maxPosition * valuation.totalValue - value;
  return Math.min(valuation.meanValue - value, roomToLimit);
}

/**
 * The shortfall is raised from the assets above the mean in proportion to their excess. What a cap or the minimum
 * leaves out is not raised elsewhere: a donor is never sold further than its own excess asks for.
 */
function donorSales(
  receiver: number,
  shortfall: number,
  snapshot: PortfolioSnapshot,
  { values, meanValue }: Valuation,
  parameters: StrategyParameters,
): readonly PlannedSale[] {
  const totalExcess = excessOf(receiver, values, meanValue);
  const sales: PlannedSale[] = [];
  for (let asset = 0; asset < values.length; asset++) {
    const value = values[asset]!;
    if (asset === receiver || value <= meanValue) continue;
    const saleValue = Math.min((shortfall * (value - meanValue)) / totalExcess, parameters.maxDonorSale * value);
    if (saleValue >= parameters.minOrderValue) sales.push(plannedSale(asset, saleValue, snapshot));
  }
  return sales;
}

/** What the assets but one have above the mean. A plain loop: a portfolio short of cash comes here on every bar. */
function excessOf(receiver: number, values: readonly number[], meanValue: number): number {
  let excess = 0;
  for (let asset = 0; asset < values.length; asset++) {
    if (asset !== receiver && values[asset]! > meanValue) excess += values[asset]! - meanValue;
  }
  return excess;
}

function plannedSale(asset: number, value: number, snapshot: PortfolioSnapshot): PlannedSale {
  // Dividing the whole position's value by its price can round to a hair more than is held.
  const quantity = Math.min(value / snapshot.prices[asset]!, snapshot.quantities[asset]!);
  return { asset, quantity, value };
}

function planOf(
  trigger: Trigger,
  snapshot: PortfolioSnapshot,
  valuation: Valuation,
  parameters: StrategyParameters,
  sales: readonly PlannedSale[],
  aim: PurchaseAim,
): RebalancePlan {
  return {
    trigger,
    decidedAtMs: snapshot.timeMs,
    ...valuation,
    cashFloor: parameters.minReserve * valuation.totalValue,
    sales,
    aim,
  };
}
