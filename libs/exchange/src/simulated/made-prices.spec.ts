import * as fc from 'fast-check';
import { aSimulatedVenue, VENUE_NOW_MS } from '#testing';
import type { SimulatedCandle, SimulatedVenue } from './venue-types.js';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const INTERVALS_MS = [5, 15, 30, 60, 240, 1_440, 10_080].map((minutes) => minutes * MINUTE_MS);

function candlesOf(venue: SimulatedVenue, marketId: string, intervalMs: number, fromMs: number, toMs: number, nowMs = VENUE_NOW_MS) {
  return venue.candles(marketId, intervalMs, fromMs, toMs, Infinity, nowMs)!;
}

/** In units of its last decimal. */
function inLastDecimal(text: string): number {
  return Number(text.replace('.', ''));
}

/** Prices as numbers, and sums as whole numbers of the last decimal, so that nothing is lost in adding. */
function numbersOf({ openMs, open, high, low, close, volume, quoteVolume }: SimulatedCandle) {
  return { openMs, open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: inLastDecimal(volume), quote: inLastDecimal(quoteVolume) };
}

function aggregated(minutes: readonly SimulatedCandle[]) {
  const bars = minutes.map(numbersOf);
  return {
    open: bars[0]!.open,
    high: Math.max(...bars.map(({ high }) => high)),
    low: Math.min(...bars.map(({ low }) => low)),
    close: bars.at(-1)!.close,
    volume: bars.reduce((sum, { volume }) => sum + volume, 0),
    quote: bars.reduce((sum, { quote }) => sum + quote, 0),
  };
}

const anyMarket = fc.constantFrom('HANAUSDT', 'TRUTHUSDT', 'BTCUSDT', 'RBTUSDT', 'SIRENUSDT');
const anyTime = fc.integer({ min: VENUE_NOW_MS - 29 * DAY_MS, max: VENUE_NOW_MS });

