import {
  decideRebalance, planInitialAllocation, valueHoldings,
  type DeclinedTrigger, type PlanDecision, type PortfolioConfiguration, type PortfolioSnapshot, type StrategyParameters,
} from '#domain';
import { snapshotOf } from './evaluation-input.js';
import type { EvaluationInput, EvaluationOutcome } from './evaluation.js';

/** As long as the database keeps it; what is cut off is a very long list of assets. */
const LONGEST_SUBJECT = 300;

/** The parameters with the fee that estimates used. */
export const decidingParameters = (input: EvaluationInput, { parameters }: PortfolioConfiguration): StrategyParameters => ({
  ...parameters, tradingFee: input.tradingFee,
});

/**
 * What the strategy says to this input, whatever else stands against trading: the same again for the same input and version
 * of the configuration. Null: a price is missing or must not be acted upon.
 */
export function decideFromInput(input: EvaluationInput, configuration: PortfolioConfiguration): EvaluationOutcome | null {
  const snapshot = snapshotOf(input, configuration);
  if (snapshot === null) return null;
  const parameters = decidingParameters(input, configuration);
  return input.isAllocated ? rebalanceOutcome(snapshot, parameters) : initialOutcome(snapshot, parameters);
}

function rebalanceOutcome(snapshot: PortfolioSnapshot, parameters: StrategyParameters): EvaluationOutcome {
  const { declined, ...decision } = decideRebalance(snapshot, parameters);
  if (decision.kind === 'hold') {
    const subject = declined.length === 0 ? null : declinedInWords(declined, snapshot.assets);
    return { kind: 'hold', reason: decision.reason, detail: subject, subject, declined };
  }
  const { plan } = decision;
  const { asset, kind } = plan.trigger;
  const { totalValue, decidedAtMs } = plan;
  return {
    kind: 'plan', reason: kind, detail: triggerInWords(plan, snapshot.assets[asset]!), subject: snapshot.assets[asset]!, declined,
    decision: { kind: 'rebalance', decidedAtMs, plan, totalValue, prices: Array.from(snapshot.prices) },
  };
}

/** The start: an equal share of the cash for every asset. */
function initialOutcome(snapshot: PortfolioSnapshot, parameters: StrategyParameters): EvaluationOutcome {
  const purchases = planInitialAllocation(snapshot.assets.length, { ...parameters, initialCapital: snapshot.cash });
  const [{ value } = { value: 0 }] = purchases;
  if (value < parameters.minOrderValue) {
    const detail = `the start would buy each asset for ${value.toFixed(2)}, below minOrderValue ${parameters.minOrderValue}`;
    return { kind: 'hold', reason: 'not-feasible', detail, subject: null, declined: [] };
  }
  const decision: PlanDecision = {
    kind: 'initial', decidedAtMs: snapshot.timeMs, purchases, totalValue: valueHoldings(snapshot).totalValue, prices: Array.from(snapshot.prices),
  };
  return { kind: 'plan', reason: 'initial', detail: `buys each of ${purchases.length} assets for ${value.toFixed(2)}`, subject: null, declined: [], decision };
}

/** In listed order, so that a mere change of their ranks is no change of the reason. */
function declinedInWords(declined: readonly DeclinedTrigger[], assets: readonly string[]): string {
  const inOrder = declined.toSorted((one, other) => one.asset - other.asset || one.kind.localeCompare(other.kind));
  return inOrder.map(({ asset, kind, reason }) => `${assets[asset]} ${kind}: ${reason}`).join('; ').slice(0, LONGEST_SUBJECT);
}

const percent = (fraction: number): string => `${(100 * fraction).toFixed(2)} %`;

function triggerInWords({ trigger, values, meanValue, totalValue }: Extract<PlanDecision, { kind: 'rebalance' }>['plan'], asset: string): string {
  const value = values[trigger.asset]!;
  if (trigger.kind === 'limit') return `${asset} takes ${percent(value / totalValue)} of the portfolio`;
  const deviation = value / meanValue - 1;
  return `${asset} is ${percent(Math.abs(deviation))} ${deviation < 0 ? 'below' : 'above'} the mean asset value`;
}
