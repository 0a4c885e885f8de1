import * as fc from 'fast-check';
import type { SimulatedVenue } from '#exchange';
import { aSimulatedVenue, VENUE_NOW_MS } from '#testing';
import type { JournalEntry } from './journal.js';
import { keptVenue, redo } from './kept-venue.js';

const MARKETS = ['HANAUSDT', 'AIAUSDT'] as const;

const anAct = fc.oneof(
  { weight: 5, arbitrary: fc.record({
    kind: fc.constant('place' as const), marketId: fc.constantFrom(...MARKETS), side: fc.constantFrom('BUY' as const, 'SELL' as const),
    type: fc.constantFrom('LIMIT' as const, 'LIMIT' as const, 'MARKET' as const, 'LIMIT_MAKER' as const), value: fc.integer({ min: 1, max: 900 }), off: fc.integer({ min: -30, max: 30 }),
  }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('status' as const), marketId: fc.constantFrom(...MARKETS), status: fc.constantFrom('online' as const, 'paused' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deposit' as const), free: fc.integer({ min: 0, max: 9_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('course' as const), speed: fc.constantFrom(0, 1, 60), skipMs: fc.constantFrom(0, 1, 3_600_000) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 900, 60_000, 3_600_000, 20_000_000) }) },
);
type Act = typeof anAct extends fc.Arbitrary<infer Value> ? Value : never;

function opened(): SimulatedVenue {
  const venue = aSimulatedVenue({ seed: 5 });
  for (const [asset, free] of [['USDT', '5000'], ['HANA', '20000'], ['AIA', '20000']] as const) venue.setFree('main', asset, free);
  return venue;
}

function onGrid(value: number, step: string): string {
  return (Math.ceil(value / Number(step)) * Number(step)).toFixed(step.split('.')[1]?.length ?? 0);
}

function place(venue: SimulatedVenue, { marketId, side, type, value, off }: Extract<Act, { kind: 'place' }>, nowMs: number): void {
  const last = Number(venue.dayTicker(marketId, nowMs)!.lastPrice);
  const { priceTick, quantityStep } = venue.markets().find(({ rules }) => rules.marketId === marketId)!.rules;
  const price = type === 'MARKET' ? null : onGrid(last * (1 + off / 1_000), priceTick);
  venue.place({ accountId: 'main', marketId, side, type, quantity: onGrid(value / last, quantityStep), quoteOrderQuantity: null, price, clientOrderId: null }, nowMs);
}

function act(venue: SimulatedVenue, action: Act, nowMs: number): void {
  switch (action.kind) {
    case 'place': return place(venue, action, nowMs);
    case 'cancel': {
      const open = venue.openOrders('main', null);
      const order = open[action.pick % Math.max(1, open.length)];
      if (order !== undefined) venue.cancel('main', order.marketId, { orderId: order.orderId }, nowMs);
      return;
    }
    case 'status': return void (venue.advance(nowMs), venue.changeRules(action.marketId, { status: action.status }));
    case 'course': return void venue.changeCourse({ speed: action.speed, skipMs: action.skipMs }, nowMs);
    case 'deposit': return venue.setFree('main', 'USDT', String(action.free));
    case 'wait': return void venue.advance(nowMs);
  }
}

it('stands where it stood after its deeds were done again, whenever it was cut off', () => {
  let [resting, whole] = [0, 0];
  fc.assert(fc.property(fc.array(anAct, { minLength: 20, maxLength: 60, size: 'max' }), (actions) => {
    const entries: string[] = [];
    const venue = keptVenue(opened(), (entry) => void entries.push(JSON.stringify(entry)));
    let nowMs = VENUE_NOW_MS;
    for (const action of actions) {
      nowMs += action.kind === 'wait' ? action.ms : 1;
      act(venue, action, nowMs);
    }
    venue.advance(nowMs);
    const again = opened();
    redo(again, entries.map((line) => JSON.parse(line) as JournalEntry));
    again.advance(nowMs);
    expect(again.state()).toEqual(venue.state());
    resting += entries.filter((line) => line.includes('"passed"')).length;
    whole += entries.length;
  }), { numRuns: 40 });
  // It would hold of a venue where nothing happens.
  expect(resting).toBeGreaterThan(10);
  expect(whole).toBeGreaterThan(200);
});

it('lets no order meet the prices of a time in which its market was paused', () => {
  const entries: string[] = [];
  const venue = keptVenue(opened(), (entry) => void entries.push(JSON.stringify(entry)));
  let nowMs = VENUE_NOW_MS;
  const waitHours = (hours: number) => venue.advance((nowMs += hours * 3_600_000));
  const switchTo = (status: 'paused' | 'online') => act(venue, { kind: 'status', marketId: 'HANAUSDT', status }, nowMs);
  // Orders of 0.1 % to 3 % under the price, before pauses of a day each: some would have been met in every one of them.
  for (let day = 0; day < 10; day++) {
    for (let off = -30; off < 0; off++) place(venue, { kind: 'place', marketId: 'HANAUSDT', side: 'BUY', type: 'LIMIT', value: 5, off }, nowMs);
    switchTo('paused');
    waitHours(24);
    switchTo('online');
    waitHours(1);
  }
  const again = opened();
  redo(again, entries.map((line) => JSON.parse(line) as JournalEntry));
  again.advance(nowMs);
  expect(again.state()).toEqual(venue.state());
});
