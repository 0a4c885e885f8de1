import { UNLIMITED_BUDGET, VenueFailure, type CandlePage } from '#application';
import { INTERVAL_MS, type CandleInterval } from '#domain';
import { startScriptedVenue, type ScriptedVenue, type VenueReply, type VenueRequest } from '#testing';
import { createMexcMarketData } from './create-mexc.js';

const KLINES = 'GET /api/v3/klines';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.UTC(2025, 5, 20, 10, 30); // A Friday, in the middle of an hour.
const LAST_CLOSED_HOUR_MS = Date.UTC(2025, 5, 20, 9);
const VENUE_INTERVALS: Readonly<Record<string, number>> = { '1m': 60_000, '60m': HOUR_MS, '1d': DAY_MS, '1W': 7 * DAY_MS };

let venue: ScriptedVenue;
beforeEach(async () => {
  venue = await startScriptedVenue();
  venue.answer('GET /api/v3/time', { json: { serverTime: NOW_MS } });
});
afterEach(() => venue.stop());

function marketData() {
  const noPause = { every: () => () => {}, pause: () => Promise.resolve() };
  return createMexcMarketData({
    venue: 'SIMULATOR',
    origin: venue.origin,
    budget: UNLIMITED_BUDGET,
    purpose: 'ingestion',
    clock: { nowMs: () => Date.now() },
    timer: noPause,
    monotonicMs: () => 0, // The venue's clock stands still.
    timeoutMs: 2_000,
  });
}

const row = (openMs: number, change: readonly unknown[] = []): unknown[] =>
  ['1.5', '2', '1', '1.75', '10', openMs + HOUR_MS, '15'].reduce<unknown[]>((cells, cell, index) => [...cells, change[index] ?? cell], [openMs]);

/** Serves the minutes or hours that the claim is true of, with their days and months, the first 500 of a range. */
function serve(has: (openMs: number) => boolean, options: { readonly fineMs?: number; readonly keepLast?: number } = {}): void {
  const { fineMs = HOUR_MS, keepLast } = options;
  venue.answer(KLINES, (request) => {
    const { interval, startTime, endTime } = request.parameters;
    const opens = interval === '1M' ? monthsFrom(Number(startTime), Number(endTime)) : gridFrom(Number(startTime), Number(endTime), VENUE_INTERVALS[interval!]!);
    const found = opens.filter(({ fromMs, toMs }) => anyIn(has, fromMs, toMs, fineMs)).map(({ fromMs }) => row(fromMs));
    return { json: keepLast === undefined ? found.slice(0, 500) : found.slice(-keepLast) };
  });
}

function gridFrom(startMs: number, endMs: number, stepMs: number): { fromMs: number; toMs: number }[] {
  const firstMs = Math.ceil(startMs / stepMs) * stepMs;
  const count = Math.max(0, Math.floor((endMs - firstMs) / stepMs) + 1);
  return Array.from({ length: count }, (_none, index) => ({ fromMs: firstMs + index * stepMs, toMs: firstMs + (index + 1) * stepMs }));
}

function monthsFrom(startMs: number, endMs: number): { fromMs: number; toMs: number }[] {
  const months = Array.from({ length: 24 }, (_none, index) => ({ fromMs: Date.UTC(2024, index), toMs: Date.UTC(2024, index + 1) }));
  return months.filter(({ fromMs }) => fromMs >= startMs && fromMs <= endMs);
}

function anyIn(has: (openMs: number) => boolean, fromMs: number, toMs: number, stepMs: number): boolean {
  for (let ms = fromMs; ms < Math.min(toMs, NOW_MS); ms += stepMs) if (has(ms)) return true;
  return false;
}

async function collect(fromMs: number, toMs: number, interval: CandleInterval = '1h'): Promise<{ pages: CandlePage[]; opens: number[] }> {
  const pages: CandlePage[] = [];
  for await (const page of marketData().candles({ marketId: 'HANAUSDT', interval, fromMs, toMs })) pages.push(page);
  return { pages, opens: pages.flatMap(({ columns }) => [...columns.openTimesMs]) };
}

const hoursFrom = (fromMs: number, count: number): number[] => Array.from({ length: count }, (_none, index) => fromMs + index * HOUR_MS);
const asked = (request: VenueRequest) => `${request.parameters['interval']} ${new Date(Number(request.parameters['startTime'])).toISOString().slice(0, 13)}`;