describe('candles', () => {
  const venue = aSimulatedVenue();

  it('of any interval are exactly what their minutes add up to, the open one included', () => {
    fc.assert(fc.property(anyMarket, fc.constantFrom(...INTERVALS_MS), anyTime, (marketId, intervalMs, nowMs) => {
      const last = candlesOf(venue, marketId, intervalMs, nowMs - 2 * intervalMs, nowMs, nowMs).slice(-2);
      for (const candle of last) {
        const minutes = candlesOf(venue, marketId, MINUTE_MS, candle.openMs, candle.openMs + intervalMs - 1, nowMs);
        expect(numbersOf(candle)).toEqual({ openMs: candle.openMs, ...aggregated(minutes) });
      }
    }), { numRuns: 60 });
  });

  it('follow each other: a minute opens where the one before closed, across hours and days too', () => {
    for (const marketId of ['HANAUSDT', 'TRUTHUSDT', 'RBTUSDT']) {
      const minutes = candlesOf(venue, marketId, MINUTE_MS, VENUE_NOW_MS - 3 * DAY_MS, VENUE_NOW_MS - 1);
      expect(minutes).toHaveLength(3 * 1_440);
      expect(minutes.slice(1).map(({ open }) => open)).toEqual(minutes.slice(0, -1).map(({ close }) => close));
      expect(minutes.slice(1).map(({ openMs }) => openMs)).toEqual(minutes.slice(0, -1).map(({ openMs }) => openMs + MINUTE_MS));
    }
  });

  it('are candles: low and high hold open and close, and the value traded lies between volume at low and at high', () => {
    for (const candle of candlesOf(venue, 'AIAUSDT', MINUTE_MS, VENUE_NOW_MS - 2 * DAY_MS, VENUE_NOW_MS)) {
      const [open, high, low, close, volume, value] = [candle.open, candle.high, candle.low, candle.close, candle.volume, candle.quoteVolume].map(Number) as [number, number, number, number, number, number];
      expect(low).toBeLessThanOrEqual(Math.min(open, close));
      expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
      expect(value).toBeGreaterThanOrEqual(volume * low - 1e-4); // Values have four decimals.
      expect(value).toBeLessThanOrEqual(volume * high + 1e-4);
      expect(candle.open).toMatch(/^\d+\.\d{5}$/); // AIA's tick is 0.00001, its step 0.01.
      expect(candle.volume).toMatch(/^\d+\.\d{2}$/);
    }
  });

  it('never change once they are closed, and only widen while they are open', () => {
    fc.assert(fc.property(anyMarket, anyTime, fc.integer({ min: 0, max: MINUTE_MS - 1 }), (marketId, timeMs, passedMs) => {
      const openMs = Math.floor(timeMs / MINUTE_MS) * MINUTE_MS;
      const at = (nowMs: number) => candlesOf(venue, marketId, MINUTE_MS, openMs, openMs, nowMs)[0]!;
      const closed = at(openMs + MINUTE_MS);
      expect(at(openMs + 5 * DAY_MS)).toEqual(closed);
      const [early, late, whole] = [at(openMs + Math.floor(passedMs / 2)), at(openMs + passedMs), closed].map(numbersOf) as [ReturnType<typeof numbersOf>, ReturnType<typeof numbersOf>, ReturnType<typeof numbersOf>];
      for (const [before, after] of [[early, late], [late, whole]] as const) {
        expect(after.open).toBe(before.open);
        expect(after.high).toBeGreaterThanOrEqual(before.high);
        expect(after.low).toBeLessThanOrEqual(before.low);
        expect(after.volume).toBeGreaterThanOrEqual(before.volume);
      }
    }), { numRuns: 200 });
  });

  it('come a page at a time, ascending, from the first open time in the range', () => {
    const openMs = VENUE_NOW_MS - DAY_MS;
    const page = venue.candles('HANAUSDT', MINUTE_MS, openMs + 1, VENUE_NOW_MS, 3, VENUE_NOW_MS)!;
    expect(page.map((candle) => candle.openMs)).toEqual([1, 2, 3].map((i) => openMs + i * MINUTE_MS));
    expect(venue.candles('NONEUSDT', MINUTE_MS, openMs, VENUE_NOW_MS, 3, VENUE_NOW_MS)).toBeNull();
    expect(venue.candles('HANAUSDT', MINUTE_MS, VENUE_NOW_MS + 1, VENUE_NOW_MS + DAY_MS, 3, VENUE_NOW_MS)).toEqual([]);
  });

  it('begin with history, or with the listing where that is later', () => {
    const first = (marketId: string, intervalMs: number) => candlesOf(venue, marketId, intervalMs, 0, VENUE_NOW_MS)[0]!.openMs;
    expect(first('HANAUSDT', MINUTE_MS)).toBe(VENUE_NOW_MS - 60 * DAY_MS);
    expect(first('HANAUSDT', DAY_MS)).toBe(VENUE_NOW_MS - 60.5 * DAY_MS); // 12:00 lies within the day that opened at 0:00.
    expect(first('SIRENUSDT', MINUTE_MS)).toBe(VENUE_NOW_MS - 30.5 * DAY_MS); // 30 days before, at midnight.
    expect(venue.bestQuotes('SIRENUSDT', VENUE_NOW_MS - 31 * DAY_MS)).toBeNull();
    expect(venue.orderBook('SIRENUSDT', 5, VENUE_NOW_MS - 31 * DAY_MS)).toBeNull();
    expect(venue.dayTicker('SIRENUSDT', VENUE_NOW_MS - 31 * DAY_MS)).toBeNull();
    expect(venue.publicTrades('SIRENUSDT', 5, VENUE_NOW_MS - 31 * DAY_MS)).toBeNull();
  });

  it('open on Mondays by the week and on the first by the month', () => {
    const weeks = candlesOf(venue, 'HANAUSDT', 7 * DAY_MS, VENUE_NOW_MS - 30 * DAY_MS, VENUE_NOW_MS);
    expect(weeks.map(({ openMs }) => new Date(openMs).getUTCDay())).toEqual([1, 1, 1, 1]);
    const months = venue.monthCandles('HANAUSDT', 0, VENUE_NOW_MS, 10, VENUE_NOW_MS)!;
    expect(months.map(({ openMs }) => new Date(openMs).toISOString().slice(0, 10))).toEqual(['2025-11-01', '2025-12-01', '2026-01-01']);
    const december = candlesOf(venue, 'HANAUSDT', DAY_MS, Date.UTC(2025, 11, 1), Date.UTC(2025, 11, 31));
    expect(numbersOf(months[1]!)).toEqual({ openMs: Date.UTC(2025, 11, 1), ...aggregated(december) });
  });
});

