/// <reference types="jest" />
import { SERVED_INTERVALS, type CandlePage, type CandleRequest, type MarketDataPort } from '#application';
import { faultOf, gridAnchorMs, INTERVAL_MS, type Candle, type CandleInterval, candleAt } from '#domain';

export interface MarketDataSubject {
  readonly port: MarketDataPort;
  /** A market that is online, open to the API and traded in every minute. */
  readonly marketId: string;
  /** Another one. */
  readonly otherMarketId: string;
  /** Open time of the day in which its candles begin, at least 60 days ago. */
  readonly listedDayMs: number;
  /** What can be done to the venue behind the port, where something can: what fails `times` times passes by itself. */
  readonly stumble?: (times: number) => Promise<void>;
  readonly goDown?: () => Promise<void>;
  readonly heal?: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];
const UNKNOWN_MARKET = 'NOSUCHCOINUSDT';
const DECIMAL = /^\d+(\.\d+)?$/;

/** What every adapter of MarketDataPort must do, whatever stands behind it. Registers tests under the name. */
export function marketDataConformance(name: string, makeSubject: () => Promise<MarketDataSubject>): void {
  describe(`MarketDataPort by ${name}`, () => {
    let subject: MarketDataSubject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.close());
    const at = (): MarketDataSubject => subject;
    describe('markets', () => testMarkets(at));
    describe('the clock', () => testClock(at));
    describe('candles', () => testCandles(at));
    describe('candles at the edges', () => testCandleEdges(at));
    describe('quotes', () => testQuotes(at));
    describe('a venue that stumbles', () => testStumbling(at));
  });
}

function testMarkets(at: () => MarketDataSubject): void {
  it('are told with rules that can be reckoned with, each once', async () => {
    const markets = await at().port.markets();
    expect(new Set(markets.map(({ marketId }) => marketId)).size).toBe(markets.length);
    for (const { quantityStep, priceTick, minQuantity, minNotional, minMarketNotional, makerFee, takerFee } of markets) {
      for (const text of [quantityStep, priceTick, minQuantity, minNotional, minMarketNotional, makerFee, takerFee]) expect(text).toMatch(DECIMAL);
      expect(Number(quantityStep)).toBeGreaterThan(0);
      expect(Number(priceTick)).toBeGreaterThan(0);
    }
  });

  it('hold the one that is traded, and the list of those open to the API holds it too', async () => {
    const { port, marketId } = at();
    const market = (await port.markets()).find((candidate) => candidate.marketId === marketId);
    expect(market).toMatchObject({ status: 'online', sides: 'both', isApiTradingAllowed: true, orderTypes: expect.arrayContaining(['MARKET']) });
    const open = await port.apiMarketIds();
    expect(open === null || open.has(marketId)).toBe(true);
  });

  it('have candles of the intervals that those are told of who have no adapter at hand', () => {
    const { port } = at();
    expect(port.intervals).toEqual(SERVED_INTERVALS[port.venue]);
  });
}

function testClock(at: () => MarketDataSubject): void {
  it('is read with its round trip', async () => {
    const { serverMs, roundTripMs, offsetMs } = await at().port.serverTime();
    expect(Number.isSafeInteger(serverMs)).toBe(true);
    expect(roundTripMs).toBeGreaterThanOrEqual(0);
    expect(Math.abs(offsetMs)).toBeLessThan(5_000);
  });

  it('goes on', async () => {
    const first = await at().port.serverTime();
    const second = await at().port.serverTime();
    expect(second.serverMs).toBeGreaterThanOrEqual(first.serverMs);
  });
}

