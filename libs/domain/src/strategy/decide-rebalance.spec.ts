import type { PortfolioSnapshot } from '../portfolio/portfolio-snapshot.js';
import { decideRebalance, isInCooldown, type RebalanceDecision } from './decide-rebalance.js';
import { DEFAULT_PARAMETERS, type StrategyParameters } from './parameters.js';

const MINUTE_MS = 60_000;
const NOW_MS = 1_000 * MINUTE_MS;

/** Assets at a price of 1, so that a quantity is a value; nothing has traded yet. */
function aSnapshot(values: readonly number[], cash: number, over: Partial<PortfolioSnapshot> = {}): PortfolioSnapshot {
  return {
    assets: values.map((_, index) => `A${index}`),
    quantities: values,
    prices: values.map(() => 1),
    cash,
    timeMs: NOW_MS,
    lastFillMs: values.map(() => -Infinity),
    ...over,
  };
}

const decide = (snapshot: PortfolioSnapshot, over: Partial<StrategyParameters> = {}) =>
  decideRebalance(snapshot, { ...DEFAULT_PARAMETERS, ...over });

function planOf(decision: RebalanceDecision) {
  if (decision.kind !== 'plan') throw new Error(`held: ${decision.reason}`);
  return decision.plan;
}

/** Traded this many minutes ago, per asset; null: never. */
const tradedAgo = (...minutes: readonly (number | null)[]) => ({
  lastFillMs: minutes.map((ago) => (ago === null ? -Infinity : NOW_MS - ago * MINUTE_MS)),
});

describe('holding', () => {
  it('holds where the assets are worth nothing', () => {
    expect(decide(aSnapshot([0, 0], 500))).toEqual({ kind: 'hold', reason: 'no-value', declined: [] });
  });

  // m = 100; d = 0.4, −0.2, −0.2: on the threshold is not above it.
  it('holds exactly on the upside threshold', () => {
    expect(decide(aSnapshot([140, 80, 80], 300))).toEqual({ kind: 'hold', reason: 'within-thresholds', declined: [] });
  });

  // m = 100; d = −0.35 for the first.
  it('holds exactly on the downside threshold', () => {
    expect(decide(aSnapshot([65, 117.5, 117.5], 300)).kind).toBe('hold');
  });

  // V = 1000; w = 0.4 for the first, d = 0.2.
  it('holds exactly on the position limit', () => {
    expect(decide(aSnapshot([400, 300, 300], 0)).kind).toBe('hold');
  });

  it('holds with one asset within the limit, whose deviation is always 0', () => {
    expect(decide(aSnapshot([400], 600))).toEqual({ kind: 'hold', reason: 'within-thresholds', declined: [] });
  });
});

describe('upside', () => {
  // The worked example: 233.3333 of each, the first at 1.9. m = 303.3333, V = 1209.3, d = 0.461538.
  it('decides the worked example', () => {
    const quantities = [700 / 3, 700 / 3, 700 / 3];
    const { trigger, sales, aim, totalValue, meanValue, cashFloor } = planOf(
      decide(aSnapshot(quantities, 299.3, { prices: [1.9, 1, 1] })),
    );
    expect(trigger).toEqual({ asset: 0, kind: 'upside', ratio: expect.closeTo(0.461538 / 0.4, 5) });
    expect(sales).toEqual([{ asset: 0, quantity: expect.closeTo(46.6667, 4), value: expect.closeTo(88.6667, 4) }]);
    expect([totalValue, meanValue, cashFloor]).toEqual([
      expect.closeTo(1209.3, 9), expect.closeTo(303.3333, 4), expect.closeTo(60.465, 9),
    ]);
    expect(aim).toEqual({ kind: 'redistribute-proceeds' });
  });

  // V = 3000, m = 1000: d = 0.6, ratio 1.5; w = 0.53333, over 0.4 that is 1.33333, the smaller one.
  // Sale: max(0.2 × 1600, 1600 − 0.4 × 3000) = max(320, 400).
  it('sells down to the position limit where that is more', () => {
    const plan = planOf(decide(aSnapshot([1_600, 700, 700], 0)));
    expect(plan.trigger).toEqual({ asset: 0, kind: 'upside', ratio: expect.closeTo(1.5, 12) });
    expect(plan.sales).toEqual([{ asset: 0, quantity: expect.closeTo(400, 9), value: expect.closeTo(400, 9) }]);
  });

  // w / 0.2 = 2.66667 exceeds d / 0.4 = 1.5; sale 1600 − 0.2 × 3000 = 1000.
  it('takes the weight over the limit as its ratio where that is larger', () => {
    const plan = planOf(decide(aSnapshot([1_600, 700, 700], 0), { maxPosition: 0.2 }));
    expect(plan.trigger).toEqual({ asset: 0, kind: 'upside', ratio: expect.closeTo(8 / 3, 12) });
    expect(plan.sales[0]?.value).toBeCloseTo(1_000, 9);
  });

  // m = 40: d = 0.5; 0.2 × 60 = 12 < 15. The downside rules stay quiet: d = −0.25.
  it('is declined where its sale would be too small', () => {
    expect(decide(aSnapshot([60, 30, 30], 500))).toEqual({
      kind: 'hold', reason: 'no-plan',
      declined: [{ asset: 0, kind: 'upside', ratio: expect.closeTo(1.25, 12), reason: 'sale-below-minimum' }],
    });
  });

  it('never sells more than is held, though value / price may round up', () => {
    const quantity = 0.1 + 0.2;
    const plan = planOf(decide(aSnapshot([quantity, 1, 1], 0, { prices: [1_000 / 3, 1, 1] }), { sellPercentage: 1 }));
    expect(plan.sales[0]?.quantity).toBeLessThanOrEqual(quantity);
  });
});

