import * as fc from 'fast-check';
import { decideRebalance } from '../strategy/decide-rebalance.js';
import { DEFAULT_PARAMETERS, type StrategyParameters } from '../strategy/parameters.js';
import { rankTriggers } from '../strategy/rank-triggers.js';
import type { PortfolioSnapshot } from './portfolio-snapshot.js';
import { triggerPrices } from './trigger-prices.js';
import { valueHoldings } from './valuation.js';

const snapshotOf = (quantities: readonly number[], prices: readonly number[], cash: number): PortfolioSnapshot => ({
  assets: quantities.map((_, index) => `A${index}`), quantities, prices, cash, timeMs: 0, lastFillMs: quantities.map(() => -Infinity),
});
const atPrice = (snapshot: PortfolioSnapshot, asset: number, price: number): PortfolioSnapshot =>
  ({ ...snapshot, prices: Array.from(snapshot.prices, (each, index) => (index === asset ? price : each)) });

/** The start of docs/strategy.md's worked example: three assets of 233.3333 at 1, and 299.3 in cash. */
const WORKED = snapshotOf([233.3333, 233.3333, 233.3333], [1, 1, 1], 299.3);

// The others are worth twice the quantity. Upside: 1.4 × 2 / (3 − 1 − 0.4) = 1.75. Downside: 0.65 × 2 / (3 − 1 + 0.35) = 0.553191.
// Limit: 0.4 × (466.6666 + 299.3) / 0.6 = 510.6444, over 233.3333 is 2.188476.
it('tells the prices of the worked example', () => {
  const expected = { upsideAbove: expect.closeTo(1.75, 12), downsideBelow: expect.closeTo(0.553191, 6), limitAbove: expect.closeTo(2.188476, 6) };
  expect(triggerPrices(WORKED, DEFAULT_PARAMETERS)).toEqual([expected, expected, expected]);
});

const decidedAt = (price: number) => decideRebalance(atPrice(WORKED, 1, price), DEFAULT_PARAMETERS);

it('tells where the decision turns', () => {
  expect(decidedAt(1.7499)).toMatchObject({ kind: 'hold', reason: 'within-thresholds' });
  expect(decidedAt(1.7501)).toMatchObject({ kind: 'plan', plan: { trigger: { asset: 1, kind: 'upside' } } });
  expect(decidedAt(0.5533)).toMatchObject({ kind: 'hold', reason: 'within-thresholds' });
  expect(decidedAt(0.5531)).toMatchObject({ kind: 'plan', plan: { trigger: { asset: 1, kind: 'downside' } } });
});

it('is silent where no price does it', () => {
  // Two assets: no deviation above 1, which is N − 1.
  const two = triggerPrices(snapshotOf([1, 1], [1, 1], 0), { ...DEFAULT_PARAMETERS, upsideThreshold: 1, downsideThreshold: 1, maxPosition: 1 });
  expect(two).toEqual(Array.from({ length: 2 }, () => ({ upsideAbove: null, downsideBelow: null, limitAbove: null })));
  // One asset deviates from nothing; its weight reaches 0.4 at a value of 0.4 × 60 / 0.6 = 40.
  expect(triggerPrices(snapshotOf([2], [1], 60), DEFAULT_PARAMETERS)).toEqual([{ upsideAbove: null, downsideBelow: null, limitAbove: expect.closeTo(20, 12) }]);
  // What is not held has no value at any price.
  expect(triggerPrices(snapshotOf([0, 1], [1, 1], 0), DEFAULT_PARAMETERS)[0]).toEqual({ upsideAbove: null, downsideBelow: null, limitAbove: null });
});

const someSnapshot = fc.record({
  held: fc.array(fc.tuple(fc.double({ min: 0.01, max: 500, noNaN: true }), fc.double({ min: 0.01, max: 20, noNaN: true })), { minLength: 1, maxLength: 8 }),
  cash: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 5_000, noNaN: true })),
}).map(({ held, cash }) => snapshotOf(held.map(([quantity]) => quantity), held.map(([, price]) => price), cash));
const someParameters: fc.Arbitrary<StrategyParameters> = fc.record({
  upsideThreshold: fc.double({ min: 0.05, max: 6, noNaN: true }), downsideThreshold: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
  maxPosition: fc.oneof(fc.double({ min: 0.05, max: 0.95, noNaN: true }), fc.constant(1)),
}).map((over) => ({ ...DEFAULT_PARAMETERS, ...over }));

const NEVER = 1_000;
const KINDS = [
  { field: 'upsideAbove', kind: 'upside', outward: 1, over: {} },
  { field: 'downsideBelow', kind: 'downside', outward: -1, over: {} },
  // An asset above both is an outperformer only: without that rule the limit shows.
  { field: 'limitAbove', kind: 'limit', outward: 1, over: { upsideThreshold: NEVER } },
] as const;

it.each(KINDS)('the trigger $kind is there just outside $field, and not just inside', ({ field, kind, outward, over }) => {
  fc.assert(fc.property(someSnapshot, someParameters, fc.nat(7), (snapshot, drawn, pick) => {
    const parameters = { ...drawn, ...over };
    // Where the largest deviation there is nearly is the threshold, prices are so large that floats do not tell them apart.
    fc.pre(Math.abs(snapshot.assets.length - 1 - parameters.upsideThreshold) > 0.01);
    const asset = pick % snapshot.assets.length;
    const isTriggered = (price: number): boolean =>
      rankTriggers(valueHoldings(atPrice(snapshot, asset, price)), parameters).some((trigger) => trigger.asset === asset && trigger.kind === kind);
    const price = triggerPrices(snapshot, parameters)[asset]![field];
    if (price === null || price === 0) {
      const always = price === 0;
      for (const any of [1e-4, 1, 1e6]) expect(isTriggered(any)).toBe(always);
      return;
    }
    expect(isTriggered(price * (1 + outward * 1e-7))).toBe(true);
    expect(isTriggered(price * (1 - outward * 1e-7))).toBe(false);
  }), { numRuns: 500 });
});
