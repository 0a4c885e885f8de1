import { CandleColumnsBuilder, sliceColumns, type Candle, type CandleColumns } from '#domain';
import { anOrder, aSimulatedVenue, VENUE_NOW_MS } from '#testing';
import { usualRules } from './default-markets.js';
import type { SimulatedVenue, VenueOptions } from './venue-types.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A record of 2024: 2024-03-04T00:00:00Z on. The venue of the tests stands at 2026-01-15T12:00:00Z, 682.5 days later. */
const RECORD_MS = Date.UTC(2024, 2, 4);
const SHIFT_MS = 682 * DAY_MS;

/** Bars of a price that climbs, whose figures tell which bar it is: open 100 + i, high +2.5, low -1.25, close +1, volume 10 + i. */
function recorded(intervalMs: number, count: number): CandleColumns {
  const builder = new CandleColumnsBuilder();
  for (let i = 0; i < count; i++) builder.push(barOf(i, RECORD_MS + i * intervalMs));
  return builder.take();
}

function barOf(i: number, openTimeMs: number): Candle {
  return { openTimeMs, open: 100 + i, high: 102.5 + i, low: 98.75 + i, close: 101 + i, volume: 10 + i };
}

function flat(openTimeMs: number, price: number): Candle {
  return { openTimeMs, open: price, high: price, low: price, close: price, volume: 0 };
}

function without(columns: CandleColumns, index: number): CandleColumns {
  const builder = new CandleColumnsBuilder();
  builder.append(sliceColumns(columns, 0, index));
  builder.append(sliceColumns(columns, index + 1, columns.openTimesMs.length));
  return builder.take();
}

function replaying(intervalMs: number, columns: CandleColumns, change: Partial<VenueOptions> = {}): SimulatedVenue {
  const markets = [{ rules: usualRules('HANA', 100), listedMs: 0 }];
  const replay = { cursorMs: RECORD_MS + DAY_MS / 2, markets: [{ marketId: 'HANAUSDT', intervalMs, columns }] };
  return aSimulatedVenue({ markets, replay, ...change });
}

function shown(venue: SimulatedVenue, intervalMs: number, nowMs: number): readonly Candle[] {
  return venue.candles('HANAUSDT', intervalMs, 0, nowMs, Infinity, nowMs)!.map(({ openMs, open, high, low, close, volume }) => ({
    openTimeMs: openMs, open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: Number(volume),
  }));
}

