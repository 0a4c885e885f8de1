import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { openTestSimulator, type TestSimulator } from './simulator-fixture.js';

type Words = Readonly<Record<string, string>>;
type Row = readonly [openMs: number, open: string, high: string, low: string, close: string, volume: string, closeMs: number, quoteVolume: string];

const MINUTE_MS = 60_000;
const MARKETS = ['HANAUSDT', 'AIAUSDT', 'XANUSDT'] as const;
const ENOUGH = '1000000';

let exchange: TestSimulator;
afterEach(() => exchange.simulator.stop());

const get = async <Value>(path: string, parameters: Readonly<Record<string, string | number>>) => (await exchange.get(`/api/v3/${path}`, parameters)).json as Value;
const sum = (texts: readonly string[]) => texts.reduce((total, text) => total.plus(text), new Decimal(0));

/** All minutes of a span, page by page. */
async function minutesOf(symbol: string, fromMs: number, toMs: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let startTime = fromMs; startTime < toMs; startTime += 500 * MINUTE_MS) {
    rows.push(...await get<Row[]>('klines', { symbol, interval: '1m', startTime, endTime: Math.min(toMs, startTime + 500 * MINUTE_MS) }));
  }
  return rows;
}

describe('at any time', () => {
  it.each([{ seed: '3', shiftMs: 0 }, { seed: '4', shiftMs: 7_777_777 }, { seed: '5', shiftMs: 40_000_001 }, { seed: '6', shiftMs: 86_399_999 }])(
    'with seed $seed and its clock $shiftMs ms ahead: tickers, book, trades and candles tell of one market', async ({ seed, shiftMs }) => {
      exchange = await openTestSimulator({ SEED: seed });
      await exchange.control('PUT', '/clock', { shiftMs });
      for (const symbol of MARKETS) await checkMarket(symbol);
    },
  );
});

async function checkMarket(symbol: string): Promise<void> {
  const before = await get<Words>('ticker/bookTicker', { symbol });
  const day = await get<Words>('ticker/24hr', { symbol });
  const trades = await get<readonly { p: string; q: string; T: number }[]>('aggTrades', { symbol, limit: 200 });
  const after = await get<Words>('ticker/bookTicker', { symbol });
  // The last price is the middle, which moves by less than a spread while four requests are answered.
  const [low, high] = [Math.min(+before['bidPrice']!, +after['bidPrice']!), Math.max(+before['askPrice']!, +after['askPrice']!)];
  expect(+day['lastPrice']! > low && +day['lastPrice']! < high).toBe(true);

  const openMs = Number(day['openTime']);
  const bars = await minutesOf(symbol, openMs, Number(day['closeTime']) + MINUTE_MS);
  const closed = bars.filter((bar) => bar[6] <= Number(day['closeTime']));
  expect(closed).toHaveLength(Math.floor((Number(day['closeTime']) - openMs) / MINUTE_MS));
  expect(day['openPrice']).toBe(bars[0]![1]);
  // What has closed is in the day's figures, and what is open is so in part.
  expect(sum(closed.map((bar) => bar[5])).lte(day['volume']!)).toBe(true);
  expect(sum(bars.map((bar) => bar[5])).gte(day['volume']!)).toBe(true);
  expect(Math.max(...closed.map((bar) => +bar[2]))).toBeLessThanOrEqual(+day['highPrice']!);
  expect(Math.max(...bars.map((bar) => +bar[2]))).toBeGreaterThanOrEqual(+day['highPrice']!);
  expect(Math.min(...closed.map((bar) => +bar[3]))).toBeGreaterThanOrEqual(+day['lowPrice']!);
  checkTrades(trades, new Map(bars.map((bar) => [bar[0], bar])));
}

/** Every trade lies within its minute's range, and a minute's trades are its volume. */
function checkTrades(trades: readonly { p: string; q: string; T: number }[], bars: ReadonlyMap<number, Row>): void {
  const minuteOf = ({ T }: (typeof trades)[number]) => Math.floor(T / MINUTE_MS) * MINUTE_MS;
  const minutes = [...new Set(trades.map(minuteOf))];
  const [newest, oldest] = [Math.max(...minutes), Math.min(...minutes)];
  for (const minuteMs of minutes) {
    const own = trades.filter((trade) => minuteOf(trade) === minuteMs);
    const [, , high, low, , volume] = bars.get(minuteMs)!;
    for (const { p } of own) expect(+p >= +low && +p <= +high).toBe(true);
    // The oldest one may be cut off by the page, and the newest one is not over.
    if (minuteMs !== newest && minuteMs !== oldest) expect(sum(own.map(({ q }) => q)).toFixed()).toBe(new Decimal(volume).toFixed());
  }
}

const anOrder = fc.record({
  symbol: fc.constantFrom(...MARKETS), side: fc.constantFrom('BUY', 'SELL'), type: fc.constantFrom('MARKET', 'LIMIT', 'LIMIT_MAKER', 'IMMEDIATE_OR_CANCEL', 'FILL_OR_KILL'),
  value: fc.integer({ min: 1, max: 400 }), off: fc.integer({ min: -20, max: 20 }), isByQuote: fc.boolean(), isCanceled: fc.boolean(),
});
type Order = typeof anOrder extends fc.Arbitrary<infer Value> ? Value : never;

function wordsOf({ symbol, side, type, value, off, isByQuote }: Order, last: number): Words {
  const quantity = Math.max(1, Math.round(value / last)).toString();
  if (type !== 'MARKET') return { symbol, side, type, quantity, price: (last * (1 + off / 1_000)).toFixed(5) };
  return isByQuote && side === 'BUY' ? { symbol, side, type, quoteOrderQty: String(value) } : { symbol, side, type, quantity };
}

