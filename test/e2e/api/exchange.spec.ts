import type { VenueStatus } from '#application';
import type { MarketRules, Tradability } from '#domain';
import { aProblem, startApi, type ApiFixture } from './api-fixture.js';

let api: ApiFixture;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

function rulesOf(base: string, changes: Partial<MarketRules> = {}): MarketRules {
  return {
    marketId: `${base}USDT`, base, quote: 'USDT', status: 'online', isApiTradingAllowed: true, sides: 'both', orderTypes: ['LIMIT', 'MARKET'], quantityStep: '0.01',
    priceTick: '0.0001', minQuantity: '0', minNotional: '1', maxNotional: '5000000', minMarketNotional: '2', maxMarketNotional: '100000', makerFee: '0', takerFee: '0.0005',
    ...changes,
  };
}

const TRADABLE: Tradability = { kind: 'tradable' };
const OFF: Tradability = { kind: 'untradable', reason: 'api-trading-off', detail: 'BTCUSDT takes no orders over the API' };

function statusAt(nowMs: number, changes: Partial<VenueStatus> = {}): VenueStatus {
  return {
    venue: 'SIMULATOR', origin: 'http://127.0.0.1:4010', isReachable: true, lastAnswerMs: nowMs, problem: null, clockOffsetMs: 2, roundTripMs: 4, marketsLoadedMs: nowMs,
    updatedAtMs: nowMs, ...changes,
  };
}

const exchangeCheck = async () => ((await api.anonymous().get('/readyz')).body as { status: string; checks: Record<string, object> });

// In this order: from nothing known to an exchange that went away.
it('says that nobody has reported, and what is meant to run', async () => {
  expect((await api.get('/v1/exchange')).body).toMatchObject({
    venue: 'SIMULATOR', isSimulated: true, origin: null, isReachable: false, problem: 'no ingestor has reported yet', markets: 0, updated: null,
  });
  const refused = await api.get('/v1/exchange/markets?assets=HANA');
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
  expect(refused.body).toMatchObject(aProblem(503, 'exchange-unavailable'));
  expect((await exchangeCheck()).checks['exchange']).toEqual({ status: 'degraded', detail: 'simulator (made prices, play money): no ingestor has reported yet' });
});

it('says loudly what runs, and how many markets it has', async () => {
  const { markets } = api.services;
  await markets.storeMarkets('SIMULATOR', [{ rules: rulesOf('GONE'), tradability: TRADABLE }], 1_000);
  await markets.storeMarkets('SIMULATOR', [{ rules: rulesOf('HANA'), tradability: TRADABLE }, { rules: rulesOf('BTC', { isApiTradingAllowed: false }), tradability: OFF }], 2_000);
  await markets.storeStatus(statusAt(Date.now()));
  expect((await api.get('/v1/exchange')).body).toMatchObject({
    venue: 'SIMULATOR', isSimulated: true, origin: 'http://127.0.0.1:4010', isReachable: true, problem: null, clockOffsetMs: 2, markets: 2, tradableMarkets: 1,
  });
  expect((await exchangeCheck()).checks['exchange']).toEqual({ status: 'ok', detail: 'simulator (made prices, play money) at http://127.0.0.1:4010' });
});

it('tells rules, why a market takes no orders, and what was meant by a name that is none', async () => {
  const { body } = await api.get('/v1/exchange/markets?assets=HANA,BTC,GONE,HANNA');
  const { data } = body as { data: readonly object[] };
  expect(data).toEqual([
    {
      asset: 'HANA', quote: 'USDT', marketId: 'HANAUSDT', isListed: true, isTradable: true, reason: null, detail: null, didYouMean: [], quantityStep: '0.01', priceTick: '0.0001',
      minQuantity: '0', minNotional: '2', maxMarketNotional: '100000', takerFee: '0.0005', // Of market orders, which are what is sent.
    },
    expect.objectContaining({ asset: 'BTC', isListed: true, isTradable: false, reason: 'api-trading-off', detail: 'BTCUSDT takes no orders over the API' }),
    expect.objectContaining({ asset: 'GONE', isListed: false, isTradable: false, reason: 'not-listed', detail: expect.stringContaining('no longer listed') }),
    expect.objectContaining({ asset: 'HANNA', marketId: null, isTradable: false, didYouMean: ['HANA'], quantityStep: null }),
  ]);
});