describe('a replay', () => {
  it.each([
    ['1m', MINUTE_MS, 800], ['5m', 5 * MINUTE_MS, 160], ['15m', 15 * MINUTE_MS, 60], ['1h', HOUR_MS, 30], ['4h', 4 * HOUR_MS, 12], ['1d', DAY_MS, 9],
  ])('of %s shows the past up to its cursor, and the next bars as time goes on', (_name, intervalMs, count) => {
    const venue = replaying(intervalMs, recorded(intervalMs, count));
    const expected = Array.from({ length: count }, (_none, i) => barOf(i, RECORD_MS + SHIFT_MS + i * intervalMs));
    const isClosed = (nowMs: number) => (bar: Candle) => bar.openTimeMs + intervalMs <= nowMs;
    const atStart = shown(venue, intervalMs, VENUE_NOW_MS);
    // The record's noon stands at the venue's noon.
    expect(atStart.filter(isClosed(VENUE_NOW_MS))).toEqual(expected.filter(isClosed(VENUE_NOW_MS)));
    expect(atStart.at(-1)!.openTimeMs).toBeLessThanOrEqual(VENUE_NOW_MS);
    const laterMs = VENUE_NOW_MS + 7 * HOUR_MS;
    const later = shown(venue, intervalMs, laterMs).filter(isClosed(laterMs));
    expect(later.slice(0, expected.length)).toEqual(expected.filter(isClosed(laterMs)));
  });

  it('stands at the first time from its cursor on that has the time of day of the start', () => {
    const markets = [{ marketId: 'HANAUSDT', intervalMs: HOUR_MS, columns: recorded(HOUR_MS, 48) }];
    const openAt = (cursorHour: number) => {
      const venue = aSimulatedVenue({ replay: { cursorMs: RECORD_MS + cursorHour * HOUR_MS, markets } });
      return venue.candles('HANAUSDT', HOUR_MS, VENUE_NOW_MS, VENUE_NOW_MS, 1, VENUE_NOW_MS)![0]!.open;
    };
    // It starts at noon: bar 12 is the record's first one at noon, bar 36 the second.
    expect([openAt(11), openAt(12), openAt(13)].map(Number)).toEqual([112, 112, 136]);
  });

  it('aggregates its bars: an hour of 5m bars opens with the first and has the extremes of all', () => {
    const [hour] = shown(replaying(5 * MINUTE_MS, recorded(5 * MINUTE_MS, 160)), HOUR_MS, VENUE_NOW_MS);
    // Bars 0 to 11: open 100, highest 102.5 + 11, lowest 98.75, last close 101 + 11, volume 12 × 10 + (0 + ... + 11).
    expect(hour).toEqual({ openTimeMs: RECORD_MS + SHIFT_MS, open: 100, high: 113.5, low: 98.75, close: 112, volume: 186 });
  });

  it('stands still without volume where a bar is missing, and when the record is over', () => {
    const venue = replaying(HOUR_MS, without(recorded(HOUR_MS, 14), 5));
    const bars = shown(venue, HOUR_MS, VENUE_NOW_MS + 5 * HOUR_MS);
    expect(bars[5]).toEqual(flat(RECORD_MS + SHIFT_MS + 5 * HOUR_MS, 105)); // Bar 4 closed at 101 + 4.
    expect(bars[6]).toEqual(barOf(6, RECORD_MS + SHIFT_MS + 6 * HOUR_MS));
    expect(bars.slice(14)).toEqual([14, 15, 16, 17].map((i) => flat(RECORD_MS + SHIFT_MS + i * HOUR_MS, 114)));
  });

  it('begins with its first bar, whatever history was asked for', () => {
    const venue = replaying(HOUR_MS, recorded(HOUR_MS, 14), { historyFromMs: 0 });
    expect(shown(venue, MINUTE_MS, VENUE_NOW_MS)[0]!.openTimeMs).toBe(RECORD_MS + SHIFT_MS);
    expect(venue.bestQuotes('HANAUSDT', RECORD_MS + SHIFT_MS - 1)).toBeNull();
  });

  it('goes `speed` bars at a time from its cursor on', () => {
    const venue = replaying(MINUTE_MS, recorded(MINUTE_MS, 1_440), { speed: 10 });
    const bars = shown(venue, MINUTE_MS, VENUE_NOW_MS + 2 * MINUTE_MS).filter(({ openTimeMs }) => openTimeMs >= VENUE_NOW_MS);
    // Bars 720 to 729 in the first minute: open 820, highest 102.5 + 729, lowest 98.75 + 720, close 101 + 729.
    expect(bars[0]).toEqual({ openTimeMs: VENUE_NOW_MS, open: 820, high: 831.5, low: 818.75, close: 830, volume: 10 * 10 + 7_245 });
    expect(bars[1]!.open).toBe(830);
  });

  it('is traded on like any other market', () => {
    const venue = replaying(HOUR_MS, recorded(HOUR_MS, 30), { book: 'ideal' });
    venue.setFree('a', 'USDT', '1000');
    const placed = venue.place(anOrder({ quoteOrderQuantity: '450' }), VENUE_NOW_MS); // Bar 12 opens at 112.
    expect(placed).toMatchObject({ kind: 'accepted', order: { status: 'FILLED', executedQuantity: '4.01', executedQuote: '449.12' } });
  });

  it('gives markets that were not listed the usual rules, with a tick for their price', () => {
    const venue = replaying(HOUR_MS, recorded(HOUR_MS, 30), { markets: undefined });
    expect(venue.markets().map(({ rules }) => [rules.marketId, rules.base, rules.quote, rules.priceTick])).toEqual([['HANAUSDT', 'HANA', 'USDT', '0.001']]); // The lowest price is 98.75.
  });

  it.each([
    ['an interval that does not divide the day', 7 * MINUTE_MS, recorded(7 * MINUTE_MS, 3), /interval must be 1m to 1d/],
    ['an interval across hours', 90 * MINUTE_MS, recorded(90 * MINUTE_MS, 3), /interval must be 1m to 1d/],
    ['no candles', HOUR_MS, recorded(HOUR_MS, 0), /replay of HANAUSDT: there are no candles/],
    ['candles off the grid', HOUR_MS, recorded(MINUTE_MS, 3), /grid and ascend/],
  ])('of %s is refused', (_name, intervalMs, columns, message) => {
    expect(() => replaying(intervalMs, columns)).toThrow(message);
  });
});
