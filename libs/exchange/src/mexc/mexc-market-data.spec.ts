import { UNLIMITED_BUDGET, type EventLog, type MarketDataPort } from '#application';
import { startScriptedVenue, type ScriptedVenue } from '#testing';
import { createMexcMarketData, createMexcTrading } from './create-mexc.js';
import type { HttpSend } from './http-send.js';

const INFO = 'GET /api/v3/exchangeInfo';
const TICKER = 'GET /api/v3/ticker/bookTicker';
const DEPTH = 'GET /api/v3/depth';

let venue: ScriptedVenue;
let logged: object[];
beforeEach(async () => {
  venue = await startScriptedVenue();
  logged = [];
});
afterEach(() => venue.stop());

const note = (fields: object): void => void logged.push(fields);
const log: EventLog = { info: note, warn: note, error: note };

function marketData(): MarketDataPort {
  const timer = { every: () => () => {}, pause: () => Promise.resolve() };
  const clock = { nowMs: () => Date.now() };
  return createMexcMarketData({ venue: 'SIMULATOR', origin: venue.origin, budget: UNLIMITED_BUDGET, purpose: 'ingestion', clock, timer, log, timeoutMs: 1_000 });
}

/** As MEXC described a coin in 2025. */
const aMarket = (change: object = {}): object => ({
  symbol: 'HANAUSDT', status: '1', baseAsset: 'HANA', baseAssetPrecision: 2, quoteAsset: 'USDT', quotePrecision: 5, quoteAssetPrecision: 5,
  orderTypes: ['LIMIT', 'MARKET', 'LIMIT_MAKER'], isSpotTradingAllowed: true, quoteAmountPrecision: '1.000000000000000000000000000000', baseSizePrecision: '0',
  maxQuoteAmount: '2000000.000000000000000000000000000000', makerCommission: '0', takerCommission: '0.0005',
  quoteAmountPrecisionMarket: '5.000000000000000000000000000000', maxQuoteAmountMarket: '100000.000000000000000000000000000000', tradeSideType: '1', ...change,
});
const HANA = {
  marketId: 'HANAUSDT', base: 'HANA', quote: 'USDT', status: 'online', isApiTradingAllowed: true, sides: 'both', orderTypes: ['LIMIT', 'MARKET', 'LIMIT_MAKER'],
  quantityStep: '0.01', priceTick: '0.00001', minQuantity: '0', minNotional: '1', maxNotional: '2000000', minMarketNotional: '5', maxMarketNotional: '100000',
  makerFee: '0', takerFee: '0.0005',
};

