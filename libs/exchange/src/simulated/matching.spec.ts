import { anOrder, aSimulatedVenue, scriptedPrices, VENUE_NOW_MS, type MinuteBars } from '#testing';
import type { OrderDraft, PlaceResult, SimulatedVenue, VenueOptions } from './venue-types.js';

const MINUTE_MS = 60_000;
const FLAT: MinuteBars = [[100, 100, 100, 100]];

function venueOf(bars: MinuteBars, change: Partial<VenueOptions> = {}): SimulatedVenue {
  const venue = aSimulatedVenue({ ...scriptedPrices(bars), ...change });
  venue.setFree('a', 'USDT', '1000');
  venue.setFree('a', 'HANA', '10');
  return venue;
}

function accepted(result: PlaceResult) {
  if (result.kind === 'rejected') throw new Error(result.rejection.message);
  return result;
}

function place(venue: SimulatedVenue, draft: OrderDraft, nowMs = VENUE_NOW_MS) {
  return accepted(venue.place(draft, nowMs));
}

function balance(venue: SimulatedVenue, asset: string) {
  const found = venue.balances('a').find((row) => row.asset === asset);
  return found === undefined ? null : [found.free, found.locked];
}

describe('at one price without a spread', () => {
  it('a market buy by value: 250 / 100 = 2.5 HANA, commission 250 × 0.0005 = 0.125', () => {
    const venue = venueOf(FLAT);
    const { order, fills } = place(venue, anOrder({ quoteOrderQuantity: '250', clientOrderId: 'c-1' }));
    // The bound is 5 % off, 105.00; 250 / 105 = 2.380..., so more is executed than the original quantity says.
    expect(order).toEqual({
      orderId: expect.stringMatching(/^C02__\d{15,}$/), clientOrderId: 'c-1', accountId: 'a', marketId: 'HANAUSDT', side: 'BUY', type: 'MARKET',
      status: 'FILLED', price: '105.00', originalQuantity: '2.38', originalQuoteQuantity: '250', executedQuantity: '2.5', executedQuote: '250',
      createdMs: VENUE_NOW_MS, updatedMs: VENUE_NOW_MS,
    });
    expect(fills).toEqual([{
      tradeId: expect.stringMatching(/^[0-9a-f]{32}$/), orderId: order.orderId, clientOrderId: 'c-1', accountId: 'a', marketId: 'HANAUSDT', side: 'BUY',
      price: '100', quantity: '2.5', quoteQuantity: '250', commission: '0.125', commissionAsset: 'USDT', isMaker: false, timeMs: VENUE_NOW_MS,
    }]);
    expect([balance(venue, 'USDT'), balance(venue, 'HANA')]).toEqual([['749.875', '0'], ['12.5', '0']]);
  });

  it('a market buy keeps what does not pay a whole step: 100.5 buys 1.00 HANA and leaves 0.50 USDT', () => {
    const venue = venueOf(FLAT);
    const { order } = place(venue, anOrder({ quoteOrderQuantity: '100.5' }));
    expect([order.status, order.executedQuantity, order.executedQuote]).toEqual(['FILLED', '1', '100']);
  });

  it('a market sell: 4 HANA bring 400 less 0.20, and its bound is 95.00', () => {
    const venue = venueOf(FLAT);
    const { order } = place(venue, anOrder({ side: 'SELL', quantity: '4' }));
    expect([order.status, order.price, order.executedQuote]).toEqual(['FILLED', '95.00', '400']);
    expect([balance(venue, 'USDT'), balance(venue, 'HANA')]).toEqual([['1399.8', '0'], ['6', '0']]);
  });

  it('commission in base: a buy of 2.5 brings 2.5 × 0.9995 = 2.49875; a sell pays in quote', () => {
    const venue = venueOf(FLAT, { feeIn: 'base' });
    expect(place(venue, anOrder({ quoteOrderQuantity: '250' })).fills[0]).toMatchObject({ commission: '0.00125', commissionAsset: 'HANA' });
    expect([balance(venue, 'USDT'), balance(venue, 'HANA')]).toEqual([['750', '0'], ['12.49875', '0']]);
    expect(place(venue, anOrder({ side: 'SELL', quantity: '2' })).fills[0]).toMatchObject({ commission: '0.1', commissionAsset: 'USDT' });
  });

  it('commission in MX while there is enough of it, then in quote', () => {
    const record = scriptedPrices(FLAT).replay!.markets[0]!;
    const prices = scriptedPrices(FLAT);
    // MX costs 100 here too: 0.05 USDT are 0.0005 MX.
    const replay = { ...prices.replay!, markets: [record, { ...record, marketId: 'MXUSDT' }] };
    const venue = venueOf(FLAT, { ...prices, replay, feeIn: 'third' });
    venue.setFree('a', 'MX', '0.0007');
    const buy = () => place(venue, anOrder({ quoteOrderQuantity: '100' })).fills[0];
    expect(buy()).toMatchObject({ commission: '0.0005', commissionAsset: 'MX' });
    expect(balance(venue, 'MX')).toEqual(['0.0002', '0']);
    expect(buy()).toMatchObject({ commission: '0.05', commissionAsset: 'USDT' });
  });

  it('selling all MX pays in quote: there would be none left of it', () => {
    const record = scriptedPrices(FLAT).replay!.markets[0]!;
    const prices = scriptedPrices(FLAT);
    const venue = venueOf(FLAT, { ...prices, replay: { ...prices.replay!, markets: [record, { ...record, marketId: 'MXUSDT' }] }, feeIn: 'third' });
    venue.setFree('a', 'MX', '5');
    const { fills } = place(venue, anOrder({ marketId: 'MXUSDT', side: 'SELL', quantity: '5' }));
    expect(fills[0]).toMatchObject({ commission: '0.25', commissionAsset: 'USDT' });
    expect([balance(venue, 'MX'), balance(venue, 'USDT')]).toEqual([null, ['1499.75', '0']]);
  });

  it('FILL_OR_KILL and IMMEDIATE_OR_CANCEL fill at the market, and are canceled where their price is not reached', () => {
    const venue = venueOf(FLAT);
    for (const type of ['FILL_OR_KILL', 'IMMEDIATE_OR_CANCEL'] as const) {
      const there = place(venue, anOrder({ type, quantity: '1', price: '101' })).order;
      const notThere = place(venue, anOrder({ type, quantity: '1', price: '99.99' })).order;
      expect([there.status, there.executedQuote, there.price]).toEqual(['FILLED', '100', '101']);
      expect([notThere.status, notThere.executedQuantity]).toEqual(['CANCELED', '0']);
    }
    expect(venue.openOrders('a', null)).toEqual([]);
    expect(balance(venue, 'USDT')).toEqual(['799.9', '0']); // 1,000 − 2 × 100.05
  });
});

