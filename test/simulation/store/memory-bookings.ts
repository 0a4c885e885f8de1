import type { BookingRequest, BookingResult, ExecutionStore, FillBooking } from '#application';
import { isMore, plus, productOf, sumOfAmounts } from './amounts.js';
import { newestOf } from './memory-claims.js';
import { keyOf, type MemoryDatabase } from './memory-database.js';
import { compareTexts, inOrder } from './records.js';
import { refuse } from './refused.js';
import type { FillRow, IntentRow } from './rows.js';
import { postTransaction } from './writers.js';

/** Fills, ledger, holdings, and what the intents have filled; those that are known already change nothing. @throws RangeError for a fill of another market */
export function bookFills(database: MemoryDatabase, request: BookingRequest): BookingResult {
  const { marketId, fills } = request;
  const stray = fills.find(({ fill }) => fill.marketId !== marketId);
  if (stray !== undefined) throw new RangeError(`fill ${stray.fill.venueTradeId} is of ${stray.fill.marketId}, and ${marketId} was to be booked`);
  const booked = inOrder(newOnes(database, request), ({ fill }) => fill.filledMs, ({ fill }) => fill.venueTradeId);
  const rows = booked.map((booking) => bookFill(database, request, booking));
  for (const booking of booked) post(database, request, booking);
  const intentIds = addToIntents(database, rows, booked, request.nowMs);
  moveWatermark(database, request);
  return { booked: booked.length, overfilled: intentIds.filter((id) => isOverfilled(database, database.intents.get(id)!)).toSorted(compareTexts) };
}

function newOnes({ fills }: MemoryDatabase, request: BookingRequest): FillBooking[] {
  const given = new Map<string, FillBooking>();
  for (const booking of request.fills) {
    const { venueTradeId } = booking.fill;
    const isKnown = fills.get(keyOf(request.accountId, request.marketId, venueTradeId)) !== undefined;
    if (!isKnown && !given.has(venueTradeId)) given.set(venueTradeId, booking);
  }
  return [...given.values()];
}

const bookFill = ({ fills }: MemoryDatabase, { accountId, marketId, nowMs }: BookingRequest, { fill, clientOrderId, portfolioId }: FillBooking): FillRow =>
  fills.insert({ accountId, marketId, fill, clientOrderId, portfolioId, bookedMs: nowMs });

function post(database: MemoryDatabase, { accountId, marketId, nowMs }: BookingRequest, { fill, clientOrderId, postings }: FillBooking): void {
  const key = `fill:${accountId}:${marketId}:${fill.venueTradeId}`;
  const isNew = postTransaction(database, { key, accountId, kind: clientOrderId === null ? 'external-fill' : 'fill', occurredMs: fill.filledMs, bookedMs: nowMs, memo: null, postings });
  if (!isNew) refuse(`${key} is in the ledger, and its fill is not in the books`);
}

/** An order that ended without a fill, and has one after all, has ended partly filled. Returns the intents. */
function addToIntents(database: MemoryDatabase, rows: readonly FillRow[], booked: readonly FillBooking[], nowMs: number): string[] {
  const ofIntent = new Map<string, { readonly row: FillRow; readonly quote: string }[]>();
  for (const [index, row] of rows.entries()) {
    if (row.clientOrderId === null) continue;
    const { intentId } = database.attempts.get(row.clientOrderId)!;
    ofIntent.set(intentId, [...(ofIntent.get(intentId) ?? []), { row, quote: booked[index]!.quote }]);
  }
  for (const [intentId, added] of ofIntent) {
    const intent = database.intents.get(intentId)!;
    database.intents.update(intentId, {
      filledQuantity: plus(intent.filledQuantity, sumOfAmounts(added.map(({ row }) => row.fill.quantity))),
      filledNotional: plus(intent.filledNotional, sumOfAmounts(added.map(({ row }) => row.fill.notional))),
      feeInQuote: plus(intent.feeInQuote, sumOfAmounts(added.filter(({ row, quote }) => row.fill.feeAsset === quote).map(({ row }) => row.fill.fee))),
      state: intent.state === 'canceled' ? 'partial' : intent.state, changedMs: nowMs,
    });
  }
  return [...ofIntent.keys()];
}

