import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { aSimulatedVenue, VENUE_NOW_MS } from '#testing';
import type { OrderDraft, SimulatedFill, SimulatedVenue, VenueOptions } from './venue-types.js';

const MARKETS = ['HANAUSDT', 'TRUTHUSDT', 'MXUSDT', 'RBTUSDT'] as const;
const ACCOUNTS = ['a', 'b'] as const;
const START = { USDT: '3000', HANA: '20000', TRUTH: '30000', MX: '5', RBT: '1000' } as const;
const Exact = Decimal.clone({ precision: 60 });

type Act =
  | { readonly kind: 'place'; readonly draft: Omit<OrderDraft, 'quantity' | 'quoteOrderQuantity' | 'price'>; readonly value: number; readonly off: number; readonly isByQuote: boolean }
  | { readonly kind: 'cancel'; readonly pick: number }
  | { readonly kind: 'wait'; readonly ms: number };

const anAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({
    kind: fc.constant('place' as const),
    draft: fc.record({
      accountId: fc.constantFrom(...ACCOUNTS), marketId: fc.constantFrom(...MARKETS), side: fc.constantFrom('BUY' as const, 'SELL' as const),
      type: fc.constantFrom('MARKET' as const, 'LIMIT' as const, 'LIMIT' as const, 'LIMIT_MAKER' as const, 'IMMEDIATE_OR_CANCEL' as const, 'FILL_OR_KILL' as const),
      clientOrderId: fc.constantFrom('x', 'y', null),
    }),
    value: fc.double({ min: 0.5, max: 1_200, noNaN: true }), off: fc.integer({ min: -40, max: 40 }).map((thousandths) => 1 + thousandths / 1_000), isByQuote: fc.boolean(),
  }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 900, 7_000, 60_000, 3_600_000, 3_600_000, 40_000_000) }) },
);

function opened(feeIn: VenueOptions['feeIn'], seed: number): SimulatedVenue {
  const venue = aSimulatedVenue({ feeIn, seed });
  for (const account of ACCOUNTS) for (const [asset, free] of Object.entries(START)) venue.setFree(account, asset, free);
  return venue;
}

function onGrid(number: number, step: string): string {
  return new Exact(number).div(step).ceil().times(step).toFixed();
}

/** An order of about that value, its price so far off the last one, on step and tick. */
function draftOf(venue: SimulatedVenue, { draft, value, off, isByQuote }: Extract<Act, { kind: 'place' }>, nowMs: number): OrderDraft {
  const last = Number(venue.dayTicker(draft.marketId, nowMs)!.lastPrice);
  const { priceTick, quantityStep } = venue.markets().find(({ rules }) => rules.marketId === draft.marketId)!.rules;
  const quantity = onGrid(value / last, quantityStep);
  if (draft.type !== 'MARKET') return { ...draft, quantity, quoteOrderQuantity: null, price: onGrid(last * off, priceTick) };
  const byQuote = isByQuote && draft.side === 'BUY';
  return { ...draft, quantity: byQuote ? null : quantity, quoteOrderQuantity: byQuote ? value.toFixed(2) : null, price: null };
}

/** Does one thing; what was filled by it, and the time after it. */
function act(venue: SimulatedVenue, action: Act, nowMs: number): { readonly fills: readonly SimulatedFill[]; readonly nowMs: number } {
  if (action.kind === 'wait') return { fills: venue.advance(nowMs + action.ms), nowMs: nowMs + action.ms };
  if (action.kind === 'cancel') {
    const open = ACCOUNTS.flatMap((account) => venue.openOrders(account, null));
    const order = open[action.pick % Math.max(1, open.length)];
    if (order !== undefined) venue.cancel(order.accountId, order.marketId, { orderId: order.orderId }, nowMs);
    return { fills: [], nowMs };
  }
  const draft = draftOf(venue, action, nowMs);
  const book = venue.orderBook(draft.marketId, 500, nowMs)!;
  const result = venue.place(draft, nowMs);
  if (result.kind === 'rejected') return { fills: [], nowMs };
  const { order, fills } = result;
  const levels = new Set((draft.side === 'BUY' ? book.asks : book.bids).map(([price]) => Number(price)));
  for (const fill of fills) {
    expect(levels.has(Number(fill.price))).toBe(true); // Only at prices that the book showed just before,
    if (draft.side === 'BUY') expect(Number(fill.price)).toBeLessThanOrEqual(Number(order.price)); // and not beyond bound or limit.
    else expect(Number(fill.price)).toBeGreaterThanOrEqual(Number(order.price));
  }
  if (draft.quoteOrderQuantity !== null) expect(new Exact(order.executedQuote).lte(draft.quoteOrderQuantity)).toBe(true);
  if (draft.quantity !== null) expect(new Exact(order.executedQuantity).lte(draft.quantity)).toBe(true);
  return { fills, nowMs };
}

/** What an account must have by its fills alone. */
function expectedTotals(accountId: string, fills: readonly SimulatedFill[]): ReadonlyMap<string, Decimal> {
  const totals = new Map<string, Decimal>(Object.entries(START).map(([asset, free]) => [asset, new Exact(free)]));
  const add = (asset: string, value: Decimal) => totals.set(asset, (totals.get(asset) ?? new Exact(0)).plus(value));
  for (const fill of fills.filter((one) => one.accountId === accountId)) {
    const sign = fill.side === 'BUY' ? 1 : -1;
    expect(new Exact(fill.price).times(fill.quantity).eq(fill.quoteQuantity)).toBe(true);
    add(fill.marketId.replace('USDT', ''), new Exact(fill.quantity).times(sign));
    add('USDT', new Exact(fill.quoteQuantity).times(-sign));
    add(fill.commissionAsset, new Exact(fill.commission).negated());
  }
  return totals;
}

