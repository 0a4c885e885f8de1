import type { CurrentEvaluation, EvaluatedPortfolio, LastEquity, TradingAccount } from '#application';
import { strictest, type PortfolioConfiguration } from '#domain';
import { keyOf, type MemoryDatabase } from './memory-database.js';
import type { HoldingRow, LookRow, PlanRow, PortfolioRow } from './rows.js';

const DAY_MS = 86_400_000;
/** Of plans that are done only those of the last minutes are looked into: what they could not trade then, the next could not either. */
const IN_VAIN_MS = 300_000;

/** All that an evaluation needs of a portfolio, arrays in listed order; with another configuration than its own where one is given. */
export function toEvaluatedPortfolio(database: MemoryDatabase, row: PortfolioRow, look: LookRow, nowMs: number, other?: PortfolioConfiguration): EvaluatedPortfolio {
  const { id, accountId, mode, venue, state, configVersion, isAllocated, capital } = row;
  const configuration = other ?? database.configurations.get(keyOf(id, configVersion))!.configuration;
  return {
    id, accountId, mode, venue, state, configVersion, configuration, isAllocated, capital,
    ...holdingsOf(database, row, configuration),
    ...marketsOf(database, row, configuration, nowMs),
    ...plansOf(database, id, nowMs),
    tradingState: tradingStateOf(database, row),
    account: accountOf(database.accounts.get(accountId)!),
    lookSeq: look.lookSeq, lastLookMs: look.lastLookMs, lookRequestedMs: look.lookRequestedMs,
    current: currentOf(database, look), lastEquity: lastEquityOf(database, row),
    flowsTotal: database.flows.get(id)?.total ?? 0,
  };
}

type Holdings = Pick<EvaluatedPortfolio, 'quantities' | 'cash' | 'lastFillMs' | 'otherHoldings'>;

function holdingsOf({ holdings, indexes }: MemoryDatabase, { id, accountId }: PortfolioRow, { assets, quote }: PortfolioConfiguration): Holdings {
  const held = (asset: string): HoldingRow | undefined => holdings.get(keyOf(accountId, id, asset));
  const listed = new Set([quote, ...assets.map(({ base }) => base)]);
  const others = indexes.holdingsOfPortfolio(id).filter((one) => one.accountId === accountId && !listed.has(one.asset) && one.quantity !== '0');
  return {
    quantities: assets.map(({ base }) => held(base)?.quantity ?? '0'),
    cash: held(quote)?.quantity ?? '0',
    lastFillMs: assets.map(({ base }) => held(base)?.lastFillMs ?? null),
    otherHoldings: others.map(({ asset, quantity }) => ({ asset, quantity })),
  };
}

type Markets = Pick<EvaluatedPortfolio, 'markets' | 'quarantinedUntilMs'>;

function marketsOf({ markets, quarantines }: MemoryDatabase, { accountId, venue }: PortfolioRow, { assets }: PortfolioConfiguration, nowMs: number): Markets {
  return {
    markets: assets.map(({ marketId }) => {
      const known = markets.get(keyOf(venue, marketId));
      return known === undefined ? null : { rules: known.rules, tradability: known.tradability, isListed: known.isListed, seenMs: known.seenMs };
    }),
    quarantinedUntilMs: assets.map(({ marketId }) => {
      const untilMs = quarantines.get(keyOf(accountId, marketId))?.untilMs ?? null;
      return untilMs === null || untilMs <= nowMs ? null : untilMs;
    }),
  };
}

type Plans = Pick<EvaluatedPortfolio, 'openPlanId' | 'plansLastDay' | 'lastAbortedMs'>;

function plansOf(database: MemoryDatabase, portfolioId: string, nowMs: number): Plans {
  const { indexes } = database;
  const recent = indexes.plansSince(portfolioId, nowMs - DAY_MS).filter(({ createdMs }) => createdMs > nowMs - DAY_MS);
  const inVainMs = recent.filter((plan) => isInVain(database, plan, nowMs)).map(({ finishedMs }) => finishedMs!);
  return {
    openPlanId: indexes.openPlansOfPortfolio(portfolioId)[0]?.id ?? null,
    plansLastDay: recent.filter((plan) => countsAsPlan(database, plan)).length,
    lastAbortedMs: inVainMs.length === 0 ? null : Math.max(...inVainMs),
  };
}

/** A plan that was aborted before anything of it was sent counts against no limit. */
function countsAsPlan({ indexes }: MemoryDatabase, { id, state }: PlanRow): boolean {
  if (state !== 'aborted') return true;
  return indexes.intentsOfPlan(id).some((leg) => indexes.attemptsOfIntent(leg.id).some((sent) => sent.state !== 'not-sent' && sent.state !== 'rejected'));
}

function isInVain({ indexes }: MemoryDatabase, { id, state, finishedMs }: PlanRow, nowMs: number): boolean {
  if (state === 'aborted') return true;
  return state === 'done' && finishedMs! > nowMs - IN_VAIN_MS && indexes.intentsOfPlan(id).every(({ filledQuantity }) => filledQuantity === '0');
}

function tradingStateOf({ indexes }: MemoryDatabase, { id, accountId }: PortfolioRow): EvaluatedPortfolio['tradingState'] {
  const scopes = ['all', `account:${accountId}`, `portfolio:${id}`];
  return strictest(scopes.flatMap((scope) => indexes.currentSwitchOf(scope).map(({ state }) => state)));
}

function accountOf(account: TradingAccount): EvaluatedPortfolio['account'] {
  const problem = problemOf(account);
  return { isReconciled: problem === null, openOrderCount: account.openOrderCount, problem };
}

/** Paper's books begin with the venue's side of them, so they count as equal until they are seen to differ. */
function problemOf({ id, mode, haltReason, mismatchSinceMs, reconciledMs }: TradingAccount): string | null {
  if (haltReason !== null) return `account ${id} is halted: ${haltReason}`;
  if (mismatchSinceMs !== null) return `the books of account ${id} differ from the venue since ${new Date(mismatchSinceMs).toISOString()}`;
  return mode === 'live' && reconciledMs === null ? `the books of account ${id} have not been compared with the venue yet` : null;
}

function currentOf({ evaluations }: MemoryDatabase, { evaluationId }: LookRow): CurrentEvaluation | null {
  const open = evaluationId === null ? undefined : evaluations.get(evaluationId);
  if (open === undefined) return null;
  const { id, kind, reason, subject, configVersion } = open;
  return { evaluationId: id, kind, reason, subject, configVersion };
}

function lastEquityOf(database: MemoryDatabase, { id, configVersion }: PortfolioRow): LastEquity | null {
  const last = database.newestEquity.get(id);
  if (last === undefined) return null;
  const { atMs, equity, returnIndex, peakIndex, flowsTotal } = database.equity.get(keyOf(id, last.atMs))!;
  return { atMs, equity, returnIndex, peakIndex, flowsTotal, isOfOtherBasket: isOfOtherBasket(database, id, last.configVersion, configVersion) };
}

/** The order of the assets does not matter to their worth. */
function isOfOtherBasket({ configurations }: MemoryDatabase, portfolioId: string, before: number, now: number): boolean {
  const [was, current] = [before, now].map((version) => configurations.get(keyOf(portfolioId, version)));
  if (before === now || was === undefined || current === undefined) return false;
  const [one, other] = [was, current].map(({ configuration }) => new Set(configuration.assets.map(({ base, marketId }) => keyOf(base, marketId))));
  return one!.size !== other!.size || [...one!].some((asset) => !other!.has(asset));
}