describe('markets', () => {
  it('are told in our words', async () => {
    venue.answer(INFO, { json: { symbols: [aMarket()] } });
    expect(await marketData().markets()).toEqual([HANA]);
  });

  it.each<[object, object]>([
    [{ status: '2' }, { status: 'paused' }],
    [{ status: 3 }, { status: 'offline' }],
    [{ tradeSideType: 2 }, { sides: 'buy-only' }],
    [{ tradeSideType: '3' }, { sides: 'sell-only' }],
    [{ tradeSideType: '4' }, { sides: 'none' }],
    [{ tradeSideType: undefined }, { sides: 'both' }],
    [{ isSpotTradingAllowed: false }, { isApiTradingAllowed: false }],
    [{ orderTypes: undefined }, { orderTypes: [] }],
    [{ baseSizePrecision: '0.0001' }, { minQuantity: '0.0001', quantityStep: '0.01' }],
    [{ baseAssetPrecision: '0', quoteAssetPrecision: '8' }, { quantityStep: '1', priceTick: '0.00000001' }],
    [{ quoteAmountPrecisionMarket: undefined, maxQuoteAmountMarket: undefined }, { minMarketNotional: '1', maxMarketNotional: '2000000' }],
    [{ maxQuoteAmount: '0', maxQuoteAmountMarket: undefined }, { maxNotional: null, maxMarketNotional: null }],
    [{ takerCommission: 0.0000001 }, { takerFee: '0.0000001' }],
    // The venue's own name, not the one that ccxt gives it (GASDAO).
    [{ symbol: 'GASUSDT', baseAsset: 'GAS' }, { marketId: 'GASUSDT', base: 'GAS' }],
  ])('with %j have %j', async (change, expected) => {
    venue.answer(INFO, { json: { symbols: [aMarket(change)] } });
    expect(await marketData().markets()).toEqual([{ ...HANA, ...expected }]);
  });

  it.each<[object, string]>([
    [{ status: 'ENABLED' }, 'HANAUSDT: status ENABLED is no market status that we know'],
    [{ tradeSideType: 9 }, 'HANAUSDT: tradeSideType 9 is no kind of sides that we know'],
    [{ baseAssetPrecision: null }, 'HANAUSDT: baseAssetPrecision'],
    [{ baseAssetPrecision: '' }, 'HANAUSDT: baseAssetPrecision'],
    [{ quoteAssetPrecision: -1 }, 'HANAUSDT: quoteAssetPrecision'],
    [{ baseSizePrecision: 'NaN' }, 'HANAUSDT: baseSizePrecision must be a number that is not negative'],
    [{ quoteAmountPrecision: '-1' }, 'HANAUSDT: quoteAmountPrecision must be a number that is not negative'],
    [{ isSpotTradingAllowed: 'yes' }, 'HANAUSDT: isSpotTradingAllowed'],
    [{ symbol: undefined }, 'a market without an id: symbol'],
    [{ baseAsset: 'HANA\u0000' }, 'HANAUSDT: baseAsset must be a name without blanks or control characters'],
    [{ symbol: 'HANA USDT' }, 'HANA USDT: symbol must be a name without blanks or control characters'],
  ])('with %j are left out, said so, and spoil no other', async (change, reason) => {
    venue.answer(INFO, { json: { symbols: [aMarket(change), aMarket({ symbol: 'AIAUSDT', baseAsset: 'AIA' }), null] } });
    expect((await marketData().markets()).map(({ marketId }) => marketId)).toEqual(['AIAUSDT']);
    expect(logged).toMatchObject([{ event: 'markets-left-out', count: 2, reasons: [expect.stringContaining(reason), expect.any(String)] }]);
  });

  it.each([[{}], [[]], [{ symbols: {} }]])('are asked for again where the answer is %j', async (json) => {
    venue.next(INFO, { json });
    venue.answer(INFO, { json: { symbols: [aMarket()] } });
    expect(await marketData().markets()).toHaveLength(1);
  });
});

const aTicker = (symbol: string, change: object = {}): object => ({ symbol, bidPrice: '0.0219', bidQty: '100', askPrice: '0.0221', askQty: '50', ...change });

describe('bookTickers', () => {
  it('come in one call for all markets, of those that are wanted', async () => {
    venue.answer(TICKER, { json: [aTicker('AIAUSDT'), aTicker('HANAUSDT', { bidQty: '' }), aTicker('XANUSDT')] });
    const { tickers } = await marketData().bookTickers(['HANAUSDT', 'XANUSDT', 'NONEUSDT']);
    expect(tickers).toEqual([
      { marketId: 'HANAUSDT', bidPrice: '0.0219', bidQuantity: '0', askPrice: '0.0221', askQuantity: '50' },
      { marketId: 'XANUSDT', bidPrice: '0.0219', bidQuantity: '100', askPrice: '0.0221', askQuantity: '50' },
    ]);
    expect(venue.to(TICKER).map(({ parameters }) => parameters)).toEqual([{}]);
  });

  it('of one market come by its name; of an unknown one there are none', async () => {
    venue.answer(TICKER, ({ parameters }) =>
      parameters['symbol'] === 'HANAUSDT' ? { json: aTicker('HANAUSDT') } : { status: 400, json: { code: -1121, msg: 'Invalid symbol.' } },
    );
    expect((await marketData().bookTickers(['HANAUSDT'])).tickers).toHaveLength(1);
    expect((await marketData().bookTickers(['NONEUSDT'])).tickers).toEqual([]);
    expect((await marketData().bookTickers([])).tickers).toEqual([]);
    expect(venue.to(TICKER).map(({ parameters }) => parameters['symbol'])).toEqual(['HANAUSDT', 'NONEUSDT']);
  });

  it('that are no numbers are left out, counted, and logged when their number changes', async () => {
    const bad = [null, 'x', aTicker('HANAUSDT', { bidPrice: 'NaN' }), aTicker('XANUSDT', { askPrice: -1 }), aTicker('AIAUSDT', { askQty: '1e5' })];
    venue.answer(TICKER, { json: [...bad, aTicker('OKUSDT')] });
    const port = marketData();
    const wanted = ['HANAUSDT', 'XANUSDT', 'AIAUSDT', 'OKUSDT'];
    expect((await port.bookTickers(wanted)).tickers.map(({ marketId }) => marketId)).toEqual(['OKUSDT']);
    await port.bookTickers(wanted);
    expect(logged).toEqual([{ event: 'quotes-left-out', count: 3 }]);
  });

  it("carry the venue's clock, by an estimate that is read once a minute", async () => {
    venue.answer('GET /api/v3/time', () => ({ json: { serverTime: Date.now() + 3_600_000 } }));
    venue.answer(TICKER, { json: [aTicker('HANAUSDT'), aTicker('AIAUSDT')] });
    const port = marketData();
    for (let turn = 0; turn < 3; turn++) {
      const { exchangeMs, receivedMs } = await port.bookTickers(['HANAUSDT', 'AIAUSDT']);
      expect(Math.abs(exchangeMs - receivedMs - 3_600_000)).toBeLessThan(1_000);
    }
    expect(venue.to('GET /api/v3/time')).toHaveLength(1);
  });
});