describe('position limit', () => {
  // V = 3000: w = 0.43333, d = 0.3. Sale 1300 − 1200 = 100.
  it('cuts a position back to the limit', () => {
    const plan = planOf(decide(aSnapshot([1_300, 900, 800], 0)));
    expect(plan.trigger).toEqual({ asset: 0, kind: 'limit', ratio: expect.closeTo(13 / 12, 12) });
    expect(plan.sales).toEqual([{ asset: 0, quantity: expect.closeTo(100, 9), value: expect.closeTo(100, 9) }]);
    expect(plan.aim).toEqual({ kind: 'redistribute-proceeds' });
  });

  // V = 300: what is above the limit is 130 − 120 = 10.
  it('is declined where what is above the limit is too small', () => {
    expect(decide(aSnapshot([130, 90, 80], 0))).toMatchObject({
      reason: 'no-plan', declined: [{ asset: 0, kind: 'limit', reason: 'sale-below-minimum' }],
    });
  });

  // w = 0.5; sale 500 − 0.4 × 1000.
  it('acts on a single asset too', () => {
    expect(planOf(decide(aSnapshot([500], 500))).sales[0]?.value).toBeCloseTo(100, 9);
  });
});

describe('downside', () => {
  // m = 1000, d = −0.4; V = 4000. W = min(400, 1600 − 600) = 400; F = (1000 − 200) / 1.001 = 799.2.
  it('buys from the reserve alone where that suffices', () => {
    const plan = planOf(decide(aSnapshot([600, 1_200, 1_200], 1_000)));
    expect(plan.trigger).toEqual({ asset: 0, kind: 'downside', ratio: expect.closeTo(0.4 / 0.35, 12) });
    expect(plan.sales).toEqual([]);
    expect(plan.aim).toEqual({ kind: 'top-up', asset: 0, value: expect.closeTo(400, 9) });
  });

  // V = 3300, floor 165: F = 135 / 1.001 = 134.865135, shortfall 265.134865, equal excesses: 132.567433 each.
  it('raises the shortfall from the assets above the mean', () => {
    const plan = planOf(decide(aSnapshot([600, 1_200, 1_200], 300)));
    expect(plan.sales).toEqual([
      { asset: 1, quantity: expect.closeTo(132.567433, 6), value: expect.closeTo(132.567433, 6) },
      { asset: 2, quantity: expect.closeTo(132.567433, 6), value: expect.closeTo(132.567433, 6) },
    ]);
    expect(plan.aim).toEqual({ kind: 'top-up', asset: 0, value: expect.closeTo(400, 9) });
  });

  it('caps each donor at maxDonorSale of its position and raises the rest nowhere', () => {
    const plan = planOf(decide(aSnapshot([600, 1_200, 1_200], 300), { maxDonorSale: 0.1 }));
    expect(plan.sales.map(({ value }) => value)).toEqual([expect.closeTo(120, 9), expect.closeTo(120, 9)]);
  });

  // Excesses 390 and 10 of 400: 265.134865 × 390 / 400 = 258.506493, and 6.63 for the other, below 15.
  it('leaves out a donor whose sale would be too small, without asking the others for it', () => {
    const plan = planOf(decide(aSnapshot([600, 1_390, 1_010], 300)));
    expect(plan.sales).toEqual([
      { asset: 1, quantity: expect.closeTo(258.5064935, 6), value: expect.closeTo(258.5064935, 6) },
    ]);
  });

  // V = 4000: the limit of 0.16 leaves 640 − 600 = 40 although the mean is 400 away.
  // The other assets are over that limit, by 0.3 / 0.16; they are in cooldown here.
  it('wants no more than the position limit leaves', () => {
    const snapshot = aSnapshot([600, 1_200, 1_200], 1_000, tradedAgo(null, 1, 1));
    expect(planOf(decide(snapshot, { maxPosition: 0.16 })).aim).toEqual({
      kind: 'top-up', asset: 0, value: expect.closeTo(40, 9),
    });
  });

  // m = 25, W = 10.
  it('is declined where the mean is too near for an order', () => {
    expect(decide(aSnapshot([15, 30, 30], 0))).toEqual({
      kind: 'hold', reason: 'no-plan',
      declined: [{ asset: 0, kind: 'downside', ratio: expect.closeTo(0.4 / 0.35, 12), reason: 'purchase-below-minimum' }],
    });
  });

  // m = 100, W = 40; no cash, floor 0.1 × 300 = 30. Donors 20 each raise 39.96; (39.96 − 30) / 1.001 = 9.95 < 15.
  it('is declined, and sells nothing, where reserve and donors do not pay for an order', () => {
    expect(decide(aSnapshot([60, 120, 120], 0), { minReserve: 0.1 })).toMatchObject({
      kind: 'hold', reason: 'no-plan', declined: [{ asset: 0, kind: 'downside', reason: 'funds-below-minimum' }],
    });
  });

  // The same with a floor of 15: (39.96 − 15) / 1.001 = 24.94.
  it('buys what is affordable where that is less than wanted but enough for an order', () => {
    expect(planOf(decide(aSnapshot([60, 120, 120], 0))).sales.map(({ value }) => value)).toEqual([
      expect.closeTo(20, 9), expect.closeTo(20, 9),
    ]);
  });
});

