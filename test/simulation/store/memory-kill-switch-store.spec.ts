import type { SwitchScope } from '#application';
import { killSwitchStoreConformance, type ClaimStep, type KillSwitchStoreSubject } from '#testing';
import { MemoryAccountStore } from './memory-account-store.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryKillSwitchStore } from './memory-kill-switch-store.js';
import { MemoryPortfolioStore } from './memory-portfolio-store.js';
import { aPaperPortfolio } from './scene-rows.js';

const NOW_MS = 1_767_614_400_000;

/** A claim is one synchronous call: an engagement that is under way comes before all of it or after. */
async function engageDuringClaim(database: MemoryDatabase, scope: SwitchScope, engage: () => Promise<unknown>): Promise<readonly ClaimStep[]> {
  const steps: ClaimStep[] = [];
  database.transaction(() => {
    steps.push(database.indexes.currentSwitchOf(scope).length === 0 ? 'claim saw run' : 'claim saw a switch');
    steps.push('claim commits');
  });
  await engage();
  steps.push('engaged');
  return steps;
}

async function makeSubject(): Promise<KillSwitchStoreSubject> {
  const database = new MemoryDatabase(() => NOW_MS);
  const portfolios = new MemoryPortfolioStore(database);
  return {
    store: new MemoryKillSwitchStore(database),
    accounts: new MemoryAccountStore(database, { queue: 'account-reconcile', priority: 1 }),
    portfolio: async () => {
      const { id, accountId } = await aPaperPortfolio(portfolios);
      return { portfolioId: id, accountId };
    },
    deletePortfolio: async (portfolioId) => {
      await portfolios.changeState(portfolioId, 1, 'deleted', null, NOW_MS, 'a test');
    },
    engageDuringClaim: (scope, engage) => engageDuringClaim(database, scope, engage),
    close: async () => undefined,
  };
}

killSwitchStoreConformance('MemoryKillSwitchStore', makeSubject);