function testCandles(at: () => MarketDataSubject): void {
  it('come over many pages, ascending, each once, none missing, none but those asked for', async () => {
    const { port, marketId } = at();
    const toMs = floorTo('1m', (await port.serverTime()).serverMs) - HOUR_MS;
    const fromMs = toMs - 1_600 * MINUTE_MS;
    const pages = await pagesOf(port, { marketId, interval: '1m', fromMs, toMs });
    expect(candlesOf(pages).map(({ openTimeMs }) => openTimeMs)).toEqual(Array.from({ length: 1_601 }, (_none, index) => fromMs + index * MINUTE_MS));
    expect(pages.at(-1)!.coveredToMs).toBe(toMs);
    expectCovering(pages);
  });

  it.each(['1m', '5m', '15m', '30m', '1h', '4h', '1d', '1w'] as const)('of %s keep the rules of candles', async (interval) => {
    const { port, marketId, listedDayMs } = at();
    const { serverMs } = await port.serverTime();
    const fromMs = Math.max(listedDayMs, serverMs - 120 * INTERVAL_MS[interval]);
    const candles = candlesOf(await pagesOf(port, { marketId, interval, fromMs, toMs: serverMs }));
    expect(candles.length).toBeGreaterThan(5);
    expect(faultsIn(candles, interval, (await port.serverTime()).serverMs)).toEqual([]);
  });

  it('of an hour are those of its minutes', async () => {
    const { port, marketId } = at();
    const fromMs = floorTo('1h', (await port.serverTime()).serverMs) - 5 * HOUR_MS;
    const hours = candlesOf(await pagesOf(port, { marketId, interval: '1h', fromMs, toMs: fromMs + 2 * HOUR_MS }));
    const minutes = candlesOf(await pagesOf(port, { marketId, interval: '1m', fromMs, toMs: fromMs + 3 * HOUR_MS - MINUTE_MS }));
    expect(hours).toHaveLength(3);
    hours.forEach((hour, index) => expectMadeOf(hour, minutes.slice(60 * index, 60 * (index + 1))));
  });

  it('are the same in one range as in two', async () => {
    const { port, marketId, listedDayMs } = at();
    const fromMs = listedDayMs + 10 * DAY_MS;
    const [middleMs, toMs] = [fromMs + 299 * HOUR_MS, fromMs + 700 * HOUR_MS];
    const whole = candlesOf(await pagesOf(port, { marketId, interval: '1h', fromMs, toMs }));
    const first = candlesOf(await pagesOf(port, { marketId, interval: '1h', fromMs, toMs: middleMs }));
    const second = candlesOf(await pagesOf(port, { marketId, interval: '1h', fromMs: middleMs + 1, toMs }));
    expect([...first, ...second]).toEqual(whole);
    expect(whole).toHaveLength(701);
  });
}