describe('cooldown', () => {
  it('lasts until the minutes have passed, and not one moment longer', () => {
    const parameters = { ...DEFAULT_PARAMETERS, cooldownMinutes: 30 };
    expect(isInCooldown(NOW_MS - 30 * MINUTE_MS + 1, NOW_MS, parameters)).toBe(true);
    expect(isInCooldown(NOW_MS - 30 * MINUTE_MS, NOW_MS, parameters)).toBe(false);
    expect(isInCooldown(-Infinity, NOW_MS, parameters)).toBe(false);
    expect(isInCooldown(NOW_MS, NOW_MS, { ...parameters, cooldownMinutes: 0 })).toBe(false);
  });

  it('keeps an asset from triggering', () => {
    expect(decide(aSnapshot([1_500, 800, 700], 3_000, tradedAgo(29, null, null)))).toMatchObject({
      kind: 'hold', reason: 'all-in-cooldown', declined: [{ asset: 0, kind: 'upside', reason: 'cooldown' }],
    });
    expect(decide(aSnapshot([1_500, 800, 700], 3_000, tradedAgo(30, null, null))).kind).toBe('plan');
  });

  it("does not keep an asset out of another's plan", () => {
    const plan = planOf(decide(aSnapshot([600, 1_200, 1_200], 300, tradedAgo(null, 1, 1))));
    expect(plan.sales.map(({ asset }) => asset)).toEqual([1, 2]);
  });

  // Asset 0 is declined for its size, asset 1 for its cooldown: not all are in cooldown.
  it('is not the reason of a hold where another trigger was tried', () => {
    const decision = decide(aSnapshot([70, 5, 45], 500, tradedAgo(null, 1, null)), { minOrderValue: 50 });
    expect(decision).toMatchObject({ kind: 'hold', reason: 'no-plan' });
    expect(decision.declined.map(({ asset, reason }) => [asset, reason])).toEqual([
      [1, 'cooldown'], [0, 'sale-below-minimum'],
    ]);
  });
});

describe('the order of triggers', () => {
  // m = 1000: d = 0.45, 0.45, −0.9. The last breaches most (2.571) but rests; the first two are equal.
  it('takes the largest ratio first, then the one listed first', () => {
    const decision = decide(aSnapshot([1_450, 1_450, 100], 5_000, tradedAgo(null, null, 1)));
    expect(planOf(decision).trigger.asset).toBe(0);
    expect(decision.declined).toEqual([
      { asset: 2, kind: 'downside', ratio: expect.closeTo(0.9 / 0.35, 12), reason: 'cooldown' },
    ]);
  });

  it('reaches the second where the first yields nothing', () => {
    expect(planOf(decide(aSnapshot([1_450, 1_450, 100], 5_000, tradedAgo(1, null, 1)))).trigger.asset).toBe(1);
  });

  // V = 400, m = 200. Asset 0: d = −0.5 over 0.25 and w = 0.25 over 0.125, both 2. Its limit leaves 50 − 100 < 0 to
  // buy, so downside yields nothing and limit sells 50. Asset 1 (ratio 6 by weight) rests.
  it('tries downside before limit on one asset at equal ratios', () => {
    const decision = decide(aSnapshot([100, 300], 0, tradedAgo(null, 1)), { downsideThreshold: 0.25, maxPosition: 0.125 });
    expect(planOf(decision).trigger).toEqual({ asset: 0, kind: 'limit', ratio: 2 });
    expect(planOf(decision).sales).toEqual([{ asset: 0, quantity: 50, value: 50 }]);
    expect(decision.declined.map(({ asset, kind, ratio, reason }) => [asset, kind, ratio, reason])).toEqual([
      [1, 'upside', 6, 'cooldown'], [0, 'downside', 2, 'purchase-below-minimum'],
    ]);
  });

  it('stops at the first plan: later triggers are not among the declined', () => {
    expect(decide(aSnapshot([600, 1_900, 500], 1_000)).declined).toEqual([]);
  });
});