function buyAt(price: string): OrderDraft {
  return anOrder({ type: 'LIMIT', quantity: '2', price, clientOrderId: 'rest' });
}

describe('a resting order', () => {
  /** A minute at 100, one that falls to 90 and comes back to 98, one at 98. */
  const dip: MinuteBars = [[100, 100, 100, 100], [100, 100, 90, 98], [98, 98, 98, 98]];

  it('locks what it needs, waits, and fills at its own price as a maker when the price comes to it', () => {
    const venue = venueOf(dip);
    const { order, fills } = place(venue, buyAt('95'));
    expect([order.status, fills, balance(venue, 'USDT')]).toEqual(['NEW', [], ['810', '190']]);
    expect(venue.advance(VENUE_NOW_MS + MINUTE_MS)).toEqual([]);
    expect(venue.openOrders('a', 'HANAUSDT')).toEqual([order]);
    const [fill] = venue.advance(VENUE_NOW_MS + 2 * MINUTE_MS);
    expect(fill).toMatchObject({ price: '95', quantity: '2', quoteQuantity: '190', commission: '0', isMaker: true, orderId: order.orderId });
    expect(fill!.timeMs).toBeGreaterThan(VENUE_NOW_MS + MINUTE_MS);
    expect(fill!.timeMs).toBeLessThan(VENUE_NOW_MS + 2 * MINUTE_MS);
    // At the moment of the fill the market is at 95, and a millisecond before it was above.
    expect(Number(venue.bestQuotes('HANAUSDT', fill!.timeMs)!.askPrice)).toBeLessThanOrEqual(95);
    expect(Number(venue.bestQuotes('HANAUSDT', fill!.timeMs - 1)!.askPrice)).toBeGreaterThan(95);
    expect(venue.findOrder('a', 'HANAUSDT', { clientOrderId: 'rest' })).toMatchObject({ status: 'FILLED', executedQuote: '190', updatedMs: fill!.timeMs });
    expect([balance(venue, 'USDT'), balance(venue, 'HANA')]).toEqual([['810', '0'], ['12', '0']]);
    expect(venue.openOrders('a', null)).toEqual([]);
  });

  it('fills at the same time however often the venue is looked at', () => {
    const [once, often] = [venueOf(dip), venueOf(dip)];
    for (const venue of [once, often]) place(venue, buyAt('93.21'));
    const seen = Array.from({ length: 240 }, (_none, i) => often.advance(VENUE_NOW_MS + (i + 1) * 500)).flat();
    expect(seen).toHaveLength(1);
    expect(once.advance(VENUE_NOW_MS + 2 * MINUTE_MS)).toEqual(seen);
  });

  it('stays where the price does not come to it', () => {
    const venue = venueOf(dip);
    place(venue, buyAt('89.99'));
    expect(venue.advance(VENUE_NOW_MS + 3 * MINUTE_MS)).toEqual([]);
    expect(balance(venue, 'USDT')).toEqual(['820.02', '179.98']);
  });

  it('does not fill at a price that came before it', () => {
    const venue = venueOf(dip);
    place(venue, buyAt('95'), VENUE_NOW_MS + 2 * MINUTE_MS);
    expect(venue.advance(VENUE_NOW_MS + 3 * MINUTE_MS)).toEqual([]);
  });

  it('to sell fills on the way up', () => {
    const venue = venueOf([[100, 100, 100, 100], [100, 112, 100, 104]]);
    place(venue, anOrder({ side: 'SELL', type: 'LIMIT_MAKER', quantity: '3', price: '110' }));
    expect(balance(venue, 'HANA')).toEqual(['7', '3']);
    expect(venue.advance(VENUE_NOW_MS + 2 * MINUTE_MS)).toMatchObject([{ side: 'SELL', price: '110', quoteQuantity: '330' }]);
    expect([balance(venue, 'USDT'), balance(venue, 'HANA')]).toEqual([['1330', '0'], ['7', '0']]);
  });

  it('locks its commission, and pays no more than that where it has become dearer since', () => {
    const venue = venueOf(dip);
    venue.changeRules('HANAUSDT', { makerFee: '0.001' });
    venue.setFree('a', 'USDT', '190.19'); // 2 × 95 = 190, and 0.1 % of it.
    place(venue, buyAt('95'));
    expect(balance(venue, 'USDT')).toEqual(['0', '190.19']);
    venue.changeRules('HANAUSDT', { makerFee: '0.002' });
    expect(venue.advance(VENUE_NOW_MS + 2 * MINUTE_MS)).toMatchObject([{ commission: '0.19', commissionAsset: 'USDT' }]);
    expect(balance(venue, 'USDT')).toBeNull();
  });

  it('waits while its market is not online, and does not fill afterwards at a price of that time', () => {
    const venue = venueOf(dip);
    place(venue, buyAt('95'));
    venue.changeRules('HANAUSDT', { status: 'paused' });
    expect(venue.advance(VENUE_NOW_MS + 2 * MINUTE_MS)).toEqual([]);
    venue.changeRules('HANAUSDT', { status: 'online' });
    expect(venue.advance(VENUE_NOW_MS + 3 * MINUTE_MS)).toEqual([]);
  });

  it('gives back what it locked when it is canceled, once', () => {
    const venue = venueOf(dip);
    place(venue, buyAt('95'));
    expect(venue.cancel('b', 'HANAUSDT', { clientOrderId: 'rest' }, VENUE_NOW_MS + 1)).toBeNull();
    expect(venue.cancel('a', 'HANAUSDT', { clientOrderId: 'rest' }, VENUE_NOW_MS + 1)).toMatchObject({ status: 'CANCELED', updatedMs: VENUE_NOW_MS + 1 });
    expect(venue.cancel('a', 'HANAUSDT', { clientOrderId: 'rest' }, VENUE_NOW_MS + 2)).toBeNull();
    expect(balance(venue, 'USDT')).toEqual(['1000', '0']);
    expect(venue.advance(VENUE_NOW_MS + 3 * MINUTE_MS)).toEqual([]);
  });

  it('cannot be canceled once the price has been there', () => {
    const venue = venueOf(dip);
    place(venue, buyAt('95'));
    expect(venue.cancel('a', 'HANAUSDT', { clientOrderId: 'rest' }, VENUE_NOW_MS + 3 * MINUTE_MS)).toBeNull();
    expect(venue.findOrder('a', 'HANAUSDT', { clientOrderId: 'rest' })!.status).toBe('FILLED');
  });
});

