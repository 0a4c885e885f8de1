import type { MarketRules, Tradability } from '#domain';
import type { VenueName } from '../ports/market-data.port.js';

/** A market as it was last seen at its venue. */
export interface KnownMarket {
  readonly rules: MarketRules;
  readonly tradability: Tradability;
  /** False: the venue no longer lists it. Its rules are the last that were seen. */
  readonly isListed: boolean;
  readonly firstSeenMs: number;
  readonly seenMs: number;
}

/** What an ingestor last saw of a venue. */
export interface VenueStatus {
  readonly venue: VenueName;
  /** Scheme and host it is reached at. */
  readonly origin: string;
  readonly isReachable: boolean;
  readonly lastAnswerMs: number | null;
  /** Of the last failure since then; null while it is reachable. */
  readonly problem: string | null;
  /** Venue's clock minus ours, and the round trip it was measured over. */
  readonly clockOffsetMs: number | null;
  readonly roundTripMs: number | null;
  readonly marketsLoadedMs: number | null;
  readonly updatedAtMs: number;
}

/** Markets and states of venues, kept in Postgres so that every process knows them without asking the venue. @throws StoreFailure */
export interface MarketStore {
  /** Replaces what is known of a venue; markets that are not among them stay, as no longer listed. @throws RangeError for no markets at all, which is no answer of a venue. */
  storeMarkets(venue: VenueName, markets: readonly { readonly rules: MarketRules; readonly tradability: Tradability }[], seenMs: number): Promise<void>;
  /** Markets of these bases in the quote, in the order of `bases`; null where the venue has none. */
  marketsOf(venue: VenueName, bases: readonly string[], quote: string): Promise<(KnownMarket | null)[]>;
  /** Up to `limit` bases of listed markets that resemble the name, for "did you mean". */
  basesLike(venue: VenueName, name: string, limit: number): Promise<string[]>;
  /** Null: the venue never listed it. */
  find(venue: VenueName, marketId: string): Promise<KnownMarket | null>;
  list(venue: VenueName): Promise<KnownMarket[]>;
  storeStatus(status: VenueStatus): Promise<void>;
  statusOf(venue: VenueName): Promise<VenueStatus | null>;
}
