import { marketStoreConformance } from '#testing';
import { openBackfillDatabase } from './backfill-fixtures.js';

marketStoreConformance('PostgresMarketStore', async () => {
  const database = await openBackfillDatabase();
  return { store: database.markets, nowMs: Date.now, clear: async () => void (await database.clear()), close: database.close };
});
