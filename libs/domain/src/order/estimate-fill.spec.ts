import * as fc from 'fast-check';
import { estimateFill, slippageFraction, type Depth } from './estimate-fill.js';

/** Bids of 10 at 99 and 30 at 98, asks of 10 at 101 and 30 at 102. */
const BOOK: Depth = {
  bids: [{ price: '99', quantity: '10' }, { price: '98', quantity: '30' }],
  asks: [{ price: '101', quantity: '10' }, { price: '102', quantity: '30' }],
};

describe('a sale at the market', () => {
  it('takes the best bid first', () => {
    expect(estimateFill(BOOK, { kind: 'market-sell', quantity: '4' })).toEqual({ averagePrice: 99, filledFraction: 1 });
  });

  // (10 × 99 + 10 × 98) / 20 = 98.5.
  it('goes down the levels', () => {
    expect(estimateFill(BOOK, { kind: 'market-sell', quantity: '20' })).toEqual({ averagePrice: 98.5, filledFraction: 1 });
  });

  // Forty are bid for: (990 + 2,940) / 40 = 98.25.
  it('tells which fraction the book holds', () => {
    expect(estimateFill(BOOK, { kind: 'market-sell', quantity: '80' })).toEqual({ averagePrice: 98.25, filledFraction: 0.5 });
  });
});

describe('a purchase at the market', () => {
  // 1,010 buys the first 10, the other 1,020 another 10 of the second: 2,030 / 20 = 101.5.
  it('spends its value level by level', () => {
    expect(estimateFill(BOOK, { kind: 'market-buy', quoteValue: '2030' })).toEqual({ averagePrice: 101.5, filledFraction: 1 });
  });

  // All asks are worth 1,010 + 3,060 = 4,070 for 40: 101.75 each.
  it('tells which fraction of its value the book takes', () => {
    expect(estimateFill(BOOK, { kind: 'market-buy', quoteValue: '8140' })).toEqual({ averagePrice: 101.75, filledFraction: 0.5 });
  });
});

describe('a limit', () => {
  it.each([
    ['buy', '101', { averagePrice: 101, filledFraction: 0.5 }], ['buy', '102', { averagePrice: 101.5, filledFraction: 1 }],
    ['buy', '100.99', { averagePrice: null, filledFraction: 0 }], ['sell', '99', { averagePrice: 99, filledFraction: 0.5 }],
    ['sell', '98', { averagePrice: 98.5, filledFraction: 1 }], ['sell', '99.01', { averagePrice: null, filledFraction: 0 }],
  ] as const)('to %s at %s takes no worse level', (side, price, expected) => {
    expect(estimateFill(BOOK, { kind: 'limit-ioc', side, quantity: '20', price })).toEqual(expected);
  });
});

it('gets nothing from an empty side', () => {
  const empty: Depth = { bids: [], asks: [{ price: '101', quantity: '0' }] };
  expect(estimateFill(empty, { kind: 'market-sell', quantity: '1' })).toEqual({ averagePrice: null, filledFraction: 0 });
  expect(estimateFill(empty, { kind: 'market-buy', quoteValue: '1' })).toEqual({ averagePrice: null, filledFraction: 0 });
});

it.each([
  ['buy', 101, 100, 0.01], ['buy', 99, 100, -0.01], ['sell', 99, 100, 0.01], ['sell', 101, 100, -0.01], ['sell', 100, 100, -0],
] as const)('counts a %s at %d for %d as a cost of %d', (side, average, reference, expected) => {
  expect(slippageFraction(side, average, reference)).toBeCloseTo(expected, 12);
});

const levels = fc.array(fc.record({ price: fc.integer({ min: 1, max: 1_000 }), quantity: fc.integer({ min: 1, max: 50 }) }), { minLength: 1, maxLength: 6 });
const texts = (drawn: readonly { price: number; quantity: number }[]) => drawn.map(({ price, quantity }) => ({ price: `${price}`, quantity: `${quantity}` }));

it('never beats the best level, and gets worse with size', () => {
  fc.assert(fc.property(levels, fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }), (drawn, size, more) => {
    const book: Depth = { bids: texts(drawn.toSorted((a, b) => b.price - a.price)), asks: texts(drawn.toSorted((a, b) => a.price - b.price)) };
    const [small, large] = [size, size + more].map((quantity) => estimateFill(book, { kind: 'market-sell', quantity: `${quantity}` }));
    expect(small!.averagePrice).toBeLessThanOrEqual(Number(book.bids[0]!.price) * (1 + 1e-12));
    expect(large!.averagePrice!).toBeLessThanOrEqual(small!.averagePrice! * (1 + 1e-12));
    expect(large!.filledFraction).toBeLessThanOrEqual(small!.filledFraction);
    const bought = estimateFill(book, { kind: 'market-buy', quoteValue: `${size}` });
    expect(bought.averagePrice!).toBeGreaterThanOrEqual(Number(book.asks[0]!.price) * (1 - 1e-12));
    expect(bought.filledFraction).toBeLessThanOrEqual(1);
  }));
});
