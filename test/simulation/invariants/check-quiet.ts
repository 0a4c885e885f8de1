import type { SimulatedFill, SimulatedVenue } from '#exchange';
import { ExactDecimal as Decimal, type DecimalValue } from './exact-decimal.js';
import { keyOf, type MemoryDatabase } from '../store/memory-database.js';
import type { AttemptRow, FillRow } from '../store/rows.js';
import type { Violations } from './violations.js';

const DAY_MS = 86_400_000;
/** Of the last decimal that the books have. */
const BOOKED_UNIT = '1e-17';
/** A market that a portfolio holds has been swept by then, whatever has befallen the executors. */
const SWEPT_WITHIN_MS = 4 * 3_600_000;
const SETTLED: ReadonlySet<string> = new Set(['filled', 'partial', 'canceled', 'rejected', 'dead', 'skipped', 'needs-human']);
const OVER: ReadonlySet<string> = new Set(['done', 'aborted', 'needs-human']);

export interface QuietWorld {
  readonly database: MemoryDatabase;
  readonly venue: SimulatedVenue;
  readonly liveAccountIds: readonly string[];
  readonly nowMs: number;
  readonly startMs: number;
  /** Of a base: one step of its market, by which a comparison of balances may be off. */
  readonly stepOf: (asset: string) => string;
}

/** I5, I6 and I11: once nothing is under way, the books are the exchange's, fill by fill and asset by asset. */
export function checkQuiet(world: QuietWorld, violations: Violations): void {
  for (const accountId of world.liveAccountIds) {
    checkFills(world, accountId, violations);
    checkBalances(world, accountId, violations);
  }
  checkPostings(world.database, violations);
  checkLedger(world.database, violations);
  checkOrphans(world.database, violations);
}

/** I6: every fill of the exchange's is in the books once, as what it is and as whose it is; and none is that it does not have. */
function checkFills({ database, venue, nowMs, startMs }: QuietWorld, accountId: string, violations: Violations): void {
  const markets = venue.markets().map(({ rules }) => rules.marketId);
  const atVenue = markets.flatMap((marketId) => venue.fills(accountId, marketId, startMs - DAY_MS, nowMs + DAY_MS, Number.POSITIVE_INFINITY));
  const ids = new Set(atVenue.map(({ marketId, tradeId }) => keyOf(accountId, marketId, tradeId)));
  for (const fill of atVenue) {
    const row = database.fills.get(keyOf(accountId, fill.marketId, fill.tradeId));
    if (row === undefined && isBeforeSweeps(database, fill)) continue;
    const fault = row === undefined ? 'is not in the books' : faultOf(fill, row, database.attempts.get(fill.clientOrderId ?? ''));
    if (fault !== null) violations.report('I6', `${accountId}: fill ${fill.tradeId} of ${fill.clientOrderId ?? 'nobody here'} in ${fill.marketId} ${fault}`);
  }
  for (const { accountId: owner, marketId, fill } of database.fills.all()) {
    if (owner === accountId && !ids.has(keyOf(accountId, marketId, fill.venueTradeId))) violations.report('I6', `${accountId}: the books have a fill ${fill.venueTradeId} in ${marketId} that the exchange has not`);
  }
}

/** Of a trade by hand in a market that nobody here trades, or did not yet: it is in the books by what it did to the balances. */
function isBeforeSweeps(database: MemoryDatabase, { accountId, marketId, clientOrderId, timeMs }: SimulatedFill): boolean {
  if (clientOrderId?.startsWith('r') === true) return false;
  const swept = database.watermarks.get(keyOf(accountId, marketId));
  if (swept !== undefined) return timeMs < swept.beginMs;
  const sinceMs = Math.min(...database.indexes.portfoliosOfAccount(accountId).flatMap(({ id }) => database.indexes.configurationsOf(id))
    .filter(({ configuration }) => configuration.assets.some((asset) => asset.marketId === marketId)).map(({ createdMs }) => createdMs));
  return timeMs < sinceMs + SWEPT_WITHIN_MS;
}

const isSame = (one: string, other: string): boolean => new Decimal(one).equals(other);

