/** How an account's books stand against its venue after all of its new trades were booked. */
export type AccountSettlement =
  | { readonly kind: 'equal' }
  /** `sinceMs`: since when this account differs, so that two comparisons far enough apart tell a difference from a delay. */
  | { readonly kind: 'different'; readonly sinceMs: number; readonly detail: string }
  /** Nothing can be said yet: an order is on its way, or somebody else compares. */
  | { readonly kind: 'busy'; readonly untilMs: number };

export interface AccountChecks {
  /** Sweeps and compares. A plan that is settling is not on its way any more. @throws VenueFailure, StoreFailure */
  settle(accountId: string): Promise<AccountSettlement>;
  /** Whether the venue holds of these assets what the books say, within tolerance. @throws VenueFailure, StoreFailure */
  isBalanceUnchanged(accountId: string, assets: readonly string[]): Promise<boolean>;
}
