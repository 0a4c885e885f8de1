import type { BalanceDifference } from '../accounts/account-store.port.js';
import type { ExecutionVenue } from '../execution/execution-venue.port.js';
import type { Refusal } from '../ports/trading.port.js';

/** How the books stand to the venue after its trades were fetched. */
export type Settlement =
  | { readonly kind: 'equal' }
  /** An order of the account is under way: nothing can be said now. */
  | { readonly kind: 'busy'; readonly reason: string }
  /** `sinceMs`: when a comparison first found the account unequal. What stays is booked as an external flow, and equal then. */
  | { readonly kind: 'different'; readonly differences: readonly BalanceDifference[]; readonly sinceMs: number };

/** What plans and orders ask about the books of an account that this process holds the key of. */
export interface AccountBooks {
  /** Fetches and books the fills of these markets, then compares balances. @throws VenueFailure, StoreFailure */
  settle(accountId: string, marketIds: readonly string[]): Promise<Settlement>;
  /** Whether the venue's balances of these assets are what the books say: no order that we do not know of has moved them. @throws VenueFailure, StoreFailure */
  isBalanceUnchanged(accountId: string, assets: readonly string[]): Promise<boolean>;
}

/** What is to be done about a refusal beside ending or repeating the attempt. @throws StoreFailure */
export interface RefusalReactions {
  react(venue: ExecutionVenue, marketId: string, refusal: Refusal): Promise<void>;
  /** An order's fate is unknown because the venue failed: five of these within a minute open the account's breaker. */
  noteUnknown(venue: ExecutionVenue, marketId: string, cause: string): Promise<void>;
}
