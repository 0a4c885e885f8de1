import { PostgresAccountStore } from '#persistence';
import { accountStoreConformance, type AccountStoreSubject } from '#testing';
import { aPlan, aPortfolio, aTradingAccount, openTradingDatabase } from './trading-rows.js';

async function makeSubject(): Promise<AccountStoreSubject> {
  const database = await openTradingDatabase(4);
  return {
    store: new PostgresAccountStore(database.dataSource, { queue: 'account-reconcile', priority: 4 }),
    paperAccount: async (venue, state, hasPlan) => {
      const account = await aTradingAccount(database, { mode: 'paper', venue });
      const portfolio = await aPortfolio(database, account, { state });
      if (hasPlan) await aPlan(database, portfolio);
      return account.id;
    },
    jobsOf: (runId) => database.query(`SELECT queue, job_id AS "jobId", payload, priority FROM outbox WHERE payload ->> 'runId' = $1`, [runId]),
    eventsOf: (accountId) =>
      database.query(
        `SELECT to_state AS to, at_ms::float8 AS "atMs", actor AS by, cause FROM state_event WHERE entity = 'trading_account' AND entity_id = $1 ORDER BY id`,
        [accountId],
      ),
    close: () => database.close(),
  };
}

accountStoreConformance('PostgresAccountStore', makeSubject);