describe('orderBook', () => {
  it('gives both sides, best first, as deep as asked', async () => {
    venue.answer(DEPTH, { json: { lastUpdateId: 1, bids: [['0.0219', '1'], ['0.0218', '2']], asks: [['0.0221', '3'], ['0.0222', '4']], timestamp: 1704908526228 } });
    expect(await marketData().orderBook('HANAUSDT', 1)).toMatchObject({
      marketId: 'HANAUSDT', bids: [{ price: '0.0219', quantity: '1' }], asks: [{ price: '0.0221', quantity: '3' }], exchangeMs: 1704908526228,
    });
    expect(venue.to(DEPTH)[0]!.parameters).toEqual({ symbol: 'HANAUSDT', limit: '1' });
  });

  it.each([
    [{ bids: [['0.0218', '1'], ['0.0219', '1']], asks: [] }],
    [{ bids: [], asks: [['0.0222', '1'], ['0.0221', '1']] }],
    [{ bids: [['0', '1']], asks: [] }],
    [{ bids: [['NaN', '1']], asks: [] }],
    [{ bids: [['1']], asks: [] }],
    [{ bids: null, asks: [] }],
    [{}],
  ])('takes no book such as %j', async (json) => {
    venue.answer(DEPTH, { json });
    await expect(marketData().orderBook('HANAUSDT', 5)).rejects.toMatchObject({ kind: 'malformed-response' });
    expect(venue.to(DEPTH)).toHaveLength(4);
  });
});

describe('serverTime', () => {
  it('is read now, with its round trip and its distance from ours', async () => {
    venue.answer('GET /api/v3/time', () => ({ json: { serverTime: Date.now() - 30_000 } }));
    const { serverMs, roundTripMs, offsetMs } = await marketData().serverTime();
    expect(Math.abs(serverMs - (Date.now() - 30_000))).toBeLessThan(2_000);
    expect(roundTripMs).toBeGreaterThanOrEqual(0);
    expect(Math.abs(offsetMs + 30_000)).toBeLessThan(2_000);
  });

  it.each([[{}], [{ serverTime: 0 }], [{ serverTime: 'now' }], [{ serverTime: 1e15 }], [null]])('is no such time: %j', async (json) => {
    venue.answer('GET /api/v3/time', { json });
    await expect(marketData().serverTime()).rejects.toMatchObject({ kind: 'malformed-response' });
  });
});

describe('apiMarketIds', () => {
  it('is the list of the venue, or null where it has none', async () => {
    expect(await marketData().apiMarketIds()).toBeNull(); // 404.
    venue.answer('GET /api/v3/defaultSymbols', { json: { code: 200, data: ['HANAUSDT'] } });
    expect(await marketData().apiMarketIds()).toEqual(new Set(['HANAUSDT']));
  });
});

it('sends no key with public data, though one was given', async () => {
  venue.answer(INFO, { json: { symbols: [] } });
  const timer = { every: () => () => {}, pause: () => Promise.resolve() };
  const options = { venue: 'SIMULATOR', origin: venue.origin, budget: UNLIMITED_BUDGET, purpose: 'ingestion', clock: { nowMs: () => Date.now() }, timer } as const;
  await createMexcMarketData({ ...options, credentials: { apiKey: 'k', secret: 's' } }).markets();
  expect(venue.requests[0]!.headers).not.toHaveProperty('x-mexc-apikey');
});

