import { keyOf, type MemoryDatabase } from '../store/memory-database.js';
import type { AttemptRow, IntentRow, PlanRow, PortfolioRow } from '../store/rows.js';
import type { Violations } from './violations.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Of what floats are rounded by. */
const HAIR = 1e-9;
/** Proven not to have come to be. */
const NOTHING: ReadonlySet<string> = new Set(['not-sent', 'rejected']);

interface Claim {
  readonly attempt: AttemptRow;
  readonly intent: IntentRow;
  readonly plan: PlanRow;
  readonly portfolio: PortfolioRow;
}

/** I8 and I9 at the moment of a claim's commit, from the rows alone: nothing goes out that a person or a cap forbids. */
export function watchClaims(database: MemoryDatabase, violations: Violations): void {
  database.attempts.watch((attempt, before) => {
    if (before !== null) return;
    const intent = database.intents.get(attempt.intentId)!;
    const claim = { attempt, intent, plan: database.plans.get(intent.planId)!, portfolio: database.portfolios.get(attempt.portfolioId)! };
    for (const obstacle of obstaclesTo(database, claim)) violations.report('I8', `${attempt.clientOrderId} was claimed though ${obstacle}`);
    for (const excess of excessesOf(database, claim)) violations.report('I9', `${attempt.clientOrderId} was claimed though ${excess}`);
  });
}

function obstaclesTo(database: MemoryDatabase, { attempt, intent, plan, portfolio }: Claim): string[] {
  const account = database.accounts.get(attempt.accountId)!;
  const switches = [...database.switches.all()].filter(({ isCurrent, scope }) => isCurrent && ['all', `account:${account.id}`, `portfolio:${portfolio.id}`].includes(scope));
  const quarantine = database.quarantines.get(keyOf(account.id, intent.marketId));
  const market = database.markets.get(keyOf(plan.venue, intent.marketId));
  const atMs = attempt.createdMs;
  const isBuy = intent.side === 'buy';
  const obstacles: readonly (readonly [string, boolean])[] = [
    ['a kill switch halts', switches.some(({ state }) => state === 'halt')],
    ['only reductions are allowed', isBuy && switches.some(({ state }) => state === 'reduce-only')],
    [`the portfolio is ${portfolio.state}`, portfolio.state !== 'running' && (isBuy || portfolio.state !== 'buys-paused')],
    [`the account is halted: ${account.haltReason}`, account.haltReason !== null],
    ['the books differ from the venue', account.reconciledMs === null || account.mismatchSinceMs !== null],
    ['the market is in quarantine', quarantine !== undefined && quarantine.untilMs > atMs],
    ['a breaker is open', ['account', 'market'].some((kind) => isOpen(database, kind === 'account' ? `account:${account.id}` : `market:${plan.venue}:${intent.marketId}`, atMs))],
    ['the market is not tradable', market === undefined || !market.isListed || market.tradability.kind === 'untradable'],
    ["the market's rules are old", market !== undefined && atMs - market.seenMs > HOUR_MS],
    ["the plan's deadline has passed", atMs >= plan.deadlineMs],
    [`the plan is ${plan.state}`, plan.state !== 'executing'],
    ['another order of the account is being sent', isBusy(database, intent, atMs)],
  ];
  return obstacles.filter(([, stands]) => stands).map(([what]) => what);
}

function isOpen({ breakers }: MemoryDatabase, key: string, atMs: number): boolean {
  return (breakers.get(key)?.openUntilMs ?? 0) > atMs;
}

function isBusy({ indexes }: MemoryDatabase, intent: IntentRow, atMs: number): boolean {
  return indexes.sendingOfAccount(intent.accountId).some((other) => other.id !== intent.id && (other.leaseUntilMs ?? 0) > atMs);
}

function excessesOf(database: MemoryDatabase, { attempt, plan, portfolio }: Claim): string[] {
  const { indexes } = database;
  const configuration = database.configurations.get(keyOf(portfolio.id, plan.configVersion))!.configuration;
  const newest = database.configurations.get(keyOf(portfolio.id, portfolio.configVersion))!.configuration;
  const { totalValue } = plan.decision;
  const since = (ms: number) => indexes.attemptsSince(portfolio.id, attempt.createdMs - ms).filter(({ state, createdMs }) => !NOTHING.has(state) && createdMs > attempt.createdMs - ms);
  const [lastHour, lastDay] = [sumOf(since(HOUR_MS)), sumOf(since(DAY_MS))];
  const ofPlan = sumOf(indexes.intentsOfPlan(plan.id).flatMap(({ id }) => indexes.attemptsOfIntent(id)).filter(({ state }) => !NOTHING.has(state)));
  return [configuration.caps, newest.caps].flatMap((caps) => [
    over('the order', Number(attempt.notional), caps.maxOrderFraction * totalValue),
    over('the plan', ofPlan, caps.maxPlanFraction * totalValue),
    over('the hour', lastHour, caps.maxHourlyTurnover * totalValue),
    over('the day', lastDay, caps.maxDailyTurnover * totalValue),
    over('the minute', since(MINUTE_MS).length, caps.maxOrdersPerMinute),
  ]).flatMap((excess) => excess ?? []);
}

const sumOf = (attempts: readonly AttemptRow[]): number => attempts.reduce((sum, { notional }) => sum + Number(notional), 0);

function over(what: string, value: number, most: number): string | null {
  return value > most * (1 + HAIR) + HAIR ? `${what} comes to ${value} of at most ${most}` : null;
}
