import { openTestSimulator, type TestSimulator } from './simulator-fixture.js';

type Words = Readonly<Record<string, unknown>>;

let exchange: TestSimulator;
beforeAll(async () => { exchange = await openTestSimulator({ BALANCES: 'USDT=100000' }); });
afterAll(() => exchange.simulator.stop());

const order = (words: Readonly<Record<string, string | number>>) => exchange.signed('POST', '/api/v3/order', { symbol: 'HANAUSDT', ...words });
const find = async (key: Readonly<Record<string, string>>) => (await exchange.signed('GET', '/api/v3/order', { symbol: 'HANAUSDT', ...key })).json as Words;
const bid = async (): Promise<number> => Number(((await exchange.get('/api/v3/ticker/bookTicker', { symbol: 'HANAUSDT' })).json as Words)['bidPrice']);

interface Refusal {
  readonly name: string;
  readonly words: Readonly<Record<string, string | number>>;
  readonly code: number;
}

const REFUSALS: readonly Refusal[] = [
  { name: 'one without a quantity', words: { side: 'SELL', type: 'MARKET' }, code: 700_004 },
  { name: 'a limit without a price', words: { side: 'BUY', type: 'LIMIT', quantity: 100 }, code: 700_004 },
  { name: 'an unknown type', words: { side: 'BUY', type: 'STOP', quantity: 100 }, code: 700_004 },
  { name: 'an exponent', words: { side: 'BUY', type: 'MARKET', quoteOrderQty: '1e3' }, code: 700_004 },
  { name: 'a client order id of 33 characters', words: { side: 'BUY', type: 'MARKET', quoteOrderQty: 10, newClientOrderId: 'x'.repeat(33) }, code: 700_004 },
  { name: 'less than the minimum', words: { side: 'BUY', type: 'MARKET', quoteOrderQty: '0.5' }, code: 30_002 },
  { name: 'more than the maximum', words: { side: 'BUY', type: 'MARKET', quoteOrderQty: 2_000_000 }, code: 30_003 },
  { name: 'more than there is to sell', words: { side: 'SELL', type: 'MARKET', quantity: 900_000 }, code: 30_005 },
  { name: 'a market that is closed to the API', words: { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: 10 }, code: 10_007 },
  { name: 'an unknown market', words: { symbol: 'NOPEUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: 10 }, code: -1_121 },
];

describe('an order', () => {
  it('is answered thinly, and its price is a bound: a purchase by cost has that cost over the bound as its quantity', async () => {
    const { json } = await order({ side: 'BUY', type: 'MARKET', quoteOrderQty: 50, newClientOrderId: 'thin-1' });
    const words = json as Words;
    expect(Object.keys(words)).toEqual(['symbol', 'orderId', 'orderListId', 'price', 'origQty', 'type', 'side', 'stpMode', 'transactTime']);
    const found = await find({ orderId: String(words['orderId']) });
    expect(found).toMatchObject({ clientOrderId: 'thin-1', status: 'FILLED', type: 'MARKET', side: 'BUY' });
    const average = Number(found['cummulativeQuoteQty']) / Number(found['executedQty']);
    expect(Number(words['price']) / average).toBeGreaterThan(1.02);
    expect(Number(found['executedQty'])).toBeGreaterThan(Number(found['origQty']));
    expect(Number(words['price']) * Number(words['origQty'])).toBeCloseTo(50, 0);
  });

  it('is accepted again under the same client order id: nothing says that it is unique', async () => {
    const twice = [1, 2].map(() => order({ side: 'BUY', type: 'MARKET', quoteOrderQty: 10, newClientOrderId: 'twice-1' }));
    const ids = (await Promise.all(twice)).map(({ json }) => (json as Words)['orderId']);
    expect(new Set(ids).size).toBe(2);
    expect((await exchange.control('GET', '/counters')).json).toMatchObject({ postsByClientOrderId: { 'twice-1': 2 }, acceptancesByClientOrderId: { 'twice-1': 2 } });
  });

  it.each(REFUSALS)('is refused with $code for $name', async ({ words, code }) => {
    const { status, json } = await order(words);
    expect([status, json]).toEqual([400, { code, msg: expect.any(String) as string, _extend: null }]);
    expect((await exchange.signed('POST', '/api/v3/order/test', { symbol: 'HANAUSDT', ...words })).json).toMatchObject({ code });
  });

  it('is only looked at by the test endpoint', async () => {
    const before = (await exchange.control('GET', '/balances')).text;
    expect((await exchange.signed('POST', '/api/v3/order/test', { symbol: 'HANAUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: 10 })).json).toEqual({});
    expect((await exchange.control('GET', '/balances')).text).toBe(before);
  });

  it('rests, is listed as open, and is canceled by either id; what is gone is -2011', async () => {
    const price = ((await bid()) * 0.6).toFixed(6);
    const limit = { side: 'BUY', type: 'LIMIT', quantity: Math.ceil(20 / Number(price)), price };
    const first = (await order({ ...limit, newClientOrderId: 'rest-1' })).json as Words;
    await order({ ...limit, newClientOrderId: 'rest-2' });
    expect((await exchange.signed('GET', '/api/v3/openOrders')).json).toHaveLength(2);
    const canceled = await exchange.signed('DELETE', '/api/v3/order', { symbol: 'HANAUSDT', orderId: String(first['orderId']) });
    expect(canceled.json).toMatchObject({ origClientOrderId: 'rest-1', status: 'NEW' }); // Not to be trusted.
    expect(await find({ origClientOrderId: 'rest-1' })).toMatchObject({ status: 'CANCELED', executedQty: '0' });
    expect((await exchange.signed('DELETE', '/api/v3/order', { symbol: 'HANAUSDT', origClientOrderId: 'rest-1' })).json).toMatchObject({ code: -2_011 });
    expect((await exchange.signed('DELETE', '/api/v3/openOrders', { symbol: 'HANAUSDT,AIAUSDT' })).json).toMatchObject([{ origClientOrderId: 'rest-2' }]);
    expect((await exchange.signed('GET', '/api/v3/openOrders')).json).toEqual([]);
    expect((await exchange.signed('DELETE', '/api/v3/order/all')).json).toMatchObject({ code: 200 });
  });

  it('that takes more than stands within its price is PARTIALLY_CANCELED', async () => {
    const depth = (await exchange.get('/api/v3/depth', { symbol: 'AIAUSDT', limit: 1 })).json as { asks: [string, string][] };
    const [price, quantity] = depth.asks[0]!;
    const { json } = await order({ symbol: 'AIAUSDT', side: 'BUY', type: 'IMMEDIATE_OR_CANCEL', quantity: Math.ceil(Number(quantity) * 1.5), price, newClientOrderId: 'ioc-1' });
    const found = (await exchange.signed('GET', '/api/v3/order', { symbol: 'AIAUSDT', orderId: String((json as Words)['orderId']) })).json as Words;
    expect(found['status']).toBe('PARTIALLY_CANCELED');
    expect(Number(found['executedQty'])).toBeGreaterThan(0);
    expect(Number(found['executedQty'])).toBeLessThan(Number(found['origQty']));
  });

  it('comes in batches, in which a bad one does not hold up the others', async () => {
    const good = { symbol: 'HANAUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: '10', newClientOrderId: 'batch-1' };
    const batchOrders = JSON.stringify([good, { ...good, quoteOrderQty: '0.1', newClientOrderId: 'batch-2' }]);
    const { json } = await exchange.signed('POST', '/api/v3/batchOrders', { batchOrders });
    expect(json).toMatchObject([{ symbol: 'HANAUSDT', orderId: expect.any(String) as string }, { newClientOrderId: 'batch-2', code: 30_002 }]);
    expect((await exchange.control('GET', '/counters')).json).toMatchObject({ postsByClientOrderId: { 'batch-1': 1, 'batch-2': 1 } });
  });

  it('is told by allOrders of the last day unless asked otherwise, its fills by myTrades, a hundred at most', async () => {
    const all = (await exchange.signed('GET', '/api/v3/allOrders', { symbol: 'HANAUSDT' })).json as readonly Words[];
    expect(all.map(({ clientOrderId }) => clientOrderId)).toEqual(expect.arrayContaining(['thin-1', 'twice-1', 'rest-1', 'batch-1']));
    const old = Date.now() - 6 * 86_400_000;
    expect((await exchange.signed('GET', '/api/v3/allOrders', { symbol: 'HANAUSDT', startTime: old, endTime: old + 1_000 })).json).toEqual([]);
    for (let count = 0; count < 100; count += 1) await order({ side: 'BUY', type: 'MARKET', quoteOrderQty: 2 });
    const fills = (await exchange.signed('GET', '/api/v3/myTrades', { symbol: 'HANAUSDT', limit: 1_000 })).json as readonly Words[];
    expect(fills).toHaveLength(100);
    const orderId = String((await find({ origClientOrderId: 'thin-1' }))['orderId']);
    const ofOrder = (await exchange.signed('GET', '/api/v3/myTrades', { symbol: 'HANAUSDT', orderId })).json as readonly Words[];
    expect(ofOrder.length).toBeGreaterThan(0);
    expect(new Set(ofOrder.map((fill) => fill['clientOrderId']))).toEqual(new Set(['thin-1']));
  });
});

const HOUR_MS = 3_600_000;
const klines = async (words: Readonly<Record<string, string | number>>) =>
  (await exchange.get('/api/v3/klines', { symbol: 'HANAUSDT', interval: '60m', ...words })).json as readonly (readonly [number, ...unknown[]])[];

describe('market data', () => {
  it('gives 500 candles a page, whatever more is asked for, ascending, the open one last', async () => {
    const rows = await klines({ limit: 1_000 });
    expect(rows).toHaveLength(500);
    const [openMs, , , , , , closeMs] = rows.at(-1)!;
    expect(rows[0]![0]).toBe(openMs - 499 * HOUR_MS);
    expect(closeMs).toBe(openMs + HOUR_MS);
    expect(closeMs).toBeGreaterThan(((await exchange.get('/api/v3/time')).json as { serverTime: number }).serverTime - 60_000);
  });

  it('ignores a start without an end, and takes the end as not included', async () => {
    const startTime = Date.UTC(2026, 0, 1);
    expect((await klines({ startTime, limit: 3 })).at(-1)![0]).toBeGreaterThan(Date.now() - HOUR_MS);
    expect((await klines({ startTime, endTime: startTime + 3 * HOUR_MS })).map(([openMs]) => openMs)).toEqual([0, 1, 2].map((hour) => startTime + hour * HOUR_MS));
    expect((await klines({ startTime: startTime - 1, endTime: startTime })).map(([openMs]) => openMs)).toEqual([]);
    expect((await klines({ endTime: startTime, limit: 2 })).map(([openMs]) => openMs)).toEqual([-2, -1].map((hour) => startTime + hour * HOUR_MS));
  });

  it('gives months and weeks by the calendar', async () => {
    const startTime = Date.UTC(2026, 0, 1);
    const months = await klines({ interval: '1M', startTime, endTime: Date.UTC(2026, 3, 1) });
    expect(months.map((row) => [row[0], row[6]])).toEqual([0, 1, 2].map((month) => [Date.UTC(2026, month, 1), Date.UTC(2026, month + 1, 1)]));
    expect(await klines({ interval: '1M', limit: 2 })).toHaveLength(2);
    // 2026-01-05 is the first Monday of that year.
    expect((await klines({ interval: '1W', startTime, endTime: startTime + 7 * 86_400_000 })).map(([openMs]) => openMs)).toEqual([Date.UTC(2026, 0, 5)]);
  });

  it.each(['1h', '1w', '3m', '8h', ''])('knows no interval %j', async (interval) => {
    expect((await exchange.get('/api/v3/klines', { symbol: 'HANAUSDT', interval })).json).toMatchObject({ code: interval === '' ? 700_004 : -1_121 });
  });

  it.each(['klines?interval=1m&', 'ticker/24hr?', 'ticker/price?', 'ticker/bookTicker?', 'depth?', 'aggTrades?', 'exchangeInfo?'])('refuses an unknown symbol at %s', async (address) => {
    const [path, rest = ''] = address.split('?');
    const parameters = { symbol: 'NOPEUSDT', ...Object.fromEntries(new URLSearchParams(rest)) };
    expect((await exchange.get(`/api/v3/${path}`, parameters)).json).toMatchObject({ code: -1_121 });
  });

  it('answers an unknown address in JSON', async () => {
    expect(await exchange.get('/api/v3/nothing')).toMatchObject({ status: 404, json: { code: 404 } });
  });
});
