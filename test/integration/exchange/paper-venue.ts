import type { LatestPrice, LatestPrices, PaperVenueStore } from '#application';
import { openSimulatedVenue, PaperTrading, SimulatedMarketData, type PaperParts, type SimulatedVenue } from '#exchange';
import { createDataSource, PostgresPaperVenueStore, runMigrations } from '#persistence';
import { systemClock } from '#platform';
import { createTestDatabase } from '#testing';

/** The venue's quotes as an ingestor would publish them. */
function pricesOf(venue: SimulatedVenue): Pick<LatestPrices, 'read'> {
  const priceOf = (marketId: string): LatestPrice | null => {
    const [nowMs, quote] = [Date.now(), venue.bestQuotes(marketId, Date.now())];
    if (quote === null) return null;
    const [bid, ask] = [Number(quote.bidPrice), Number(quote.askPrice)];
    return { marketId, bid, ask, mid: (bid + ask) / 2, exchangeMs: nowMs, receivedMs: nowMs, changedMs: nowMs, flag: null };
  };
  return { read: (_venue, marketIds) => Promise.resolve(marketIds.map(priceOf)) };
}

/** A paper account in this store, beside a venue in this process whose prices it uses. */
export function openPaperVenue(store: PaperVenueStore, accountId: string, change: Partial<PaperParts> = {}) {
  const venue = openSimulatedVenue({
    seed: 3, historyFromMs: Date.now() - 30 * 86_400_000, speedFromMs: Date.now(), speed: 1, feeIn: 'quote', hasUniqueClientOrderIds: false,
  });
  let orders = 0;
  const parts: PaperParts = {
    accountId, venue: 'SIMULATOR', store, prices: pricesOf(venue), clock: systemClock, clockOffsetMs: () => 0,
    rulesOf: (marketId) => Promise.resolve(venue.markets().find(({ rules }) => rules.marketId === marketId)?.rules ?? null),
    costsOf: () => Promise.resolve({ slippage: 0.001, tradingFee: 0.001 }),
    ids: { next: (prefix) => `${prefix}_${++orders}` },
    ...change,
  };
  return { parts, port: new PaperTrading(parts), marketData: new SimulatedMarketData(venue, systemClock) };
}

/** A paper account with 10,000 USDT in a database of its own. */
export async function openPaperAccount(change: Partial<PaperParts> = {}) {
  const database = await createTestDatabase();
  const dataSource = await createDataSource({ url: database.url, poolSize: 4, applicationName: 'paper-spec' }).initialize();
  await runMigrations(dataSource);
  const accountId = 'paper-one';
  await dataSource.query(`INSERT INTO trading_account (id, mode, venue, created_ms) VALUES ('${accountId}', 'paper', 'SIMULATOR', 0)`);
  await dataSource.query(`INSERT INTO paper_balance (account_id, asset, free) VALUES ('${accountId}', 'USDT', 10000)`);
  const store = new PostgresPaperVenueStore(dataSource);
  return {
    ...openPaperVenue(store, accountId, change), store, dataSource,
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}