describe('candles', () => {
  it('come page by page of 500, start and end always named, up to the last that is closed', async () => {
    serve(() => true);
    const fromMs = LAST_CLOSED_HOUR_MS - 1_200 * HOUR_MS;
    const { pages, opens } = await collect(fromMs, NOW_MS + DAY_MS);
    expect(opens).toEqual(hoursFrom(fromMs, 1_201));
    expect(pages.map(({ columns, coveredToMs }) => [columns.openTimesMs.length, coveredToMs])).toEqual([
      [500, fromMs + 499 * HOUR_MS],
      [500, fromMs + 999 * HOUR_MS],
      [201, LAST_CLOSED_HOUR_MS],
    ]);
    for (const { parameters } of venue.to(KLINES)) {
      expect(parameters).toMatchObject({ symbol: 'HANAUSDT', interval: '60m', limit: '500', startTime: expect.any(String), endTime: expect.any(String) });
    }
    expect(venue.to(KLINES)).toHaveLength(3);
  });

  it('keep their figures, empty bars too', async () => {
    venue.answer(KLINES, { json: [row(LAST_CLOSED_HOUR_MS, ['0.00001412', 0.00002, '1.3e-05', '0.000015', '0'])] });
    const { pages } = await collect(LAST_CLOSED_HOUR_MS, LAST_CLOSED_HOUR_MS);
    const [first] = pages;
    expect(first!.columns).toEqual({
      openTimesMs: Float64Array.of(LAST_CLOSED_HOUR_MS),
      opens: Float64Array.of(0.00001412),
      highs: Float64Array.of(0.00002),
      lows: Float64Array.of(0.000013),
      closes: Float64Array.of(0.000015),
      volumes: Float64Array.of(0),
    });
  });

  it('leave out the one that is still open, though the venue sends it', async () => {
    venue.answer(KLINES, { json: [row(LAST_CLOSED_HOUR_MS), row(LAST_CLOSED_HOUR_MS + HOUR_MS)] });
    expect((await collect(LAST_CLOSED_HOUR_MS, NOW_MS)).opens).toEqual([LAST_CLOSED_HOUR_MS]);
  });

  it('count as closed two seconds after their end and no sooner', async () => {
    serve(() => true);
    venue.answer('GET /api/v3/time', { json: { serverTime: LAST_CLOSED_HOUR_MS + HOUR_MS + 1_999 } });
    expect((await collect(LAST_CLOSED_HOUR_MS, NOW_MS)).opens).toEqual([]);
    venue.answer('GET /api/v3/time', { json: { serverTime: LAST_CLOSED_HOUR_MS + HOUR_MS + 2_001 } });
    expect((await collect(LAST_CLOSED_HOUR_MS, NOW_MS)).opens).toEqual([LAST_CLOSED_HOUR_MS]);
  });

  it('are none, without a request, for a range that is not over or not a whole bar', async () => {
    expect((await collect(NOW_MS, NOW_MS + DAY_MS)).pages).toEqual([]);
    expect((await collect(LAST_CLOSED_HOUR_MS + 1, LAST_CLOSED_HOUR_MS + 2)).pages).toEqual([]);
    expect(venue.to(KLINES)).toHaveLength(0);
  });

  it('are ordered and each there once, however they come', async () => {
    const [a, b, c] = hoursFrom(LAST_CLOSED_HOUR_MS - 2 * HOUR_MS, 3);
    venue.answer(KLINES, { json: [row(c!), row(a!), row(b!), row(a!)] });
    expect((await collect(a!, c!)).opens).toEqual([a, b, c]);
  });
});

