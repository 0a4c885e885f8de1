import type { RecordedDecision, RecordedLeg, RecordedOutcome } from '#backtest';
import type { PortfolioConfiguration } from '#domain';
import type { Evaluation } from '../evaluation/evaluation.js';
import type { IntentRecord, PlanView } from '../execution/plan.js';

export interface MarketSteps {
  readonly quantityStep: number;
  readonly valueStep: number;
}

/** Reasons of the strategy itself; every other hold is a guard's. */
const STRATEGY_HOLDS: ReadonlySet<string> = new Set(['no-value', 'within-thresholds', 'all-in-cooldown', 'no-plan']);

/** A stored evaluation as the engine can replay it. Null: it had no price for one of the assets. */
export function recordedDecision(
  evaluation: Evaluation, configuration: PortfolioConfiguration, view: PlanView | null, stepsOf: ReadonlyMap<string, MarketSteps>,
): RecordedDecision | null {
  const { id, input } = evaluation;
  const prices = input.prices.map(({ mid }) => mid);
  if (!prices.every((price) => price !== null)) return null;
  return {
    evaluationId: id, timeMs: input.timeMs, assets: configuration.assets.map(({ base }) => base), prices,
    quantities: input.quantities, cash: input.cash, lastFillMs: input.lastFillMs.map((timeMs) => timeMs ?? -Infinity),
    parameters: { ...configuration.parameters, tradingFee: input.tradingFee },
    outcome: view === null ? { kind: 'hold', reason: evaluation.reason, isGuard: !STRATEGY_HOLDS.has(evaluation.reason) } : outcomeOf(view, stepsOf),
  };
}

function outcomeOf({ plan, intents }: PlanView, stepsOf: ReadonlyMap<string, MarketSteps>): RecordedOutcome {
  const { decision, id: planId, endReason } = plan;
  const trigger = decision.kind === 'initial' ? null : { asset: decision.plan.trigger.asset, kind: decision.plan.trigger.kind };
  return { kind: 'plan', planId, trigger, endReason, legs: intents.map((intent) => legOf(intent, stepsOf)) };
}

function legOf(intent: IntentRecord, stepsOf: ReadonlyMap<string, MarketSteps>): RecordedLeg {
  const { assetIndex: asset, side, state, reason, filledQuantity, filledNotional, feeInQuote, finishedMs: doneMs, marketId } = intent;
  const steps = stepsOf.get(marketId) ?? { quantityStep: 0, valueStep: 0 };
  return { asset, side, state, reason, filledQuantity: Number(filledQuantity), filledNotional: Number(filledNotional), fee: Number(feeInQuote), doneMs, ...steps };
}
