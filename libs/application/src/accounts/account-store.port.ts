import type { DecimalText, TradingMode } from '#domain';
import type { VenueName } from '../ports/market-data.port.js';

export interface TradingAccount {
  /** `live-mexc`, `live-simulator`; of paper `paper-` and the portfolio's id. */
  readonly id: string;
  readonly mode: TradingMode;
  readonly venue: VenueName;
  /** First 12 hex digits of the key's SHA-256; null of paper. */
  readonly keyFingerprint: string | null;
  /** Null: the venue does not tell. */
  readonly canWithdraw: boolean | null;
  /** Last reconciliation that found no difference. */
  readonly reconciledMs: number | null;
  /** Since when the books differ from the venue; null: they do not, as far as is known. */
  readonly mismatchSinceMs: number | null;
  /** Why nothing is sent for this account until a person says so; null: no reason. */
  readonly haltReason: string | null;
  readonly openOrderCount: number;
  /** When an executor that holds its key was last there. */
  readonly executorSeenMs: number | null;
  readonly createdMs: number;
}

export interface BalanceDifference {
  readonly asset: string;
  /** Of all portfolios and unassigned, by the books. */
  readonly booked: DecimalText;
  readonly venue: DecimalText;
  readonly tolerance: DecimalText;
}

/** `quantity` is the sum of the others. */
export interface BookedBalance {
  readonly asset: string;
  readonly quantity: DecimalText;
  readonly unassigned: DecimalText;
  readonly portfolios: readonly { readonly portfolioId: string; readonly quantity: DecimalText }[];
}

export interface ReconciliationRun {
  /** rc_ and a ULID. */
  readonly id: string;
  readonly accountId: string;
  readonly cause: 'startup' | 'schedule' | 'plan' | 'operator' | 'kill-switch';
  readonly state: 'requested' | 'done' | 'failed';
  /** Null until it is done. */
  readonly isEqual: boolean | null;
  readonly assetCount: number | null;
  readonly differences: readonly BalanceDifference[];
  readonly problem: string | null;
  readonly requestedMs: number;
  readonly finishedMs: number | null;
}

export interface Breaker {
  /** `account:<id>`, or `market:<venue>:<market id>` such as `market:MEXC:HANAUSDT`. */
  readonly key: string;
  readonly openUntilMs: number;
  readonly reason: string;
}

/** @throws StoreFailure */
export interface AccountStore {
  /** Inserts it, or notes that its executor is there, with which key. Of another mode or venue it is refused. */
  register(account: Pick<TradingAccount, 'id' | 'mode' | 'venue' | 'keyFingerprint' | 'canWithdraw'>, nowMs: number): Promise<TradingAccount>;
  find(accountId: string): Promise<TradingAccount | null>;
  /** By id, which has live ones first. */
  list(page: { readonly afterId?: string | undefined; readonly limit: number }): Promise<TradingAccount[]>;
  /** Accounts that something can happen at: portfolios that are not deleted, or an open plan. */
  activePaperAccounts(venue: VenueName): Promise<string[]>;
  /** The first reason stays until it is cleared. */
  halt(accountId: string, reason: string, nowMs: number): Promise<void>;
  /** With it go the account's breaker and what keeps plans from single markets: a person has looked. */
  clearHalt(accountId: string, nowMs: number, by: string): Promise<void>;
  /** By asset; those that are zero too. */
  bookedBalances(accountId: string): Promise<readonly BookedBalance[]>;
  /** With its job in the outbox. */
  requestReconciliation(run: Pick<ReconciliationRun, 'id' | 'accountId' | 'cause' | 'requestedMs'>): Promise<void>;
  /** Also sets the account's `reconciledMs` or `mismatchSinceMs`. One that was not asked for beforehand is stored; one that has ended stays as it is. */
  finishReconciliation(run: ReconciliationRun, openOrderCount: number): Promise<void>;
  reconciliation(runId: string): Promise<ReconciliationRun | null>;
  /** Newest first. */
  reconciliations(accountId: string, limit: number): Promise<ReconciliationRun[]>;
  requestedReconciliations(limit: number): Promise<ReconciliationRun[]>;
  /** Never shortens one that is open. */
  openBreaker(breaker: Breaker, nowMs: number): Promise<void>;
  breakers(nowMs: number): Promise<Breaker[]>;
}