describe('a hole in the venue', () => {
  const fromMs = Date.UTC(2025, 0, 1);

  it('inside a page stays one hole, and no more', async () => {
    serve((ms) => ms < Date.UTC(2025, 0, 3) || ms >= Date.UTC(2025, 0, 4));
    const { opens } = await collect(fromMs, Date.UTC(2025, 0, 9, 23));
    expect(opens).toEqual([...hoursFrom(fromMs, 2 * 24), ...hoursFrom(Date.UTC(2025, 0, 4), 6 * 24)]);
  });

  it('of half a year ends where the days say so, with all of it asked for', async () => {
    const lastBeforeMs = Date.UTC(2025, 0, 2, 5);
    const againMs = Date.UTC(2025, 4, 20, 7);
    serve((ms) => ms <= lastBeforeMs || ms >= againMs);
    const { opens, pages } = await collect(fromMs, LAST_CLOSED_HOUR_MS);
    const expected = [...hoursFrom(fromMs, 30), ...hoursFrom(againMs, (LAST_CLOSED_HOUR_MS - againMs) / HOUR_MS + 1)];
    expect(opens).toEqual(expected);
    const covered = pages.map(({ coveredToMs }) => coveredToMs);
    expect(covered).toEqual(covered.toSorted((a, b) => a - b));
    // Of hours: the first page, its empty rest, what the days found and what is left. Days and months once each at most.
    expect(venue.to(KLINES).length).toBeLessThanOrEqual(9);
  });

  it('of years before a listing costs a few requests', async () => {
    const listedMs = Date.UTC(2025, 5, 18, 14);
    serve((ms) => ms >= listedMs);
    const { opens } = await collect(Date.UTC(2019, 0, 1), LAST_CLOSED_HOUR_MS);
    expect(opens).toEqual(hoursFrom(listedMs, (LAST_CLOSED_HOUR_MS - listedMs) / HOUR_MS + 1));
    expect(venue.to(KLINES).length).toBeLessThanOrEqual(8);
  });

  it('without an end is the end: everything is covered', async () => {
    serve((ms) => ms < Date.UTC(2025, 0, 1, 3));
    const { opens, pages } = await collect(fromMs, LAST_CLOSED_HOUR_MS);
    expect(opens).toEqual(hoursFrom(fromMs, 3));
    expect(pages.at(-1)).toMatchObject({ coveredToMs: LAST_CLOSED_HOUR_MS });
  });

  it.each([
    ['keeps the first 100 rows', (rows: unknown[]) => rows.slice(0, 100)],
    ['keeps the last 100 rows', (rows: unknown[]) => rows.slice(-100)],
  ])('is none where the venue only %s of a page', async (_name, cut) => {
    venue.answer(KLINES, ({ parameters }): VenueReply => {
      const rows = gridFrom(Number(parameters['startTime']), Number(parameters['endTime']), HOUR_MS).map(({ fromMs: ms }) => row(ms));
      return { json: cut(rows.slice(0, 500)) };
    });
    expect((await collect(fromMs, fromMs + 299 * HOUR_MS)).opens).toEqual(hoursFrom(fromMs, 300));
  });

  it('stays what it is where the venue keeps the last 100 rows of a page, with a hole among them', async () => {
    const holeMs = fromMs + 250 * HOUR_MS;
    serve((ms) => ms !== holeMs, { keepLast: 100 });
    expect((await collect(fromMs, fromMs + 299 * HOUR_MS)).opens).toEqual(hoursFrom(fromMs, 300).filter((ms) => ms !== holeMs));
  });

  it('costs one more request for each page where hardly anybody trades', async () => {
    serve((ms) => ms % (7 * HOUR_MS) === 0);
    const { opens } = await collect(fromMs, fromMs + 1_499 * HOUR_MS);
    expect(opens).toEqual(hoursFrom(fromMs, 1_500).filter((ms) => ms % (7 * HOUR_MS) === 0));
    expect(venue.to(KLINES).length).toBeLessThanOrEqual(9); // Four pages, the heads of four, and the end of the last.
  });
});

