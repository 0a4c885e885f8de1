import { ulid } from 'ulid';
import { paperVenueStoreConformance, tradingConformance } from '#testing';
import { openPaperVenue } from '../../integration/exchange/paper-venue.js';
import { anAccount } from './memory-account-store.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryPaperVenueStore } from './memory-paper-venue-store.js';

const NOW_MS = 1_767_614_400_000;

function anAccountWith({ accounts, paperBalances }: MemoryDatabase, usdt: string): string {
  const { id } = accounts.insert(anAccount({ id: `paper-${ulid()}`, mode: 'paper', venue: 'SIMULATOR' }, NOW_MS));
  paperBalances.insert({ accountId: id, asset: 'USDT', free: usdt });
  return id;
}

paperVenueStoreConformance('MemoryPaperVenueStore', async () => {
  const database = new MemoryDatabase(() => NOW_MS);
  return { store: new MemoryPaperVenueStore(database), account: async (usdt) => anAccountWith(database, usdt), close: async () => undefined };
});

tradingConformance('a paper account in memory', async () => {
  const database = new MemoryDatabase(() => NOW_MS);
  const { port, marketData } = openPaperVenue(new MemoryPaperVenueStore(database), anAccountWith(database, '10000'));
  return { port, marketData, marketId: 'HANAUSDT', base: 'HANA', quote: 'USDT', close: async () => undefined };
});
