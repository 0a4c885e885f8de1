import * as fc from 'fast-check';
import { Decimal } from 'decimal.js';
import { tradabilityOf } from '#domain';
import { VENUE_NOW_MS } from '#testing';
import { Chance } from '../engine/chance.js';
import { openSimulatedExchange } from '../exchange/simulated-exchange.js';
import { drawMarkets, type DrawnMarket, type MixTerms } from './market-mix.js';

/** Wide enough for sums of prices, quantities and fees to be exact. */
const Exact = Decimal.clone({ precision: 60 });
const DAY_MS = 86_400_000;
const BASES = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE'];
const ACCOUNT = { id: 'a', key: 'k', secret: 's' };

function aMix(seed: number, change: Partial<MixTerms> = {}): readonly DrawnMarket[] {
  return drawMarkets(new Chance(seed), { bases: BASES, historyFromMs: VENUE_NOW_MS - DAY_MS, fromMs: VENUE_NOW_MS, untilMs: VENUE_NOW_MS + DAY_MS / 4, basketSize: 5, ...change });
}

const holds = (check: (seed: number) => void, numRuns = 60): void => fc.assert(fc.property(fc.integer(), check), { numRuns });

it('has rules of the sorts that MEXC has, that fit their price', () => {
  holds((seed) => {
    for (const { rules, recorded } of aMix(seed, { untilMs: VENUE_NOW_MS + 60_000 })) {
      const price = recorded.columns.opens[0]!;
      expect(rules.quantityStep).toMatch(/^(?:1|0\.0{0,5}1)$/u);
      expect(Number(rules.quantityStep) * price).toBeLessThanOrEqual(0.05 * 1.000001);
      expect(price / Number(rules.priceTick)).toBeGreaterThanOrEqual(1_000);
      expect(['1', '2', '5']).toContain(rules.minNotional);
      expect(Number(rules.minMarketNotional)).toBeGreaterThanOrEqual(Number(rules.minNotional));
      expect(Number(rules.takerFee)).toBeLessThanOrEqual(0.002);
      expect(Number(rules.makerFee)).toBeLessThanOrEqual(Number(rules.takerFee));
      expect(tradabilityOf(rules, null)).toEqual({ kind: 'tradable' });
    }
  });
});

it('has all kinds and all steps in a few seeds, and markets without market orders where they are asked for', () => {
  const markets = Array.from({ length: 40 }, (_none, seed) => aMix(seed, { untilMs: VENUE_NOW_MS + 60_000, withoutMarketOrders: 0.3 })).flat();
  expect(new Set(markets.map(({ kind }) => kind)).size).toBe(8);
  expect(new Set(markets.map(({ rules }) => rules.quantityStep))).toEqual(new Set(['1', '0.1', '0.01', '0.001', '0.0001', '0.00001', '0.000001']));
  const without = markets.filter(({ rules }) => tradabilityOf(rules, null).kind === 'untradable').length;
  // 200 x 0.3 = 60; four deviations of sqrt(200 x 0.3 x 0.7) = 6.5.
  expect(Math.abs(without - 60)).toBeLessThan(26);
});

it("draws a market by its name alone: other markets beside it change nothing, another seed everything", () => {
  const [, second] = aMix(5);
  expect(aMix(5, { bases: ['BBB'] })).toEqual([second]);
  expect(aMix(6)[1]).not.toEqual(second);
});

it('can be traded at the exchange: what is bought for 50 is worth 50 or a step less, and nothing else of the account changes', () => {
  holds((seed) => {
    const markets = aMix(seed);
    let nowMs = VENUE_NOW_MS;
    const { venue } = openSimulatedExchange({ seed, nowMs: () => nowMs, accounts: [ACCOUNT], markets, feeIn: 'quote', book: 'ideal' });
    venue.setFree('a', 'USDT', '1000');
    let paid: Decimal = new Exact(0);
    for (const { rules, recorded } of markets) {
      nowMs += 3_600_000;
      const placed = venue.place({ accountId: 'a', marketId: rules.marketId, side: 'BUY', type: 'MARKET', quantity: null, quoteOrderQuantity: '50', price: null, clientOrderId: null }, nowMs);
      if (placed.kind !== 'accepted') throw new Error(`${JSON.stringify(rules)}: ${placed.rejection.message}`);
      const { executedQuote } = placed.order;
      const dearest = Number(rules.quantityStep) * Math.max(...recorded.columns.highs);
      expect(Number(executedQuote)).toBeLessThanOrEqual(50);
      expect(Number(executedQuote)).toBeGreaterThanOrEqual(50 - dearest);
      for (const { commission } of placed.fills) expect(new Exact(commission).decimalPlaces()).toBeLessThanOrEqual(18);
      paid = paid.plus(executedQuote).plus(new Exact(executedQuote).times(rules.takerFee));
    }
    expect(venue.balances('a').find(({ asset }) => asset === 'USDT')!.free).toBe(new Exact(1_000).minus(paid).toFixed());
  }, 15);
});
