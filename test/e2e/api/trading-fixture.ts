import { setImmediate } from 'node:timers/promises';
import type request from 'supertest';
import type { LatestPrice, LatestPrices, VenueName } from '#application';
import type { MarketRules, Tradability } from '#domain';
import { RedisLatestPrices } from '#messaging';
import { createDataSource } from '#persistence';
import type { Rows } from '../../integration/trading/trading-rows.js';
import { startApi, type ApiFixture, type FixtureOptions } from './api-fixture.js';

/** The api over markets and prices, and with its database open to the test. */
export interface TradingFixture extends ApiFixture {
  readonly rows: Rows;
  readonly patch: (path: string, body: object) => request.Test;
  /** Mids, by base; they are of now, or of so long ago. */
  readonly setPrices: (mids: Readonly<Record<string, number>>, ageMs?: number) => Promise<void>;
  readonly clearPrices: () => Promise<void>;
}

export const rulesOf = (base: string, changes: Partial<MarketRules> = {}): MarketRules => ({
  marketId: `${base}USDT`, base, quote: 'USDT', status: 'online', isApiTradingAllowed: true, sides: 'both', orderTypes: ['LIMIT', 'MARKET'], quantityStep: '0.01',
  priceTick: '0.0001', minQuantity: '0', minNotional: '1', maxNotional: null, minMarketNotional: '2', maxMarketNotional: null, makerFee: '0', takerFee: '0.0005',
  ...changes,
});

const TRADABLE: Tradability = { kind: 'tradable' };
const OFF: Tradability = { kind: 'untradable', reason: 'api-trading-off', detail: 'LTCUSDT takes no orders over the API' };

/** HANA, AIA, XAN and ETH can be traded; LTC takes no orders over the API; GONE was listed once; DEAR takes orders from 200 on. */
export async function startTradingApi(options: FixtureOptions & { readonly withMarkets?: boolean } = {}): Promise<TradingFixture> {
  const api = await startApi(options);
  const venue = options.venue ?? 'SIMULATOR';
  if (options.withMarkets !== false) await storeMarkets(api, venue);
  const dataSource = await createDataSource({ url: api.database.url, poolSize: 2, applicationName: 'trading-e2e' }).initialize();
  const prices = api.redis === null ? null : new RedisLatestPrices({ redisUrl: api.redis.url });
  if (prices !== null) await answering(prices, api.services.prices);
  return {
    ...api,
    rows: { query: (text, parameters = []) => dataSource.query(text, [...parameters]) },
    patch: (path, body) => api.anonymous().patch(path).set('authorization', `Bearer ${api.token}`).send(body),
    setPrices: async (mids, ageMs = 0) => prices?.publish(venue, Object.entries(mids).map(([base, mid]) => priceOf(base, mid, Date.now() - ageMs))),
    clearPrices: async () => api.redis?.flush(),
    stop: async () => {
      prices?.close();
      await dataSource.destroy();
      await api.stop();
    },
  };
}

/** Both connections were only begun. */
async function answering(...prices: readonly LatestPrices[]): Promise<void> {
  for (const one of prices) {
    while (!(await one.read('SIMULATOR', ['HANAUSDT']).then(() => true, () => false))) await setImmediate();
  }
}

async function storeMarkets({ services: { markets } }: ApiFixture, venue: VenueName): Promise<void> {
  const nowMs = Date.now();
  await markets.storeMarkets(venue, [{ rules: rulesOf('GONE'), tradability: TRADABLE }], nowMs - 60_000);
  await markets.storeMarkets(venue, [
    ...['HANA', 'AIA', 'XAN', 'ETH'].map((base) => ({ rules: rulesOf(base), tradability: TRADABLE })),
    { rules: rulesOf('DEAR', { minMarketNotional: '200' }), tradability: TRADABLE },
    { rules: rulesOf('LTC', { isApiTradingAllowed: false }), tradability: OFF },
  ], nowMs);
  await markets.storeStatus({
    venue, origin: 'http://127.0.0.1:4010', isReachable: true, lastAnswerMs: nowMs, problem: null, clockOffsetMs: 0, roundTripMs: 4, marketsLoadedMs: nowMs, updatedAtMs: nowMs,
  });
}

const priceOf = (base: string, mid: number, atMs: number): LatestPrice => ({
  marketId: `${base}USDT`, bid: mid * 0.999, ask: mid * 1.001, mid, exchangeMs: atMs, receivedMs: atMs, changedMs: atMs, flag: null,
});

let names = 0;

/** A request that creates a portfolio of HANA, AIA and XAN with 1,000 of play money. */
export const aPortfolioRequest = (changes: object = {}) => ({ name: `core-${(names += 1)}`, assets: ['HANA', 'AIA', 'XAN'], capital: '1000', ...changes });
