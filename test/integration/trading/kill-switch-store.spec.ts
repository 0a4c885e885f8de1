import { PostgresAccountStore, PostgresKillSwitchStore } from '#persistence';
import { killSwitchStoreConformance, type KillSwitchStoreSubject } from '#testing';
import { aPortfolio, aTradingAccount, openTradingDatabase, type TradingDatabase } from './trading-rows.js';

/** The number that claims take too; written down here anew, since a claim of an older build must meet it as well. */
const LOCK = 7_310_402_001;

/** As a claim does: the lock is shared, and held until the commit. */
async function claim({ dataSource }: TradingDatabase): Promise<{ readonly commit: () => Promise<void> }> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(`SELECT pg_advisory_xact_lock_shared(${LOCK})`);
  await runner.query('SELECT state FROM kill_switch');
  return {
    commit: async () => {
      await runner.commitTransaction();
      await runner.release();
    },
  };
}

/** Rejects where nobody comes to wait in the time in which a test would fail anyhow. */
async function untilEngagementWaits(database: TradingDatabase): Promise<void> {
  for (let look = 0; look < 2_000; look++) {
    const waiting = await database.query(
      `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    if (waiting.length > 0) return;
  }
  throw new Error('no engagement waits for a claim');
}

async function makeSubject(): Promise<KillSwitchStoreSubject> {
  const database = await openTradingDatabase(8);
  return {
    store: new PostgresKillSwitchStore(database.dataSource),
    accounts: new PostgresAccountStore(database.dataSource, { queue: 'account-reconcile', priority: 1 }),
    portfolio: async () => {
      const account = await aTradingAccount(database, { mode: 'paper' });
      const { id } = await aPortfolio(database, account, { state: 'created' });
      return { portfolioId: id, accountId: account.id };
    },
    deletePortfolio: async (portfolioId) => {
      await database.query(`UPDATE portfolio SET state = 'deleted' WHERE id = $1`, [portfolioId]);
    },
    claim: () => claim(database),
    untilEngagementWaits: () => untilEngagementWaits(database),
    close: () => database.close(),
  };
}

killSwitchStoreConformance('PostgresKillSwitchStore', makeSubject);
