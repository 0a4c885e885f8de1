import type { KnownMarket, MarketStore, VenueName, VenueStatus } from '#application';
import { resemblingNames } from '#domain';
import { keyOf, type MemoryDatabase } from './memory-database.js';
import { refused } from './refused.js';
import type { MarketRow } from './rows.js';

const LONGEST_PROBLEM_CHARACTERS = 2_000;
/** A status from further ahead than this dates from the future. */
const CLOCK_LEEWAY_MS = 5_000;

type SeenMarket = Pick<KnownMarket, 'rules' | 'tradability'>;

export class MemoryMarketStore implements MarketStore {
  constructor(private readonly database: MemoryDatabase) {}

  async storeMarkets(venue: VenueName, markets: readonly SeenMarket[], seenMs: number): Promise<void> {
    if (markets.length === 0) throw new RangeError(`no markets of ${venue} were given; those that are known stay as they are`);
    const ids = new Set(markets.map(({ rules }) => rules.marketId));
    if (ids.size < markets.length) throw refused('a market is told twice');
    this.database.transaction(() => {
      for (const market of markets) this.storeMarket(venue, market, seenMs);
      for (const row of this.of(venue)) {
        if (row.isListed && !ids.has(row.rules.marketId)) this.database.markets.update(keyOf(venue, row.rules.marketId), { isListed: false });
      }
    });
  }

  async marketsOf(venue: VenueName, bases: readonly string[], quote: string): Promise<(KnownMarket | null)[]> {
    const inQuote = this.of(venue).filter(({ rules }) => rules.quote === quote).toSorted(listedFirst);
    return bases.map((base) => {
      const found = inQuote.find(({ rules }) => rules.base === base);
      return found === undefined ? null : toMarket(found);
    });
  }

  async basesLike(venue: VenueName, name: string, limit: number): Promise<string[]> {
    const listed = this.of(venue).filter(({ isListed }) => isListed);
    return resemblingNames(name, [...new Set(listed.map(({ rules }) => rules.base))], limit);
  }

  async find(venue: VenueName, marketId: string): Promise<KnownMarket | null> {
    const row = this.database.markets.get(keyOf(venue, marketId));
    return row === undefined ? null : toMarket(row);
  }

  async list(venue: VenueName): Promise<KnownMarket[]> {
    return this.of(venue).toSorted(byMarketId).map(toMarket);
  }

  async storeStatus(status: VenueStatus): Promise<void> {
    const { isReachable, problem } = status;
    if (isReachable && problem !== null) throw refused('a venue that is reachable has no problem');
    const told = { ...status, problem: problem?.slice(0, LONGEST_PROBLEM_CHARACTERS) ?? null };
    this.database.transaction(() => {
      const known = this.database.statuses.get(told.venue);
      if (known === undefined) this.database.statuses.insert(told);
      else if (known.updatedAtMs <= told.updatedAtMs || known.updatedAtMs > this.database.nowMs() + CLOCK_LEEWAY_MS) {
        this.database.statuses.update(told.venue, overtaking(known, told));
      }
    });
  }

  async statusOf(venue: VenueName): Promise<VenueStatus | null> {
    return this.database.statuses.get(venue) ?? null;
  }

  private of(venue: VenueName): readonly MarketRow[] {
    return this.database.markets.filter((row) => row.venue === venue);
  }

  private storeMarket(venue: VenueName, { rules, tradability }: SeenMarket, seenMs: number): void {
    const key = keyOf(venue, rules.marketId);
    const known = this.database.markets.get(key);
    if (known === undefined) this.database.markets.insert({ venue, rules, tradability, isListed: true, firstSeenMs: seenMs, seenMs });
    else this.database.markets.update(key, { rules, tradability, isListed: true, seenMs: Math.max(known.seenMs, seenMs) });
  }
}

const toMarket = ({ rules, tradability, isListed, firstSeenMs, seenMs }: MarketRow): KnownMarket => ({ rules, tradability, isListed, firstSeenMs, seenMs });

const byMarketId = (one: MarketRow, other: MarketRow): number => (one.rules.marketId < other.rules.marketId ? -1 : 1);

const listedFirst = (one: MarketRow, other: MarketRow): number =>
  Number(other.isListed) - Number(one.isListed) || other.seenMs - one.seenMs || byMarketId(one, other);

/** What another ingestor has seen since then stays, unless it dates from the future. */
function overtaking(known: VenueStatus, told: VenueStatus): VenueStatus {
  const notAfterReport = (before: number | null, now: number | null): number | null =>
    before === null && now === null ? null : Math.min(Math.max(before ?? -Infinity, now ?? -Infinity), told.updatedAtMs);
  return {
    ...told,
    lastAnswerMs: notAfterReport(known.lastAnswerMs, told.lastAnswerMs),
    marketsLoadedMs: notAfterReport(known.marketsLoadedMs, told.marketsLoadedMs),
    clockOffsetMs: told.clockOffsetMs ?? known.clockOffsetMs,
    roundTripMs: told.roundTripMs ?? known.roundTripMs,
  };
}