function deep(): SimulatedVenue {
  const venue = aSimulatedVenue();
  venue.setFree('a', 'USDT', '1000000');
  venue.setFree('a', 'TRUTH', '100000000');
  return venue;
}

function inTruth(change: Partial<OrderDraft>): OrderDraft {
  return anOrder({ marketId: 'TRUTHUSDT', ...change });
}

type Asks = readonly (readonly [price: string, quantity: string])[];

function asks(venue: SimulatedVenue, nowMs = VENUE_NOW_MS): Asks {
  return venue.orderBook('TRUTHUSDT', 500, nowMs)!.asks;
}

function totalOf(book: Asks): number {
  return book.reduce((sum, [, quantity]) => sum + Number(quantity), 0);
}

function averagePriceOf(value: string): number {
  const { executedQuote, executedQuantity } = place(deep(), inTruth({ quoteOrderQuantity: value })).order;
  return Number(executedQuote) / Number(executedQuantity);
}

describe('in a deep book', () => {
  it('a buy takes level after level: the same as adding the book up by hand', () => {
    const venue = deep();
    const [first, second, third] = asks(venue) as [readonly [string, string], readonly [string, string], readonly [string, string]];
    const cost = Number(first[0]) * Number(first[1]) + Number(second[0]) * Number(second[1]);
    const { order, fills } = place(venue, inTruth({ quoteOrderQuantity: (cost + 10).toFixed(4) }));
    expect(order.status).toBe('FILLED');
    expect(fills.map(({ price }) => Number(price))).toEqual([first, second, third].map(([price]) => Number(price)));
    expect(fills.slice(0, 2).map(({ quantity }) => Number(quantity))).toEqual([first, second].map(([, quantity]) => Number(quantity)));
    expect(Number(fills[2]!.quantity)).toBeCloseTo(10 / Number(third[0]), 1); // The rest of 10 USDT.
    expect(Number(order.executedQuote)).toBeLessThanOrEqual(cost + 10);
  });

  it('what was taken is gone for the next one, half of it back after 5 s, all after 10 s', () => {
    const venue = deep();
    const untouched = deep();
    const taken = Number(place(venue, inTruth({ quoteOrderQuantity: '1000' })).order.executedQuantity);
    for (const [afterMs, share] of [[0, 1], [5_000, 0.5], [7_500, 0.25], [10_000, 0]] as const) {
      const missing = totalOf(asks(untouched, VENUE_NOW_MS + afterMs)) - totalOf(asks(venue, VENUE_NOW_MS + afterMs));
      expect(Math.abs(missing - share * taken)).toBeLessThanOrEqual(0.011); // Down to a step of 0.01.
    }
    expect(venue.orderBook('TRUTHUSDT', 500, VENUE_NOW_MS)!.bids).toEqual(untouched.orderBook('TRUTHUSDT', 500, VENUE_NOW_MS)!.bids);
  });

  it('a buy by value ends at the bound, 5 % off: what is left is canceled', () => {
    const venue = deep();
    const { order, fills } = place(venue, inTruth({ quoteOrderQuantity: '90000' }));
    const within = asks(deep()).filter(([price]) => Number(price) <= Number(order.price));
    expect(order.status).toBe('PARTIALLY_CANCELED');
    expect(fills).toHaveLength(within.length);
    expect(Number(order.executedQuantity)).toBeCloseTo(within.reduce((sum, [, quantity]) => sum + Number(quantity), 0), 2);
    const last = Number(venue.dayTicker('TRUTHUSDT', VENUE_NOW_MS)!.lastPrice);
    expect(Number(order.price) / last).toBeGreaterThan(1.0499);
    expect(Number(order.price) / last).toBeLessThanOrEqual(1.05);
  });

  it('a sell ends at its bound too', () => {
    const venue = deep();
    const { order, fills } = place(venue, inTruth({ side: 'SELL', quantity: '4000000' }));
    expect(order.status).toBe('PARTIALLY_CANCELED');
    for (const { price } of fills) expect(Number(price)).toBeGreaterThanOrEqual(Number(order.price));
  });

  it('a buy by quantity spends no more than that quantity is worth at the last price, so it comes out short and FILLED', () => {
    const venue = deep();
    const last = Number(venue.dayTicker('TRUTHUSDT', VENUE_NOW_MS)!.lastPrice);
    const { order } = place(venue, inTruth({ quantity: '50000' }));
    expect(order.status).toBe('FILLED');
    expect(Number(order.executedQuantity)).toBeLessThan(50_000);
    expect(Number(order.executedQuote)).toBeLessThanOrEqual(50_000 * last);
    expect(Number(order.executedQuote)).toBeGreaterThan(50_000 * last - 2 * last); // Less than two units were affordable still.
  });

  it('a limit takes what is there at its price or better, and rests with the rest', () => {
    const venue = deep();
    const [[price, quantity]] = asks(venue) as [readonly [string, string]];
    const whole = (Number(quantity) + 100).toFixed(2);
    const { order, fills } = place(venue, inTruth({ type: 'LIMIT', quantity: whole, price }));
    expect([order.status, Number(order.executedQuantity), fills.length]).toEqual(['PARTIALLY_FILLED', Number(quantity), 1]);
    const locked = Number(venue.balances('a').find(({ asset }) => asset === 'USDT')!.locked);
    expect(locked).toBeCloseTo(100 * Number(price), 8); // The maker's commission is nothing.
    expect(venue.cancel('a', 'TRUTHUSDT', { orderId: order.orderId }, VENUE_NOW_MS)!.status).toBe('PARTIALLY_CANCELED');
  });

  it('the rest of such a limit waits until what was taken is back: 10 s', () => {
    const venue = deep();
    const [[price, quantity]] = asks(venue) as [readonly [string, string]];
    place(venue, inTruth({ type: 'LIMIT', quantity: (Number(quantity) + 100).toFixed(2), price }));
    const alike = deep();
    place(alike, inTruth({ quoteOrderQuantity: '2000' })); // Takes the first levels away; the next order finds none.
    expect(place(alike, inTruth({ type: 'LIMIT', quantity: '100', price })).fills).toEqual([]);
    for (const one of [venue, alike]) {
      expect(one.advance(VENUE_NOW_MS + 9_999)).toEqual([]);
      const [fill] = one.advance(VENUE_NOW_MS + 3 * 3_600_000);
      expect(fill).toMatchObject({ quantity: '100', isMaker: true });
      expect(Number(fill!.price)).toBe(Number(price));
      expect(fill!.timeMs).toBeGreaterThanOrEqual(VENUE_NOW_MS + 10_000);
    }
  });

  it('an IMMEDIATE_OR_CANCEL order is canceled in part, a FILL_OR_KILL order as a whole, where there is not enough', () => {
    const [[price, quantity]] = asks(deep()) as [readonly [string, string]];
    const tooMuch = (Number(quantity) + 100).toFixed(2);
    const some = place(deep(), inTruth({ type: 'IMMEDIATE_OR_CANCEL', quantity: tooMuch, price })).order;
    const none = place(deep(), inTruth({ type: 'FILL_OR_KILL', quantity: tooMuch, price })).order;
    const all = place(deep(), inTruth({ type: 'FILL_OR_KILL', quantity, price })).order;
    expect([some.status, Number(some.executedQuantity)]).toEqual(['PARTIALLY_CANCELED', Number(quantity)]);
    expect([none.status, none.executedQuantity]).toEqual(['CANCELED', '0']);
    expect(all.status).toBe('FILLED');
  });

  it('size costs: ten times the value at a worse price', () => {
    expect(averagePriceOf('3000')).toBeGreaterThan(1.001 * averagePriceOf('300'));
  });
});
