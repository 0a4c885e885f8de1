import type { RefusalReaction } from '../ports/trading.port.js';

/** What is done about the venue beside ending or repeating an attempt: halts, breakers, markets put aside, clocks read anew. @throws StoreFailure */
export interface VenueReactions {
  react(accountId: string, marketId: string, reaction: RefusalReaction, detail: string, retryAfterMs: number | null): Promise<void>;
  /** An order's fate is unknown because the venue failed: several of these within a minute open the account's breaker. */
  noteUnknown(accountId: string, marketId: string, detail: string): Promise<void>;
}
