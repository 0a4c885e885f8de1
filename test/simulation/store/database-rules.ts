import { ATTEMPT_TRANSITIONS, INTENT_TRANSITIONS, PLAN_TRANSITIONS, PORTFOLIO_TRANSITIONS, isPlanOpen, LIVE_ATTEMPT_STATES } from '#domain';
import { amountOf, positiveAmountOf } from './amounts.js';
import { installBooks } from './database-books.js';
import type { Indexes } from './database-indexes.js';
import { installReferences } from './database-references.js';
import { refuse } from './refused.js';
import { keyOf, type AttemptRow, type IntentRow, type PlanRow, type PortfolioRow, type StateEventRow } from './rows.js';
import type { Table } from './table.js';
import type { Tables } from './tables.js';

/** What libs/persistence/src/migrations/trading says by types, checks, unique indexes, references and triggers. */
export function installRules(database: Tables, indexes: Indexes): void {
  installColumns(database);
  installStates(database);
  installUniqueness(database, indexes);
  installChecks(database);
  installReferences(database);
  installBooks(database);
  for (const table of [database.configurations, database.fills, database.ledger, database.stateEvents]) appendOnly(table as Table<object>);
}

function appendOnly(table: Table<object>): void {
  table.watch((_row, before) => void (before !== null && refuse(`${table.name} is append-only`)));
  table.watchDeletions(() => refuse(`${table.name} is append-only`));
}

/** Of the rows that transactions of money write: every field whose name ends so is a column of `epoch_ms`. */
const isTime = (field: string): boolean => field.endsWith('Ms');

function installColumns(database: Tables): void {
  const { plans, intents, attempts, quarantines, fills, watermarks, ledger, holdings, switches, breakers, accounts, portfolios, looks, evaluations } = database;
  for (const table of [plans, intents, attempts, quarantines, fills, watermarks, ledger, holdings, switches, breakers, accounts, portfolios, looks, evaluations]) checkTimes(table as never);
  portfolios.amend((row, before) => (row.capital === before?.capital ? row : { ...row, capital: amountOf(row.capital) }));
  intents.amend((row, before) => (before === null ? asNewIntent(row) : asChangedIntent(row, before)));
  attempts.amend((row, before) => (before === null ? { ...row, notional: positiveAmountOf(row.notional) } : row));
  fills.amend((row) => ({ ...row, fill: { ...row.fill, price: positiveAmountOf(row.fill.price), quantity: positiveAmountOf(row.fill.quantity), notional: positiveAmountOf(row.fill.notional), fee: amountOf(row.fill.fee) } }));
  holdings.amend((row) => ({ ...row, quantity: amountOf(row.quantity) }));
  ledger.amend((row) => ({ ...row, postings: row.postings.map((posting) => ({ ...posting, quantity: amountOf(posting.quantity) })) }));
  database.paperBalances.amend((row) => ({ ...row, free: amountOf(row.free) }));
}

const asNewIntent = (row: IntentRow): IntentRow => ({
  ...asChangedIntent(row, null), quantity: row.quantity === null ? null : positiveAmountOf(row.quantity), quoteValue: row.quoteValue === null ? null : positiveAmountOf(row.quoteValue),
});

function asChangedIntent(row: IntentRow, before: IntentRow | null): IntentRow {
  if (row.filledQuantity === before?.filledQuantity && row.filledNotional === before.filledNotional && row.feeInQuote === before.feeInQuote) return row;
  return { ...row, filledQuantity: amountOf(row.filledQuantity), filledNotional: amountOf(row.filledNotional), feeInQuote: amountOf(row.feeInQuote) };
}

function checkTimes(table: Table<Record<string, unknown>>): void {
  let times: readonly string[] | null = null;
  table.watch((row, before) => {
    times ??= Object.keys(row).filter(isTime);
    for (const field of times) {
      const value = row[field];
      if (value === null || value === before?.[field]) continue;
      if (!Number.isSafeInteger(value) || (value as number) < 0) refuse(`${table.name}.${field} is ${JSON.stringify(value)}, which is no time`);
    }
  });
}

interface StateRow {
  readonly state: string;
  readonly version: number;
  readonly requeuedMs?: number | null;
}

const intentTransitions = (): Record<string, readonly string[]> =>
  Object.fromEntries(Object.entries(INTENT_TRANSITIONS).map(([from, steps]) => [from, Object.values(steps)]));

function installStates(database: Tables): void {
  const { plans, intents, attempts, portfolios } = database;
  keepStates<PlanRow>(database, plans, 'rebalance_plan', PLAN_TRANSITIONS, ({ id, changedMs, changedBy, reason }) => ({ entityId: id, atMs: changedMs, actor: changedBy, cause: reason }));
  keepStates<IntentRow>(database, intents, 'order_intent', intentTransitions(), ({ id, changedMs, changedBy, reason }) => ({ entityId: id, atMs: changedMs, actor: changedBy, cause: reason }));
  keepStates<AttemptRow>(database, attempts, 'order_attempt', ATTEMPT_TRANSITIONS, ({ clientOrderId, changedMs, changedBy, cause }) => ({ entityId: clientOrderId, atMs: changedMs, actor: changedBy, cause }));
  keepStates<PortfolioRow>(database, portfolios, 'portfolio', PORTFOLIO_TRANSITIONS, ({ id, changedMs, changedBy, stateReason }) => ({ entityId: id, atMs: changedMs, actor: changedBy, cause: stateReason }));
}

