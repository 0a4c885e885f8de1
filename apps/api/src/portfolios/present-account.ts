import { isExecutorThere, type AccountStore, type KillSwitch, type LedgerTransaction, type ReconciliationRun, type TradingAccount } from '#application';
import type { Holder } from '#domain';
import type { Account, KillSwitch as KillSwitchDocument, LedgerTransaction as LedgerDocument, Reconciliation } from '#contracts';
import { instantOf } from '../backtests/present-run.js';
import { at, labelsOf } from './present-portfolio.js';

type Booked = Awaited<ReturnType<AccountStore['bookedBalances']>>;

export function presentAccount(account: TradingAccount, booked: Booked, nowMs: number): Account {
  const { id, mode, keyFingerprint, canWithdraw, reconciledMs, mismatchSinceMs, haltReason, openOrderCount, executorSeenMs } = account;
  return {
    id, ...labelsOf(account), keyFingerprint, canWithdraw,
    reconciledAt: instantOf(reconciledMs),
    mismatchSince: instantOf(mismatchSinceMs),
    haltReason,
    openOrders: openOrderCount,
    executorSeenAt: instantOf(executorSeenMs),
    isExecutorThere: mode === 'paper' ? null : isExecutorThere(account, nowMs),
    balances: booked.map(({ asset, quantity, unassigned, portfolios }) => ({ asset, quantity, unassigned, portfolios: [...portfolios] })),
  };
}

export function presentReconciliation(run: ReconciliationRun): Reconciliation {
  const { id, accountId, cause, state, isEqual, assetCount, differences, problem, requestedMs, finishedMs } = run;
  return {
    id, accountId, cause, state, isEqual, assets: assetCount, differences: differences.map((difference) => ({ ...difference })), problem,
    requestedAt: at(requestedMs), finishedAt: instantOf(finishedMs),
  };
}

export const presentKillSwitch = ({ scope, state, reason, setBy, setMs, version }: KillSwitch): KillSwitchDocument => ({ scope, state, reason, setBy, setAt: at(setMs), version });

const holderOf = (holder: Holder): string => (holder.kind === 'portfolio' ? `portfolio:${holder.portfolioId}` : holder.kind);

export const presentTransaction = ({ key, kind, occurredMs, bookedMs, memo, postings }: LedgerTransaction): LedgerDocument => ({
  key, kind, occurredAt: at(occurredMs), bookedAt: at(bookedMs), memo,
  postings: postings.map(({ holder, asset, quantity }) => ({ holder: holderOf(holder), asset, quantity })),
});
