import type { GroupHolder } from '#domain';
import type { VenueName } from '../ports/market-data.port.js';

/** Who holds what, by the database's clock. */
export interface LeaseTable {
  /** All groups, ascending; a lease that has run out counts as none. */
  readonly groups: readonly GroupHolder[];
  /** Ingestors that have shown themselves within their lease. */
  readonly ingestors: readonly string[];
}

/** Leases of market groups among the ingestors of a venue. They spare work; nothing breaks when two hold one for a moment. @throws StoreFailure */
export interface IngestLeaseStore {
  /** Shows itself, renews what it holds, and looks. */
  beat(venue: VenueName, ingestorId: string, leaseMs: number): Promise<LeaseTable>;
  /** Returns those of the groups that were free still. */
  take(venue: VenueName, ingestorId: string, groups: readonly number[], leaseMs: number): Promise<number[]>;
  giveUp(venue: VenueName, ingestorId: string, groups: readonly number[]): Promise<void>;
  /** Gives up everything and is no longer there. */
  leave(venue: VenueName, ingestorId: string): Promise<void>;
}
