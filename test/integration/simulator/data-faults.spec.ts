import { openTestSimulator, type TestSimulator } from './simulator-fixture.js';

type Row = readonly [openMs: number, open: string, high: string, low: string, close: string, volume: string, closeMs: number, quoteVolume: string];
type Words = Readonly<Record<string, string>>;

const MINUTE_MS = 60_000;
const KLINES = 'GET /api/v3/klines';

let exchange: TestSimulator;
beforeAll(async () => { exchange = await openTestSimulator({ SPEED: '1' }); });
afterAll(() => exchange.simulator.stop());
afterEach(() => exchange.healed());

/** Closed candles, always the same ones. */
async function page(): Promise<readonly Row[]> {
  const startTime = Date.UTC(2026, 0, 5);
  return (await exchange.get('/api/v3/klines', { symbol: 'HANAUSDT', interval: '1m', startTime, endTime: startTime + 10 * MINUTE_MS })).json as readonly Row[];
}

async function latest(): Promise<readonly Row[]> {
  return (await exchange.get('/api/v3/klines', { symbol: 'HANAUSDT', interval: '1m', limit: 5 })).json as readonly Row[];
}

const bookTicker = async (symbol = 'HANAUSDT'): Promise<Words> => (await exchange.get('/api/v3/ticker/bookTicker', { symbol })).json as Words;
const dayTicker = async (): Promise<Words> => (await exchange.get('/api/v3/ticker/24hr', { symbol: 'HANAUSDT' })).json as Words;

describe('wrong prices', () => {
  it('row 66, price-spike: ten times the price while it lasts, for the symbols that are meant', async () => {
    await exchange.fault('price-spike', '* /api/v3/ticker/bookTicker', { parameters: { factor: 10, symbols: ['HANAUSDT'] }, limit: 1 });
    const all = (await exchange.get('/api/v3/ticker/bookTicker')).json as readonly Words[];
    const spiked = all.find(({ symbol }) => symbol === 'HANAUSDT')!;
    const usual = await bookTicker();
    // The price moves a little within the second between the two.
    expect(Number(spiked['bidPrice']) / Number(usual['bidPrice'])).toBeCloseTo(10, 0);
    expect(Number(all.find(({ symbol }) => symbol === 'AIAUSDT')!['bidPrice']) / Number((await bookTicker('AIAUSDT'))['bidPrice'])).toBeCloseTo(1, 1);
  });

  it.each(['0', '-1', 'NaN', 'Infinity', '', 'n/a'])('row 67, bad-price: %j in every ticker, book and last candle', async (price) => {
    await exchange.fault('bad-price', '* *', { parameters: { price } });
    expect(await bookTicker()).toMatchObject({ bidPrice: price, askPrice: price });
    expect(await dayTicker()).toMatchObject({ lastPrice: price, bidPrice: price, openPrice: price });
    const last = (await exchange.get('/api/v3/ticker/price')).json as readonly Words[];
    expect(new Set(last.map((row) => row['price']))).toEqual(new Set([price]));
    const depth = (await exchange.get('/api/v3/depth', { symbol: 'HANAUSDT', limit: 5 })).json as { bids: [string, string][] };
    expect(depth.bids[0]![0]).toBe(price);
    const candles = await latest();
    expect(candles.at(-1)!.slice(1, 5)).toEqual([price, price, price, price]);
    expect(candles.at(-2)![4]).not.toBe(price);
  });

  it('row 64, stale-feed: answers repeat, times included, and no candle opens any more', async () => {
    await exchange.fault('stale-feed', 'GET *');
    const first = await dayTicker();
    await exchange.control('PUT', '/clock', { shiftMs: 5 * MINUTE_MS });
    expect(await dayTicker()).toEqual(first);
    const open = (await latest()).map(([openMs]) => openMs);
    expect(Math.max(...open)).toBeLessThanOrEqual(Date.now());
    await exchange.healed();
    expect(Number((await dayTicker())['closeTime'])).toBeGreaterThan(Number(first['closeTime']));
    expect((await latest()).at(-1)![0]).toBeGreaterThan(Date.now());
  });

  it('row 65, frozen-price: the figures repeat under new times', async () => {
    await exchange.fault('frozen-price', 'GET *');
    const first = await dayTicker();
    await exchange.control('PUT', '/clock', { shiftMs: 15 * MINUTE_MS });
    const second = await dayTicker();
    expect(Number(second['closeTime'])).toBeGreaterThan(Number(first['closeTime']));
    expect({ ...second, openTime: 0, closeTime: 0 }).toEqual({ ...first, openTime: 0, closeTime: 0 });
  });
});

describe('wrong candles', () => {
  it('row 68, duplicate-candles: every fifth of ten comes twice', async () => {
    const right = await page();
    expect(right).toHaveLength(10);
    await exchange.fault('duplicate-candles', KLINES, { parameters: { every: 5 } });
    expect(await page()).toEqual([...right.slice(0, 5), right[4], ...right.slice(5), right[9]]);
  });

  it('row 68, corrected-candle: the last but one has another close, within its range', async () => {
    const right = await page();
    await exchange.fault('corrected-candle', KLINES, { parameters: { factor: 2 } });
    const wrong = await page();
    expect(Number(wrong[8]![4])).toBeCloseTo(2 * Number(right[8]![4]), 9);
    expect(Number(wrong[8]![2])).toBeGreaterThanOrEqual(Number(wrong[8]![4]));
    expect([...wrong.slice(0, 8), wrong[9]]).toEqual([...right.slice(0, 8), right[9]]);
  });

  it('row 69, unordered-candles: neighbors change places', async () => {
    const right = await page();
    await exchange.fault('unordered-candles', KLINES);
    expect(await page()).toEqual([1, 0, 3, 2, 5, 4, 7, 6, 9, 8].map((index) => right[index]));
  });

  it('row 70, missing-candles and no-candles: holes, and nothing at all', async () => {
    const right = await page();
    await exchange.fault('missing-candles', KLINES, { parameters: { every: 4 } });
    expect(await page()).toEqual([0, 1, 2, 4, 5, 6, 8, 9].map((index) => right[index]));
    await exchange.healed();
    await exchange.fault('no-candles', KLINES);
    expect(await page()).toEqual([]);
  });

  it('row 72, future-candle: one behind the open one; premature-close: the open one says that it has closed', async () => {
    await exchange.fault('future-candle', KLINES, { parameters: { bars: 3 } });
    const rows = await latest();
    expect(rows).toHaveLength(6);
    expect(rows[5]![0] - rows[4]![0]).toBe(3 * MINUTE_MS);
    expect(rows[5]![6]).toBe(rows[5]![0] + MINUTE_MS);
    await exchange.healed();
    await exchange.fault('premature-close', KLINES);
    const time = ((await exchange.get('/api/v3/time')).json as { serverTime: number }).serverTime;
    expect((await latest()).at(-1)![6]).toBeLessThan(time);
  });
});
