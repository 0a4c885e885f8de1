import type { BalanceDifference, ReconciliationRun, TradingAccount, VenueName } from '#application';
import type { TradingMode } from '#domain';

export interface AccountRow {
  readonly id: string;
  readonly mode: TradingMode;
  readonly venue: VenueName;
  readonly key_fingerprint: string | null;
  readonly can_withdraw: boolean | null;
  readonly reconciled_ms: number | null;
  readonly mismatch_since_ms: number | null;
  readonly halt_reason: string | null;
  readonly open_order_count: number;
  readonly executor_seen_ms: number | null;
  readonly created_ms: number;
}

export const ACCOUNT_COLUMNS = `
  id, mode, venue, key_fingerprint, can_withdraw, reconciled_ms::float8 AS reconciled_ms, mismatch_since_ms::float8 AS mismatch_since_ms, halt_reason,
  open_order_count, executor_seen_ms::float8 AS executor_seen_ms, created_ms::float8 AS created_ms`;

export function toAccount(row: AccountRow): TradingAccount {
  return {
    id: row.id, mode: row.mode, venue: row.venue, keyFingerprint: row.key_fingerprint, canWithdraw: row.can_withdraw, reconciledMs: row.reconciled_ms,
    mismatchSinceMs: row.mismatch_since_ms, haltReason: row.halt_reason, openOrderCount: row.open_order_count, executorSeenMs: row.executor_seen_ms,
    createdMs: row.created_ms,
  };
}

export interface ReconciliationRow {
  readonly id: string;
  readonly account_id: string;
  readonly cause: ReconciliationRun['cause'];
  readonly state: ReconciliationRun['state'];
  readonly is_equal: boolean | null;
  readonly asset_count: number | null;
  readonly differences: readonly BalanceDifference[];
  readonly problem: string | null;
  readonly requested_ms: number;
  readonly finished_ms: number | null;
}

export const RECONCILIATION_COLUMNS = `
  id, account_id, cause, state, is_equal, asset_count, differences, problem, requested_ms::float8 AS requested_ms, finished_ms::float8 AS finished_ms`;

export function toReconciliation(row: ReconciliationRow): ReconciliationRun {
  return {
    id: row.id, accountId: row.account_id, cause: row.cause, state: row.state, isEqual: row.is_equal, assetCount: row.asset_count,
    differences: row.differences, problem: row.problem, requestedMs: row.requested_ms, finishedMs: row.finished_ms,
  };
}
