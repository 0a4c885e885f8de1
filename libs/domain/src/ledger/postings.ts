import type { DecimalText } from '../market/market-rules.js';

/**
 * Who holds what. `portfolio` and `unassigned` (the account's money that belongs to no portfolio) add up to what the venue
 * holds for the account; `market`, `fees` and `external` are where it came from or went to.
 */
export type Holder = { readonly kind: 'portfolio'; readonly portfolioId: string } | { readonly kind: 'unassigned' | 'market' | 'fees' | 'external' };

/** One side of a transaction: a signed quantity of one asset. Those of a transaction sum to zero for each asset. */
export interface Posting {
  readonly holder: Holder;
  readonly asset: string;
  readonly quantity: DecimalText;
}

export type LedgerKind =
  | 'fill' | 'external-fill'
  /** Between the account's unassigned money and a portfolio. */
  | 'allocation' | 'release'
  /** Seen at the venue, ordered by nobody here. */
  | 'external-deposit' | 'external-withdrawal'
  /** Play money of paper. */
  | 'paper-deposit' | 'paper-withdrawal';
