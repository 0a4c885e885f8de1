import { decimalText, purchasesOf, salesOf, type DecimalText, type OrderSide } from '#domain';
import { PLAN_LIMITS } from '../execution/plan-limits.js';
import type { IdSource } from '../ports/clock.port.js';
import { decidingParameters } from './decide-from-input.js';
import type { EvaluatedPortfolio, NewIntent, NewPlan } from './evaluation-store.port.js';
import type { EvaluationInput, EvaluationPlan } from './evaluation.js';

interface Leg {
  readonly asset: number;
  readonly side: OrderSide;
  readonly quantity: DecimalText | null;
  readonly quoteValue: DecimalText | null;
  readonly skipReason: string | null;
}

/** The plan as it is stored: with its sales, or, where nothing is sold, with its purchases. */
export function planOfDecision(portfolio: EvaluatedPortfolio, input: EvaluationInput, outcome: EvaluationPlan, evaluationId: string, ids: IdSource): NewPlan {
  const { id: portfolioId, accountId, mode, venue, configVersion } = portfolio;
  const { decision } = outcome;
  const createdMs = input.timeMs;
  return {
    plan: { id: ids.next('pl'), portfolioId, accountId, mode, venue, evaluationId, configVersion, decision, createdMs, deadlineMs: createdMs + PLAN_LIMITS.deadlineMs },
    intents: firstLegs(portfolio, input, outcome).map((leg, index) => intentOf(portfolio, input, leg, index, ids)),
  };
}

function firstLegs(portfolio: EvaluatedPortfolio, input: EvaluationInput, { decision }: EvaluationPlan): readonly Leg[] {
  const sales = salesOf(decision);
  if (sales.length > 0) return sales.map(({ asset, quantity }) => ({ asset, side: 'sell', quantity, quoteValue: null, skipReason: null }));
  const purchases = purchasesOf(decision, '0', decidingParameters(input, portfolio.configuration));
  return purchases.map((purchase) => ({
    asset: purchase.asset, side: 'buy', quantity: null, quoteValue: decimalText(purchase.value), skipReason: purchase.take === 'skip' ? purchase.reason : null,
  }));
}

function intentOf({ configuration }: EvaluatedPortfolio, { prices }: EvaluationInput, leg: Leg, index: number, ids: IdSource): NewIntent {
  const { base, marketId } = configuration.assets[leg.asset]!;
  const { mid, exchangeMs } = prices[leg.asset]!;
  return {
    id: ids.next('oi'), leg: index, assetIndex: leg.asset, base, marketId, side: leg.side, quantity: leg.quantity, quoteValue: leg.quoteValue,
    refPrice: mid!, refPriceMs: exchangeMs!, skipReason: leg.skipReason,
  };
}