function moveWatermark({ watermarks }: MemoryDatabase, { accountId, marketId, watermarkMs, sweptFromMs }: BookingRequest): void {
  if (watermarkMs === undefined) return;
  const before = watermarks.get(keyOf(accountId, marketId));
  if (before === undefined) watermarks.insert({ accountId, marketId, watermarkMs, beginMs: sweptFromMs ?? watermarkMs });
  else if (before.watermarkMs < watermarkMs) watermarks.update(keyOf(accountId, marketId), { watermarkMs });
}

/**
 * At most one attempt of an intent comes to be an order, so that all of its fills together stay within the one that was
 * filled. What a purchase by value costs may be more by the rounding of its fills' prices: a tick for each unit.
 */
function isOverfilled({ indexes, plans, markets }: MemoryDatabase, intent: IntentRow): boolean {
  const filled = indexes.attemptsOfIntent(intent.id).map(({ terms, clientOrderId }) => ({ terms, fills: indexes.fillsOfOrder(clientOrderId) })).filter(({ fills }) => fills.length > 0);
  const quantity = sumOfAmounts(filled.flatMap(({ fills }) => fills.map(({ fill }) => fill.quantity)));
  const notional = sumOfAmounts(filled.flatMap(({ fills }) => fills.map(({ fill }) => fill.notional)));
  const ordered = most(filled.flatMap(({ terms }) => ('quantity' in terms ? [terms.quantity] : [])));
  const value = most(filled.flatMap(({ terms }) => ('quoteValue' in terms ? [terms.quoteValue] : [])));
  const tick = markets.get(keyOf(plans.get(intent.planId)!.venue, intent.marketId))?.rules.priceTick ?? '0';
  return (ordered !== null && isMore(quantity, ordered)) || (value !== null && isMore(notional, sumOfAmounts([value, productOf(quantity, tick)])));
}

const most = (values: readonly string[]): string | null => values.reduce<string | null>((one, other) => (one === null || isMore(other, one) ? other : one), null);

type SweptMarket = Awaited<ReturnType<ExecutionStore['sweptMarkets']>>[number];
type Named = { readonly base: string | null; readonly quote: string | null; readonly isActive: boolean };

/** What was ever swept stays swept. Names of assets are the venue's where they are known, else the portfolio's. */
export function sweptMarkets(database: MemoryDatabase, accountId: string): SweptMarket[] {
  const account = database.accounts.get(accountId);
  if (account === undefined) return [];
  const named = new Map<string, Named>();
  const need = (marketId: string, more: Named): void => void named.set(marketId, withNames(named.get(marketId), more));
  for (const { marketId, base, quote } of basketsOf(database, accountId)) need(marketId, { base, quote, isActive: false });
  for (const { marketId, base, quote } of activeOf(database, accountId)) need(marketId, { base, quote, isActive: true });
  for (const { marketId } of database.indexes.watermarksOfAccount(accountId)) need(marketId, { base: null, quote: null, isActive: false });
  const markets = Array.from(named, ([marketId, { base, quote, isActive }]) => {
    const known = database.markets.get(keyOf(account.venue, marketId))?.rules;
    const swept = database.watermarks.get(keyOf(accountId, marketId));
    return { marketId, base: known?.base ?? base, quote: known?.quote ?? quote, watermarkMs: swept?.watermarkMs ?? null, beginMs: swept?.beginMs ?? null, isActive };
  });
  return markets.filter((market): market is SweptMarket => market.base !== null).toSorted((one, other) => compareTexts(one.marketId, other.marketId));
}

const later = (one: string | null, other: string | null): string | null => (one === null || (other !== null && other > one) ? other : one);

const withNames = (before: Named | undefined, { base, quote, isActive }: Named): Named =>
  before === undefined ? { base, quote, isActive } : { base: later(before.base, base), quote: later(before.quote, quote), isActive: before.isActive || isActive };

function basketsOf(database: MemoryDatabase, accountId: string) {
  const portfolios = database.indexes.portfoliosOfAccount(accountId).filter(({ state }) => state !== 'deleted');
  return portfolios.flatMap((portfolio) => {
    const { assets, quote } = newestOf(database, portfolio).configuration;
    return assets.map(({ marketId, base }) => ({ marketId, base, quote }));
  });
}

function activeOf({ indexes, configurations }: MemoryDatabase, accountId: string) {
  return indexes.openPlansOfAccount(accountId).flatMap(({ id, portfolioId, configVersion }) => {
    const { quote } = configurations.get(keyOf(portfolioId, configVersion))!.configuration;
    return indexes.intentsOfPlan(id).map(({ marketId, base }) => ({ marketId, base, quote }));
  });
}
