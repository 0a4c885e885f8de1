import { ulid } from 'ulid';
import { accountStoreConformance, type AccountStoreSubject } from '#testing';
import { MemoryAccountStore } from './memory-account-store.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryPortfolioStore } from './memory-portfolio-store.js';
import { aPaperPortfolio, openPlan } from './scene-rows.js';

const NOW_MS = 1_767_614_400_000;

async function makeSubject(): Promise<AccountStoreSubject> {
  const database = new MemoryDatabase(() => NOW_MS);
  const portfolios = new MemoryPortfolioStore(database);
  return {
    store: new MemoryAccountStore(database, { queue: 'account-reconcile', priority: 4 }),
    paperAccount: async (venue, state, hasPlan) => {
      const portfolio = await aPaperPortfolio(portfolios, { venue });
      if (state === 'running') await portfolios.changeState(portfolio.id, 1, 'running', null, NOW_MS, 'a test');
      else await portfolios.changeState(portfolio.id, 1, 'deleted', null, NOW_MS, 'a test');
      if (hasPlan) openPlan(database, portfolio.id);
      return portfolio.accountId;
    },
    jobsOf: async (runId) => {
      const rows = database.outbox.filter(({ payload }) => payload['runId'] === runId);
      return rows.map(({ queue, jobId, payload, priority }) => ({ queue, jobId, payload, priority }));
    },
    eventsOf: async (accountId) => {
      const rows = database.stateEvents.filter(({ entity, entityId }) => entity === 'trading_account' && entityId === accountId);
      return rows.map(({ to, atMs, actor: by, cause }) => ({ to, atMs, by, cause }));
    },
    close: async () => undefined,
  };
}

accountStoreConformance('MemoryAccountStore', makeSubject);

it('finds the newest comparisons among those of years, and those of a moment by their id', async () => {
  const database = new MemoryDatabase(() => NOW_MS);
  const store = new MemoryAccountStore(database, { queue: 'account-reconcile', priority: 4 });
  const { id: accountId } = await store.register({ id: `live-${ulid()}`, mode: 'live', venue: 'MEXC', keyFingerprint: null, canWithdraw: null }, NOW_MS);
  const request = async (id: string, day: number) => store.requestReconciliation({ id, accountId, cause: 'schedule', requestedMs: NOW_MS + day * 86_400_000 });
  for (const [id, day] of [['b', 9], ['late', 400], ['a', 9], ['first', 0], ['before', -30]] as const) await request(id, day);
  expect((await store.reconciliations(accountId, 3)).map(({ id }) => id)).toEqual(['late', 'b', 'a']);
  expect((await store.reconciliations(accountId, 9)).map(({ id }) => id)).toEqual(['late', 'b', 'a', 'first', 'before']);
});
