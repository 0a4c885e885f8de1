import {
  cashFloorOf, decimalText, purchasesOf, salesOf, sizePurchase, sizePurchaseOrder, sizeSale,
  type PlannedPurchase, type SaleLeg, type SizedOrder, type StrategyParameters,
} from '#domain';
import { decidingParameters } from './decide-from-input.js';
import type { DryRunLeg, DryRunPlan } from './dry-run-result.js';
import type { EvaluatedPortfolio } from './evaluation-store.port.js';
import type { EvaluationInput, EvaluationPlan } from './evaluation.js';

/** What the legs are sized by. */
interface Ground {
  readonly portfolio: EvaluatedPortfolio;
  readonly input: EvaluationInput;
  readonly parameters: StrategyParameters;
  readonly cashFloor: number;
}

/** The plan's legs one after another, each as if those before it had filled as a whole at the prices of now. */
export function previewPlan(portfolio: EvaluatedPortfolio, input: EvaluationInput, { reason, decision }: EvaluationPlan): DryRunPlan {
  const ground: Ground = { portfolio, input, parameters: decidingParameters(input, portfolio.configuration), cashFloor: cashFloorOf(decision) };
  const sales = salesOf(decision).map((sale) => saleLeg(sale, ground));
  const netProceeds = sales.reduce((sum, leg) => sum + cashChange(leg), 0);
  const purchases = purchaseLegs(purchasesOf(decision, decimalText(netProceeds), ground.parameters), input.cash + netProceeds, ground);
  const legs = [...sales, ...purchases];
  const total = (amountOf: (leg: DryRunLeg) => number): number => legs.reduce((sum, leg) => sum + amountOf(leg), 0);
  return {
    reason, legs, cashFloor: ground.cashFloor,
    triggerAsset: decision.kind === 'initial' ? null : portfolio.configuration.assets[decision.plan.trigger.asset]!.base,
    turnover: total(({ notional }) => Number(notional ?? 0)),
    estimatedFees: total(({ estimatedFee }) => estimatedFee ?? 0),
    cashAfter: input.cash + total(cashChange),
  };
}

/** Of the quote currency, fee included. */
function cashChange({ side, notional, estimatedFee }: DryRunLeg): number {
  if (notional === null) return 0;
  return (side === 'sell' ? Number(notional) : -Number(notional)) - (estimatedFee ?? 0);
}

function saleLeg({ asset, quantity, value }: SaleLeg, ground: Ground): DryRunLeg {
  const { portfolio, input } = ground;
  const rules = portfolio.markets[asset]?.rules;
  if (rules === undefined) return legOf('sell', asset, value, 'rules-missing', ground);
  const place = { price: input.prices[asset]!.mid!, rules, ...portfolio.configuration.execution };
  return legOf('sell', asset, value, sizeSale({ quantity, held: portfolio.quantities[asset]!, ...place }), ground);
}

function purchaseLegs(purchases: readonly PlannedPurchase[], cashBefore: number, ground: Ground): readonly DryRunLeg[] {
  let cash = cashBefore;
  return purchases.map((purchase) => {
    const leg = legOf('buy', purchase.asset, purchase.value, sizedPurchase(purchase, cash, ground), ground);
    cash += cashChange(leg);
    return leg;
  });
}

function sizedPurchase(purchase: PlannedPurchase, cash: number, { portfolio, input, parameters, cashFloor }: Ground): SizedOrder | string {
  if (purchase.take === 'skip') return purchase.reason;
  if (portfolio.state === 'buys-paused') return 'buys-paused';
  const rules = portfolio.markets[purchase.asset]?.rules;
  if (rules === undefined) return 'rules-missing';
  const sized = sizePurchase(purchase.value, cash, cashFloor, parameters);
  if (sized.take === 'skip') return sized.reason;
  return sizePurchaseOrder({ value: sized.value, price: input.prices[purchase.asset]!.mid!, rules, ...portfolio.configuration.execution });
}

/** @param sized the order, or why there is none */
function legOf(side: DryRunLeg['side'], asset: number, wantedValue: number, sized: SizedOrder | string, { portfolio, input, parameters }: Ground): DryRunLeg {
  const { base, marketId } = portfolio.configuration.assets[asset]!;
  const leg = { asset: base, marketId, side, wantedValue };
  if (typeof sized === 'string' || sized.kind === 'too-small') {
    const skipReason = typeof sized === 'string' ? sized : sized.reason;
    return { ...leg, terms: null, notional: null, estimatedFee: null, expectedSlippage: null, skipReason };
  }
  const { terms, notional } = sized;
  const { bid, ask, mid } = input.prices[asset]!;
  const expectedSlippage = portfolio.mode === 'paper' ? parameters.slippage : (ask! - bid!) / 2 / mid!;
  return { ...leg, terms, notional, estimatedFee: Number(notional) * parameters.tradingFee, expectedSlippage, skipReason: null };
}