describe('the same moment', () => {
  const venue = aSimulatedVenue();

  it('has one price: ticker, quotes, book, candles and trades agree', () => {
    fc.assert(fc.property(anyMarket, anyTime, (marketId, nowMs) => {
      const ticker = venue.dayTicker(marketId, nowMs)!;
      const quotes = venue.bestQuotes(marketId, nowMs)!;
      const book = venue.orderBook(marketId, 50, nowMs)!;
      const middle = (Number(quotes.bidPrice) + Number(quotes.askPrice)) / 2;
      expect(middle).toBeCloseTo(Number(ticker.lastPrice), 9);
      expect([book.bids[0], book.asks[0]]).toEqual([[quotes.bidPrice, quotes.bidQuantity], [quotes.askPrice, quotes.askQuantity]]);
      for (const intervalMs of [MINUTE_MS, ...INTERVALS_MS]) {
        const open = candlesOf(venue, marketId, intervalMs, nowMs - intervalMs + 1, nowMs, nowMs).at(-1)!;
        expect(open.close).toBe(ticker.lastPrice);
        expect(middle).toBeGreaterThanOrEqual(Number(open.low) - 1e-9);
        expect(middle).toBeLessThanOrEqual(Number(open.high) + 1e-9);
      }
    }), { numRuns: 100 });
  });

  it('has a book that is sorted, positive and not crossed', () => {
    fc.assert(fc.property(anyMarket, anyTime, (marketId, nowMs) => {
      const { bids, asks } = venue.orderBook(marketId, 500, nowMs)!;
      const prices = [...bids.toReversed(), ...asks].map(([price]) => Number(price));
      expect(prices.slice(1).filter((price, i) => !(price > prices[i]!))).toEqual([]);
      expect(prices[0]).toBeGreaterThan(0);
      expect([...bids, ...asks].filter(([, quantity]) => !(Number(quantity) > 0))).toEqual([]);
    }), { numRuns: 50 });
  });

  it('has printed trades that make up the volume of its minutes, within their prices', () => {
    fc.assert(fc.property(fc.constantFrom('HANAUSDT', 'TRUTHUSDT'), anyTime, (marketId, nowMs) => {
      const trades = venue.publicTrades(marketId, 60, nowMs)!;
      const openMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
      for (const minuteMs of [openMs, openMs - MINUTE_MS]) {
        const candle = candlesOf(venue, marketId, MINUTE_MS, minuteMs, minuteMs, nowMs)[0]!;
        const printed = trades.filter(({ timeMs }) => timeMs >= minuteMs && timeMs < minuteMs + MINUTE_MS);
        const sum = printed.reduce((total, { quantity }) => total + Math.round(100 * Number(quantity)), 0);
        expect(sum).toBe(Math.round(100 * Number(candle.volume))); // Both have the step 0.01.
        for (const { price } of printed) {
          expect(Number(price)).toBeGreaterThanOrEqual(Number(candle.low));
          expect(Number(price)).toBeLessThanOrEqual(Number(candle.high));
        }
      }
    }), { numRuns: 60 });
  });

  it('counts 24 hours in its ticker: the same as 1,440 candles', () => {
    const nowMs = VENUE_NOW_MS - 5 * DAY_MS + 12_345;
    const lastMinuteMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
    const minutes = candlesOf(venue, 'XANUSDT', MINUTE_MS, lastMinuteMs - 1_439 * MINUTE_MS, lastMinuteMs, nowMs);
    const ticker = venue.dayTicker('XANUSDT', nowMs)!;
    expect(minutes).toHaveLength(1_440);
    expect({
      open: Number(ticker.openPrice), high: Number(ticker.highPrice), low: Number(ticker.lowPrice), close: Number(ticker.lastPrice),
      volume: inLastDecimal(ticker.volume), quote: inLastDecimal(ticker.quoteVolume),
    }).toEqual(aggregated(minutes));
    expect([ticker.openMs, ticker.closeMs]).toEqual([minutes[0]!.openMs, nowMs]);
  });
});

function lastDayOf(seed: number) {
  return candlesOf(aSimulatedVenue({ seed }), 'HANAUSDT', 60 * MINUTE_MS, VENUE_NOW_MS - DAY_MS, VENUE_NOW_MS);
}

describe('a seed', () => {
  it('gives the same prices every time, and another one others', () => {
    expect(lastDayOf(5)).toEqual(lastDayOf(5));
    expect(lastDayOf(5)).not.toEqual(lastDayOf(6));
  });

  it('gives the same prices in whatever order they are asked for', () => {
    const [forward, scattered] = [aSimulatedVenue(), aSimulatedVenue()];
    const pageMs = 500 * MINUTE_MS;
    const starts = Array.from({ length: 60 }, (_none, i) => VENUE_NOW_MS - 59 * DAY_MS + i * pageMs);
    const page = (venue: SimulatedVenue, fromMs: number) => candlesOf(venue, 'AIAUSDT', MINUTE_MS, fromMs, fromMs + pageMs - 1);
    const inOrder = starts.map((fromMs) => page(forward, fromMs));
    // 37 and 60 have no common divisor, so every page is asked for once.
    for (let i = 0; i < starts.length; i++) {
      const index = (i * 37) % starts.length;
      if (i % 3 === 0) scattered.dayTicker('HANAUSDT', starts[index]!);
      expect(page(scattered, starts[index]!)).toEqual(inOrder[index]);
    }
  });
});