function faultOf(fill: SimulatedFill, { fill: booked, portfolioId }: FillRow, attempt: AttemptRow | undefined): string | null {
  if (!isSame(fill.quantity, booked.quantity) || !isSame(fill.quoteQuantity, booked.notional)) return `is booked as ${booked.quantity} for ${booked.notional}, and was ${fill.quantity} for ${fill.quoteQuantity}`;
  if (!isSame(fill.commission, booked.fee) || fill.commissionAsset !== booked.feeAsset) return `is booked with a fee of ${booked.fee} ${booked.feeAsset}, and had ${fill.commission} ${fill.commissionAsset}`;
  const owner = attempt?.portfolioId ?? null;
  return owner === portfolioId ? null : `is booked for ${portfolioId}, and ${owner} ordered it`;
}

/** I5: what all portfolios and nobody hold of an asset is what the exchange has of it. */
function checkBalances({ database, venue, stepOf }: QuietWorld, accountId: string, violations: Violations): void {
  const booked = new Map<string, DecimalValue>();
  for (const { asset, quantity } of database.indexes.holdingsOfAccount(accountId)) booked.set(asset, (booked.get(asset) ?? new Decimal(0)).plus(quantity));
  const held = new Map(venue.balances(accountId).map(({ asset, free, locked }) => [asset, new Decimal(free).plus(locked)]));
  for (const asset of new Set([...booked.keys(), ...held.keys()])) {
    const [ours, theirs] = [booked.get(asset) ?? new Decimal(0), held.get(asset) ?? new Decimal(0)];
    if (ours.minus(theirs).abs().greaterThan(stepOf(asset))) violations.report('I5', `${accountId}: ${ours.toFixed()} ${asset} by the books, ${theirs.toFixed()} at the exchange`);
  }
}

/** I5: what an order filled is booked with its portfolio as what it was, to the last digit: base against quote, and the fee. */
function checkPostings({ fills, ledger, attempts, intents }: MemoryDatabase, violations: Violations): void {
  for (const { accountId, marketId, fill, clientOrderId, portfolioId } of fills.all()) {
    const attempt = attempts.get(clientOrderId ?? '');
    if (attempt === undefined) continue;
    const { base } = intents.get(attempt.intentId)!;
    const sign = fill.side === 'buy' ? 1 : -1;
    const wanted = new Map<string, DecimalValue>([[base, new Decimal(fill.quantity).times(sign)], [marketId.slice(base.length), new Decimal(fill.notional).times(-sign)]]);
    wanted.set(fill.feeAsset, (wanted.get(fill.feeAsset) ?? new Decimal(0)).minus(fill.fee));
    const transaction = ledger.get(`fill:${accountId}:${marketId}:${fill.venueTradeId}`);
    for (const [asset, quantity] of wanted) {
      const booked = (transaction?.postings ?? []).filter(({ holder, asset: of }) => of === asset && holder.kind === 'portfolio' && holder.portfolioId === portfolioId);
      const sum = booked.reduce((all, posting) => all.plus(posting.quantity), new Decimal(0));
      if (!sum.minus(quantity).abs().lessThan(BOOKED_UNIT)) violations.report('I5', `fill ${fill.venueTradeId} changed ${portfolioId} by ${sum.toFixed()} ${asset} in the books, and was ${quantity.toFixed()}`);
    }
  }
}

/** I5: each transaction sums to zero for each asset, and holdings are the sums of the entries. */
function checkLedger(database: MemoryDatabase, violations: Violations): void {
  const summed = new Map<string, DecimalValue>();
  for (const { key, accountId, postings } of database.ledger.all()) {
    const sums = new Map<string, DecimalValue>();
    for (const { holder, asset, quantity } of postings) {
      sums.set(asset, (sums.get(asset) ?? new Decimal(0)).plus(quantity));
      if (holder.kind !== 'portfolio' && holder.kind !== 'unassigned') continue;
      const held = keyOf(accountId, holder.kind === 'portfolio' ? holder.portfolioId : '', asset);
      summed.set(held, (summed.get(held) ?? new Decimal(0)).plus(quantity));
    }
    for (const [asset, sum] of sums) if (!sum.isZero()) violations.report('I5', `ledger transaction ${key} comes to ${sum.toFixed()} ${asset}, and not to nothing`);
  }
  for (const { accountId, portfolioId, asset, quantity } of database.holdings.all()) {
    const sum = summed.get(keyOf(accountId, portfolioId, asset)) ?? new Decimal(0);
    if (!sum.equals(quantity)) violations.report('I5', `holding ${accountId} ${portfolioId} ${asset} is ${quantity}, and its entries come to ${sum.toFixed()}`);
  }
}

