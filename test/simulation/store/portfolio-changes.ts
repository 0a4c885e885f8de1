import type { ChangeOutcome, CreateOutcome, FundsOutcome, NewPortfolio, Portfolio } from '#application';
import { canChangeState, needsPrices, type DecimalText, type PortfolioConfiguration, type PortfolioState } from '#domain';
import { anAccount } from './memory-account-store.js';
import type { MemoryDatabase } from './memory-database.js';
import { replaceWatches } from './memory-price-watch-store.js';
import { give, heldBy, take, takeAll, unassignedOf, type Available } from './portfolio-money.js';
import { readPortfolio } from './read-portfolio.js';

const FIRST_VERSION = 1;

interface Act {
  readonly atMs: number;
  readonly by: string;
}

/** Whoever asks for the same id again is told of the one that it made. In the caller's transaction, as all here. */
export function createPortfolio(database: MemoryDatabase, portfolio: NewPortfolio): CreateOutcome {
  const { id, name, configuration, capital, createdMs, createdBy } = portfolio;
  const earlier = readPortfolio(database, id);
  if (earlier !== null) return { kind: 'created', portfolio: earlier };
  if (database.indexes.portfolioOfName(name).length > 0) return { kind: 'name-taken' };
  const refusal = portfolio.mode === 'paper' ? openPaperAccount(database, portfolio) : checkLiveAccount(database, portfolio);
  if (refusal !== null) return refusal;
  insertPortfolio(database, portfolio);
  give(database, portfolio, configuration.quote, capital, { key: `created:${id}`, atMs: createdMs, by: createdBy });
  watchPrices(database, { ...portfolio, state: 'created' });
  return { kind: 'created', portfolio: readPortfolio(database, id)! };
}

function openPaperAccount({ accounts }: MemoryDatabase, { accountId, venue, createdMs }: NewPortfolio): null {
  if (accounts.get(accountId) === undefined) accounts.insert(anAccount({ id: accountId, mode: 'paper', venue }, createdMs));
  return null;
}

function checkLiveAccount(database: MemoryDatabase, { accountId, venue, configuration, capital }: NewPortfolio): CreateOutcome | null {
  const account = database.accounts.get(accountId);
  if (account === undefined || account.mode !== 'live' || account.venue !== venue) return { kind: 'no-account' };
  const { quantity, isEnough } = unassignedOf(database, accountId, configuration.quote, capital);
  return isEnough ? null : { kind: 'insufficient-balance', unassigned: quantity };
}

function insertPortfolio({ portfolios, configurations, looks }: MemoryDatabase, portfolio: NewPortfolio): void {
  const { id, name, mode, venue, accountId, shard, configuration, configSha256, capital, createdMs, createdBy } = portfolio;
  portfolios.insert({
    id, name, mode, venue, accountId, state: 'created', stateReason: null, shard, configVersion: FIRST_VERSION, capital, isAllocated: false, version: 1,
    createdMs, changedMs: createdMs, changedBy: createdBy,
  });
  configurations.insert({ portfolioId: id, version: FIRST_VERSION, configuration, sha256: configSha256, createdMs, createdBy });
  looks.insert({ portfolioId: id, lookSeq: 0, lastLookMs: null, nextLookMs: null, lookRequestedMs: null, evaluationId: null, evaluationLooks: 0 });
}

export function changeState(
  database: MemoryDatabase, id: string, expectedVersion: number, to: { readonly state: PortfolioState; readonly reason: string | null }, act: Act,
): ChangeOutcome {
  const seen = readPortfolio(database, id);
  if (seen === null) return { kind: 'not-found' };
  if (seen.version !== expectedVersion) return { kind: 'version-mismatch', portfolio: seen };
  if (seen.state === to.state) return { kind: 'changed', portfolio: seen };
  if (!canChangeState(seen.state, to.state)) return { kind: 'illegal', from: seen.state, to: to.state };
  const planId = to.state === 'deleted' ? openPlanOf(database, id) : null;
  if (planId !== null) return { kind: 'plan-open', planId };
  if (to.state === 'deleted') takeAll(database, seen, { key: `deleted:${id}`, ...act });
  database.portfolios.update(id, { state: to.state, stateReason: to.reason, changedMs: act.atMs, changedBy: act.by });
  return { kind: 'changed', portfolio: afterChange(database, id, act) };
}

