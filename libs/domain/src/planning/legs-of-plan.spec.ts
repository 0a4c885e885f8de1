import { DEFAULT_PARAMETERS } from '../strategy/parameters.js';
import { cashFloorOf, purchasesOf, salesOf } from './legs-of-plan.js';
import type { PlanDecision } from './plan-states.js';

/** The worked example of docs/strategy.md: the first of three has risen from 1 to 1.9. */
const UPSIDE: PlanDecision = {
  kind: 'rebalance', decidedAtMs: 0, totalValue: 1_209.3, prices: [1.9, 1, 1],
  plan: {
    trigger: { asset: 0, kind: 'upside', ratio: 1.1538 }, decidedAtMs: 0, values: [443.3333, 233.3333, 233.3333], totalValue: 1_209.3, meanValue: 303.3333,
    cashFloor: 60.465, sales: [{ asset: 0, quantity: 46.666666666666664, value: 88.6667 }], aim: { kind: 'redistribute-proceeds' },
  },
};
const TOP_UP: PlanDecision = { ...UPSIDE, plan: { ...UPSIDE.plan, sales: [], aim: { kind: 'top-up', asset: 2, value: 1e-7 } } };
const START: PlanDecision = {
  kind: 'initial', decidedAtMs: 0, totalValue: 1_000, prices: [1, 1], purchases: [{ take: 'buy', asset: 0, value: 350 }, { take: 'buy', asset: 1, value: 350 }],
};

it('sells what was decided, in the exact text of its quantity', () => {
  expect(salesOf(UPSIDE)).toEqual([{ asset: 0, quantity: '46.666666666666664', value: 88.6667 }]);
  const tiny: PlanDecision = { ...UPSIDE, plan: { ...UPSIDE.plan, sales: [{ asset: 1, quantity: 2.5e-8, value: 20 }] } };
  expect(salesOf(tiny)[0]!.quantity).toBe('0.000000025');
});

// 0.7 × 88.578 = 62.0046, half of it each.
it('buys for what the sales have really brought in', () => {
  expect(purchasesOf(UPSIDE, '88.578', DEFAULT_PARAMETERS)).toEqual([
    { take: 'buy', asset: 1, value: expect.closeTo(31.0023, 9) }, { take: 'buy', asset: 2, value: expect.closeTo(31.0023, 9) },
  ]);
  expect(purchasesOf(UPSIDE, '0', DEFAULT_PARAMETERS)).toEqual([]);
});

it('tops up by what was decided, whatever came in', () => {
  expect(purchasesOf(TOP_UP, '0', DEFAULT_PARAMETERS)).toEqual([{ take: 'buy', asset: 2, value: 1e-7 }]);
  expect(salesOf(TOP_UP)).toEqual([]);
});

it('starts with purchases only, down to no cash at all', () => {
  expect(salesOf(START)).toEqual([]);
  expect(purchasesOf(START, '0', DEFAULT_PARAMETERS)).toEqual([{ take: 'buy', asset: 0, value: 350 }, { take: 'buy', asset: 1, value: 350 }]);
  expect([cashFloorOf(START), cashFloorOf(UPSIDE)]).toEqual([0, 60.465]);
});
