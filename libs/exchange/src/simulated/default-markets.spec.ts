import { aSimulatedVenue, VENUE_NOW_MS } from '#testing';
import { makeMarkets, tickFor, usualRules } from './default-markets.js';

const DAY_MS = 86_400_000;

describe('markets for load', () => {
  it('are as many as were asked for, each with prices and a character of its own', () => {
    const markets = makeMarkets(3_000, 7, VENUE_NOW_MS - 30 * DAY_MS);
    const venue = aSimulatedVenue({ markets });
    const quotes = markets.map(({ rules }) => venue.bestQuotes(rules.marketId, VENUE_NOW_MS)!);
    expect(new Set(quotes.map(({ marketId }) => marketId)).size).toBe(3_000);
    expect(quotes.filter(({ bidPrice, askPrice }) => !(Number(bidPrice) > 0 && Number(askPrice) > Number(bidPrice)))).toEqual([]);
    expect(new Set(markets.map(({ character }) => character!.basePrice)).size).toBeGreaterThan(2_000);
    expect(makeMarkets(5, 8, 0)).not.toEqual(makeMarkets(5, 7, 0));
    expect(makeMarkets(0, 7, 0)).toEqual([]);
  });

  it.each([-1, 3_001, 1.5, NaN])('are never %p', (count) => {
    expect(() => makeMarkets(count, 1, 0)).toThrow(/count: a whole number from 0 to 3000/);
  });
});

describe('a tick', () => {
  it.each([[91_000, '1'], [100, '0.01'], [99.9, '0.001'], [1, '0.0001'], [0.0231, '0.000001'], [0.00182, '0.0000001'], [1e-12, '0.0000000001']])(
    'leaves some five digits of %p: %p',
    (price, tick) => expect(tickFor(price)).toBe(tick),
  );
});

it('usual rules are those of a small coin, changed where told', () => {
  expect(usualRules('HANA', 0.0231, { takerFee: '0.001' })).toMatchObject({
    marketId: 'HANAUSDT', base: 'HANA', quote: 'USDT', priceTick: '0.000001', minNotional: '1', maxMarketNotional: '100000', makerFee: '0', takerFee: '0.001',
  });
});
