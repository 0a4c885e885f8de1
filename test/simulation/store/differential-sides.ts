import type { AccountStore, EvaluationStore, ExecutionStore, KillSwitchStore, LedgerStore, MarketStore, PortfolioStore, PriceWatchStore } from '#application';
import {
  PostgresAccountStore, PostgresEvaluationStore, PostgresExecutionStore, PostgresKillSwitchStore, PostgresLedgerStore, PostgresMarketStore, PostgresPortfolioStore, PostgresPriceWatchStore,
} from '#persistence';
import { EVALUATION_JOBS } from '#testing';
import type { TradingDatabase } from '../../integration/trading/trading-rows.js';
import { MemoryAccountStore } from './memory-account-store.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryEvaluationStore } from './memory-evaluation-store.js';
import { MemoryExecutionStore } from './memory-execution-store.js';
import { MemoryKillSwitchStore } from './memory-kill-switch-store.js';
import { MemoryLedgerStore } from './memory-ledger-store.js';
import { MemoryMarketStore } from './memory-market-store.js';
import { MemoryPortfolioStore } from './memory-portfolio-store.js';
import { MemoryPriceWatchStore } from './memory-price-watch-store.js';

const RECONCILE_JOBS = { queue: 'account-reconcile', priority: 1 };

const EXECUTION_JOBS = { plan: EVALUATION_JOBS, order: { queue: 'order-advance', priority: 2 } };

/** The same stores on either side, on one database each. */
export interface Side {
  readonly portfolios: PortfolioStore;
  readonly accounts: AccountStore;
  readonly switches: KillSwitchStore;
  readonly evaluations: EvaluationStore;
  readonly execution: ExecutionStore;
  readonly ledger: LedgerStore;
  readonly markets: MarketStore;
  readonly watches: PriceWatchStore;
  /** What no store tells: events of states, and jobs. */
  readonly rest: () => Promise<unknown>;
}

export function memorySide(nowMs: number): Side {
  const database = new MemoryDatabase(() => nowMs);
  return {
    portfolios: new MemoryPortfolioStore(database),
    accounts: new MemoryAccountStore(database, RECONCILE_JOBS),
    switches: new MemoryKillSwitchStore(database),
    evaluations: new MemoryEvaluationStore(database, EVALUATION_JOBS),
    execution: new MemoryExecutionStore(database, EXECUTION_JOBS),
    ledger: new MemoryLedgerStore(database),
    markets: new MemoryMarketStore(database),
    watches: new MemoryPriceWatchStore(database),
    rest: async () => ({
      events: Array.from(database.stateEvents.all(), ({ entity, entityId, from, to, atMs, actor, cause }) => ({ entity, entityId, from, to, atMs, actor, cause })),
      jobs: Array.from(database.outbox.all(), ({ queue, jobId, payload, priority }) => ({ queue, jobId, payload, priority })),
      paper: Array.from(database.paperBalances.all(), ({ accountId, asset, free }) => ({ accountId, asset, free })).toSorted((one, other) => (one.accountId < other.accountId ? -1 : 1)),
    }),
  };
}

/** Emptied, and with stores that remember nothing of what was there before. */
export async function postgresSide({ dataSource, query }: TradingDatabase): Promise<Side> {
  await query('TRUNCATE trading_account, market, kill_switch, breaker, price_watch, outbox, state_event CASCADE');
  return {
    portfolios: new PostgresPortfolioStore(dataSource),
    accounts: new PostgresAccountStore(dataSource, RECONCILE_JOBS),
    switches: new PostgresKillSwitchStore(dataSource),
    evaluations: new PostgresEvaluationStore(dataSource, EVALUATION_JOBS),
    execution: new PostgresExecutionStore(dataSource, EXECUTION_JOBS),
    ledger: new PostgresLedgerStore(dataSource),
    markets: new PostgresMarketStore(dataSource),
    watches: new PostgresPriceWatchStore(dataSource),
    rest: async () => ({
      events: await query('SELECT entity, entity_id AS "entityId", from_state AS "from", to_state AS "to", at_ms::float8 AS "atMs", actor, cause FROM state_event ORDER BY id'),
      jobs: await query('SELECT queue, job_id AS "jobId", payload, priority FROM outbox ORDER BY id'),
      paper: await query(`SELECT account_id AS "accountId", asset, trim_scale(free)::text AS free FROM paper_balance ORDER BY account_id COLLATE "C"`),
    }),
  };
}