function testCandleEdges(at: () => MarketDataSubject): void {
  it('begin where the first one is said to be', async () => {
    const { port, marketId, listedDayMs } = at();
    for (const interval of ['1h', '1m', '1d'] as const) {
      const firstMs = (await port.firstCandleMs(marketId, interval))!;
      expect(firstMs).toBeGreaterThanOrEqual(listedDayMs);
      expect(firstMs).toBeLessThan(listedDayMs + DAY_MS);
      const ms = INTERVAL_MS[interval];
      const around = candlesOf(await pagesOf(port, { marketId, interval, fromMs: firstMs - 20 * ms, toMs: firstMs + 3 * ms }));
      expect(around.map(({ openTimeMs }) => openTimeMs)).toEqual([0, 1, 2, 3].map((index) => firstMs + index * ms));
    }
  });

  it('are none years before, and all of that is covered', async () => {
    const { port, marketId, listedDayMs } = at();
    const toMs = listedDayMs - 100 * DAY_MS;
    const pages = await pagesOf(port, { marketId, interval: '1h', fromMs: toMs - 1_000 * DAY_MS, toMs });
    expect(candlesOf(pages)).toEqual([]);
    expect(pages.at(-1)!.coveredToMs).toBe(floorTo('1h', toMs));
    expectCovering(pages);
  });

  it('are found though the range begins years before', async () => {
    const { port, marketId, listedDayMs } = at();
    const pages = await pagesOf(port, { marketId, interval: '1h', fromMs: listedDayMs - 1_000 * DAY_MS, toMs: listedDayMs + DAY_MS });
    expect(candlesOf(pages)[0]!.openTimeMs).toBe(await port.firstCandleMs(marketId, '1h'));
    expectCovering(pages);
  });

  it('end with the last that is closed', async () => {
    const { port, marketId } = at();
    const { serverMs } = await port.serverTime();
    const pages = await pagesOf(port, { marketId, interval: '1m', fromMs: serverMs - 30 * MINUTE_MS, toMs: serverMs + DAY_MS });
    const lastMs = candlesOf(pages).at(-1)!.openTimeMs;
    expect(lastMs + MINUTE_MS).toBeLessThanOrEqual((await port.serverTime()).serverMs);
    expect(lastMs).toBeGreaterThan(serverMs - 4 * MINUTE_MS);
  });

  it('are none in the future, and nothing of that is covered', async () => {
    const { port, marketId } = at();
    const { serverMs } = await port.serverTime();
    expect(await pagesOf(port, { marketId, interval: '1h', fromMs: serverMs + DAY_MS, toMs: serverMs + 2 * DAY_MS })).toEqual([]);
  });

  it('can be one', async () => {
    const { port, marketId, listedDayMs } = at();
    const fromMs = listedDayMs + 5 * DAY_MS;
    expect(candlesOf(await pagesOf(port, { marketId, interval: '1h', fromMs, toMs: fromMs })).map(({ openTimeMs }) => openTimeMs)).toEqual([fromMs]);
    expect(await pagesOf(port, { marketId, interval: '1h', fromMs: fromMs + 1, toMs: fromMs + 2 })).toEqual([]);
  });

  it('of an unknown market, or of an interval that is not served, are refused', async () => {
    const { port, marketId, listedDayMs } = at();
    const range = { fromMs: listedDayMs + DAY_MS, toMs: listedDayMs + 2 * DAY_MS };
    await expect(pagesOf(port, { marketId: UNKNOWN_MARKET, interval: '1h', ...range })).rejects.toMatchObject({ kind: 'unknown-market' });
    await expect(port.firstCandleMs(UNKNOWN_MARKET, '1h')).rejects.toMatchObject({ kind: 'unknown-market' });
    expect(port.intervals).not.toContain('3m');
    await expect(pagesOf(port, { marketId, interval: '3m', ...range })).rejects.toMatchObject({ kind: 'refused' });
  });

  it('stop coming when nobody wants them any more', async () => {
    const { port, marketId, listedDayMs } = at();
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const range = { fromMs: listedDayMs + DAY_MS, toMs: listedDayMs + 50 * DAY_MS };
    await expect(collect(port.candles({ marketId, interval: '1h', ...range }, stop.signal))).rejects.toThrow('enough');
  });
}

function testQuotes(at: () => MarketDataSubject): void {
  it('come for those asked for, with what they are worth and when', async () => {
    const { port, marketId, otherMarketId } = at();
    const { tickers, exchangeMs, receivedMs } = await port.bookTickers([marketId, otherMarketId, UNKNOWN_MARKET]);
    expect(new Set(tickers.map((ticker) => ticker.marketId))).toEqual(new Set([marketId, otherMarketId]));
    for (const { bidPrice, askPrice } of tickers) {
      expect(Number(bidPrice)).toBeGreaterThan(0);
      expect(Number(askPrice)).toBeGreaterThan(Number(bidPrice));
    }
    const { offsetMs } = await port.serverTime();
    expect(Math.abs(exchangeMs - receivedMs - offsetMs)).toBeLessThan(2_000);
  });

  it('come for one, for an unknown one and for none', async () => {
    const { port, marketId } = at();
    expect((await port.bookTickers([marketId])).tickers.map((ticker) => ticker.marketId)).toEqual([marketId]);
    expect((await port.bookTickers([UNKNOWN_MARKET])).tickers).toEqual([]);
    expect((await port.bookTickers([])).tickers).toEqual([]);
  });

  it('are the top of a book that is ordered', async () => {
    const { port, marketId } = at();
    const { bids, asks } = await port.orderBook(marketId, 20);
    expect(bids.length).toBeGreaterThan(0);
    expect(bids.length).toBeLessThanOrEqual(20);
    expect(asks.length).toBeLessThanOrEqual(20);
    const prices = [...bids.toReversed(), ...asks].map(({ price }) => Number(price));
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    for (const { quantity } of [...bids, ...asks]) expect(Number(quantity)).toBeGreaterThan(0);
    await expect(port.orderBook(UNKNOWN_MARKET, 5)).rejects.toMatchObject({ kind: 'unknown-market' });
  });
}

