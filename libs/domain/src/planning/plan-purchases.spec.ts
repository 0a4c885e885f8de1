import { DEFAULT_PARAMETERS, type StrategyParameters } from '../strategy/parameters.js';
import { planInitialAllocation, planPurchases, planRestOfStart, sizePurchase } from './plan-purchases.js';
import type { RebalancePlan } from './rebalance-plan.js';

const withDefaults = (over: Partial<StrategyParameters> = {}): StrategyParameters => ({ ...DEFAULT_PARAMETERS, ...over });

/** An upside plan of the first asset, at these decided values and no cash. */
function aCutBack(values: readonly number[], totalValue = values.reduce((a, b) => a + b, 0)): RebalancePlan {
  return {
    trigger: { asset: 0, kind: 'upside', ratio: 1.2 }, decidedAtMs: 0, values, totalValue,
    meanValue: totalValue / values.length, cashFloor: 0.05 * totalValue, sales: [], aim: { kind: 'redistribute-proceeds' },
  };
}

describe('redistributing the proceeds', () => {
  // The worked example: pot 0.7 × 88.578 = 62.0046, a share of 31.0023 each.
  it('shares the pot equally among the others', () => {
    expect(planPurchases(aCutBack([443.3333, 233.3333, 233.3333], 1209.3), 88.578, withDefaults())).toEqual([
      { take: 'buy', asset: 1, value: expect.closeTo(31.0023, 9) },
      { take: 'buy', asset: 2, value: expect.closeTo(31.0023, 9) },
    ]);
  });

  // Pot 0.7 × 60 = 42: a share of 14 is below 15, so floor(42 / 15) = 2 assets of the lowest value get 21 each.
  it('goes to the lowest assets where an equal share is too small, still in listed order', () => {
    expect(planPurchases(aCutBack([1_000, 50, 60, 40]), 60, withDefaults())).toEqual([
      { take: 'buy', asset: 1, value: expect.closeTo(21, 12) },
      { take: 'buy', asset: 3, value: expect.closeTo(21, 12) },
    ]);
  });

  it('takes those listed first on equal values', () => {
    const assets = planPurchases(aCutBack([1_000, 50, 50, 50]), 60, withDefaults()).map(({ asset }) => asset);
    expect(assets).toEqual([1, 2]);
  });

  it('keeps all of it where it pays for no order, and where there is no other asset', () => {
    expect(planPurchases(aCutBack([1_000, 50, 60]), 20, withDefaults())).toEqual([]);
    expect(planPurchases(aCutBack([1_000]), 500, withDefaults())).toEqual([]);
  });

  // V = 1000, limit 400: room of 10 for the second (too small), of 20 for the third; the fourth takes its whole share of 70.
  it('caps each share at the position limit', () => {
    const plan = aCutBack([100, 390, 380, 130], 1_000);
    expect(planPurchases(plan, 300, withDefaults())).toEqual([
      { take: 'skip', asset: 1, value: expect.closeTo(70, 12), reason: 'position-limit' },
      { take: 'buy', asset: 2, value: expect.closeTo(20, 12) },
      { take: 'buy', asset: 3, value: expect.closeTo(70, 12) },
    ]);
  });
});

// 491.4 / 13.65 rounds to 36, and 491.4 / 36 to a hair below 13.65: the specification's letter is kept.
it('skips shares that rounding puts below the minimum', () => {
  const plan = aCutBack([10_000, ...Array.from({ length: 40 }, () => 250)]);
  const purchases = planPurchases(plan, 491.4, withDefaults({ usdtReserve: 0, minOrderValue: 13.65 }));
  expect(purchases).toHaveLength(36);
  expect(new Set(purchases.map((purchase) => purchase.take === 'skip' && purchase.reason))).toEqual(new Set(['share-below-minimum']));
});

it('tops up one asset with what was decided, whatever the sales brought', () => {
  const plan: RebalancePlan = { ...aCutBack([600, 1_200, 1_200]), aim: { kind: 'top-up', asset: 0, value: 400 } };
  expect(planPurchases(plan, 12, withDefaults())).toEqual([{ take: 'buy', asset: 0, value: 400 }]);
});

describe('sizePurchase', () => {
  // 50 above the floor pay for 50 / 1.001 = 49.950050, fee included.
  it.each([
    { name: 'buys what is wanted where the cash suffices', wanted: 40, cash: 100, floor: 50, expected: { take: 'buy', value: 40 } },
    { name: 'buys what the cash above the floor pays for', wanted: 60, cash: 100, floor: 50, expected: { take: 'buy', value: expect.closeTo(49.95005, 5) } },
    { name: 'buys exactly the minimum', wanted: 15, cash: 100, floor: 0, expected: { take: 'buy', value: 15 } },
    { name: 'skips where that is below the minimum', wanted: 60, cash: 65, floor: 50, expected: { take: 'skip', reason: 'cash-below-minimum' } },
    { name: 'skips where the cash is below the floor', wanted: 60, cash: 40, floor: 50, expected: { take: 'skip', reason: 'cash-below-minimum' } },
  ])('$name', ({ wanted, cash, floor, expected }) => {
    expect(sizePurchase(wanted, cash, floor, withDefaults())).toEqual(expected);
  });
});

describe('planInitialAllocation', () => {
  it('shares the capital less the reserve equally', () => {
    expect(planInitialAllocation(3, withDefaults({ initialCapital: 1_000 }))).toEqual([0, 1, 2].map((asset) => ({
      take: 'buy', asset, value: expect.closeTo(233.333333, 6),
    })));
  });

  // One asset: min(0.7, 0.4) of 1,000.
  it('stays within the position limit', () => {
    expect(planInitialAllocation(1, withDefaults({ initialCapital: 1_000 }))).toEqual([{ take: 'buy', asset: 0, value: 400 }]);
  });
});

describe('planRestOfStart', () => {
  // A share of 0.7 / 3 of 3,000 is 700: the first has it, the second lacks 300, the third 10, which is less than an order may be.
  it('buys what a start that was cut short left out', () => {
    expect(planRestOfStart({ values: [700, 400, 690], totalValue: 3_000 }, withDefaults())).toEqual([{ take: 'buy', asset: 1, value: expect.closeTo(300, 9) }]);
    expect(planRestOfStart({ values: [720, 690, 690], totalValue: 3_000 }, withDefaults())).toEqual([]);
  });

  it('is the start itself where nothing is held', () => {
    expect(planRestOfStart({ values: [0, 0, 0], totalValue: 1_000 }, withDefaults())).toEqual(planInitialAllocation(3, withDefaults({ initialCapital: 1_000 })));
  });
});