it('takes no answer that was there in time but is looked at too late, because the process was stopped meanwhile', async () => {
  const script = { monotonicMs: 0, stopsForMs: 0 };
  const send: HttpSend = ({ url }) => {
    script.monotonicMs += script.stopsForMs;
    const body = url.endsWith('/time') ? JSON.stringify({ serverTime: Date.now() }) : '{"symbol":"HANAUSDT","bidPrice":"1","bidQty":"1","askPrice":"2","askQty":"1"}';
    return Promise.resolve({ kind: 'answered', status: 200, retryAfter: null, body });
  };
  const timer = { every: () => () => {}, pause: () => Promise.resolve() };
  const port = createMexcMarketData({
    venue: 'SIMULATOR', origin: venue.origin, budget: UNLIMITED_BUDGET, purpose: 'ingestion', clock: { nowMs: () => Date.now() }, timer, send,
    monotonicMs: () => script.monotonicMs, timeoutMs: 2_500, retry: { tries: 1 },
  });
  script.stopsForMs = 2_500;
  expect((await port.bookTickers(['HANAUSDT'])).tickers).toHaveLength(1);
  script.stopsForMs = 20_000;
  // Neither a quote of 20 s ago under the time of now, nor a clock that is wrong by half of that.
  await expect(port.bookTickers(['HANAUSDT'])).rejects.toThrow(/2500 ms/u);
  await expect(port.serverTime()).rejects.toThrow(/2500 ms/u);
});

describe('the real exchange', () => {
  it('is asked at its one origin only, whatever is asked', async () => {
    const asked: string[] = [];
    const send: HttpSend = ({ url }) => {
      asked.push(url);
      const body = url.endsWith('/time') ? JSON.stringify({ serverTime: Date.now() }) : '{}';
      return Promise.resolve({ kind: 'answered', status: 200, retryAfter: null, body });
    };
    const timer = { every: () => () => {}, pause: () => Promise.resolve() };
    const options = { venue: 'MEXC', origin: 'https://api.mexc.com', budget: UNLIMITED_BUDGET, purpose: 'ingestion', clock: { nowMs: () => Date.now() }, timer, send } as const;
    const port = createMexcMarketData(options);
    const account = createMexcTrading({ ...options, credentials: { apiKey: 'k', secret: 's' } });
    const order = { marketId: 'A', clientOrderId: 'x', terms: { kind: 'market-buy', quoteValue: '5' }, signMs: Date.now(), receiveWindowMs: 5_000 } as const;
    await Promise.allSettled([
      port.markets(), port.apiMarketIds(), port.firstCandleMs('A', '1h'), port.bookTickers(['A']), port.orderBook('A', 5), account.balances(),
      account.submit(order), account.cancel('A', 'x'), account.order('A', 'x'), account.openOrders(), account.fillsSince('A', Date.now()), account.apiMarketIds(),
    ]);
    const paths = new Set(asked.map((url) => new URL(url).pathname));
    expect(new Set(asked.map((url) => new URL(url).origin))).toEqual(new Set(['https://api.mexc.com']));
    expect(paths).toEqual(
      new Set(['time', 'exchangeInfo', 'defaultSymbols', 'klines', 'ticker/bookTicker', 'depth', 'account', 'order', 'openOrders', 'myTrades', 'selfSymbols'].map((path) => `/api/v3/${path}`)),
    );
  });

  it('is not taken for another host', () => {
    const options = { budget: UNLIMITED_BUDGET, purpose: 'ingestion', clock: { nowMs: () => 0 }, timer: { every: () => () => {}, pause: () => Promise.resolve() } } as const;
    expect(() => createMexcMarketData({ ...options, venue: 'MEXC', origin: 'http://127.0.0.1:4010' })).toThrow(expect.objectContaining({ kind: 'wrong-host' }));
    expect(() => createMexcTrading({ ...options, venue: 'SIMULATOR', origin: 'https://api.mexc.com' })).toThrow(expect.objectContaining({ kind: 'wrong-host' }));
  });
});

const failingTake = (): Promise<never> => Promise.reject(new Error('no Redis'));

it('says so where the budget cannot be asked', async () => {
  const timer = { every: () => () => {}, pause: () => Promise.resolve() };
  const options = { venue: 'SIMULATOR', origin: venue.origin, purpose: 'ingestion', clock: { nowMs: () => Date.now() }, timer } as const;
  const port = createMexcMarketData({ ...options, budget: { ...UNLIMITED_BUDGET, take: failingTake } });
  await expect(port.markets()).rejects.toMatchObject({ kind: 'transient', message: 'the budget could not be asked: Error: no Redis' });
  expect(venue.requests).toHaveLength(0);
});