describe('the default markets over 400 days', () => {
  const venue = aSimulatedVenue({ historyFromMs: VENUE_NOW_MS - 400 * DAY_MS });
  const returnsOf = (marketId: string) =>
    candlesOf(venue, marketId, DAY_MS, VENUE_NOW_MS - 399 * DAY_MS, VENUE_NOW_MS - DAY_MS).map(({ open, close }) => Number(close) / Number(open) - 1);
  const volatile = ['HANAUSDT', 'AIAUSDT', 'XANUSDT', 'TRUTHUSDT', 'PIPPINUSDT', 'BSBUSDT'];

  it('crash by a quarter and rise by four fifths in a day, and not by more than they may', () => {
    const all = volatile.flatMap(returnsOf);
    expect(Math.min(...all)).toBeLessThanOrEqual(-0.25);
    expect(Math.max(...all)).toBeGreaterThanOrEqual(0.8);
    expect(Math.min(...all)).toBeGreaterThan(-0.4);
    expect(Math.max(...all)).toBeLessThan(2.2);
  });

  it('move together in part', () => {
    const [a, b] = [returnsOf('HANAUSDT'), returnsOf('XANUSDT')].map((returns) => returns.map((value) => Math.log(1 + value))) as [number[], number[]];
    expect(correlation(a, b)).toBeGreaterThan(0.1);
    expect(correlation(returnsOf('BTCUSDT'), returnsOf('ETHUSDT'))).toBeGreaterThan(0.6);
  });

  it('stay within a factor of 20 of where they belong', () => {
    for (const { rules, character } of venue.markets()) {
      const closes = candlesOf(venue, rules.marketId, DAY_MS, 0, VENUE_NOW_MS).map(({ close }) => Number(close));
      expect(closes.filter((close) => !(Math.abs(Math.log(close / character!.basePrice)) < Math.log(20)))).toEqual([]);
    }
  });

  it('have a dead coin: over nine tenths of its minutes and hours are empty and flat', () => {
    for (const [intervalMs, days] of [[MINUTE_MS, 20], [60 * MINUTE_MS, 200]] as const) {
      const candles = candlesOf(venue, 'RBTUSDT', intervalMs, VENUE_NOW_MS - days * DAY_MS, VENUE_NOW_MS - 1);
      const empty = candles.filter(({ volume }) => Number(volume) === 0);
      expect(empty.length / candles.length).toBeGreaterThan(0.9);
      expect(empty.length).toBeLessThan(candles.length);
      expect(empty.filter(({ open, high, low, close }) => new Set([open, high, low, close]).size !== 1)).toEqual([]);
    }
  });

  it('have BTC and ETH closed to the API, as MEXC has', () => {
    const closed = venue.markets().filter(({ rules }) => !rules.isApiTradingAllowed).map(({ rules }) => rules.marketId);
    expect(closed).toEqual(['BTCUSDT', 'ETHUSDT']);
    expect(venue.markets()).toHaveLength(12);
  });
});

describe('a speed of 60', () => {
  const [slow, fast] = [aSimulatedVenue(), aSimulatedVenue({ speed: 60 })];

  it('leaves the past alone and puts an hour of the path into a minute of the clock', () => {
    const pastMs = VENUE_NOW_MS - DAY_MS;
    expect(candlesOf(fast, 'HANAUSDT', MINUTE_MS, pastMs, VENUE_NOW_MS - 1)).toEqual(candlesOf(slow, 'HANAUSDT', MINUTE_MS, pastMs, VENUE_NOW_MS - 1));
    const minutes = candlesOf(fast, 'HANAUSDT', MINUTE_MS, VENUE_NOW_MS, VENUE_NOW_MS + 47 * MINUTE_MS, VENUE_NOW_MS + 48 * MINUTE_MS);
    const hours = candlesOf(slow, 'HANAUSDT', 60 * MINUTE_MS, VENUE_NOW_MS, VENUE_NOW_MS + 2 * DAY_MS - 1, VENUE_NOW_MS + 2 * DAY_MS);
    expect(minutes.map(({ openMs }) => openMs)).toEqual(Array.from({ length: 48 }, (_none, i) => VENUE_NOW_MS + i * MINUTE_MS));
    expect(minutes.map(({ openMs: _openMs, ...bar }) => bar)).toEqual(hours.map(({ openMs: _openMs, ...bar }) => bar));
  });

  it('is at one second where the slow clock is at one minute', () => {
    expect(fast.bestQuotes('HANAUSDT', VENUE_NOW_MS + 1_000)!.bidPrice).toBe(slow.bestQuotes('HANAUSDT', VENUE_NOW_MS + 60_000)!.bidPrice);
  });

  it.each([0, -1, 1.5, 20_000, NaN])('of %p instead is refused', (speed) => {
    expect(() => aSimulatedVenue({ speed })).toThrow(/speed: a whole number from 1 to 10000/);
  });
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, i) => (value - meanA) * (b[i]! - meanB)));
  const deviation = (values: readonly number[], middle: number) => Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
  return covariance / deviation(a, meanA) / deviation(b, meanB);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
