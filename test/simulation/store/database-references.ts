import { refuse } from './refused.js';
import { keyOf } from './rows.js';
import type { Table } from './table.js';
import type { Tables } from './tables.js';

/**
 * Rows that others lean on have to be there first. Between a portfolio and its configurations Postgres looks at the
 * transaction's end, so that neither is the first; of them nothing is checked here.
 */
export function installReferences(database: Tables): void {
  const { accounts, portfolios, configurations, evaluations, plans, intents, attempts } = database;
  for (const table of [database.quarantines, database.fills, database.watermarks, database.ledger, database.holdings, database.reconciliations, database.paperBalances, database.paperOrders, database.paperFills]) {
    refer<{ readonly accountId: string }>(table as never, accounts as never, ({ accountId }) => accountId);
  }
  for (const table of [evaluations, database.looks, database.equity, database.flows]) {
    refer<{ readonly portfolioId: string }>(table as never, portfolios as never, ({ portfolioId }) => portfolioId);
  }
  refer(database.fills, portfolios, ({ portfolioId }) => portfolioId);
  refer(database.fills, attempts, ({ clientOrderId }) => clientOrderId);
  refer(evaluations, configurations, ({ portfolioId, configVersion }) => keyOf(portfolioId, configVersion));
  refer(portfolios, accounts, ({ accountId }) => accountId, ({ mode, venue }, account) => account.mode === mode && account.venue === venue);
  refer(plans, portfolios, ({ portfolioId }) => portfolioId, ({ accountId, mode, venue }, portfolio) => portfolio.accountId === accountId && portfolio.mode === mode && portfolio.venue === venue);
  refer(plans, configurations, ({ portfolioId, configVersion }) => keyOf(portfolioId, configVersion));
  refer(plans, evaluations, ({ evaluationId }) => evaluationId);
  refer(intents, plans, ({ planId }) => planId, ({ portfolioId, accountId }, plan) => plan.portfolioId === portfolioId && plan.accountId === accountId);
  refer(attempts, intents, ({ intentId }) => intentId);
}

/** What a row refers to is said once, when it comes to be. */
function refer<Row extends object, Target extends object = object>(
  table: Table<Row>, target: Table<Target>, keyOfTarget: (row: Row) => string | null, isRight: (row: Row, target: Target) => boolean = () => true,
): void {
  table.watch((row, before) => {
    const key = before === null ? keyOfTarget(row) : null;
    if (key === null) return;
    const found = target.get(key);
    if (found === undefined || !isRight(row, found)) refuse(`${table.name} refers to ${key}, which is not in ${target.name}`);
  });
}
