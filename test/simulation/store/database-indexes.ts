import { isPlanOpen, LIVE_ATTEMPT_STATES, type AttemptState } from '#domain';
import { keyOf } from './rows.js';
import type { Table } from './table.js';
import type { Tables } from './tables.js';

const DAY_MS = 86_400_000;

export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

const OPEN_ATTEMPTS: ReadonlySet<AttemptState> = new Set(LIVE_ATTEMPT_STATES);

/** For what is read by something else than its key; the stores share them. What `all` is asked for has one value for all of its rows. */
export function indexesOf(database: Tables) {
  const { portfolios, configurations, plans, intents, attempts, fills, watermarks, holdings, ledger, switches, outbox } = database;
  return {
    portfoliosOfAccount: portfolios.indexBy(({ accountId }) => accountId),
    portfolioOfName: portfolios.indexBy(({ name, state }) => (state === 'deleted' ? null : name)),
    configurationsOf: configurations.indexBy(({ portfolioId }) => portfolioId),
    plansOfPortfolio: plans.indexBy(({ portfolioId }) => portfolioId),
    openPlansOfPortfolio: plans.indexBy(({ portfolioId, state }) => (isPlanOpen(state) ? portfolioId : null)),
    openPlansOfAccount: plans.indexBy(({ accountId, state }) => (isPlanOpen(state) ? accountId : null)),
    plansOfEvaluation: plans.indexBy(({ evaluationId }) => evaluationId),
    plansToLookAt: plans.indexBy(({ nextActionMs }) => (nextActionMs === null ? null : 'all')),
    plansSince: byDay(plans, ({ portfolioId }) => portfolioId, ({ createdMs }) => createdMs),
    intentsOfPlan: intents.indexBy(({ planId }) => planId),
    intentsToLookAt: intents.indexBy(({ nextActionMs }) => (nextActionMs === null ? null : 'all')),
    sendingOfAccount: intents.indexBy(({ accountId, state }) => (state === 'sending' ? accountId : null)),
    attemptsOfIntent: attempts.indexBy(({ intentId }) => intentId),
    openAttemptsOfAccount: attempts.indexBy(({ accountId, state }) => (OPEN_ATTEMPTS.has(state) ? accountId : null)),
    attemptsOfVenueOrder: attempts.indexBy(({ accountId, venueOrderId }) => (venueOrderId === null ? null : keyOf(accountId, venueOrderId))),
    /** Dead or rejected, by account. */
    settledAttemptsSince: byDay(attempts, ({ accountId, state }) => (state === 'dead' || state === 'rejected' ? accountId : null), ({ settledMs }) => settledMs),
    /** By portfolio. */
    attemptsSince: byDay(attempts, ({ portfolioId }) => portfolioId, ({ createdMs }) => createdMs),
    fillsOfOrder: fills.indexBy(({ clientOrderId }) => clientOrderId),
    fillsOfPortfolio: fills.indexBy(({ portfolioId }) => portfolioId),
    watermarksOfAccount: watermarks.indexBy(({ accountId }) => accountId),
    holdingsOfAccount: holdings.indexBy(({ accountId }) => accountId),
    holdingsOfPortfolio: holdings.indexBy(({ portfolioId }) => portfolioId),
    ledgerOfAccount: ledger.indexBy(({ accountId }) => accountId),
    currentSwitchOf: switches.indexBy(({ scope, isCurrent }) => (isCurrent ? scope : null)),
    outboxOfJobId: outbox.indexBy(({ jobId }) => jobId),
    undeliveredOfPlan: outbox.indexBy(({ queue, payload, deliveredMs }) => (deliveredMs === null && payload['planId'] !== undefined ? keyOf(queue, payload['planId']) : null)),
    undeliveredOfIntent: outbox.indexBy(({ queue, payload, deliveredMs }) => (deliveredMs === null && payload['intentId'] !== undefined ? keyOf(queue, payload['intentId']) : null)),
  };
}

export type Indexes = ReturnType<typeof indexesOf>;

/** Rows of an owner of that time or later, and the rest of its first day, whatever has come before: nothing is read that grows with the years. */
export function byDay<Row extends object>(table: Table<Row>, ownerOf: (row: Row) => string | null, msOf: (row: Row) => number | null): (owner: string, sinceMs: number) => Row[] {
  let [firstDay, lastDay] = [Infinity, -Infinity];
  const rowsOf = table.indexBy((row) => {
    const [owner, ms] = [ownerOf(row), msOf(row)];
    if (owner === null || ms === null) return null;
    [firstDay, lastDay] = [Math.min(firstDay, dayOf(ms)), Math.max(lastDay, dayOf(ms))];
    return keyOf(owner, dayOf(ms));
  });
  return (owner, sinceMs) => {
    const found: Row[] = [];
    for (let day = Math.max(firstDay, dayOf(sinceMs)); day <= lastDay; day++) found.push(...rowsOf(keyOf(owner, day)));
    return found;
  };
}
