import type { TradingAccount } from '../accounts/account-store.port.js';
import type { VenueName } from '../ports/market-data.port.js';
import { instant } from '../wording/instant.js';

/** An executor says that it is there several times a minute. */
export const EXECUTOR_SEEN_MS = 60_000;

export interface Unfitness {
  readonly code: 'no-live-account' | 'no-executor' | 'key-can-withdraw' | 'account-halted' | 'account-unreconciled' | 'withdrawal-right-unknown';
  readonly detail: string;
}

export const liveAccountId = (venue: VenueName): string => `live-${venue.toLowerCase()}`;

export const isExecutorThere = ({ executorSeenMs }: TradingAccount, nowMs: number): boolean => executorSeenMs !== null && nowMs - executorSeenMs <= EXECUTOR_SEEN_MS;

/** All that keeps an account from trading live. That nobody knows whether its key can withdraw is asked about at the start only. */
export function unfitBecause(venue: VenueName, account: TradingAccount | null, nowMs: number): readonly Unfitness[] {
  if (account === null) {
    return [{ code: 'no-live-account', detail: `no executor has ever come with a key for ${venue}: give the order-executor its API key and start it, then create the portfolio (docs/live.md)` }];
  }
  return [...absence(account, nowMs), ...rights(account), ...standing(account)];
}

/** Where the venue does not tell, the operator has to. Play money cannot be withdrawn. */
export function unknownWithdrawalRight(account: TradingAccount): readonly Unfitness[] {
  if (account.venue !== 'MEXC' || account.canWithdraw !== null) return [];
  const detail = 'the exchange does not tell whether the key can withdraw; look at the key\'s rights at the exchange, and send acceptsUnknownWithdrawalRight: true if it cannot';
  return [{ code: 'withdrawal-right-unknown', detail }];
}

function absence(account: TradingAccount, nowMs: number): readonly Unfitness[] {
  if (isExecutorThere(account, nowMs)) return [];
  const since = account.executorSeenMs === null ? 'was never there' : `was last there at ${instant(account.executorSeenMs)}`;
  return [{ code: 'no-executor', detail: `the executor that holds the keys of ${account.id} ${since}; start the order-executor` }];
}

function rights({ canWithdraw, keyFingerprint }: TradingAccount): readonly Unfitness[] {
  if (canWithdraw !== true) return [];
  return [{ code: 'key-can-withdraw', detail: `the API key ${keyFingerprint ?? ''} can withdraw; make one at the exchange that can only trade spot, and give that to the order-executor` }];
}

function standing({ id, haltReason, mismatchSinceMs }: TradingAccount): readonly Unfitness[] {
  if (haltReason !== null) return [{ code: 'account-halted', detail: `${id} is halted: ${haltReason}; clear it once its cause is mended` }];
  if (mismatchSinceMs === null) return [];
  return [{ code: 'account-unreconciled', detail: `the books of ${id} differ from the exchange since ${instant(mismatchSinceMs)}; it is tried again by itself, \`rebalancer portfolio reconcile\` tells what differs` }];
}
