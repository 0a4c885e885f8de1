import { PRICE_LIMITS, type PriceFlag } from '#domain';
import { PLAN_LIMITS } from '../execution/plan-limits.js';
import type { EvaluatedPortfolio, KnownRules } from './evaluation-store.port.js';
import type { EvaluationHold, EvaluationInput, GuardReason } from './evaluation.js';

export interface GuardFacts {
  readonly portfolio: EvaluatedPortfolio;
  readonly input: EvaluationInput;
  /** Below the peak, net of flows, as a fraction of it; null: the portfolio cannot be valued now. */
  readonly drawdown: number | null;
  /** For so long after a plan was aborted no other is made: what stopped it is likely to stop the next one. */
  readonly abortPauseMs: number;
}

/** As long as the database keeps it. */
const LONGEST_SUBJECT = 300;

interface Obstacle {
  readonly reason: GuardReason;
  readonly detail: string;
  /** Left out: the reason is about the portfolio as a whole. */
  readonly subject?: string | undefined;
}

type Guard = (facts: GuardFacts) => Obstacle | null;

/** The first of the guards that stands against trading, whatever the strategy wants; null: none does. */
export function guardEvaluation(facts: GuardFacts): EvaluationHold | null {
  for (const guard of GUARDS) {
    const obstacle = guard(facts);
    if (obstacle !== null) return { kind: 'hold', ...obstacle, subject: obstacle.subject ?? null, declined: [] };
  }
  return null;
}

/** Reduce-only is judged by what is decided: see `restrict`. The file that halts everything is the executor's to look at. */
const halted: Guard = ({ portfolio }) =>
  portfolio.tradingState === 'halt' ? { reason: 'halted', detail: 'a kill switch halts trading' } : null;

const paused: Guard = ({ portfolio: { state } }) =>
  state === 'running' || state === 'buys-paused' ? null : { reason: 'paused', detail: `the portfolio is ${state}`, subject: state };

const planOpen: Guard = ({ portfolio: { openPlanId } }) =>
  openPlanId === null ? null : { reason: 'plan-open', detail: `plan ${openPlanId} is under way`, subject: openPlanId };

const unreconciled: Guard = ({ portfolio: { account } }) =>
  account.isReconciled ? null : { reason: 'account-unreconciled', detail: account.problem ?? 'the account is not reconciled', subject: account.problem?.slice(0, LONGEST_SUBJECT) };

const openOrders: Guard = ({ portfolio: { account, accountId } }) =>
  account.openOrderCount === 0 ? null : { reason: 'open-orders', detail: `account ${accountId} has ${account.openOrderCount} open orders at the venue` };

const rulesMissing: Guard = ({ portfolio, input: { timeMs } }) => ofAssets(portfolio, (asset) => {
  const market = portfolio.markets[asset] ?? null;
  const { marketId } = portfolio.configuration.assets[asset]!;
  if (market === null) return { reason: 'rules-missing', detail: `nothing is known of market ${marketId}` };
  const ageMs = timeMs - market.seenMs;
  return ageMs > PLAN_LIMITS.rulesAgeMs ? { reason: 'rules-missing', detail: `the rules of ${marketId} are ${Math.floor(ageMs / 60_000)} minutes old` } : null;
});

const untradable: Guard = ({ portfolio }) => ofAssets(portfolio, (asset) => {
  const detail = untradableBecause(portfolio.markets[asset]!);
  return detail === null ? null : { reason: 'market-untradable', detail };
});

function untradableBecause({ rules, tradability, isListed }: KnownRules): string | null {
  if (!isListed) return `${rules.marketId} is no longer listed`;
  return tradability.kind === 'untradable' ? tradability.detail : null;
}

const quarantined: Guard = ({ portfolio, input: { timeMs } }) => ofAssets(portfolio, (asset) => {
  const untilMs = portfolio.quarantinedUntilMs[asset] ?? null;
  if (untilMs === null || untilMs <= timeMs) return null;
  const { marketId } = portfolio.configuration.assets[asset]!;
  return { reason: 'market-quarantined', detail: `${marketId} is left alone until ${new Date(untilMs).toISOString()}, since the end of an order there was not known` };
});

/** A price from the future means that one of the clocks is wrong, and then no age of a price can be told. */
const clockSuspect: Guard = ({ portfolio, input: { prices, timeMs } }) => ofAssets(portfolio, (asset, base) => {
  const aheadMs = (prices[asset]!.exchangeMs ?? timeMs) - timeMs;
  return aheadMs > PRICE_LIMITS.futureMs ? { reason: 'clock-suspect', detail: `the price of ${base} is dated ${aheadMs} ms ahead of the venue's clock as it is known here` } : null;
});

const priceFlagged: Guard = ({ portfolio, input: { prices, timeMs } }) => ofAssets(portfolio, (asset, base) => {
  const { flag, exchangeMs } = prices[asset]!;
  if (flag === null) return null;
  const age = exchangeMs === null ? '' : `; the last good one is ${((timeMs - exchangeMs) / 1_000).toFixed(1)} s old`;
  return { reason: `price-${flag}`, detail: `${PRICE_FAULTS[flag]} ${base}${age}` };
});

const PRICE_FAULTS: Readonly<Record<PriceFlag, string>> = {
  stale: 'no fresh price of', frozen: 'the quote does not change of', spiking: 'an unconfirmed jump in the price of', invalid: 'no valid quote of',
  future: 'a quote from the future of', missing: 'no price of',
};

const recentlyAborted: Guard = ({ portfolio: { lastAbortedMs }, input: { timeMs }, abortPauseMs }) =>
  lastAbortedMs === null || timeMs - lastAbortedMs >= abortPauseMs
    ? null
    : { reason: 'recently-aborted', detail: `the last plan was aborted, or could trade nothing; the next is made ${abortPauseMs / 1_000} s after that at the soonest` };

const plansPerDay: Guard = ({ portfolio: { plansLastDay, configuration: { caps } } }) =>
  plansLastDay < caps.maxPlansPerDay ? null : { reason: 'plans-per-day', detail: `${plansLastDay} plans were made within a day, of maxPlansPerDay ${caps.maxPlansPerDay}` };

const drawdownExceeded: Guard = ({ portfolio, drawdown }) =>
  isDrawdownExceeded(portfolio, drawdown)
    ? { reason: 'drawdown', detail: `the equity is ${(100 * drawdown!).toFixed(2)} % below its peak, beyond maxDrawdown ${portfolio.configuration.caps.maxDrawdown}` }
    : null;

export function isDrawdownExceeded({ configuration: { caps } }: EvaluatedPortfolio, drawdown: number | null): boolean {
  return caps.maxDrawdown !== null && drawdown !== null && drawdown > caps.maxDrawdown;
}

/** In this order: what a person did comes before what is wrong, and what is wrong with the account before what is wrong with an asset. */
const GUARDS: readonly Guard[] = [
  halted, paused, planOpen, unreconciled, openOrders, rulesMissing, untradable, quarantined, clockSuspect, priceFlagged, recentlyAborted, plansPerDay, drawdownExceeded,
];

/** The first asset in listed order with the fault. */
function ofAssets({ configuration: { assets } }: EvaluatedPortfolio, faultOf: (asset: number, base: string) => Obstacle | null): Obstacle | null {
  for (const [asset, { base }] of assets.entries()) {
    const fault = faultOf(asset, base);
    if (fault !== null) return { subject: base, ...fault };
  }
  return null;
}
