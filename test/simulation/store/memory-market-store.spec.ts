import { marketStoreConformance, priceWatchStoreConformance } from '#testing';
import { MemoryDatabase } from './memory-database.js';
import { MemoryMarketStore } from './memory-market-store.js';
import { MemoryPriceWatchStore } from './memory-price-watch-store.js';

const NOW_MS = 1_767_614_400_000;

marketStoreConformance('MemoryMarketStore', async () => {
  const database = new MemoryDatabase(() => NOW_MS);
  return {
    store: new MemoryMarketStore(database),
    nowMs: () => NOW_MS,
    clear: async () => {
      for (const { venue, rules } of database.markets.all()) database.markets.delete(`${venue}|${rules.marketId}`);
      for (const { venue } of database.statuses.all()) database.statuses.delete(venue);
    },
    close: async () => undefined,
  };
});

priceWatchStoreConformance('MemoryPriceWatchStore', async () => {
  const database = new MemoryDatabase(() => NOW_MS);
  return {
    store: new MemoryPriceWatchStore(database),
    clear: async () => {
      for (const { venue, watcher, marketId } of database.watches.all()) database.watches.delete(`${venue}|${watcher}|${marketId}`);
    },
    close: async () => undefined,
  };
});
