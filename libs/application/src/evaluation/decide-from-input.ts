import {
  decideRebalance, planInitialAllocation, planRestOfStart, valueHoldings,
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

/**
 * The start: an equal share for every asset. One that was cut short is taken up again for what is missing of it; where that
 * is less than an order may be, the portfolio counts as bought into.
 */
function initialOutcome(snapshot: PortfolioSnapshot, parameters: StrategyParameters): EvaluationOutcome {
  const { values, totalValue } = valueHoldings(snapshot);
  const purchases = planRestOfStart({ values, totalValue }, parameters);
  const isBegun = values.some((value) => value > 0);
  if (purchases.length === 0) return isBegun ? rebalanceOutcome(snapshot, parameters) : tooSmallToStart(totalValue, values.length, parameters);
  const decision: PlanDecision = { kind: 'initial', decidedAtMs: snapshot.timeMs, purchases, totalValue, prices: Array.from(snapshot.prices) };
  return { kind: 'plan', reason: 'initial', detail: startInWords(purchases, isBegun, snapshot.assets), subject: null, declined: [], decision };
}

function tooSmallToStart(totalValue: number, assetCount: number, parameters: StrategyParameters): EvaluationOutcome {
  const { minOrderValue } = parameters;
  const [{ value } = { value: 0 }] = planInitialAllocation(assetCount, { ...parameters, initialCapital: totalValue });
  const detail = `the start would buy each asset for ${value.toFixed(2)}, below minOrderValue ${minOrderValue}`;
  return { kind: 'hold', reason: 'not-feasible', detail, subject: null, declined: [] };
}

function startInWords(purchases: readonly { readonly asset: number; readonly value: number }[], isBegun: boolean, assets: readonly string[]): string {
  if (!isBegun) return `buys each of ${purchases.length} assets for ${purchases[0]!.value.toFixed(2)}`;
  return `buys what a start that was cut short left out: ${purchases.map(({ asset, value }) => `${assets[asset]} for ${value.toFixed(2)}`).join(', ')}`;
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
