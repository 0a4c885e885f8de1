import type { MarketRules } from '#domain';
import { anOrder, aSimulatedVenue, scriptedPrices, VENUE_NOW_MS } from '#testing';
import type { OrderDraft, VenueOptions } from './venue-types.js';

/** One price: 100.00, no spread. Tick and step 0.01, 1 to 100000 USDT, fee 0.05 %. The account has 1,000 USDT and 10 HANA. */
function venueWith({ rules, options }: { readonly rules?: Partial<MarketRules>; readonly options?: Partial<VenueOptions> }) {
  const venue = aSimulatedVenue({ ...scriptedPrices([[100, 100, 100, 100]]), ...options });
  venue.setFree('a', 'USDT', '1000');
  venue.setFree('a', 'HANA', '10');
  if (rules !== undefined) venue.changeRules('HANAUSDT', rules);
  return venue;
}

const limit = (change: Partial<OrderDraft>) => anOrder({ type: 'LIMIT', quantity: '1', price: '90', ...change });
const sell = (quantity: string) => anOrder({ side: 'SELL', quantity });

interface Case {
  readonly name: string;
  readonly draft: OrderDraft;
  readonly rules?: Partial<MarketRules>;
  readonly options?: Partial<VenueOptions>;
  readonly code: number;
  readonly message: string;
}

const cases: readonly Case[] = [
  { name: 'an unknown market', draft: anOrder({ marketId: 'NONEUSDT' }), code: -1121, message: 'Invalid symbol.' },
  { name: 'a market that is not open to the API', draft: anOrder(), rules: { isApiTradingAllowed: false }, code: 10007, message: 'symbol not support api' },
  { name: 'a paused market', draft: anOrder(), rules: { status: 'paused' }, code: 30016, message: 'trading disabled' },
  { name: 'a market that is offline', draft: anOrder(), rules: { status: 'offline' }, code: 30000, message: 'suspended transactions for the symbol' },
  { name: 'a closed market', draft: anOrder(), rules: { sides: 'none' }, code: 30016, message: 'trading disabled' },
  { name: 'a buy where only sells are taken', draft: anOrder(), rules: { sides: 'sell-only' }, code: 30001, message: 'current transaction direction not allowed place order' },
  { name: 'a sell where only buys are taken', draft: sell('1'), rules: { sides: 'buy-only' }, code: 30001, message: 'current transaction direction not allowed place order' },
  { name: 'market orders where there are none', draft: anOrder(), rules: { orderTypes: ['LIMIT'] }, code: 30018, message: 'market order is disabled' },
  { name: 'LIMIT_MAKER where it is not listed', draft: limit({ type: 'LIMIT_MAKER' }), rules: { orderTypes: ['LIMIT', 'MARKET'] }, code: 30041, message: 'current order type can not place order' },
  { name: 'IMMEDIATE_OR_CANCEL where LIMIT is not listed', draft: limit({ type: 'IMMEDIATE_OR_CANCEL' }), rules: { orderTypes: ['MARKET'] }, code: 30041, message: 'current order type can not place order' },
  { name: 'a limit order without a price', draft: limit({ price: null }), code: 700004, message: "Mandatory parameter 'price' was not sent, is empty/null, or malformed." },
  { name: 'a market sell without a quantity', draft: anOrder({ side: 'SELL', quoteOrderQuantity: '5' }), code: 700004, message: "Mandatory parameter 'quantity' was not sent, is empty/null, or malformed." },
  { name: 'a quantity that is no number', draft: sell('1e3'), code: 700004, message: "Mandatory parameter 'quantity' was not sent, is empty/null, or malformed." },
  { name: 'a quantity of nothing', draft: sell('0.00'), code: 10102, message: 'quantity cannot be zero or negative' },
  { name: 'a quantity finer than the step', draft: sell('1.005'), code: 10096, message: 'quantity scale is invalid' },
  { name: 'a price finer than the tick', draft: limit({ price: '90.005' }), code: 10097, message: 'price scale is invalid' },
  { name: 'a buy under the least value', draft: anOrder({ quoteOrderQuantity: '0.99' }), code: 30002, message: 'The minimum transaction volume cannot be less than:1USDT' },
  { name: 'a sell under the least value', draft: sell('0.01'), rules: { minMarketNotional: '1.5000' }, code: 30002, message: 'The minimum transaction volume cannot be less than:1.5USDT' },
  { name: 'a limit order under the least value', draft: limit({ quantity: '0.01' }), code: 30002, message: 'The minimum transaction volume cannot be less than:1USDT' },
  { name: 'a quantity under the least one', draft: sell('0.5'), rules: { minQuantity: '0.51' }, code: 30002, message: 'The minimum transaction volume cannot be less than:0.51HANA' },
  { name: 'a market buy over the most', draft: anOrder({ quoteOrderQuantity: '100000.01' }), code: 30003, message: 'The maximum transaction volume cannot be greater than:100000USDT' },
  { name: 'a limit order over the most', draft: limit({ quantity: '30000' }), code: 30003, message: 'The maximum transaction volume cannot be greater than:2000000USDT' },
  { name: 'a buy far above the market', draft: limit({ price: '200.01' }), code: 30087, message: 'order price exceeds allowed range' },
  { name: 'a sell far below the market', draft: limit({ side: 'SELL', price: '49.99' }), code: 30087, message: 'order price exceeds allowed range' },
  { name: 'a maker buy that would take', draft: limit({ type: 'LIMIT_MAKER', price: '100' }), code: 30010, message: 'no valid trade price' },
  { name: 'a maker sell that would take', draft: limit({ type: 'LIMIT_MAKER', side: 'SELL', price: '100' }), code: 30010, message: 'no valid trade price' },
  { name: 'a buy for more than there is', draft: anOrder({ quoteOrderQuantity: '1000.01' }), code: 30004, message: 'Insufficient position' },
  // 1,000 × 1.0005 = 1,000.50: the commission comes on top, in quote.
  { name: 'a buy that leaves nothing for its commission', draft: anOrder({ quoteOrderQuantity: '1000' }), code: 30004, message: 'Insufficient position' },
  { name: 'a sell of more than there is', draft: sell('10.01'), code: 30005, message: 'Oversold' },
];

