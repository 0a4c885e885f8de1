import type { QueuedJob } from '#application';
import { PostgresExecutionStore, PostgresLedgerStore, PostgresOutbox } from '#persistence';
import type { ExecutionScene, SceneLeg } from '#testing';
import {
  aConfiguration, aConfigurationVersion, aDecision, aMarket, anInitialDecision, anIntent, aPlan, aPortfolio, aTradingAccount, NOW_MS, openTradingDatabase,
  type AccountRow, type PlanRow, type PortfolioRow, type TradingDatabase,
} from './trading-rows.js';

export const QUEUES = { plan: { queue: 'plan-advance', priority: 1 }, order: { queue: 'order-advance', priority: 2 } };

export interface PostgresScene extends ExecutionScene {
  readonly database: TradingDatabase;
  readonly store: PostgresExecutionStore;
}

export async function openPostgresScene(): Promise<PostgresScene> {
  const database = await openTradingDatabase();
  const outbox = new PostgresOutbox(database.dataSource);
  return {
    database,
    store: new PostgresExecutionStore(database.dataSource, QUEUES),
    ledger: new PostgresLedgerStore(database.dataSource),
    ...peopleOf(database),
    market: async (base, change) => void (await aMarket(database, base, change)),
    engage: (scope, state) => engage(database, scope, state),
    openBreaker: async (key, untilMs) => void (await database.query(`INSERT INTO breaker (key, open_until_ms, reason, opened_ms) VALUES ($1, $2, 'a test', $3)`, [key, untilMs, NOW_MS])),
    takeJobs: () => takeJobs(outbox),
    held: async (accountId, portfolioId, asset) => {
      const [row] = await database.query<{ quantity: string }>(
        'SELECT trim_scale(quantity)::text AS quantity FROM holding WHERE account_id = $1 AND portfolio_id = $2 AND asset = $3', [accountId, portfolioId ?? '', asset],
      );
      return row?.quantity ?? '0';
    },
    close: database.close,
  };
}

/** Accounts, portfolios and plans, remembered so that what comes later can lean on them. */
function peopleOf(database: TradingDatabase): Pick<ExecutionScene, 'account' | 'portfolio' | 'changeCaps' | 'plan' | 'portfolioFlags'> {
  const accounts = new Map<string, AccountRow>();
  const portfolios = new Map<string, { row: PortfolioRow; version: number }>();
  return {
    account: async (change = {}) => {
      const account = await aTradingAccount(database, { reconciledMs: change.isReconciled === false ? null : NOW_MS, haltReason: change.haltReason ?? null });
      accounts.set(account.id, account);
      return account.id;
    },
    portfolio: async (accountId, change) => {
      const row = await aPortfolio(database, accounts.get(accountId)!, change);
      portfolios.set(row.id, { row, version: 1 });
      return row.id;
    },
    changeCaps: async (portfolioId, caps) => {
      const known = portfolios.get(portfolioId)!;
      known.version += 1;
      await aConfigurationVersion(database, known.row, known.version, aConfiguration({ caps: { ...aConfiguration().caps, ...caps } }));
    },
    plan: async (portfolioId, legs, { kind, ...change } = {}) => {
      const { row } = portfolios.get(portfolioId)!;
      const plan = await aPlan(database, row, { ...change, decision: kind === 'initial' ? anInitialDecision() : aDecision() });
      return { planId: plan.id, portfolioId, accountId: row.account.id, intentIds: await legsOf(database, plan, legs) };
    },
    portfolioFlags: async (portfolioId) => {
      const [row] = await database.query<{ isLookRequested: boolean; isAllocated: boolean }>(
        `SELECT look.look_requested_ms IS NOT NULL AS "isLookRequested", portfolio.is_allocated AS "isAllocated"
         FROM portfolio JOIN portfolio_look look ON look.portfolio_id = portfolio.id WHERE portfolio.id = $1`,
        [portfolioId],
      );
      return row!;
    },
  };
}

async function legsOf(database: TradingDatabase, plan: PlanRow, legs: readonly SceneLeg[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [leg, change] of legs.entries()) ids.push((await anIntent(database, plan, { leg, ...change })).id);
  return ids;
}

async function engage(database: TradingDatabase, scope: string, state: string): Promise<void> {
  await database.query('UPDATE kill_switch SET is_current = false WHERE scope = $1', [scope]);
  await database.query(
    `INSERT INTO kill_switch (scope, version, state, reason, set_by, set_ms, is_current)
     SELECT $1, count(*) + 1, $2, 'a test', 'a test', $3, true FROM kill_switch WHERE scope = $1`,
    [scope, state, NOW_MS],
  );
}

async function takeJobs(outbox: PostgresOutbox): Promise<QueuedJob[]> {
  const jobs: QueuedJob[] = [];
  const { delivered } = await outbox.dispatch(1_000, async (job) => void jobs.push(job));
  if (delivered !== jobs.length) throw new Error(`${delivered} of ${jobs.length} jobs were taken`);
  return jobs;
}
