import type { DecimalText, Holder, LedgerKind, Posting } from '#domain';

export interface LedgerTransaction {
  /** Says what it is of, so that it cannot be booked twice: `fill:<account>:<market>:<trade>`. */
  readonly key: string;
  readonly accountId: string;
  readonly kind: LedgerKind;
  /** By the venue's clock. */
  readonly occurredMs: number;
  readonly bookedMs: number;
  readonly memo: string | null;
  readonly postings: readonly Posting[];
  /** Of a flow into or out of portfolios: its value in quote when it was booked, for each portfolio. */
  readonly flows?: readonly { readonly portfolioId: string; readonly value: number }[];
}

/** Append-only. @throws StoreFailure; also for postings that do not sum to zero for each asset */
export interface LedgerStore {
  /** False: its key is in the books already. */
  post(transaction: LedgerTransaction): Promise<boolean>;
  /** Newest first. */
  transactions(filter: { readonly accountId?: string; readonly portfolioId?: string; readonly limit: number; readonly beforeKey?: string }): Promise<LedgerTransaction[]>;
  /** Sums the entries anew; returns what differs from the holdings kept beside them: nothing, unless something is broken. */
  rebuiltDifferences(accountId: string): Promise<readonly { readonly holder: Holder; readonly asset: string; readonly kept: DecimalText; readonly summed: DecimalText }[]>;
}
