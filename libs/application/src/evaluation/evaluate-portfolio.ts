import { insaneBecause, nextReturnIndex, purchasesOf, decimalText, valueHoldings, type LatestPrice, type PlanDecision, type PortfolioSnapshot, type StrategyParameters } from '#domain';
import { decideFromInput, decidingParameters } from './decide-from-input.js';
import { inputOf, snapshotOf } from './evaluation-input.js';
import type { CurrentEvaluation, EvaluatedPortfolio, NewEquityPoint } from './evaluation-store.port.js';
import type { EvaluationHold, EvaluationInput, EvaluationOutcome, EvaluationPlan, GuardReason } from './evaluation.js';
import { guardEvaluation, isDrawdownExceeded } from './guard-evaluation.js';

export interface EvaluationLimits {
  readonly abortPauseMs: number;
}

export interface EvaluatedLook {
  readonly input: EvaluationInput;
  readonly outcome: EvaluationOutcome;
  /** To be stored: a minute has begun since the last point, or money has come in or gone out. */
  readonly equity: NewEquityPoint | null;
  /** Trading is to be halted for it: it has lost more than its owner allows. */
  readonly mustHalt: boolean;
}

export const EVALUATION_LIMITS: EvaluationLimits = { abortPauseMs: 30_000 };

const POINT_EVERY_MS = 60_000;

/**
 * One look at a portfolio: what stands against trading, else what the strategy decides. Pure.
 * @param prices in listed order; null: none is known
 * @param timeMs the venue's
 */
export function evaluatePortfolio(portfolio: EvaluatedPortfolio, prices: readonly (LatestPrice | null)[], timeMs: number, { abortPauseMs }: EvaluationLimits): EvaluatedLook {
  const input = inputOf(portfolio, prices, timeMs);
  const snapshot = snapshotOf(input, portfolio.configuration);
  const standing = snapshot === null || !portfolio.account.isReconciled ? null : standingOf(portfolio, snapshot);
  const drawdown = standing?.drawdown ?? null;
  const outcome = guardEvaluation({ portfolio, input, drawdown, abortPauseMs }) ?? decide(portfolio, input, snapshot!);
  const isTraded = portfolio.state === 'running' || portfolio.state === 'buys-paused';
  return {
    input, outcome, equity: standing === null || !isPointDue(portfolio, standing.point, timeMs) ? null : standing.point,
    mustHalt: isTraded && portfolio.tradingState !== 'halt' && isDrawdownExceeded(portfolio, drawdown),
  };
}

/** Whether a hold only goes on. */
export function isFolded(current: CurrentEvaluation | null, outcome: EvaluationOutcome, configVersion: number): boolean {
  if (current === null || current.kind !== 'hold' || outcome.kind !== 'hold') return false;
  return current.reason === outcome.reason && current.subject === outcome.subject && current.configVersion === configVersion;
}

function decide(portfolio: EvaluatedPortfolio, input: EvaluationInput, snapshot: PortfolioSnapshot): EvaluationOutcome {
  const outcome = decideFromInput(input, portfolio.configuration)!;
  if (outcome.kind === 'hold') return outcome;
  const parameters = decidingParameters(input, portfolio.configuration);
  const insane = insaneBecause(outcome.decision, { ...portfolio.configuration, parameters }, snapshot);
  if (insane !== null) return heldBack(outcome, 'failed-sanity', `a plan that must be wrong was held back: ${insane}`);
  return restrict(portfolio, outcome, parameters);
}

/**
 * What may be traded of a plan. Where purchases are paused, plans that are made for their sake (the start's, and those for an
 * asset that fell behind, whose sales only raise money for it) wait; one that cuts an asset back sells, and the executor, which
 * sees the portfolio's state, skips its purchases. A kill switch at reduce-only is stricter: no plan with any purchase.
 */
export function restrict({ state, tradingState }: EvaluatedPortfolio, outcome: EvaluationPlan, parameters: StrategyParameters): EvaluationOutcome {
  const { reason, decision } = outcome;
  if (tradingState === 'reduce-only' && wantsPurchases(decision, parameters)) {
    return heldBack(outcome, 'halted', 'a kill switch allows sales only, and the plan has purchases');
  }
  if (state === 'buys-paused' && (reason === 'initial' || reason === 'downside')) return heldBack(outcome, 'paused', 'buys are paused');
  return outcome;
}

function wantsPurchases(decision: PlanDecision, parameters: StrategyParameters): boolean {
  const sold = decision.kind === 'initial' ? 0 : decision.plan.sales.reduce((sum, { value }) => sum + value, 0);
  return purchasesOf(decision, decimalText(sold * (1 - parameters.tradingFee)), parameters).some(({ take }) => take === 'buy');
}

function heldBack({ reason: wanted, subject: about, detail: why, declined }: EvaluationPlan, reason: GuardReason, detail: string): EvaluationHold {
  const subject = about === null ? wanted : `${about} ${wanted}`;
  return { kind: 'hold', reason, detail: why === null ? detail : `${detail} (${why})`, subject, declined };
}

interface Standing {
  readonly drawdown: number;
  readonly point: NewEquityPoint;
}

/** Assets beside the basket are no part of it: they are not priced. What leaves it or joins it with a change of the basket flows out or in. */
function standingOf({ lastEquity, flowsTotal, configVersion }: EvaluatedPortfolio, snapshot: PortfolioSnapshot): Standing {
  const equity = valueHoldings(snapshot).totalValue;
  const flows = lastEquity === null ? 0 : lastEquity.isOfOtherBasket ? equity - lastEquity.equity : flowsTotal - lastEquity.flowsTotal;
  const { returnIndex, peakIndex, drawdown } = nextReturnIndex(lastEquity, equity, flows);
  return { drawdown, point: { equity, cash: snapshot.cash, flows, flowsTotal, returnIndex, peakIndex, configVersion } };
}

function isPointDue({ lastEquity }: EvaluatedPortfolio, { flows }: NewEquityPoint, timeMs: number): boolean {
  if (lastEquity === null || lastEquity.isOfOtherBasket || flows !== 0) return true;
  return Math.floor(timeMs / POINT_EVERY_MS) > Math.floor(lastEquity.atMs / POINT_EVERY_MS);
}