it.each(['quote', 'base', 'third'])('creates and loses nothing in hundreds of orders with all faults of transport on, commission in %s', async (feeIn) => {
  exchange = await openTestSimulator({ SPEED: '1000', FEE_IN: feeIn, BALANCES: ['USDT', 'HANA', 'AIA', 'XAN', 'MX'].map((asset) => `${asset}=${ENOUGH}`).join(',') });
  for (const [index, fault] of ['duplicate', 'reset-after-acceptance', 'body-cut', 'reset-before-acceptance', 'error-after-acceptance', 'garbled-answer'].entries()) {
    await exchange.fault(fault, '* /api/v3/order', { rate: 0.05, seed: index });
  }
  const lasts = new Map(await Promise.all(MARKETS.map(async (symbol) => [symbol, +(await get<Words>('ticker/price', { symbol }))['price']!] as const)));
  const orders = fc.sample(anOrder, { numRuns: 500, seed: 11 });
  const answered = new Set<string>();
  const send = async (order: Order, index: number) => {
    const newClientOrderId = `c-${index}`;
    const reply = await exchange.signed('POST', '/api/v3/order', { ...wordsOf(order, lasts.get(order.symbol)!), newClientOrderId }).catch(() => null);
    const orderId = (reply?.json as Words | undefined)?.['orderId'];
    if (orderId !== undefined) answered.add(orderId);
    if (order.isCanceled) await exchange.signed('DELETE', '/api/v3/order', { symbol: order.symbol, origClientOrderId: newClientOrderId }).catch(() => null);
  };
  for (let at = 0; at < orders.length; at += 8) await Promise.all(orders.slice(at, at + 8).map((order, index) => send(order, at + index)));
  await exchange.healed();
  await checkBooks(answered);
});

/** What the account has is what its fills and commissions have made of it, and nothing that was answered is missing. */
async function checkBooks(answered: ReadonlySet<string>): Promise<void> {
  // Nothing rests from here on, so that nothing is filled between two questions.
  await exchange.signed('DELETE', '/api/v3/order/all');
  const { orders, fills } = (await exchange.control('GET', '/accepted')).json as { readonly orders: readonly Words[]; readonly fills: readonly Words[] };
  const { balances } = (await exchange.signed('GET', '/api/v3/account')).json as { balances: readonly Words[] };
  expect(answered.size).toBeGreaterThan(150);
  expect([...answered].filter((id) => !orders.some(({ orderId }) => orderId === id))).toEqual([]);
  expect(fills.some(({ isMaker }) => String(isMaker) === 'true')).toBe(true);
  const totals = new Map<string, Decimal>();
  const add = (asset: string, value: Decimal) => totals.set(asset, (totals.get(asset) ?? new Decimal(ENOUGH)).plus(value));
  for (const fill of fills) {
    const sign = fill['side'] === 'BUY' ? 1 : -1;
    add(fill['marketId']!.replace('USDT', ''), new Decimal(fill['quantity']!).times(sign));
    add('USDT', new Decimal(fill['quoteQuantity']!).times(-sign));
    add(fill['commissionAsset']!, new Decimal(fill['commission']!).negated());
  }
  const held = new Map(balances.map(({ asset, free }) => [asset, new Decimal(free!).toFixed()]));
  for (const [asset, total] of totals) expect([asset, held.get(asset)]).toEqual([asset, total.toFixed()]);
  expect(balances.filter(({ locked }) => locked !== '0')).toEqual([]);
}

it('answers, whatever faults meet each other', async () => {
  exchange = await openTestSimulator();
  const kinds = ['bad-price', 'price-spike', 'corrected-candle', 'premature-close', 'future-candle', 'frozen-price', 'unordered-candles', 'duplicate-candles', 'no-candles'];
  for (const price of ['words', '', 'NaN', 'Infinity', '0x10', '1e400']) {
    await exchange.fault('bad-price', '* *', { parameters: { price } });
    for (const kind of kinds) await exchange.fault(kind, '* *');
    for (const path of ['ticker/bookTicker', 'ticker/24hr', 'ticker/price', 'depth', 'aggTrades', 'klines', 'exchangeInfo']) {
      expect((await exchange.get(`/api/v3/${path}`, { symbol: 'HANAUSDT', interval: '1m' })).status).toBe(200);
    }
    await exchange.healed();
  }
});

it('quotes no market that was taken off, alone as little as in the list, and lets its orders be canceled', async () => {
  exchange = await openTestSimulator();
  const rest = { symbol: 'AIAUSDT', side: 'BUY', type: 'LIMIT', quantity: '100', price: '0.05', newClientOrderId: 'rest-1' };
  expect((await exchange.signed('POST', '/api/v3/order', rest)).status).toBe(200);
  await exchange.control('PATCH', '/markets/AIAUSDT', { status: 'offline' });
  for (const path of ['ticker/bookTicker', 'ticker/24hr', 'ticker/price']) {
    expect((await exchange.get(`/api/v3/${path}`, { symbol: 'AIAUSDT' })).json).toMatchObject({ code: -1_121 });
    expect((await exchange.get(`/api/v3/${path}`)).text).not.toContain('AIAUSDT');
  }
  expect((await exchange.signed('POST', '/api/v3/order', rest)).json).toMatchObject({ code: 30_000 });
  expect((await exchange.signed('DELETE', '/api/v3/order', { symbol: 'AIAUSDT', origClientOrderId: 'rest-1' })).status).toBe(200);
  expect((await exchange.signed('GET', '/api/v3/account')).json).toMatchObject({ balances: [{ asset: 'USDT', free: '10000', locked: '0' }] });
});
