import * as fc from 'fast-check';
import type { VenueFill } from '#application';
import { readFills, type AskFills } from './read-fills.js';

function aFill(venueTradeId: string, filledMs: number): VenueFill {
  return {
    venueTradeId, filledMs, venueOrderId: 'C02__1', clientOrderId: null, marketId: 'HANAUSDT', side: 'buy', price: '1', quantity: '1', notional: '1',
    fee: '0', feeAsset: 'USDT', isMaker: false,
  };
}

/** A venue that gives some rows of a range, the newest or the oldest of them. */
function venueOf(fills: readonly VenueFill[], keeps: Kept, rows = 100): AskFills & { requests: number } {
  const ask = (fromMs: number, endMs: number): Promise<readonly VenueFill[]> => {
    venue.requests += 1;
    const lastMs = keeps.endsWith('end out') ? endMs - 1 : endMs;
    const within = fills.filter(({ filledMs }) => filledMs >= fromMs && filledMs <= lastMs).toSorted((a, b) => b.filledMs - a.filledMs);
    return Promise.resolve(keeps.startsWith('newest') ? within.slice(0, rows) : within.slice(-rows));
  };
  const venue = Object.assign(ask, { requests: 0 });
  return venue;
}

const KEPT = ['newest', 'oldest', 'newest, leaving the end out', 'oldest, leaving the end out'] as const;
type Kept = (typeof KEPT)[number];
const RANGE = { fromMs: 0, toMs: 1_000_000 };

describe.each(KEPT)('readFills where a page holds the %s', (keeps) => {
  it.each([0, 1, 99, 100, 101, 350])('gives %i fills, oldest first, each once', async (count) => {
    const fills = Array.from({ length: count }, (_none, index) => aFill(`t${String(index).padStart(4, '0')}`, index * 10));
    expect(await readFills(venueOf(fills, keeps), RANGE)).toEqual(fills);
  });

  it('loses none that share a millisecond at the edge of a page', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 90, maxLength: 400 }), async (times) => {
        const crowded = times.some((time) => times.filter((other) => other === time).length >= 100);
        fc.pre(!crowded);
        const fills = times.map((time, index) => aFill(`t${index}`, time));
        const found = await readFills(venueOf(fills, keeps), RANGE);
        expect(new Set(found.map(({ venueTradeId }) => venueTradeId))).toEqual(new Set(fills.map(({ venueTradeId }) => venueTradeId)));
        expect(found).toHaveLength(fills.length);
      }),
      { numRuns: 50 },
    );
  });

  it.each([10, 20, 90])('takes %i fills of each of two neighboring moments for what they are', async (count) => {
    const fills = Array.from({ length: 2 * count }, (_none, index) => aFill(`t${String(index).padStart(4, '0')}`, index < count ? 5 : 6));
    expect(await readFills(venueOf(fills, keeps), RANGE)).toEqual(fills);
    expect(await readFills(venueOf(fills, keeps), { fromMs: 0, toMs: 5 })).toEqual(fills.slice(0, count));
    expect(await readFills(venueOf(fills, keeps), { fromMs: 6, toMs: 6 })).toEqual(fills.slice(count));
  });

  it('loses none to pages that are shorter than promised', async () => {
    const fills = Array.from({ length: 95 }, (_none, index) => aFill(`t${String(index).padStart(4, '0')}`, index * 10));
    expect(await readFills(venueOf(fills, keeps, 10), RANGE)).toEqual(fills);
  });

  it('takes ten fills of one moment for what they are', async () => {
    const fills = Array.from({ length: 10 }, (_none, index) => aFill(`t${index}`, 5));
    expect(await readFills(venueOf(fills, keeps), RANGE)).toEqual(fills);
  });

  it('asks some two times as often as there are pages', async () => {
    const fills = Array.from({ length: 1_000 }, (_none, index) => aFill(`t${index}`, index * 10));
    const venue = venueOf(fills, keeps);
    await readFills(venue, RANGE);
    expect(venue.requests).toBeLessThanOrEqual(23); // 11 pages, since they overlap in a fill, and their other sides.
  });

  it('says so where one millisecond holds more than a page', async () => {
    const fills = Array.from({ length: 101 }, (_none, index) => aFill(`t${index}`, 5));
    await expect(readFills(venueOf(fills, keeps), RANGE)).rejects.toMatchObject({ kind: 'malformed-response' });
  });
});

it('ends where a venue does not keep to the range', async () => {
  const fills = Array.from({ length: 100 }, (_none, index) => aFill(`t${index}`, 2_000_000 + index));
  await expect(readFills(() => Promise.resolve(fills), RANGE)).rejects.toMatchObject({ kind: 'malformed-response' });
});
