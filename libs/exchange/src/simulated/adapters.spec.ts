import type { CandlePage, OrderRequest, OrderTerms } from '#application';
import { aSimulatedVenue, scriptedPrices, VENUE_NOW_MS } from '#testing';
import { SimulatedMarketData } from './market-data-adapter.js';
import { SimulatedTrading } from './trading-adapter.js';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

class HandClock {
  constructor(public timeMs = VENUE_NOW_MS) {}

  nowMs(): number {
    return this.timeMs;
  }
}

async function pagesOf(pages: AsyncIterable<CandlePage>): Promise<readonly CandlePage[]> {
  const all: CandlePage[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

describe('public data in the same process', () => {
  const venue = aSimulatedVenue();
  const clock = new HandClock(VENUE_NOW_MS + 30_000);
  const data = new SimulatedMarketData(venue, clock);

  it('gives candles by pages without a hole, closed ones only', async () => {
    const fromMs = VENUE_NOW_MS - 2_500 * MINUTE_MS;
    const pages = await pagesOf(data.candles({ marketId: 'HANAUSDT', interval: '1m', fromMs, toMs: VENUE_NOW_MS + DAY_MS }));
    const times = pages.flatMap(({ columns }) => [...columns.openTimesMs]);
    // The minute that opened at VENUE_NOW_MS is still open half a minute later.
    expect(times).toEqual(Array.from({ length: 2_500 }, (_none, i) => fromMs + i * MINUTE_MS));
    expect(pages.map(({ coveredToMs }) => (coveredToMs - fromMs) / MINUTE_MS)).toEqual([999, 1_999, 2_499]);
    const [last] = venue.candles('HANAUSDT', MINUTE_MS, VENUE_NOW_MS - MINUTE_MS, VENUE_NOW_MS, 1, clock.timeMs)!;
    const { opens, highs, lows, closes, volumes } = pages.at(-1)!.columns;
    expect([opens, highs, lows, closes, volumes].map((column) => column.at(-1))).toEqual([last!.open, last!.high, last!.low, last!.close, last!.volume].map(Number));
  });

  it('covers a range before the listing by an empty page, and a range to come by none', async () => {
    const before = { marketId: 'SIRENUSDT', interval: '1h', fromMs: VENUE_NOW_MS - 50 * DAY_MS, toMs: VENUE_NOW_MS - 45 * DAY_MS + 1 } as const;
    expect((await pagesOf(data.candles(before))).map(({ columns, coveredToMs }) => [columns.openTimesMs.length, coveredToMs])).toEqual([[0, VENUE_NOW_MS - 45 * DAY_MS]]);
    const ahead = { ...before, fromMs: VENUE_NOW_MS, toMs: VENUE_NOW_MS + DAY_MS };
    expect(await pagesOf(data.candles(ahead))).toEqual([]);
  });

  it('finds the first candle', async () => {
    expect(await data.firstCandleMs('SIRENUSDT', '1h')).toBe(VENUE_NOW_MS - 30.5 * DAY_MS);
    expect(await data.firstCandleMs('HANAUSDT', '1w')).toBe(Date.UTC(2025, 10, 10)); // The Monday before 2025-11-16.
  });

  it('tells quotes and books as the venue has them, at the time of the clock', async () => {
    const quotes = await data.bookTickers(['HANAUSDT', 'NONEUSDT', 'HANAUSDT', 'AIAUSDT']);
    expect(quotes).toEqual({ tickers: ['HANAUSDT', 'AIAUSDT'].map((id) => venue.bestQuotes(id, clock.timeMs)), exchangeMs: clock.timeMs, receivedMs: clock.timeMs });
    const book = await data.orderBook('HANAUSDT', 3);
    expect([book.bids.length, book.asks.length, book.asks[0]!.price]).toEqual([3, 3, quotes.tickers[0]!.askPrice]);
    expect(await data.serverTime()).toEqual({ serverMs: clock.timeMs, roundTripMs: 0, offsetMs: 0 });
  });

  it('lists the markets that are open to the API', async () => {
    const ids = await data.apiMarketIds();
    expect([ids!.has('HANAUSDT'), ids!.has('BTCUSDT'), (await data.markets()).length]).toEqual([true, false, 12]);
  });

  it('says what was asked wrongly', async () => {
    const range = { fromMs: 0, toMs: VENUE_NOW_MS };
    await expect(pagesOf(data.candles({ marketId: 'NONEUSDT', interval: '1h', ...range }))).rejects.toMatchObject({ kind: 'unknown-market', message: /NONEUSDT/ });
    await expect(pagesOf(data.candles({ marketId: 'HANAUSDT', interval: '8h', ...range }))).rejects.toMatchObject({ kind: 'refused', message: /no candles of 8h: choose one of 1m/ });
    await expect(data.orderBook('NONEUSDT', 5)).rejects.toMatchObject({ kind: 'unknown-market' });
    await expect(pagesOf(data.candles({ marketId: 'HANAUSDT', interval: '1h', ...range }, AbortSignal.abort()))).rejects.toThrow(/abort/i);
  });
});

function opened(rest: Parameters<typeof aSimulatedVenue>[0] = {}) {
  const venue = aSimulatedVenue({ ...scriptedPrices([[100, 100, 100, 100]]), ...rest });
  venue.setFree('me', 'USDT', '1000');
  const clock = new HandClock();
  return { venue, clock, trading: new SimulatedTrading(venue, 'me', clock) };
}

function request(terms: OrderTerms, change: Partial<OrderRequest> = {}): OrderRequest {
  return { marketId: 'HANAUSDT', clientOrderId: 'r1', terms, signMs: VENUE_NOW_MS, receiveWindowMs: 5_000, ...change };
}

const buy: OrderTerms = { kind: 'market-buy', quoteValue: '200' };

describe('trading in the same process', () => {
  it('acknowledges, tells the order, its fills and what is left', async () => {
    const { trading, clock } = opened();
    const outcome = await trading.submit(request(buy));
    expect(outcome).toMatchObject({ kind: 'acknowledged', venueOrderId: expect.stringMatching(/^C02__\d+$/) });
    expect(await trading.order('HANAUSDT', 'r1')).toMatchObject({ kind: 'found', order: { status: 'filled', side: 'buy', filledQuantity: '2', filledNotional: '200', clientOrderId: 'r1' } });
    clock.timeMs += 10;
    await trading.submit(request({ kind: 'market-sell', quantity: '0.5' }, { clientOrderId: 'r2' }));
    expect(await trading.fillsSince('HANAUSDT', VENUE_NOW_MS)).toMatchObject([
      { clientOrderId: 'r1', side: 'buy', price: '100', quantity: '2', notional: '200', fee: '0.1', feeAsset: 'USDT', isMaker: false, filledMs: VENUE_NOW_MS },
      { clientOrderId: 'r2', side: 'sell', price: '100', quantity: '0.5', notional: '50', fee: '0.025', feeAsset: 'USDT', filledMs: VENUE_NOW_MS + 10 },
    ]);
    expect(await trading.fillsSince('HANAUSDT', VENUE_NOW_MS + 1)).toHaveLength(1);
    // 1,000 − 200 − 0.1 + 50 − 0.025
    expect(await trading.balances()).toEqual([{ asset: 'HANA', free: '1.5', locked: '0' }, { asset: 'USDT', free: '849.875', locked: '0' }]);
  });

  it('leaves nothing of a limit order that is not there: canceled, with nothing filled', async () => {
    const { trading } = opened();
    await trading.submit(request({ kind: 'limit-ioc', side: 'buy', quantity: '1', price: '99' }));
    expect(await trading.order('HANAUSDT', 'r1')).toMatchObject({ order: { status: 'canceled', filledQuantity: '0' } });
    expect(await trading.openOrders()).toEqual([]);
    expect(await trading.cancel('HANAUSDT', 'r1')).toEqual({ kind: 'not-open' });
  });

  it('finds and cancels what was left resting by others', async () => {
    const { trading, venue } = opened();
    venue.place({ accountId: 'me', marketId: 'HANAUSDT', side: 'BUY', type: 'LIMIT', quantity: '1', price: '90', quoteOrderQuantity: null, clientOrderId: 'rest' }, VENUE_NOW_MS);
    expect(await trading.openOrders('HANAUSDT')).toMatchObject([{ clientOrderId: 'rest', status: 'open' }]);
    expect(await trading.cancel('HANAUSDT', 'rest')).toEqual({ kind: 'requested' });
    expect(await trading.order('HANAUSDT', 'rest')).toMatchObject({ order: { status: 'canceled' } });
    expect(await trading.order('HANAUSDT', 'never')).toEqual({ kind: 'not-found' });
  });

  it.each([
    ['too little', request({ kind: 'market-buy', quoteValue: '0.5' }), '30002', 'refresh-rules', false],
    ['more than there is', request({ kind: 'market-sell', quantity: '5' }), '30005', 'reconcile-balances', false],
    ['a market that is none', request(buy, { marketId: 'NONEUSDT' }), '-1121', 'disable-market', false],
    ['a copy that comes late', request(buy, { signMs: VENUE_NOW_MS - 5_001 }), '700003', 'resync-clock', true],
    ['one from the future', request(buy, { signMs: VENUE_NOW_MS + 1_000 }), '700003', 'resync-clock', true],
  ] as const)('refuses %s', async (_name, order, code, reaction, isRetryable) => {
    const { trading } = opened();
    expect(await trading.submit(order)).toMatchObject({ kind: 'refused', refusal: { proof: 'venue', code, reaction, isRetryable } });
    expect(await trading.order('HANAUSDT', 'r1')).toEqual({ kind: 'not-found' });
  });

  it('does not know what became of a request that repeats another', async () => {
    const { trading } = opened({ hasUniqueClientOrderIds: true });
    await trading.submit(request(buy));
    expect(await trading.submit(request(buy))).toMatchObject({ kind: 'unknown', code: '603' });
    expect(await trading.fillsSince('HANAUSDT', 0)).toHaveLength(1);
  });

  it('throws about a market that is none', async () => {
    const { trading } = opened();
    const asked = [
      () => trading.order('NONEUSDT', 'r1'), () => trading.cancel('NONEUSDT', 'r1'), () => trading.fillsSince('NONEUSDT', 0), () => trading.openOrders('NONEUSDT'),
    ];
    for (const ask of asked) {
      await expect(ask()).rejects.toMatchObject({ kind: 'unknown-market' });
    }
    expect(await trading.apiMarketIds()).toEqual(new Set(['HANAUSDT']));
  });
});
