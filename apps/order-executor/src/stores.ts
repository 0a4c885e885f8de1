import type { AccountStore, ExecutionStore, KillSwitchStore, LedgerStore, MarketStore, PaperVenueStore, PortfolioStore } from '#application';
import { accountReconcile } from '#contracts';
import {
  type connectDataSource, PostgresAccountStore, PostgresExecutionStore, PostgresKillSwitchStore, PostgresLedgerStore, PostgresMarketStore, PostgresPaperVenueStore, PostgresPortfolioStore,
} from '#persistence';
import { ORDER_JOB, PLAN_JOB } from './advance-jobs.js';

export type Database = Awaited<ReturnType<typeof connectDataSource>>;

const RECONCILE_JOB = { queue: accountReconcile.name, priority: accountReconcile.policy.priorities.asked };

export function createStores(database: Database): Stores {
  return {
    execution: new PostgresExecutionStore(database, { plan: PLAN_JOB, order: ORDER_JOB }),
    accounts: new PostgresAccountStore(database, RECONCILE_JOB),
    killSwitches: new PostgresKillSwitchStore(database),
    ledger: new PostgresLedgerStore(database),
    portfolios: new PostgresPortfolioStore(database),
    markets: new PostgresMarketStore(database),
    paper: new PostgresPaperVenueStore(database),
  };
}

export interface Stores {
  readonly execution: ExecutionStore;
  readonly accounts: AccountStore;
  readonly killSwitches: KillSwitchStore;
  readonly ledger: LedgerStore;
  readonly portfolios: PortfolioStore;
  readonly markets: MarketStore;
  readonly paper: PaperVenueStore;
}