describe('an order is refused for', () => {
  it.each(cases)('$name', ({ draft, rules, options, code, message }) => {
    const venue = venueWith({ rules, options });
    const before = venue.balances('a');
    expect(venue.test(draft, VENUE_NOW_MS)).toEqual({ code, message });
    expect(venue.place(draft, VENUE_NOW_MS)).toEqual({ kind: 'rejected', rejection: { code, message } });
    expect(venue.balances('a')).toEqual(before);
    expect(venue.orders('a', draft.marketId, 0, Infinity, 10)).toEqual([]);
  });

  it('a client order id used before, where the venue is told that they are unique, and not otherwise', () => {
    const draft = anOrder({ clientOrderId: 'one', quoteOrderQuantity: '10' });
    const unique = venueWith({ options: { hasUniqueClientOrderIds: true } });
    expect(unique.place(draft, VENUE_NOW_MS).kind).toBe('accepted');
    expect(unique.place(draft, VENUE_NOW_MS + 1)).toEqual({ kind: 'rejected', rejection: { code: 603, message: 'Repeated request' } });
    const usual = venueWith({});
    const [first, second] = [usual.place(draft, VENUE_NOW_MS), usual.place(draft, VENUE_NOW_MS + 1)];
    expect([first.kind, second.kind]).toEqual(['accepted', 'accepted']);
    expect(usual.findOrder('a', 'HANAUSDT', { clientOrderId: 'one' })).toEqual(second.kind === 'accepted' ? second.order : null);
  });

  it('the 501st open one', () => {
    const venue = venueWith({});
    const draft = limit({ quantity: '0.02', price: '60' }); // 1.20 USDT each.
    for (let i = 0; i < 500; i++) expect(venue.place(draft, VENUE_NOW_MS).kind).toBe('accepted');
    expect(venue.test(draft, VENUE_NOW_MS)).toEqual({ code: 30029, message: 'Cannot exceed the maximum order limit' });
    expect(venue.test({ ...draft, accountId: 'b' }, VENUE_NOW_MS)?.code).toBe(30004); // Another account's count is its own.
  });

  it('a market that is not listed yet', () => {
    const venue = aSimulatedVenue();
    expect(venue.test(anOrder({ marketId: 'SIRENUSDT' }), VENUE_NOW_MS - 40 * 86_400_000)).toEqual({ code: 30016, message: 'trading disabled' });
  });

  it('nothing that the rules allow: their very borders', () => {
    const venue = venueWith({ rules: { minQuantity: '0.02', maxMarketNotional: '500' } });
    for (const draft of [
      anOrder({ quoteOrderQuantity: '1' }), anOrder({ quoteOrderQuantity: '500' }), sell('0.02'), sell('5'),
      limit({ price: '200', quantity: '1' }), limit({ side: 'SELL', price: '50' }), limit({ type: 'LIMIT_MAKER', price: '99.99' }),
      limit({ type: 'IMMEDIATE_OR_CANCEL' }), limit({ type: 'FILL_OR_KILL' }),
    ]) expect(venue.test(draft, VENUE_NOW_MS)).toBeNull();
  });
});
