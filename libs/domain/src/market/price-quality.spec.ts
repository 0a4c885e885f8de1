import * as fc from 'fast-check';
import { flagNow, judgeQuote, PRICE_LIMITS, priceStateFrom, type PriceState, type RawQuote } from './price-quality.js';

const NOW_MS = 1_700_000_000_000;

/** Mid 100 unless said otherwise; a second apart by `atS`. */
function aQuote({ mid = 100, atS = 0, ...rest }: Partial<RawQuote> & { mid?: number; atS?: number } = {}): RawQuote {
  const exchangeMs = NOW_MS + atS * 1_000;
  return { bid: mid - 1, ask: mid + 1, bidQuantity: 5, askQuantity: 7, exchangeMs, receivedMs: exchangeMs + 40, ...rest };
}

/** Flags and mids of quotes that are looked at as they come. */
function judgeAll(quotes: readonly (RawQuote | null)[], from: PriceState = priceStateFrom(null)) {
  let state = from;
  return quotes.map((quote) => {
    const verdict = judgeQuote('XUSDT', state, quote, quote?.exchangeMs ?? NOW_MS, PRICE_LIMITS);
    state = verdict.state;
    return verdict.price === null ? null : { flag: verdict.price.flag, mid: verdict.price.mid, changedMs: verdict.price.changedMs };
  });
}
const flagsOf = (quotes: readonly (RawQuote | null)[]) => judgeAll(quotes).map((price) => price?.flag);
const midsOf = (quotes: readonly (RawQuote | null)[]) => judgeAll(quotes).map((price) => price?.mid);

it('believes the first good quote: mid of 99 and 101 is 100', () => {
  const { price } = judgeQuote('XUSDT', priceStateFrom(null), aQuote(), NOW_MS + 40, PRICE_LIMITS);
  expect(price).toEqual({
    marketId: 'XUSDT', bid: 99, ask: 101, mid: 100, exchangeMs: NOW_MS, receivedMs: NOW_MS + 40, changedMs: NOW_MS, flag: null,
  });
});

describe('a quote that is not believed', () => {
  const cases = [
    { name: 'a bid of zero', quote: aQuote({ bid: 0 }), flag: 'invalid' },
    { name: 'a negative bid', quote: aQuote({ bid: -99 }), flag: 'invalid' },
    { name: 'an ask of zero', quote: aQuote({ ask: 0 }), flag: 'invalid' },
    { name: 'no number', quote: aQuote({ bid: NaN }), flag: 'invalid' },
    { name: 'an infinite ask', quote: aQuote({ ask: Infinity }), flag: 'invalid' },
    { name: 'no time', quote: aQuote({ exchangeMs: NaN }), flag: 'invalid' },
    { name: 'a bid above the ask', quote: aQuote({ bid: 101.1, ask: 101 }), flag: 'invalid' },
    { name: 'a date 2.001 s ahead', quote: aQuote({ exchangeMs: NOW_MS + 2_001 }), flag: 'future' },
    { name: 'an age of 10.001 s', quote: aQuote({ exchangeMs: NOW_MS - 10_001 }), flag: 'stale' },
    { name: 'a mid of 125.1 after one of 100', quote: aQuote({ mid: 125.1 }), flag: 'spiking' },
    { name: 'a mid of 74.9 after one of 100', quote: aQuote({ mid: 74.9 }), flag: 'spiking' },
    { name: 'nothing', quote: null, flag: 'missing' },
  ];
  const before = judgeQuote('XUSDT', priceStateFrom(null), aQuote({ atS: -20 }), NOW_MS - 20_000, PRICE_LIMITS).state;

  it.each(cases)('$name is $flag, and the accepted price stays', ({ quote, flag }) => {
    const { price, state } = judgeQuote('XUSDT', before, quote, NOW_MS, PRICE_LIMITS);
    expect(price).toMatchObject({ flag, mid: 100, exchangeMs: NOW_MS - 20_000 });
    expect(state.accepted).toEqual(before.accepted);
  });

  it.each(cases.filter(({ flag }) => flag !== 'spiking'))('$name before any other is told of as nothing', ({ quote }) => {
    expect(judgeQuote('XUSDT', priceStateFrom(null), quote, NOW_MS, PRICE_LIMITS).price).toBeNull();
  });
});

