import type { Life } from '../engine/simulated-process.js';
import { MemoryAccountStore } from '../store/memory-account-store.js';
import type { MemoryDatabase } from '../store/memory-database.js';
import { MemoryEvaluationStore } from '../store/memory-evaluation-store.js';
import { MemoryExecutionStore } from '../store/memory-execution-store.js';
import { MemoryKillSwitchStore } from '../store/memory-kill-switch-store.js';
import { MemoryLedgerStore } from '../store/memory-ledger-store.js';
import { MemoryMarketStore } from '../store/memory-market-store.js';
import { MemoryOutbox } from '../store/memory-outbox.js';
import { MemoryPaperVenueStore } from '../store/memory-paper-venue-store.js';
import { MemoryPortfolioStore } from '../store/memory-portfolio-store.js';
import { MemoryPriceWatchStore } from '../store/memory-price-watch-store.js';
import { ORDER_JOB, PLAN_JOB, RECONCILE_JOB } from './jobs.js';

/** All stores over one database. */
export function openStores(database: MemoryDatabase) {
  return {
    execution: new MemoryExecutionStore(database, { plan: PLAN_JOB, order: ORDER_JOB }),
    ledger: new MemoryLedgerStore(database),
    accounts: new MemoryAccountStore(database, RECONCILE_JOB),
    killSwitches: new MemoryKillSwitchStore(database),
    portfolios: new MemoryPortfolioStore(database),
    evaluations: new MemoryEvaluationStore(database, PLAN_JOB),
    markets: new MemoryMarketStore(database),
    watches: new MemoryPriceWatchStore(database),
    paper: new MemoryPaperVenueStore(database),
    outbox: new MemoryOutbox(database),
  };
}

export type WorldStores = ReturnType<typeof openStores>;

/** As one run of a process sees them: each call is an await at which it may die. */
export function storesOf(stores: WorldStores, life: Life): WorldStores {
  const seen = Object.entries(stores).map(([name, store]) => [name, life.store(name, store)] as const);
  return Object.fromEntries(seen) as WorldStores;
}
