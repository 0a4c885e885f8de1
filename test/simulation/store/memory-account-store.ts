import type { AccountStore, BookedBalance, Breaker, ReconciliationRun, TradingAccount, VenueName } from '#application';
import type { ReconcileJobPolicy } from '#persistence';
import { sumOfAmounts } from './amounts.js';
import { keyOf, type MemoryDatabase } from './memory-database.js';
import { refuse } from './refused.js';
import type { HoldingRow, StateEventRow } from './rows.js';
import { queueJobs } from './writers.js';

type Registration = Parameters<AccountStore['register']>[0];
type Request = Parameters<AccountStore['requestReconciliation']>[0];

export class MemoryAccountStore implements AccountStore {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly policy: ReconcileJobPolicy,
  ) {}

  async register({ id, mode, venue, keyFingerprint, canWithdraw }: Registration, nowMs: number): Promise<TradingAccount> {
    const { accounts } = this.database;
    return this.database.transaction(() => {
      const known = accounts.get(id);
      if (known === undefined) return accounts.insert({ ...anAccount({ id, mode, venue }, nowMs), keyFingerprint, canWithdraw, executorSeenMs: nowMs });
      if (known.mode !== mode || known.venue !== venue) refuse(`the trading account ${id} is known with another mode or venue: give this one another id`);
      return accounts.update(id, { keyFingerprint, canWithdraw, executorSeenMs: Math.max(known.executorSeenMs ?? nowMs, nowMs) });
    });
  }

  async find(accountId: string): Promise<TradingAccount | null> {
    return this.database.accounts.get(accountId) ?? null;
  }

  async list({ afterId = '', limit }: Parameters<AccountStore['list']>[0]): Promise<TradingAccount[]> {
    return this.database.accounts.filter(({ id }) => id > afterId).toSorted((one, other) => (one.id < other.id ? -1 : 1)).slice(0, limit);
  }

  async activePaperAccounts(venue: VenueName): Promise<string[]> {
    const { portfolios, indexes } = this.database;
    const active = portfolios.filter((one) =>
      one.mode === 'paper' && one.venue === venue && (one.state !== 'deleted' || indexes.openPlansOfPortfolio(one.id).length > 0));
    return [...new Set(active.map(({ accountId }) => accountId))].toSorted();
  }

  async halt(accountId: string, reason: string, nowMs: number): Promise<void> {
    this.database.transaction(() => {
      const account = this.database.accounts.get(accountId);
      if (account === undefined || account.haltReason !== null) return;
      this.database.accounts.update(accountId, { haltReason: reason });
      this.note({ entityId: accountId, from: 'open', to: 'halted', atMs: nowMs, actor: null, cause: reason });
    });
  }

  async clearHalt(accountId: string, nowMs: number, by: string): Promise<void> {
    const { accounts, quarantines, breakers } = this.database;
    this.database.transaction(() => {
      if ((accounts.get(accountId)?.haltReason ?? null) !== null) {
        accounts.update(accountId, { haltReason: null });
        this.note({ entityId: accountId, from: 'halted', to: 'open', atMs: nowMs, actor: by, cause: null });
      }
      for (const { marketId } of quarantines.filter((one) => one.accountId === accountId)) quarantines.delete(keyOf(accountId, marketId));
      breakers.delete(`account:${accountId}`);
    });
  }

  async bookedBalances(accountId: string): Promise<readonly BookedBalance[]> {
    const held = this.database.indexes.holdingsOfAccount(accountId);
    const assets = [...new Set(held.map(({ asset }) => asset))].toSorted();
    return assets.map((asset) => bookedBalance(asset, held.filter((row) => row.asset === asset)));
  }

  async requestReconciliation({ id, accountId, cause, requestedMs }: Request): Promise<void> {
    const { queue, priority } = this.policy;
    this.database.transaction(() => {
      this.database.reconciliations.insert({
        id, accountId, cause, state: 'requested', isEqual: null, assetCount: null, differences: [], problem: null, requestedMs, finishedMs: null,
      });
      queueJobs(this.database, [{ queue, jobId: `${queue}-${id}-1`, payload: { runId: id }, priority }]);
    });
  }

  async finishReconciliation(run: ReconciliationRun, openOrderCount: number): Promise<void> {
    this.database.transaction(() => {
      if (this.storeResult(run)) this.noteResult(run, openOrderCount);
    });
  }

  async reconciliation(runId: string): Promise<ReconciliationRun | null> {
    return this.database.reconciliations.get(runId) ?? null;
  }

  async reconciliations(accountId: string, limit: number): Promise<ReconciliationRun[]> {
    return this.database.indexes.newestReconciliations(accountId, limit);
  }

  async requestedReconciliations(limit: number): Promise<ReconciliationRun[]> {
    return this.database.indexes.requestedReconciliations('all').toSorted((one, other) => one.requestedMs - other.requestedMs || (one.id < other.id ? -1 : 1)).slice(0, limit);
  }

  async openBreaker(breaker: Breaker, nowMs: number): Promise<void> {
    const { breakers } = this.database;
    this.database.transaction(() => {
      const known = breakers.get(breaker.key);
      if (known === undefined) breakers.insert({ ...breaker, openedMs: nowMs });
      else if (known.openUntilMs < breaker.openUntilMs) breakers.update(breaker.key, { ...breaker, openedMs: nowMs });
    });
  }

  async breakers(nowMs: number): Promise<Breaker[]> {
    const open = this.database.breakers.filter(({ openUntilMs }) => openUntilMs > nowMs);
    return open.map(({ key, openUntilMs, reason }) => ({ key, openUntilMs, reason })).toSorted((one, other) => (one.key < other.key ? -1 : 1));
  }

  /** False: it had ended already, and what it found stands. */
  private storeResult(run: ReconciliationRun): boolean {
    const { reconciliations } = this.database;
    const known = reconciliations.get(run.id);
    if (known !== undefined && known.state !== 'requested') return false;
    if (known === undefined) reconciliations.insert(run);
    else {
      const { state, isEqual, assetCount, differences, problem, finishedMs } = run;
      reconciliations.update(run.id, { state, isEqual, assetCount, differences, problem, finishedMs });
    }
    return true;
  }

  private noteResult({ accountId, isEqual, finishedMs }: ReconciliationRun, openOrderCount: number): void {
    const account = this.database.accounts.get(accountId);
    if (isEqual === null || account === undefined) return;
    this.database.accounts.update(accountId, {
      openOrderCount,
      reconciledMs: isEqual ? Math.max(account.reconciledMs ?? finishedMs!, finishedMs!) : account.reconciledMs,
      mismatchSinceMs: isEqual ? null : (account.mismatchSinceMs ?? finishedMs),
    });
  }

  private note(event: Omit<StateEventRow, 'id' | 'entity'>): void {
    this.database.stateEvents.insert({ id: this.database.nextId(), entity: 'trading_account', ...event });
  }
}

/** Of which nothing is known yet. */
export const anAccount = ({ id, mode, venue }: Pick<TradingAccount, 'id' | 'mode' | 'venue'>, createdMs: number): TradingAccount => ({
  id, mode, venue, keyFingerprint: null, canWithdraw: null, reconciledMs: null, mismatchSinceMs: null, haltReason: null, openOrderCount: 0,
  executorSeenMs: null, createdMs,
});

function bookedBalance(asset: string, held: readonly HoldingRow[]): BookedBalance {
  const ofPortfolios = held.filter(({ portfolioId }) => portfolioId !== '').toSorted((one, other) => (one.portfolioId < other.portfolioId ? -1 : 1));
  return {
    asset,
    quantity: sumOfAmounts(held.map(({ quantity }) => quantity)),
    unassigned: held.find(({ portfolioId }) => portfolioId === '')?.quantity ?? '0',
    portfolios: ofPortfolios.map(({ portfolioId, quantity }) => ({ portfolioId, quantity })),
  };
}