/** Transitions, the version, and an event for each state; a job that is queued again is no change. */
function keepStates<Row extends StateRow>(
  database: Tables, table: Table<Row>, entity: StateEventRow['entity'], legal: Readonly<Record<string, readonly string[]>>,
  changeOf: (row: Row) => Pick<StateEventRow, 'entityId' | 'atMs' | 'actor' | 'cause'>,
): void {
  table.amend((after, before) => {
    if (before === null) return after;
    if (after.state !== before.state && !legal[before.state]!.includes(after.state)) refuse(`${table.name} cannot go from ${before.state} to ${after.state}`);
    const isRequeued = after.state === before.state && after.requeuedMs !== before.requeuedMs;
    return isRequeued ? after : { ...after, version: before.version + 1 };
  });
  table.watch((after, before) => {
    if (after.state === before?.state) return;
    database.stateEvents.insert({ id: database.nextId(), entity, from: before?.state ?? null, to: after.state, ...changeOf(after) });
  });
}

const one = (rows: readonly object[], index: string): void => void (rows.length > 1 && refuse(`there is one already: ${index}`));

function installUniqueness(database: Tables, indexes: Indexes): void {
  const { plans, attempts, intents, portfolios, switches, outbox } = database;
  plans.watch(({ portfolioId, evaluationId, state }, before) => {
    if (isPlanOpen(state)) one(indexes.openPlansOfPortfolio(portfolioId), 'one_open_plan');
    if (before === null) one(indexes.plansOfEvaluation(evaluationId), 'a plan of the evaluation');
  });
  intents.watch(({ planId, leg }, before) => {
    if (before === null) one(indexes.intentsOfPlan(planId).filter((other) => other.leg === leg), 'a leg of the plan');
  });
  attempts.watch(({ intentId, attemptNo, accountId, venueOrderId }, before) => {
    const ofIntent = indexes.attemptsOfIntent(intentId);
    one(ofIntent.filter(({ state }) => LIVE_ATTEMPT_STATES.includes(state)), 'one_live_attempt');
    if (before === null) one(ofIntent.filter((other) => other.attemptNo === attemptNo), 'an attempt of that number');
    if (venueOrderId !== null && venueOrderId !== before?.venueOrderId) one(indexes.attemptsOfVenueOrder(keyOf(accountId, venueOrderId)), 'one_venue_order');
  });
  portfolios.watch(({ name, state }) => {
    if (state !== 'deleted') one(indexes.portfolioOfName(name), 'portfolio_name');
  });
  switches.watch(({ scope }) => one(indexes.currentSwitchOf(scope), 'kill_switch_current'));
  outbox.watch(({ jobId }, before) => {
    if (before === null) one(indexes.outboxOfJobId(jobId), 'a job of that id');
  });
}

const LONGEST_REASON = 2_000;
const MOST_ATTEMPTS = 5;
const CLIENT_ORDER_ID = /^[A-Za-z0-9_-]{1,32}$/u;

const check = (isRight: boolean, rule: string): void => void (isRight || refuse(`broken: ${rule}`));

const checkReason = (reason: string | null): void => check((reason?.length ?? 0) <= LONGEST_REASON || Array.from(reason!).length <= LONGEST_REASON, 'a reason is no novel');

function installChecks({ plans, intents, attempts, looks, outbox, paperBalances }: Tables): void {
  plans.watch(({ state, finishedMs, nextActionMs, createdMs, deadlineMs, reason }) => {
    const hasEnded = state === 'done' || state === 'aborted';
    check(hasEnded === (finishedMs !== null), 'a plan has a time of its end where it has ended');
    check((hasEnded || state === 'needs-human') === (nextActionMs === null), 'a plan is looked at again until it has ended');
    check(deadlineMs >= createdMs, 'a deadline is after the beginning');
    checkReason(reason);
  });
  intents.watch(({ side, quantity, quoteValue, attemptCount, filledQuantity, filledNotional, reason }) => {
    check(side === 'sell' ? quantity !== null && quoteValue === null : quoteValue !== null && quantity === null, 'a sale has a quantity, a purchase a value');
    check(attemptCount >= 0 && attemptCount <= MOST_ATTEMPTS, 'an intent has five attempts at most');
    check(!filledQuantity.startsWith('-') && !filledNotional.startsWith('-'), 'what is filled is not below zero');
    checkReason(reason);
  });
  attempts.watch(({ clientOrderId, attemptNo, receiveWindowMs, cause }) => {
    check(CLIENT_ORDER_ID.test(clientOrderId), 'a client order id is short and plain');
    check(attemptNo >= 1 && attemptNo <= MOST_ATTEMPTS, 'an intent has five attempts at most');
    check(receiveWindowMs >= 1 && receiveWindowMs <= 60_000, 'a receive window is a minute at most');
    checkReason(cause);
  });
  looks.watch((after, before) => {
    if (before === null) return;
    const isTaken = after.lookSeq > before.lookSeq;
    const isLater = after.lookRequestedMs !== null || before.lastLookMs === null || after.lastLookMs === null || after.lastLookMs > before.lastLookMs;
    check(after.lookSeq >= before.lookSeq && (!isTaken || isLater), 'looks at a portfolio cannot go back');
  });
  outbox.watch(({ priority, coalesceKey }) => {
    check(Number.isInteger(priority) && priority > 0, 'a priority is above zero');
    check(coalesceKey === undefined || (coalesceKey.length >= 1 && coalesceKey.length <= 100), 'a coalescing key is short');
  });
  paperBalances.watch(({ free }) => check(!free.startsWith('-'), 'a paper balance is not below zero'));
}