it.each([
  { name: 'a locked book, bid and ask alike', quote: aQuote({ bid: 100, ask: 100 }) },
  { name: 'a date exactly 2 s ahead', quote: aQuote({ exchangeMs: NOW_MS + 2_000 }) },
  { name: 'an age of exactly 10 s', quote: aQuote({ exchangeMs: NOW_MS - 10_000 }) },
  { name: 'a mid exactly 25 % up', quote: aQuote({ mid: 125 }) },
  { name: 'a mid exactly 25 % down', quote: aQuote({ mid: 75 }) },
])('believes $name', ({ quote }) => {
  const before = judgeQuote('XUSDT', priceStateFrom(null), aQuote({ atS: -20 }), NOW_MS - 20_000, PRICE_LIMITS).state;
  expect(judgeQuote('XUSDT', before, quote, NOW_MS, PRICE_LIMITS).price?.flag).toBeNull();
});

describe('a spike', () => {
  it('of one tick is never told', () => {
    const quotes = [aQuote(), aQuote({ mid: 1_000, atS: 1 }), aQuote({ mid: 101, atS: 2 }), aQuote({ mid: 10, atS: 3 }), aQuote({ mid: 102, atS: 4 })];
    expect(flagsOf(quotes)).toEqual([null, 'spiking', null, 'spiking', null]);
    expect(midsOf(quotes)).toEqual([100, 100, 101, 101, 102]);
  });

  it('that a second quote confirms within 5 % is a move: 157.5 is 5 % from 150', () => {
    const quotes = [aQuote(), aQuote({ mid: 150, atS: 1 }), aQuote({ mid: 157.5, atS: 2 })];
    expect(flagsOf(quotes)).toEqual([null, 'spiking', null]);
    expect(midsOf(quotes)).toEqual([100, 100, 157.5]);
  });

  it('is not confirmed by one farther away (157.6), which then waits for its own', () => {
    const quotes = [aQuote(), aQuote({ mid: 150, atS: 1 }), aQuote({ mid: 157.6, atS: 2 }), aQuote({ mid: 157.6, atS: 3 })];
    expect(flagsOf(quotes)).toEqual([null, 'spiking', 'spiking', null]);
  });

  it('is not confirmed by the same answer once more', () => {
    expect(flagsOf([aQuote(), aQuote({ mid: 150, atS: 1 }), aQuote({ mid: 150, atS: 1 })])).toEqual([null, 'spiking', 'spiking']);
  });

  it('that came back to the old price must be confirmed anew', () => {
    const quotes = [aQuote(), aQuote({ mid: 150, atS: 1 }), aQuote({ atS: 2 }), aQuote({ mid: 150, atS: 3 })];
    expect(flagsOf(quotes)).toEqual([null, 'spiking', null, 'spiking']);
  });

  it('is seen across a takeover: what another ingestor published is the reference', () => {
    const [first] = [judgeQuote('XUSDT', priceStateFrom(null), aQuote(), NOW_MS, PRICE_LIMITS).price];
    expect(judgeAll([aQuote({ mid: 1_000, atS: 9 })], priceStateFrom(first ?? null))).toMatchObject([{ flag: 'spiking', mid: 100 }]);
  });
});

describe('a quote that does not change', () => {
  it('is frozen after more than 15 minutes, by the venue\'s clock, and alive with the first change', () => {
    const quotes = [aQuote(), aQuote({ atS: 900 }), aQuote({ atS: 901 }), aQuote({ mid: 100.5, atS: 902 })];
    expect(judgeAll(quotes)).toMatchObject([
      { flag: null, changedMs: NOW_MS }, { flag: null, changedMs: NOW_MS }, { flag: 'frozen', changedMs: NOW_MS },
      { flag: null, changedMs: NOW_MS + 902_000, mid: 100.5 },
    ]);
  });

  it('is alive while its quantities change', () => {
    expect(flagsOf([aQuote(), aQuote({ atS: 600, askQuantity: 6 }), aQuote({ atS: 1_200, askQuantity: 6 })])).toEqual([null, null, null]);
  });

  it('stays frozen across a takeover, which knows no quantities', () => {
    const [, published] = [0, 1].map(() => judgeQuote('XUSDT', priceStateFrom(null), aQuote(), NOW_MS, PRICE_LIMITS).price);
    expect(judgeAll([aQuote({ atS: 901 })], priceStateFrom(published ?? null))).toMatchObject([{ flag: 'frozen', changedMs: NOW_MS }]);
  });
});

