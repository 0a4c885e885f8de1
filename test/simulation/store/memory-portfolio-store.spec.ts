import { ulid } from 'ulid';
import type { Portfolio } from '#application';
import { portfolioStoreConformance, type PortfolioStoreSubject } from '#testing';
import { MemoryAccountStore } from './memory-account-store.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryPortfolioStore } from './memory-portfolio-store.js';
import { bookTransfer, openPlan } from './scene-rows.js';

const START_MS = 1_767_225_600_000;

async function makeSubject(): Promise<PortfolioStoreSubject> {
  const database = new MemoryDatabase(() => START_MS);
  const accounts = new MemoryAccountStore(database, { queue: 'account-reconcile', priority: 1 });
  return {
    store: new MemoryPortfolioStore(database),
    accounts,
    liveAccount: async (unassigned) => {
      const { id } = await accounts.register({ id: `live-${ulid()}`, mode: 'live', venue: 'MEXC', keyFingerprint: null, canWithdraw: null }, START_MS);
      bookTransfer(database, id, 'external-deposit', 'USDT', { kind: 'external' }, { kind: 'unassigned' }, unassigned);
      return id;
    },
    openPlan: async (portfolioId) => openPlan(database, portfolioId),
    book: async ({ id, accountId }: Portfolio, asset, quantity) => bookTransfer(database, accountId, 'fill', asset, { kind: 'market' }, { kind: 'portfolio', portfolioId: id }, quantity),
    addEquity: async (portfolioId, points) => {
      for (const point of points) database.equity.insert({ ...point, portfolioId, flowsTotal: 0, configVersion: 1 });
    },
    watched: async (portfolioId) => {
      const rows = database.watches.filter(({ venue, watcher }) => venue === 'MEXC' && watcher === portfolioId);
      return rows.map(({ marketId, shard }) => ({ marketId, shard: shard! })).toSorted((one, other) => (one.marketId < other.marketId ? -1 : 1));
    },
    look: async (portfolioId) => {
      const { lookSeq, lookRequestedMs } = database.looks.get(portfolioId)!;
      return { lookSeq, requestedMs: lookRequestedMs };
    },
    paperBalance: async (accountId, asset) => database.paperBalances.get(`${accountId}|${asset}`)?.free ?? null,
    booked: async (portfolioId) => {
      const rows = database.ledger.filter(({ kind, postings }) =>
        kind !== 'fill' && postings.some(({ holder }) => holder.kind === 'portfolio' && holder.portfolioId === portfolioId));
      return rows.map(({ kind, flows }) => ({ kind, flows }));
    },
    close: async () => undefined,
  };
}

portfolioStoreConformance('MemoryPortfolioStore', makeSubject);
