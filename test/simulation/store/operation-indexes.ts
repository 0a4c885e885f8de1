import { byDay, dayOf } from './database-indexes.js';
import { keyOf, type ReconciliationRow } from './rows.js';
import type { Tables } from './tables.js';

/** As `indexesOf`, for the stores beside the money path. */
export function operationIndexesOf(database: Tables) {
  const { switches, outbox, watches, reconciliations, equity, evaluations, paperBalances, paperFills } = database;
  return {
    currentSwitches: switches.indexBy(({ isCurrent }) => (isCurrent ? 'all' : null)),
    undelivered: outbox.indexBy(({ deliveredMs }) => (deliveredMs === null ? 'all' : null)),
    delivered: outbox.indexBy(({ deliveredMs }) => (deliveredMs === null ? null : 'all')),
    watchesOfWatcher: watches.indexBy(({ venue, watcher }) => keyOf(venue, watcher)),
    watchesAtVenue: watches.indexBy(({ venue }) => venue),
    requestedReconciliations: reconciliations.indexBy(({ state }) => (state === 'requested' ? 'all' : null)),
    /** By account. */
    reconciliationsSince: byDay(reconciliations, ({ accountId }) => accountId, ({ requestedMs }) => requestedMs),
    newestReconciliations: newestReconciliations(database),
    equityOf: equity.indexBy(({ portfolioId }) => portfolioId),
    evaluationsOf: evaluations.indexBy(({ portfolioId }) => portfolioId),
    evaluationOfLook: evaluations.indexBy(({ portfolioId, lookSeq }) => keyOf(portfolioId, lookSeq)),
    evaluationAt: evaluations.indexBy(({ portfolioId, firstMs }) => keyOf(portfolioId, firstMs)),
    paperBalancesOf: paperBalances.indexBy(({ accountId }) => accountId),
    /** By account and market. */
    paperFillsSince: byDay(paperFills, ({ accountId, marketId }) => keyOf(accountId, marketId), ({ fill }) => fill.filledMs),
  };
}

/** Day by day from the last one, so that the first few are not looked for among those of years. */
function newestReconciliations({ reconciliations }: Tables): (accountId: string, limit: number) => ReconciliationRow[] {
  const days = new Map<string, { readonly first: number; readonly last: number }>();
  const runsOf = reconciliations.indexBy(({ accountId, requestedMs }) => {
    const day = dayOf(requestedMs);
    const { first, last } = days.get(accountId) ?? { first: day, last: day };
    if (day <= first || day >= last) days.set(accountId, { first: Math.min(first, day), last: Math.max(last, day) });
    return keyOf(accountId, day);
  });
  return (accountId, limit) => {
    const { first, last } = days.get(accountId) ?? { first: 0, last: -1 };
    const found: ReconciliationRow[] = [];
    for (let day = last; day >= first && found.length < limit; day--) found.push(...runsOf(keyOf(accountId, day)).toSorted(newestFirst));
    return found.slice(0, limit);
  };
}

const newestFirst = (one: ReconciliationRow, other: ReconciliationRow): number => other.requestedMs - one.requestedMs || (one.id < other.id ? 1 : -1);