it('calls an answer stale that is older than what was accepted since', () => {
  expect(flagsOf([aQuote({ atS: 5 }), aQuote({ atS: 4, mid: 101 })])).toEqual([null, 'stale']);
});

it('goes on at once after the venue set its clock back by an hour', () => {
  const before = judgeQuote('XUSDT', priceStateFrom(null), aQuote({ atS: 3_600 }), NOW_MS + 3_600_000, PRICE_LIMITS).state;
  expect(judgeQuote('XUSDT', before, aQuote({ atS: 1, mid: 101 }), NOW_MS + 1_000, PRICE_LIMITS).price).toMatchObject({ flag: null, mid: 101 });
});

it('lets a fresh price grow stale by the reader\'s clock, and keeps any other flag', () => {
  const { price } = judgeQuote('XUSDT', priceStateFrom(null), aQuote(), NOW_MS, PRICE_LIMITS);
  expect(flagNow(price, NOW_MS + 10_000, 10_000)).toBeNull();
  expect(flagNow(price, NOW_MS + 10_001, 10_000)).toBe('stale');
  expect(flagNow({ ...price!, flag: 'spiking' }, NOW_MS + 10_001, 10_000)).toBe('spiking');
  expect(flagNow(null, NOW_MS, 10_000)).toBe('missing');
});

const anyPrice = fc.oneof(fc.double(), fc.double({ min: 0.01, max: 1_000, noNaN: true }), fc.constantFrom(0, -1, 100, 101, NaN));
const anyQuote = fc.option(
  fc.record({ bid: anyPrice, ask: anyPrice, bidQuantity: fc.constantFrom(1, 2, NaN), askQuantity: fc.constant(1), atMs: fc.integer({ min: -30_000, max: 30_000 }) }),
  { nil: null, freq: 10 },
);

it('never tells anything but a good new quote as fresh, and never takes a flagged one for the accepted', () => {
  fc.assert(
    fc.property(fc.array(anyQuote, { maxLength: 30 }), (quotes) => {
      let state = priceStateFrom(null);
      for (const [index, raw] of quotes.entries()) {
        const nowMs = NOW_MS + index * 1_000;
        const quote = raw === null ? null : { ...raw, exchangeMs: nowMs + raw.atMs, receivedMs: nowMs };
        const before = state.accepted;
        const { price, state: after } = judgeQuote('XUSDT', state, quote, nowMs, PRICE_LIMITS);
        if (price?.flag === null) {
          expect(quote).toMatchObject({ bid: price.bid, ask: price.ask, exchangeMs: price.exchangeMs });
          expect(price.bid > 0 && price.bid <= price.ask && Number.isFinite(price.mid)).toBe(true);
          expect(price.mid).toBeGreaterThanOrEqual(price.bid);
          expect(price.mid).toBeLessThanOrEqual(price.ask);
          expect(Math.abs(price.exchangeMs - nowMs) <= 10_000 && price.exchangeMs <= nowMs + 2_000).toBe(true);
        } else if (price?.flag !== 'frozen') expect(after.accepted).toBe(before);
        expect(after.accepted?.exchangeMs ?? 0).toBeGreaterThanOrEqual(Math.min(before?.exchangeMs ?? 0, nowMs - 10_000));
        state = after;
      }
    }),
  );
});

it('never tells a lone outlier as fresh, however far and wherever it stands', () => {
  const factors = fc.oneof(fc.double({ min: 0.000_001, max: 0.7, noNaN: true }), fc.double({ min: 1.3, max: 1e6, noNaN: true }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), factors, (at, factor) => {
      const quotes = Array.from({ length: 22 }, (_none, s) => aQuote({ atS: s, ...(s === at ? { bid: 99 * factor, ask: 101 * factor } : {}) }));
      expect(flagsOf(quotes)).toEqual(quotes.map((_quote, s) => (s === at ? 'spiking' : null)));
    }),
  );
});
