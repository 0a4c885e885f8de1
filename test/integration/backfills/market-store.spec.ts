import type { VenueStatus } from '#application';
import type { MarketRules, Tradability } from '#domain';
import { openBackfillDatabase, type BackfillDatabase } from './backfill-fixtures.js';

let database: BackfillDatabase;
beforeAll(async () => {
  database = await openBackfillDatabase();
});
afterAll(() => database.close());
afterEach(() => database.clear());

const TRADABLE: Tradability = { kind: 'tradable' };

function aMarket(base: string, overrides: Partial<MarketRules> = {}, tradability: Tradability = TRADABLE) {
  const rules: MarketRules = {
    marketId: `${base}USDT`, base, quote: 'USDT', status: 'online', isApiTradingAllowed: true, sides: 'both', orderTypes: ['LIMIT', 'MARKET'],
    quantityStep: '0.01', priceTick: '0.0001', minQuantity: '0', minNotional: '1', maxNotional: null, minMarketNotional: '1', maxMarketNotional: '100000',
    makerFee: '0', takerFee: '0.0005', ...overrides,
  };
  return { rules, tradability };
}

const aStatus = (overrides: Partial<VenueStatus> = {}): VenueStatus => ({
  venue: 'MEXC', origin: 'https://api.mexc.com', isReachable: true, lastAnswerMs: 1_000, problem: null, clockOffsetMs: -12.5, roundTripMs: 80,
  marketsLoadedMs: 900, updatedAtMs: 1_000, ...overrides,
});

describe('markets', () => {
  it('come back as they were seen, in the order asked', async () => {
    const untradable: Tradability = { kind: 'untradable', reason: 'api-trading-off', detail: 'AIAUSDT takes no orders over the API' };
    await database.markets.storeMarkets('MEXC', [aMarket('HANA'), aMarket('AIA', {}, untradable)], 5_000);
    const found = await database.markets.marketsOf('MEXC', ['AIA', 'NONE', 'HANA'], 'USDT');
    expect(found).toEqual([
      { ...aMarket('AIA', {}, untradable), isListed: true, firstSeenMs: 5_000, seenMs: 5_000 }, null,
      { ...aMarket('HANA'), isListed: true, firstSeenMs: 5_000, seenMs: 5_000 },
    ]);
    expect(await database.markets.marketsOf('SIMULATOR', ['HANA'], 'USDT')).toEqual([null]);
    expect(await database.markets.marketsOf('MEXC', ['HANA'], 'USDC')).toEqual([null]);
  });

  it('that are no longer listed stay with the last that was seen of them, and of others nothing changes', async () => {
    await database.markets.storeMarkets('MEXC', [aMarket('HANA'), aMarket('XAN')], 1_000);
    await database.markets.storeMarkets('SIMULATOR', [aMarket('XAN')], 1_000);
    await database.markets.storeMarkets('MEXC', [aMarket('HANA', { minNotional: '5' })], 2_000);
    const [hana, xan] = await database.markets.marketsOf('MEXC', ['HANA', 'XAN'], 'USDT');
    expect(hana).toMatchObject({ isListed: true, firstSeenMs: 1_000, seenMs: 2_000, rules: { minNotional: '5' } });
    expect(xan).toMatchObject({ isListed: false, seenMs: 1_000 });
    expect(await database.markets.find('MEXC', 'XANUSDT')).toEqual(xan);
    expect(await database.markets.find('SIMULATOR', 'HANAUSDT')).toBeNull();
    expect(await database.markets.list('SIMULATOR')).toMatchObject([{ isListed: true }]);
    await expect(database.markets.storeMarkets('MEXC', [], 3_000)).rejects.toThrow(/no markets/u);
  });

  it('keep their id when they are renamed; the listed market of a name is found before a former one', async () => {
    await database.markets.storeMarkets('MEXC', [aMarket('OLD', { marketId: 'OLDUSDT' })], 1_000);
    await database.markets.storeMarkets('MEXC', [aMarket('NEW', { marketId: 'OLDUSDT' })], 2_000);
    expect(await database.markets.marketsOf('MEXC', ['OLD', 'NEW'], 'USDT')).toMatchObject([null, { rules: { marketId: 'OLDUSDT' }, firstSeenMs: 1_000 }]);
    await database.markets.storeMarkets('MEXC', [aMarket('NEW', { marketId: 'NEW2USDT' })], 3_000);
    expect(await database.markets.marketsOf('MEXC', ['NEW'], 'USDT')).toMatchObject([{ rules: { marketId: 'NEW2USDT' }, isListed: true }]);
  });

  it('are named where a name resembles them', async () => {
    await database.markets.storeMarkets('MEXC', ['HANA', 'HANNA', 'SIREN', 'AIA'].map((base) => aMarket(base)), 1_000);
    await database.markets.storeMarkets('SIMULATOR', [aMarket('HANB')], 1_000);
    expect(await database.markets.basesLike('MEXC', 'HANB', 5)).toEqual(['HANA', 'HANNA']);
    expect(await database.markets.basesLike('MEXC', 'HANAX', 1)).toEqual(['HANA']);
    expect(await database.markets.basesLike('MEXC', 'QQQQQ', 5)).toEqual([]);
  });
});

describe('the state of a venue', () => {
  it('is null before anybody looked, then the newest that any ingestor stored', async () => {
    expect(await database.markets.statusOf('MEXC')).toBeNull();
    await database.markets.storeStatus(aStatus());
    expect(await database.markets.statusOf('MEXC')).toEqual(aStatus());
    const away = aStatus({ isReachable: false, problem: 'it does not answer', lastAnswerMs: null, clockOffsetMs: null, roundTripMs: null, marketsLoadedMs: null, updatedAtMs: 3_000 });
    await database.markets.storeStatus(away);
    // What it knew before it was away is still known.
    expect(await database.markets.statusOf('MEXC')).toEqual({ ...away, lastAnswerMs: 1_000, clockOffsetMs: -12.5, roundTripMs: 80, marketsLoadedMs: 900 });
    await database.markets.storeStatus(aStatus({ updatedAtMs: 2_000 }));
    expect(await database.markets.statusOf('MEXC')).toMatchObject({ isReachable: false });
    await expect(database.markets.storeStatus(aStatus({ problem: 'reachable, and yet not', updatedAtMs: 4_000 }))).rejects.toMatchObject({ kind: 'refused' });
  });

  it('has never been answered, nor told markets, however often that was reported', async () => {
    const never = aStatus({ isReachable: false, problem: 'no such host', lastAnswerMs: null, clockOffsetMs: null, roundTripMs: null, marketsLoadedMs: null });
    for (const updatedAtMs of [1_000, 2_000, 3_000]) {
      await database.markets.storeStatus({ ...never, updatedAtMs });
      expect(await database.markets.statusOf('MEXC')).toMatchObject({ lastAnswerMs: null, marketsLoadedMs: null, clockOffsetMs: null });
    }
  });
});

it('of an ingestor whose clock ran a day ahead does not stand for a day', async () => {
  const nowMs = Date.now();
  await database.markets.storeStatus(aStatus({ clockOffsetMs: -86_400_000, lastAnswerMs: nowMs + 86_400_000, updatedAtMs: nowMs + 86_400_000 }));
  await database.markets.storeStatus(aStatus({ clockOffsetMs: 5, lastAnswerMs: nowMs, updatedAtMs: nowMs }));
  expect(await database.markets.statusOf('MEXC')).toMatchObject({ clockOffsetMs: 5, updatedAtMs: nowMs, lastAnswerMs: nowMs });
});
