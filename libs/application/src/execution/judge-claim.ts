import {
  cashFloorOf, exceededCap, parametersFor, sizePurchase, sizePurchaseOrder, sizeSale, strictest, stricterCaps,
  type MarketRules, type PlanEndReason, type SizedOrder,
} from '#domain';
import type { ClaimFacts, ClaimVerdict } from './execution-store.port.js';
import type { PLAN_LIMITS } from './plan-limits.js';

/** What a claim rests upon beside the rows: read right before it. */
export interface ClaimContext {
  readonly nowMs: number;
  /** The venue's time; what is sent is signed with it. */
  readonly exchangeNowMs: number;
  readonly receiveWindowMs: number;
  readonly isHaltFileThere: boolean;
  /** By the order book, for the books. */
  readonly expected: { readonly mid: number; readonly averagePrice: number; readonly slippage: number };
  readonly limits: Pick<typeof PLAN_LIMITS, 'rulesAgeMs'>;
}

type Market = NonNullable<ClaimFacts['market']>;
type Guard = (facts: ClaimFacts, context: ClaimContext) => ClaimVerdict | null;

/** Rules that are too old are fetched by whoever watches the venue; it takes a moment. */
const RULES_WAIT_MS = 5_000;

/** In this order: what stops all of the plan before what stops one leg, and that before what merely takes time. */
const GUARDS: readonly Guard[] = [haltGuard, portfolioGuard, accountGuard, deadlineGuard, reduceOnlyGuard, buysPausedGuard, quarantineGuard, breakerGuard];

/** Whether an order may go out, and as what, by all that the locked rows say. */
export function judgeClaim(facts: ClaimFacts, context: ClaimContext): ClaimVerdict {
  for (const guard of GUARDS) {
    const verdict = guard(facts, context);
    if (verdict !== null) return verdict;
  }
  const { market } = facts;
  if (market === null) return skip('market-untradable: nothing is known of the market');
  return marketGuard(market, context) ?? sizedOrder(facts, market.rules, context);
}

function haltGuard({ tradingState }: ClaimFacts, { isHaltFileThere }: ClaimContext): ClaimVerdict | null {
  if (strictest([tradingState, isHaltFileThere ? 'halt' : 'run']) !== 'halt') return null;
  return endPlan('halted', isHaltFileThere ? 'the halt file is there' : 'a kill switch says halt');
}

function portfolioGuard({ portfolioState }: ClaimFacts): ClaimVerdict | null {
  if (portfolioState === 'running' || portfolioState === 'buys-paused') return null;
  return endPlan(portfolioState === 'paused' ? 'paused' : 'stopped', `the portfolio is ${portfolioState}`);
}

function accountGuard({ account }: ClaimFacts): ClaimVerdict | null {
  if (account.haltReason !== null) return endPlan('account-unreconciled', `the account is halted: ${account.haltReason}`);
  return account.isReconciled ? null : endPlan('account-unreconciled', "the account's books differ from its venue");
}

function deadlineGuard({ plan }: ClaimFacts, { nowMs }: ClaimContext): ClaimVerdict | null {
  return nowMs < plan.deadlineMs ? null : endPlan('deadline', "the plan's deadline has passed");
}

function reduceOnlyGuard({ tradingState, intent }: ClaimFacts): ClaimVerdict | null {
  return tradingState === 'reduce-only' && intent.side === 'buy' ? skip('reduce-only') : null;
}

function buysPausedGuard({ portfolioState, intent }: ClaimFacts): ClaimVerdict | null {
  return portfolioState === 'buys-paused' && intent.side === 'buy' ? skip('buys-paused') : null;
}

function quarantineGuard({ quarantinedUntilMs, intent }: ClaimFacts, { nowMs }: ClaimContext): ClaimVerdict | null {
  if (quarantinedUntilMs === null || quarantinedUntilMs <= nowMs) return null;
  return endPlan('leg-dead', `${intent.marketId} is in quarantine after an order of unknown fate`);
}

function breakerGuard({ breakerOpenUntilMs }: ClaimFacts, { nowMs }: ClaimContext): ClaimVerdict | null {
  if (breakerOpenUntilMs === null || breakerOpenUntilMs <= nowMs) return null;
  return { kind: 'wait', untilMs: breakerOpenUntilMs, reason: 'a breaker is open' };
}

function marketGuard({ tradability, seenMs }: Market, { nowMs, limits }: ClaimContext): ClaimVerdict | null {
  if (tradability.kind === 'untradable') return skip(`market-untradable: ${tradability.detail}`);
  if (nowMs - seenMs <= limits.rulesAgeMs) return null;
  return { kind: 'wait', untilMs: nowMs + RULES_WAIT_MS, reason: `the market's rules are ${Math.round((nowMs - seenMs) / 60_000)} min old` };
}

function sizedOrder(facts: ClaimFacts, rules: MarketRules, context: ClaimContext): ClaimVerdict {
  const sized = facts.intent.side === 'sell' ? sizedSale(facts, rules) : sizedPurchase(facts, rules);
  if (sized.kind === 'too-small') return skip(sized.reason);
  const caps = stricterCaps(facts.configuration.caps, facts.currentCaps);
  const exceeded = exceededCap(facts.usage, sized.notional, facts.plan.decision.totalValue, caps);
  if (exceeded !== null) return endPlan('cap-exceeded', exceeded.detail);
  const { exchangeNowMs: signMs, receiveWindowMs } = context;
  return { kind: 'send', terms: sized.terms, notional: sized.notional, signMs, receiveWindowMs, facts: checkedFacts(facts, context) };
}

function sizedSale({ intent, configuration, quantityHeld }: ClaimFacts, rules: MarketRules): SizedOrder {
  return sizeSale({ quantity: intent.quantity!, held: quantityHeld, price: intent.refPrice, rules, ...configuration.execution });
}

type SizedLeg = SizedOrder | { readonly kind: 'too-small'; readonly reason: string };

function sizedPurchase({ intent, plan, configuration, cashHeld }: ClaimFacts, rules: MarketRules): SizedLeg {
  const parameters = parametersFor(plan.mode, configuration.parameters, [rules]);
  const purchase = sizePurchase(Number(intent.quoteValue), Number(cashHeld), cashFloorOf(plan.decision), parameters);
  if (purchase.take === 'skip') return { kind: 'too-small', reason: purchase.reason };
  return sizePurchaseOrder({ value: purchase.value, price: intent.refPrice, rules, ...configuration.execution });
}

/** What an auditor would ask about first. */
function checkedFacts(facts: ClaimFacts, { expected }: ClaimContext): Readonly<Record<string, unknown>> {
  const { tradingState, portfolioState, quantityHeld, cashHeld, usage, market } = facts;
  return { tradingState, portfolioState, quantityHeld, cashHeld, usage, rulesSeenMs: market?.seenMs, expected };
}

function skip(reason: string): ClaimVerdict {
  return { kind: 'skip', reason };
}

function endPlan(endReason: PlanEndReason, reason: string): ClaimVerdict {
  return { kind: 'end-plan', endReason, reason };
}
