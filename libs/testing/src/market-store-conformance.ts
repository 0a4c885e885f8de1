/// <reference types="jest" />
import type { MarketStore, VenueStatus } from '#application';
import type { MarketRules, Tradability } from '#domain';

export interface MarketStoreSubject {
  readonly store: MarketStore;
  /** By the store's own clock, which knows what dates from the future. */
  readonly nowMs: () => number;
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
}

type At = () => MarketStoreSubject;

/** What every adapter of MarketStore must do, whatever stands behind it. Registers tests under the name. */
export function marketStoreConformance(name: string, makeSubject: () => Promise<MarketStoreSubject>): void {
  describe(`MarketStore by ${name}`, () => {
    let subject: MarketStoreSubject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.close());
    afterEach(() => subject.clear());
    const at = (): MarketStoreSubject => subject;
    describe('markets', () => testMarkets(at));
    describe('the state of a venue', () => testStatus(at));
  });
}

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

function testMarkets(at: At): void {
  it('come back as they were seen, in the order asked', async () => {
    const { store } = at();
    const untradable: Tradability = { kind: 'untradable', reason: 'api-trading-off', detail: 'AIAUSDT takes no orders over the API' };
    await store.storeMarkets('MEXC', [aMarket('HANA'), aMarket('AIA', {}, untradable)], 5_000);
    const found = await store.marketsOf('MEXC', ['AIA', 'NONE', 'HANA'], 'USDT');
    expect(found).toEqual([
      { ...aMarket('AIA', {}, untradable), isListed: true, firstSeenMs: 5_000, seenMs: 5_000 }, null,
      { ...aMarket('HANA'), isListed: true, firstSeenMs: 5_000, seenMs: 5_000 },
    ]);
    expect((await store.list('MEXC')).map(({ rules }) => rules.marketId)).toEqual(['AIAUSDT', 'HANAUSDT']);
    expect(await store.marketsOf('SIMULATOR', ['HANA'], 'USDT')).toEqual([null]);
    expect(await store.marketsOf('MEXC', ['HANA'], 'USDC')).toEqual([null]);
  });

  it('that are no longer listed stay with the last that was seen of them, and of others nothing changes', async () => {
    const { store } = at();
    await store.storeMarkets('MEXC', [aMarket('HANA'), aMarket('XAN')], 1_000);
    await store.storeMarkets('SIMULATOR', [aMarket('XAN')], 1_000);
    await store.storeMarkets('MEXC', [aMarket('HANA', { minNotional: '5' })], 2_000);
    const [hana, xan] = await store.marketsOf('MEXC', ['HANA', 'XAN'], 'USDT');
    expect(hana).toMatchObject({ isListed: true, firstSeenMs: 1_000, seenMs: 2_000, rules: { minNotional: '5' } });
    expect(xan).toMatchObject({ isListed: false, seenMs: 1_000 });
    expect(await store.find('MEXC', 'XANUSDT')).toEqual(xan);
    expect(await store.find('SIMULATOR', 'HANAUSDT')).toBeNull();
    expect(await store.list('SIMULATOR')).toMatchObject([{ isListed: true }]);
    await expect(store.storeMarkets('MEXC', [], 3_000)).rejects.toThrow(/no markets/u);
  });

  it('were seen when they were seen last, also where an older report comes late', async () => {
    const { store } = at();
    await store.storeMarkets('MEXC', [aMarket('HANA')], 2_000);
    await store.storeMarkets('MEXC', [aMarket('HANA')], 1_000);
    expect(await store.find('MEXC', 'HANAUSDT')).toMatchObject({ firstSeenMs: 2_000, seenMs: 2_000 });
  });

  it('keep their id when they are renamed; the listed market of a name is found before a former one', async () => {
    const { store } = at();
    await store.storeMarkets('MEXC', [aMarket('OLD', { marketId: 'OLDUSDT' })], 1_000);
    await store.storeMarkets('MEXC', [aMarket('NEW', { marketId: 'OLDUSDT' })], 2_000);
    expect(await store.marketsOf('MEXC', ['OLD', 'NEW'], 'USDT')).toMatchObject([null, { rules: { marketId: 'OLDUSDT' }, firstSeenMs: 1_000 }]);
    await store.storeMarkets('MEXC', [aMarket('NEW', { marketId: 'NEW2USDT' })], 3_000);
    expect(await store.marketsOf('MEXC', ['NEW'], 'USDT')).toMatchObject([{ rules: { marketId: 'NEW2USDT' }, isListed: true }]);
  });

  it('are named where a name resembles them', async () => {
    const { store } = at();
    await store.storeMarkets('MEXC', ['HANA', 'HANNA', 'SIREN', 'AIA'].map((base) => aMarket(base)), 1_000);
    await store.storeMarkets('SIMULATOR', [aMarket('HANB')], 1_000);
    expect(await store.basesLike('MEXC', 'HANB', 5)).toEqual(['HANA', 'HANNA']);
    expect(await store.basesLike('MEXC', 'HANAX', 1)).toEqual(['HANA']);
    expect(await store.basesLike('MEXC', 'QQQQQ', 5)).toEqual([]);
  });
}

function testStatus(at: At): void {
  it('is null before anybody looked, then the newest that any ingestor stored', async () => {
    const { store } = at();
    expect(await store.statusOf('MEXC')).toBeNull();
    await store.storeStatus(aStatus());
    expect(await store.statusOf('MEXC')).toEqual(aStatus());
    const away = aStatus({ isReachable: false, problem: 'it does not answer', lastAnswerMs: null, clockOffsetMs: null, roundTripMs: null, marketsLoadedMs: null, updatedAtMs: 3_000 });
    await store.storeStatus(away);
    // What it knew before it was away is still known.
    expect(await store.statusOf('MEXC')).toEqual({ ...away, lastAnswerMs: 1_000, clockOffsetMs: -12.5, roundTripMs: 80, marketsLoadedMs: 900 });
    await store.storeStatus(aStatus({ updatedAtMs: 2_000 }));
    expect(await store.statusOf('MEXC')).toMatchObject({ isReachable: false });
    await expect(store.storeStatus(aStatus({ problem: 'reachable, and yet not', updatedAtMs: 4_000 }))).rejects.toMatchObject({ kind: 'refused' });
  });

  it('has never been answered, nor told markets, however often that was reported', async () => {
    const { store } = at();
    const never = aStatus({ isReachable: false, problem: 'no such host', lastAnswerMs: null, clockOffsetMs: null, roundTripMs: null, marketsLoadedMs: null });
    for (const updatedAtMs of [1_000, 2_000, 3_000]) {
      await store.storeStatus({ ...never, updatedAtMs });
      expect(await store.statusOf('MEXC')).toMatchObject({ lastAnswerMs: null, marketsLoadedMs: null, clockOffsetMs: null });
    }
  });

  it('of an ingestor whose clock ran a day ahead does not stand for a day', async () => {
    const { store } = at();
    const nowMs = at().nowMs();
    await store.storeStatus(aStatus({ clockOffsetMs: -86_400_000, lastAnswerMs: nowMs + 86_400_000, updatedAtMs: nowMs + 86_400_000 }));
    await store.storeStatus(aStatus({ clockOffsetMs: 5, lastAnswerMs: nowMs, updatedAtMs: nowMs }));
    expect(await store.statusOf('MEXC')).toMatchObject({ clockOffsetMs: 5, updatedAtMs: nowMs, lastAnswerMs: nowMs });
  });
}