describe('a row that is no candle', () => {
  const openMs = LAST_CLOSED_HOUR_MS - HOUR_MS;

  it.each<[string, unknown, string]>([
    ['a zero price', row(openMs, ['0']), 'open must be above zero'],
    ['a price that is no number', row(openMs, ['NaN']), 'open is infinite or not a number'],
    ['an infinite price', row(openMs, ['1e999', '1e999']), 'open is infinite'],
    ['a high below the low', row(openMs, [undefined, '0.5']), 'high is below low'],
    ['a negative volume', row(openMs, [undefined, undefined, undefined, undefined, '-1']), 'volume must be above zero'],
    ['a time off the grid', row(openMs + 1), "open time is not on the interval's grid"],
  ])('%s refuses the page after four tries, and says what and when', async (_name, bad, words) => {
    venue.answer(KLINES, { json: [bad, row(openMs + HOUR_MS)] });
    const failure = await collect(openMs, LAST_CLOSED_HOUR_MS).catch((error: unknown) => error as VenueFailure);
    expect(failure).toBeInstanceOf(VenueFailure);
    expect(failure).toMatchObject({ kind: 'malformed-response', message: expect.stringMatching(/^candles of HANAUSDT 60m: the candle of 2025-06-20T/) });
    expect((failure as VenueFailure).message).toContain(words);
    expect(venue.to(KLINES)).toHaveLength(4);
  });

  it.each<[string, unknown]>([
    ['two candles of one time that differ', [row(openMs), row(openMs, ['1.6'])]],
    ['a short row', [[openMs, '1', '2', '1']]],
    ['an object', { code: 200 }],
    ['a row of words', [['a', 'b', 'c', 'd', 'e', 'f']]],
  ])('%s refuses the page', async (_name, json) => {
    venue.answer(KLINES, { json });
    await expect(collect(openMs, LAST_CLOSED_HOUR_MS)).rejects.toMatchObject({ kind: 'malformed-response' });
  });

  it.each([
    ['before the range', openMs - 3 * HOUR_MS],
    ['after the range, from the future', NOW_MS - 30 * 60_000 + 5 * HOUR_MS],
  ])('is left out where it lies %s', async (_name, besideMs) => {
    venue.answer(KLINES, { json: [row(besideMs), row(openMs), row(openMs + HOUR_MS)] });
    expect((await collect(openMs, LAST_CLOSED_HOUR_MS)).opens).toEqual([openMs, LAST_CLOSED_HOUR_MS]);
  });

  it('refuses the page where all rows lie beside the range: the venue did not heed it', async () => {
    venue.answer(KLINES, { json: [row(openMs), row(openMs + HOUR_MS)] });
    await expect(collect(openMs - 100 * HOUR_MS, openMs - 50 * HOUR_MS)).rejects.toMatchObject({ message: expect.stringContaining('was not asked for') });
  });

  it('does no harm where the next try brings it right', async () => {
    serve(() => true);
    venue.next(KLINES, { json: [row(openMs, ['0'])] }, { text: '<html>busy</html>' }, { json: [row(openMs)], cutAfter: 10 });
    expect((await collect(openMs, LAST_CLOSED_HOUR_MS)).opens).toEqual([openMs, LAST_CLOSED_HOUR_MS]);
  });
});

describe('firstCandleMs', () => {
  it('finds a listing by month, day and hour', async () => {
    const listedMs = Date.UTC(2024, 2, 14, 15);
    serve((ms) => ms >= listedMs);
    expect(await marketData().firstCandleMs('HANAUSDT', '1h')).toBe(listedMs);
    // A month of 31 days before 2018, a day before March 1st, the hours of the 14th, and once more those before the first.
    expect(venue.to(KLINES).map(asked)).toEqual(['1M 2017-12-01T00', '1d 2024-02-29T00', '60m 2024-03-14T00', '60m 2024-03-14T00']);
  });

  it('finds the minute of a listing', async () => {
    const listedMs = Date.UTC(2025, 5, 17, 23, 37);
    serve((ms) => ms >= listedMs, { fineMs: 60_000 });
    expect(await marketData().firstCandleMs('HANAUSDT', '1m')).toBe(listedMs);
    expect(venue.to(KLINES).length).toBeLessThanOrEqual(5);
  });

  it('finds the Monday of the first week', async () => {
    venue.answer(KLINES, ({ parameters }) => {
      if (parameters['interval'] === '1M') return { json: [row(Date.UTC(2025, 3, 1))] };
      return { json: [row(Date.UTC(2025, 3, 7)), row(Date.UTC(2025, 3, 14))] };
    });
    expect(await marketData().firstCandleMs('HANAUSDT', '1w')).toBe(Date.UTC(2025, 3, 7));
  });

  it('is null where there is no candle, and where none is closed', async () => {
    venue.answer(KLINES, { json: [] });
    expect(await marketData().firstCandleMs('HANAUSDT', '1h')).toBeNull();
    serve((ms) => ms >= LAST_CLOSED_HOUR_MS + HOUR_MS);
    expect(await marketData().firstCandleMs('HANAUSDT', '1h')).toBeNull();
  });
});

describe('a wrong question', () => {
  it.each(['3m', '8h', '12h'] as const)('about %s is refused without a request', async (interval) => {
    const expected = { kind: 'refused', message: `MEXC serves no candles of ${interval}: choose one of 1m 5m 15m 30m 1h 4h 1d 1w` };
    await expect(collect(0, INTERVAL_MS[interval], interval)).rejects.toMatchObject(expected);
    await expect(marketData().firstCandleMs('HANAUSDT', interval)).rejects.toMatchObject(expected);
    expect(venue.requests).toHaveLength(0);
  });

  it('about an unknown market is said to be one', async () => {
    venue.answer(KLINES, { status: 400, json: { code: -1121, msg: 'Invalid symbol.' } });
    await expect(collect(LAST_CLOSED_HOUR_MS, LAST_CLOSED_HOUR_MS)).rejects.toMatchObject({ kind: 'unknown-market' });
    expect(venue.to(KLINES)).toHaveLength(1);
  });
});
