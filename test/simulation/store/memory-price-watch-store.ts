import type { PriceWatchStore, VenueName, WatchedMarket } from '#application';
import { keyOf, type MemoryDatabase } from './memory-database.js';

interface WatchedPrice {
  readonly marketId: string;
  readonly shard: number | null;
}

/** Without followed series: no candles are stored in memory. */
export class MemoryPriceWatchStore implements PriceWatchStore {
  constructor(private readonly database: MemoryDatabase) {}

  async watched(venue: VenueName): Promise<WatchedMarket[]> {
    const shards = new Map<string, Set<number>>();
    for (const { marketId, shard } of this.database.indexes.watchesAtVenue(venue)) {
      const known = shards.get(marketId) ?? new Set();
      if (shard !== null) known.add(shard);
      shards.set(marketId, known);
    }
    const byMarketId = [...shards].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return byMarketId.map(([marketId, known]) => ({ marketId, shards: [...known].toSorted((one, other) => one - other) }));
  }

  async replace(venue: VenueName, watcher: string, markets: readonly WatchedPrice[]): Promise<void> {
    this.database.transaction(() => replaceWatches(this.database, venue, watcher, markets));
  }
}

/** The markets that this watcher needs, instead of those that it needed. In the caller's transaction. */
export function replaceWatches({ watches, indexes }: MemoryDatabase, venue: VenueName, watcher: string, markets: readonly WatchedPrice[]): void {
  const needed = new Map(markets.map(({ marketId, shard }) => [marketId, shard]));
  for (const { marketId } of indexes.watchesOfWatcher(keyOf(venue, watcher))) {
    if (!needed.has(marketId)) watches.delete(keyOf(venue, watcher, marketId));
  }
  for (const [marketId, shard] of needed) {
    const key = keyOf(venue, watcher, marketId);
    if (watches.get(key) === undefined) watches.insert({ venue, watcher, marketId, shard });
    else watches.update(key, { shard });
  }
}
