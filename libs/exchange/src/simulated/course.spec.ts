import { anOrder, aSimulatedVenue, scriptedPrices, VENUE_NOW_MS, type MinuteBars } from '#testing';

const flat = (price: number) => [price, price, price, price] as const;
const BARS: MinuteBars = [flat(100), flat(90), flat(120)];
const MINUTE_MS = 60_000;

function opened(state?: ReturnType<ReturnType<typeof aSimulatedVenue>['state']>) {
  return aSimulatedVenue({ ...scriptedPrices(BARS), ...(state === undefined ? {} : { state }) });
}
const bid = (venue: ReturnType<typeof opened>, nowMs: number) => venue.bestQuotes('HANAUSDT', nowMs)?.bidPrice;

describe('prices whose course is changed', () => {
  it('stand while the clock goes on, and come to the next minute when they are let', () => {
    const venue = opened();
    venue.changeCourse({ speed: 0 }, VENUE_NOW_MS);
    expect(bid(venue, VENUE_NOW_MS + 5 * MINUTE_MS)).toBe('100.00');
    venue.changeCourse({ skipMs: MINUTE_MS }, VENUE_NOW_MS + 5 * MINUTE_MS);
    expect(bid(venue, VENUE_NOW_MS + 9 * MINUTE_MS)).toBe('90.00');
  });

  it('have been everywhere in what they skip: an order that waits there is filled, at the time of the skip', () => {
    const venue = opened();
    venue.setFree('a', 'USDT', '1000');
    venue.changeCourse({ speed: 0 }, VENUE_NOW_MS);
    venue.place(anOrder({ type: 'LIMIT', quantity: '1', price: '95', quoteOrderQuantity: null }), VENUE_NOW_MS + 1);
    expect(venue.advance(VENUE_NOW_MS + 10)).toEqual([]);
    venue.changeCourse({ skipMs: 2 * MINUTE_MS }, VENUE_NOW_MS + 20);
    expect(venue.advance(VENUE_NOW_MS + 30)).toMatchObject([{ price: '95', timeMs: VENUE_NOW_MS + 21 }]);
    expect(bid(venue, VENUE_NOW_MS + 30)).toBe('120.00');
  });

  it('stand where they stood after a restart', () => {
    const venue = opened();
    venue.changeCourse({ speed: 0, skipMs: MINUTE_MS }, VENUE_NOW_MS);
    expect(bid(opened(venue.state()), VENUE_NOW_MS + 5 * MINUTE_MS)).toBe('90.00');
  });
});
