import { casesOf, readFixtures } from '../../e2e/simulator/mexc-fixtures.js';
import { differences, shapeOf, type Shape } from './answer-shapes.js';
import { openTestSimulator, type TestSimulator } from './simulator-fixture.js';

const figures = (...names: string[]): Shape => Object.fromEntries(names.map((name) => [name, 'figure']));

/** What MEXC's documents and ccxt's samples show, for clones without the fixtures; null: they show no kind. */
const OWN_MODELS: Readonly<Record<string, Shape>> = {
  fetchOrderBook: { ...figures('lastUpdateId', 'timestamp'), bids: 'list', asks: 'list' },
  fetchMyTrades: {
    symbol: 'text', id: 'text', orderId: 'text', ...figures('orderListId', 'price', 'qty', 'quoteQty', 'commission', 'time'), commissionAsset: 'text',
    isBuyer: 'boolean', isMaker: 'boolean', isBestMatch: 'boolean', isSelfTrade: 'boolean', clientOrderId: 'null',
  },
  fetchOrders: {
    symbol: 'text', orderId: 'text', clientOrderId: 'null', ...figures('orderListId', 'price', 'origQty', 'executedQty', 'cummulativeQuoteQty', 'time', 'updateTime', 'origQuoteOrderQty'),
    status: 'text', timeInForce: 'null', type: 'text', side: 'text', stopPrice: 'null', icebergQty: 'null', isWorking: 'boolean',
  },
  fetchTrades: { a: 'null', f: 'null', l: 'null', ...figures('p', 'q', 'T'), m: 'boolean', M: 'boolean' },
  fetchTicker: {
    symbol: 'text', count: 'null',
    ...figures(
      'priceChange', 'priceChangePercent', 'prevClosePrice', 'lastPrice', 'bidPrice', 'bidQty', 'askPrice', 'askQty', 'openPrice', 'highPrice', 'lowPrice', 'volume', 'quoteVolume', 'openTime', 'closeTime',
    ),
  },
  fetchOHLCV: figures('0', '1', '2', '3', '4', '5', '6', '7'),
  market: {
    symbol: 'text', status: 'figure', baseAsset: 'text', quoteAsset: 'text', fullName: 'text', orderTypes: 'list', permissions: 'list', filters: 'list',
    isSpotTradingAllowed: 'boolean', isMarginTradingAllowed: 'boolean',
    ...figures(
      'baseAssetPrecision', 'quotePrecision', 'quoteAssetPrecision', 'baseCommissionPrecision', 'quoteCommissionPrecision', 'quoteAmountPrecision', 'baseSizePrecision',
      'maxQuoteAmount', 'makerCommission', 'takerCommission', 'quoteAmountPrecisionMarket', 'maxQuoteAmountMarket', 'tradeSideType',
    ),
  },
  currency: { coin: 'text', name: 'text', networkList: 'list' },
};

/** A fixture's answer, its first row where it is a list. */
const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
const infoOf = (fixtures: unknown): unknown => (Object.values(fixtures as object)[0] as { readonly info: unknown }).info;

function sharedModels(): Readonly<Record<string, Shape>> {
  const [markets, currencies] = [readFixtures('markets'), readFixtures('currencies')];
  const responses = casesOf(readFixtures('response')).map(({ method, httpResponse }) => [method, shapeOf(firstOf(httpResponse))] as const);
  return {
    ...Object.fromEntries(responses),
    ...(markets === null ? {} : { market: shapeOf(infoOf(markets)) }),
    ...(currencies === null ? {} : { currency: shapeOf(infoOf(currencies)) }),
  };
}

let exchange: TestSimulator;
beforeAll(async () => {
  exchange = await openTestSimulator();
  await exchange.signed('POST', '/api/v3/order', { symbol: 'HANAUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: 20 });
});
afterAll(() => exchange.simulator.stop());

const symbol = 'HANAUSDT';
const ANSWERS: Readonly<Record<string, () => Promise<unknown>>> = {
  fetchOrderBook: async () => (await exchange.get('/api/v3/depth', { symbol })).json,
  fetchMyTrades: async () => (await exchange.signed('GET', '/api/v3/myTrades', { symbol })).json,
  fetchOrders: async () => (await exchange.signed('GET', '/api/v3/allOrders', { symbol })).json,
  fetchTrades: async () => (await exchange.get('/api/v3/aggTrades', { symbol })).json,
  fetchTicker: async () => (await exchange.get('/api/v3/ticker/24hr', { symbol })).json,
  fetchOHLCV: async () => (await exchange.get('/api/v3/klines', { symbol, interval: '60m' })).json,
  market: async () => ((await exchange.get('/api/v3/exchangeInfo')).json as { readonly symbols: unknown }).symbols,
  currency: async () => (await exchange.signed('GET', '/api/v3/capital/config/getall')).json,
};

const MODELS = [...Object.entries(OWN_MODELS).map(([name, model]) => ({ from: 'our own list', name, model })), ...Object.entries(sharedModels()).map(([name, model]) => ({ from: "ccxt's sample", name, model }))];

it.each(MODELS)('the answer of $name has the names and kinds of $from', async ({ name, model }) => {
  const answer = await ANSWERS[name]!();
  const rows = Array.isArray(answer) ? (answer as readonly unknown[]) : [answer];
  expect(rows.length).toBeGreaterThan(0);
  // Candles are rows themselves, not objects with rows.
  for (const row of rows) expect(differences(row, model)).toEqual([]);
});

it('prices and quantities are text, times and precisions numbers, as MEXC writes them', async () => {
  const [market] = (await ANSWERS['market']!()) as readonly Readonly<Record<string, unknown>>[];
  expect(market).toMatchObject({ status: '1', baseAssetPrecision: 2, quoteAmountPrecision: `1.${'0'.repeat(30)}` });
  const [order] = (await ANSWERS['fetchOrders']!()) as readonly Readonly<Record<string, unknown>>[];
  expect([typeof order!['price'], typeof order!['executedQty'], typeof order!['time']]).toEqual(['string', 'string', 'number']);
});