function testStumbling(at: () => MarketDataSubject): void {
  afterEach(() => at().heal?.());

  it('is asked again, and its answers are the same', async () => {
    const { port, marketId, listedDayMs, stumble } = at();
    const request = { marketId, interval: '1h', fromMs: listedDayMs + DAY_MS, toMs: listedDayMs + 30 * DAY_MS } as const;
    const before = candlesOf(await pagesOf(port, request));
    await stumble?.(2);
    expect(candlesOf(await pagesOf(port, request))).toEqual(before);
  });

  it('fails for now where it stays down, and goes on where it comes back', async () => {
    const { port, goDown, heal } = at();
    await goDown?.();
    if (goDown !== undefined) await expect(port.markets()).rejects.toMatchObject({ name: 'VenueFailure', kind: 'transient' });
    await heal?.();
    expect((await port.markets()).length).toBeGreaterThan(0);
  });
}

function pagesOf(port: MarketDataPort, request: CandleRequest): Promise<CandlePage[]> {
  return collect(port.candles(request));
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

function candlesOf(pages: readonly CandlePage[]): Candle[] {
  return pages.flatMap(({ columns }) => Array.from(columns.openTimesMs, (_openMs, index) => candleAt(columns, index)));
}

function faultsIn(candles: readonly Candle[], interval: CandleInterval, nowMs: number): unknown[] {
  return candles.flatMap((candle, index) => {
    const fault = faultOf(candle, candles[index - 1]?.openTimeMs ?? -Infinity, { interval, nowMs });
    return fault === null ? [] : [{ candle, fault }];
  });
}

/** Each page covers more than the last, and no candle that lies beyond what is covered. */
function expectCovering(pages: readonly CandlePage[]): void {
  pages.forEach(({ columns, coveredToMs }, index) => {
    const beforeMs = pages[index - 1]?.coveredToMs ?? -Infinity;
    expect(coveredToMs).toBeGreaterThan(beforeMs);
    expect(columns.openTimesMs[0] ?? Infinity).toBeGreaterThan(beforeMs);
    expect(columns.openTimesMs.at(-1) ?? -Infinity).toBeLessThanOrEqual(coveredToMs);
  });
}

function expectMadeOf(hour: Candle, minutes: readonly Candle[]): void {
  expect(minutes).toHaveLength(60);
  const sum = minutes.reduce((total, { volume }) => total + volume, 0);
  expect([hour.open, hour.close]).toEqual([minutes[0]!.open, minutes[59]!.close]);
  expect(hour.high).toBe(Math.max(...minutes.map(({ high }) => high)));
  expect(hour.low).toBe(Math.min(...minutes.map(({ low }) => low)));
  expect(Math.abs(hour.volume - sum)).toBeLessThanOrEqual(1e-6 * sum);
}

function floorTo(interval: CandleInterval, ms: number): number {
  const anchorMs = gridAnchorMs(interval);
  return anchorMs + Math.floor((ms - anchorMs) / INTERVAL_MS[interval]) * INTERVAL_MS[interval];
}