it('tells prices with their age by its own clock, and which must not be acted upon', async () => {
  const nowMs = Date.now();
  const quote = { marketId: 'HANAUSDT', bid: 1, ask: 1.5, mid: 1.25, exchangeMs: nowMs - 1_000, receivedMs: nowMs, changedMs: nowMs - 5_000, flag: null };
  await api.services.prices.publish('SIMULATOR', [quote, { ...quote, marketId: 'BTCUSDT', receivedMs: nowMs - 10_500 }, { ...quote, marketId: 'GONEUSDT', flag: 'spiking' }]);
  const { body } = await api.get('/v1/prices?assets=HANA,BTC,GONE,HANNA');
  expect(body).toMatchObject({
    venue: 'SIMULATOR',
    data: [
      { asset: 'HANA', marketId: 'HANAUSDT', didYouMean: [], bid: 1, ask: 1.5, mid: 1.25, exchangeTime: new Date(nowMs - 1_000).toISOString(), received: new Date(nowMs).toISOString(), flag: null },
      { asset: 'BTC', flag: 'stale' }, { asset: 'GONE', flag: 'spiking' }, { asset: 'HANNA', marketId: null, didYouMean: ['HANA'], bid: null, ageMs: null, flag: 'missing' },
    ],
  });
  const { data } = body as { data: readonly { ageMs: number }[] };
  expect(data[1]?.ageMs).toBeGreaterThanOrEqual(10_500);
  expect(data[0]?.ageMs).toBeLessThan(10_000);
});

it.each(['/v1/exchange/markets', '/v1/prices', '/v1/prices?assets=', '/v1/exchange/markets?assets=', '/v1/exchange/markets?assets=hana', '/v1/exchange/markets?assets=HANA&x=1'])('refuses %s', async (path) => {
  expect((await api.get(path)).body).toMatchObject(aProblem(400, 'validation-failed'));
});

it('says that the clock is half a minute off', async () => {
  await api.services.markets.storeStatus(statusAt(Date.now(), { clockOffsetMs: -30_000 }));
  const words = "the ingestor's clock is 30.0 s ahead of the exchange's; set it by NTP";
  expect((await api.get('/v1/exchange')).body).toMatchObject({ isReachable: true, problem: words });
  expect((await exchangeCheck()).checks['exchange']).toMatchObject({ status: 'degraded', detail: expect.stringContaining(words) });
});

it('says since when it is away, and that nobody has looked for a while', async () => {
  const nowMs = Date.now();
  await api.services.markets.storeStatus(statusAt(nowMs + 1, { isReachable: false, lastAnswerMs: Date.UTC(2026, 0, 1), problem: 'nothing listens there' }));
  // The last answer that anybody has seen stays, even where another ingestor saw an older one.
  expect(await exchangeCheck()).toMatchObject({ status: 'degraded', checks: { exchange: { status: 'degraded', detail: expect.stringMatching(/4010 has not answered since .*Z: nothing listens there$/) } } });
  expect((await api.get('/v1/exchange')).body).toMatchObject({ isReachable: false, problem: 'nothing listens there' });
});

it('says that prices cannot be had while Redis is away', async () => {
  await api.redis?.stop();
  expect((await api.get('/v1/prices?assets=HANA')).body).toMatchObject(aProblem(503, 'queue-unavailable'));
});

it('needs the token', async () => {
  for (const path of ['/v1/exchange', '/v1/exchange/markets?assets=HANA', '/v1/prices?assets=HANA']) expect((await api.anonymous().get(path)).status).toBe(401);
});