/** I11: everything belongs to something, and nothing that is over has something under way. */
function checkOrphans(database: MemoryDatabase, violations: Violations): void {
  for (const { id, planId, state } of database.intents.all()) {
    const plan = database.plans.get(planId);
    if (plan === undefined) violations.report('I11', `intent ${id} has no plan`);
    else if (OVER.has(plan.state) && !SETTLED.has(state)) violations.report('I11', `plan ${planId} is ${plan.state}, and its leg ${id} is ${state}`);
  }
  for (const { clientOrderId, intentId, state } of database.attempts.all()) {
    const intent = database.intents.get(intentId);
    if (intent === undefined) violations.report('I11', `attempt ${clientOrderId} has no intent`);
    else if (state === 'prepared' && intent.state !== 'sending') violations.report('I11', `attempt ${clientOrderId} is prepared, and its intent ${intent.state}`);
  }
  for (const { id, evaluationId } of database.plans.all()) if (database.evaluations.get(evaluationId) === undefined) violations.report('I11', `plan ${id} has no evaluation`);
}

export interface Unfinished {
  readonly intents: readonly string[];
  readonly plans: readonly string[];
}

const IN_FLIGHT: ReadonlySet<string> = new Set(['sending', 'unknown', 'acked']);

/** What is under way now; a leg that has not gone out may wait until its plan's deadline. */
export function unfinished(database: MemoryDatabase): Unfinished {
  return {
    intents: database.intents.filter(({ state }) => IN_FLIGHT.has(state)).map(({ id }) => id),
    plans: database.plans.filter(({ state }) => !OVER.has(state)).map(({ id }) => id),
  };
}

const stuck = (ids: readonly string[], now: readonly string[]): string[] => ids.filter((id) => now.includes(id));

/** Half an hour after its sending a person is asked, and a little for the look that finds it due. */
const ASKED_WITHIN_MS = 31 * 60_000;

/**
 * An order that is unknown while its account's balances have been moved from outside: they may be its doing, so that nobody
 * can give it up, and a person is asked in the end. The exchange's balances are read by themselves, not by the product's word.
 */
export function isInDoubt({ database, venue, nowMs, stepOf }: QuietWorld, intentId: string): boolean {
  const intent = database.intents.get(intentId)!;
  const sentMs = Math.max(0, ...database.indexes.attemptsOfIntent(intentId).map(({ createdMs }) => createdMs));
  if (intent.state !== 'unknown' || nowMs - sentMs > ASKED_WITHIN_MS) return false;
  const held = new Map(venue.balances(intent.accountId).map(({ asset, free, locked }) => [asset, new Decimal(free).plus(locked)]));
  return [intent.base, intent.marketId.slice(intent.base.length)].some((asset) => {
    const booked = database.indexes.holdingsOfAccount(intent.accountId).filter((row) => row.asset === asset).reduce((sum, { quantity }) => sum.plus(quantity), new Decimal(0));
    return (held.get(asset) ?? new Decimal(0)).minus(booked).abs().greaterThan(stepOf(asset));
  });
}

/** I13: of what was under way then, nothing is any more. */
export function checkConverged(database: MemoryDatabase, then: Unfinished, withinMs: { readonly intents: number | null; readonly plans: number | null }, violations: Violations, isExcused: (intentId: string) => boolean = () => false): void {
  const left = unfinished(database);
  if (withinMs.intents !== null) for (const id of stuck(then.intents, left.intents).filter((intentId) => !isExcused(intentId))) violations.report('I13', `${withinMs.intents / 60_000} min after the last fault: ${JSON.stringify(database.intents.get(id))}`);
  if (withinMs.plans !== null) for (const id of stuck(then.plans, left.plans).filter((planId) => !database.indexes.intentsOfPlan(planId).some((leg) => isExcused(leg.id)))) violations.report('I13', `${withinMs.plans / 60_000} min after the last fault: ${JSON.stringify({ ...database.plans.get(id), decision: undefined })}`);
}