export function changeConfiguration(
  database: MemoryDatabase, id: string, expectedVersion: number, next: { readonly configuration: PortfolioConfiguration; readonly sha256: string }, act: Act,
): ChangeOutcome {
  const seen = readPortfolio(database, id);
  if (seen === null || seen.state === 'deleted') return { kind: 'not-found' };
  if (seen.version !== expectedVersion) return { kind: 'version-mismatch', portfolio: seen };
  const planId = isSameBasket(seen.configuration, next.configuration) ? null : openPlanOf(database, id);
  if (planId !== null) return { kind: 'plan-open', planId };
  const version = seen.configVersion + 1;
  database.configurations.insert({ portfolioId: id, version, ...next, createdMs: act.atMs, createdBy: act.by });
  database.portfolios.update(id, { configVersion: version, changedMs: act.atMs, changedBy: act.by });
  return { kind: 'changed', portfolio: afterChange(database, id, act) };
}

export function moveFunds(database: MemoryDatabase, id: string, quantity: DecimalText, moveId: string, act: Act): FundsOutcome {
  const seen = readPortfolio(database, id);
  if (seen === null || seen.state === 'deleted') return { kind: 'not-found' };
  const key = `move:${id}:${moveId}`;
  if (database.ledger.get(key) !== undefined) return { kind: 'moved', portfolio: seen };
  const planId = openPlanOf(database, id);
  if (planId !== null) return { kind: 'plan-open', planId };
  const { quote } = seen.configuration;
  const isTaken = quantity.startsWith('-');
  const moved = isTaken ? quantity.slice(1) : quantity;
  const source = isTaken ? heldBy(database, seen, quote, moved) : sourceOf(database, seen, moved);
  if (!source.isEnough) return { kind: 'insufficient-balance', available: source.quantity };
  (isTaken ? take : give)(database, seen, quote, moved, { key, ...act });
  database.portfolios.update(id, { changedMs: act.atMs, changedBy: act.by });
  return { kind: 'moved', portfolio: afterChange(database, id, act) };
}

/** Play money has no end. */
function sourceOf(database: MemoryDatabase, { mode, accountId, configuration }: Portfolio, wanted: DecimalText): Available {
  return mode === 'paper' ? { quantity: wanted, isEnough: true } : unassignedOf(database, accountId, configuration.quote, wanted);
}

/** Asks for a look too, and takes a number: whatever was decided about the portfolio as it was before can no longer be stored. */
function afterChange(database: MemoryDatabase, id: string, { atMs }: Act): Portfolio {
  const changed = readPortfolio(database, id)!;
  watchPrices(database, changed);
  const look = database.looks.get(id);
  if (look !== undefined) database.looks.update(id, { lookSeq: look.lookSeq + 1, lookRequestedMs: Math.max(look.lookRequestedMs ?? atMs, atMs) });
  return changed;
}

function watchPrices(database: MemoryDatabase, { id, venue, state, shard, configuration }: Pick<Portfolio, 'id' | 'venue' | 'state' | 'shard' | 'configuration'>): void {
  replaceWatches(database, venue, id, needsPrices(state) ? configuration.assets.map(({ marketId }) => ({ marketId, shard })) : []);
}

const openPlanOf = ({ indexes }: MemoryDatabase, portfolioId: string): string | null => indexes.openPlansOfPortfolio(portfolioId)[0]?.id ?? null;

const basketOf = ({ quote, assets }: PortfolioConfiguration): string => [quote, ...assets.map(({ base, marketId }) => `${base} ${marketId}`)].join();

const isSameBasket = (one: PortfolioConfiguration, other: PortfolioConfiguration): boolean => basketOf(one) === basketOf(other);
