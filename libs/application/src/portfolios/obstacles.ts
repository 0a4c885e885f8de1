import type { PriceFlag } from '#domain';
import { EVALUATION_LIMITS } from '../evaluation/evaluate-portfolio.js';
import { PLAN_LIMITS } from '../execution/plan-limits.js';
import type { EvaluatedPortfolio } from '../evaluation/evaluation-store.port.js';
import { instant } from '../wording/instant.js';

/** Something that stands against trading now, whatever the strategy wants. */
export interface Obstacle {
  readonly code: string;
  readonly detail: string;
}

const STATES: Readonly<Record<EvaluatedPortfolio['state'], string | null>> = {
  created: 'it was never started', running: null, 'buys-paused': 'its purchases are paused: only sales go out', paused: 'it is paused', stopped: 'it is stopped', deleted: 'it is deleted',
};

/** All of them, where an evaluation stops at the first. `flags`: of its prices, in listed order. */
export function obstaclesOf(portfolio: EvaluatedPortfolio, flags: readonly (PriceFlag | null)[], nowMs: number): readonly Obstacle[] {
  return [...ofState(portfolio), ...ofSwitches(portfolio), ...ofAccount(portfolio), ...ofPrices(portfolio, flags), ...ofMarkets(portfolio, nowMs), ...ofPlans(portfolio, nowMs)];
}

function ofState({ state }: EvaluatedPortfolio): readonly Obstacle[] {
  const detail = STATES[state];
  return detail === null ? [] : [{ code: state === 'created' ? 'not-started' : state, detail }];
}

function ofSwitches({ tradingState }: EvaluatedPortfolio): readonly Obstacle[] {
  if (tradingState === 'run') return [];
  return [{ code: tradingState === 'halt' ? 'halted' : 'reduce-only', detail: `a kill switch says ${tradingState}; a person releases it` }];
}

function ofAccount({ account, accountId, mode }: EvaluatedPortfolio): readonly Obstacle[] {
  const said = account.problem === null ? '' : `: ${account.problem}`;
  return [
    // Paper is compared for the first time when its first plan is executed.
    ...(account.isReconciled || (mode === 'paper' && account.problem === null) ? [] : [{ code: 'account-unreconciled', detail: `the books of ${accountId} have not been found equal to the venue's${said}` }]),
    ...(account.openOrderCount > 0 ? [{ code: 'open-orders', detail: `${account.openOrderCount} orders of ${accountId} are open at the venue` }] : []),
  ];
}

function ofPrices({ configuration }: EvaluatedPortfolio, flags: readonly (PriceFlag | null)[]): readonly Obstacle[] {
  return configuration.assets.flatMap(({ base }, asset) => {
    const flag = flags[asset] ?? null;
    return flag === null ? [] : [{ code: `price-${flag}`, detail: `the price of ${base} is ${flag}` }];
  });
}

function ofMarkets({ configuration, markets, quarantinedUntilMs }: EvaluatedPortfolio, nowMs: number): readonly Obstacle[] {
  return configuration.assets.flatMap(({ base, marketId }, asset) => {
    const market = markets[asset] ?? null;
    const untilMs = quarantinedUntilMs[asset] ?? 0;
    const quarantine = untilMs > nowMs ? [{ code: 'market-quarantined', detail: `no plan touches ${base} before ${instant(untilMs)}` }] : [];
    if (market === null) return [{ code: 'rules-missing', detail: `nothing is known of ${marketId}` }, ...quarantine];
    if (!market.isListed) return [{ code: 'market-untradable', detail: `${marketId} is no longer listed` }, ...quarantine];
    const ageMs = nowMs - market.seenMs;
    if (ageMs > PLAN_LIMITS.rulesAgeMs) return [{ code: 'rules-missing', detail: `the rules of ${marketId} are ${Math.floor(ageMs / 60_000)} minutes old` }, ...quarantine];
    return market.tradability.kind === 'tradable' ? quarantine : [{ code: 'market-untradable', detail: market.tradability.detail }, ...quarantine];
  });
}

function ofPlans({ openPlanId, plansLastDay, lastAbortedMs, configuration }: EvaluatedPortfolio, nowMs: number): readonly Obstacle[] {
  const { maxPlansPerDay } = configuration.caps;
  return [
    ...(openPlanId === null ? [] : [{ code: 'plan-open', detail: `plan ${openPlanId} is under way` }]),
    ...(lastAbortedMs === null || nowMs - lastAbortedMs >= EVALUATION_LIMITS.abortPauseMs ? [] : [{ code: 'recently-aborted', detail: 'the last plan was aborted, or could trade nothing, a moment ago' }]),
    ...(plansLastDay < maxPlansPerDay ? [] : [{ code: 'plans-per-day', detail: `${plansLastDay} plans were made within a day, and ${maxPlansPerDay} are allowed` }]),
  ];
}
