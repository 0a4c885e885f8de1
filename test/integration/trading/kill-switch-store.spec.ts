import type { SwitchScope } from '#application';
import { PostgresAccountStore, PostgresKillSwitchStore } from '#persistence';
import { killSwitchStoreConformance, type ClaimStep, type KillSwitchStoreSubject } from '#testing';
import { aPortfolio, aTradingAccount, openTradingDatabase, type TradingDatabase } from './trading-rows.js';

/** The number that claims take too; written down here anew, since a claim of an older build must meet it as well. */
const LOCK = 7_310_402_001;

/** As a claim does: the lock is shared, and held until the commit. */
async function claim({ dataSource }: TradingDatabase, scope: SwitchScope): Promise<{ readonly saw: ClaimStep; readonly commit: () => Promise<void> }> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(`SELECT pg_advisory_xact_lock_shared(${LOCK})`);
  const switches: unknown[] = await runner.query('SELECT FROM kill_switch WHERE scope = $1', [scope]);
  return {
    saw: switches.length === 0 ? 'claim saw run' : 'claim saw a switch',
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

async function engageDuringClaim(database: TradingDatabase, scope: SwitchScope, engage: () => Promise<unknown>): Promise<readonly ClaimStep[]> {
  const { saw, commit } = await claim(database, scope);
  const steps: ClaimStep[] = [saw];
  const engaging = engage().then(() => void steps.push('engaged'));
  await Promise.race([engaging, untilEngagementWaits(database)]);
  if ((await database.query('SELECT FROM kill_switch WHERE scope = $1', [scope])).length > 0) steps.push('engagement is seen');
  steps.push('claim commits');
  await commit();
  await engaging;
  return steps;
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
    engageDuringClaim: (scope, engage) => engageDuringClaim(database, scope, engage),
    close: () => database.close(),
  };
}

killSwitchStoreConformance('PostgresKillSwitchStore', makeSubject);