function checkAccount(venue: SimulatedVenue, accountId: string, fills: readonly SimulatedFill[]): void {
  const balances = new Map(venue.balances(accountId).map((row) => [row.asset, row]));
  const locked = new Map<string, Decimal>();
  for (const order of venue.openOrders(accountId, null)) {
    const left = new Exact(order.originalQuantity).minus(order.executedQuantity);
    const asset = order.side === 'BUY' ? 'USDT' : order.marketId.replace('USDT', '');
    // The maker's commission is nothing in these markets.
    locked.set(asset, (locked.get(asset) ?? new Exact(0)).plus(order.side === 'BUY' ? left.times(order.price) : left));
  }
  for (const [asset, total] of expectedTotals(accountId, fills)) {
    const row = balances.get(asset) ?? { free: '0', locked: '0' };
    expect(Number(row.free)).toBeGreaterThanOrEqual(0);
    expect(row.locked).toBe((locked.get(asset) ?? new Exact(0)).toFixed());
    expect(new Exact(row.free).plus(row.locked).toFixed()).toBe(total.toFixed());
  }
}

it('conserves everything: balances are what fills and commissions make them, and locked is what open orders need', () => {
  let [placed, resting] = [0, 0];
  fc.assert(fc.property(fc.constantFrom('quote', 'base', 'third'), fc.nat({ max: 50 }), fc.array(anAct, { minLength: 20, maxLength: 50, size: 'max' }), (feeIn, seed, actions) => {
    const venue = opened(feeIn, seed);
    const fills: SimulatedFill[] = [];
    let nowMs = VENUE_NOW_MS;
    for (const action of actions) {
      const done = act(venue, action, nowMs);
      fills.push(...done.fills);
      nowMs = done.nowMs;
      for (const account of ACCOUNTS) checkAccount(venue, account, fills);
    }
    checkHistory(venue, fills, nowMs);
    placed += fills.length;
    resting += fills.filter(({ isMaker }) => isMaker).length;
  }), { numRuns: 35 });
  expect(placed).toBeGreaterThan(60); // The property would hold of a venue that refuses everything.
  expect(resting).toBeGreaterThan(0);
});

/** The log tells each fill once, newest first, and each order as the sum of its fills. */
function checkHistory(venue: SimulatedVenue, fills: readonly SimulatedFill[], nowMs: number): void {
  expect(new Set(fills.map(({ tradeId }) => tradeId)).size).toBe(fills.length);
  // Whoever looks for what is younger than a time stops at the first that is older.
  const times = fills.map(({ timeMs }) => timeMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  for (const account of ACCOUNTS) {
    for (const marketId of MARKETS) {
      const told = venue.fills(account, marketId, 0, nowMs, 1_000);
      expect(told.toReversed()).toEqual(fills.filter((fill) => fill.accountId === account && fill.marketId === marketId));
      for (const order of venue.orders(account, marketId, 0, nowMs, 1_000)) {
        const own = venue.fills(account, marketId, 0, nowMs, 1_000, order.orderId);
        expect(own.reduce((sum, { quantity }) => sum.plus(quantity), new Exact(0)).toFixed()).toBe(order.executedQuantity);
        expect(own.reduce((sum, { quoteQuantity }) => sum.plus(quoteQuantity), new Exact(0)).toFixed()).toBe(order.executedQuote);
        expect(order.executedQuantity === order.originalQuantity || order.originalQuoteQuantity !== null || order.status !== 'FILLED' || order.type === 'MARKET').toBe(true);
      }
    }
  }
}

it('goes on from its state, kept as JSON, exactly as it would have gone on without', () => {
  fc.assert(fc.property(fc.constantFrom('quote', 'base', 'third'), fc.nat({ max: 50 }), fc.array(anAct, { minLength: 10, maxLength: 30, size: 'max' }), fc.array(anAct, { minLength: 5, maxLength: 15 }), (feeIn, seed, before, after) => {
    const lasting = opened(feeIn, seed);
    let nowMs = VENUE_NOW_MS;
    for (const action of before) nowMs = act(lasting, action, nowMs).nowMs;
    lasting.changeRules('HANAUSDT', { minNotional: '3', sides: 'buy-only' });
    const reopened = aSimulatedVenue({ feeIn, seed, state: JSON.parse(JSON.stringify(lasting.state())) as VenueOptions['state'] });
    expect(reopened.markets()).toEqual(lasting.markets());
    expect(reopened.state()).toEqual(lasting.state());
    for (const action of after) {
      const [done, again] = [act(lasting, action, nowMs), act(reopened, action, nowMs)];
      expect(again).toEqual(done);
      nowMs = done.nowMs;
      expect(MARKETS.map((marketId) => reopened.orderBook(marketId, 500, nowMs))).toEqual(MARKETS.map((marketId) => lasting.orderBook(marketId, 500, nowMs)));
    }
    expect(reopened.state()).toEqual(lasting.state());
  }), { numRuns: 15 });
});
