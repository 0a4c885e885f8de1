import { checkFeasibility } from './feasibility.js';
import { decideRebalance } from './decide-rebalance.js';
import { DEFAULT_PARAMETERS, type StrategyParameters } from './parameters.js';

const check = (assetCount: number, portfolioValue: number, over: Partial<StrategyParameters> = {}) =>
  checkFeasibility({ ...DEFAULT_PARAMETERS, ...over }, assetCount, portfolioValue);

const codesOf = (...args: Parameters<typeof check>) => check(...args).findings.map(({ code }) => code);

/*
 * Three assets, defaults, value 1 at the start: x = 0.7 / 3 = 0.233333, cash 0.3. To the threshold one rises by
 * g = 1.4 × 2 / 1.6 = 1.75: value 0.408333, total 0.3 + 0.466667 + 0.408333 = 1.175, weight 0.347518 (below 0.4).
 * Sale 0.0816667, net × 0.999 = 0.081585, pot × 0.7 = 0.0571095. One order of 15 from 15 / 0.0571095 = 262.6533.
 */
it('tells from which value on one redistribution order reaches the minimum', () => {
  const feasibility = check(3, 10_000);
  expect(feasibility).toMatchObject({ isFeasible: true, isUpsideReachable: true, findings: [] });
  expect(feasibility.smallestPortfolioValue).toBeCloseTo(262.6533, 3);
  expect(feasibility.smallestPortfolioValueForAll).toBeCloseTo(2 * 262.6533, 3);
  expect(feasibility.smallestInitialValue).toBeCloseTo(15 / 0.2333333, 3);
  expect(feasibility.upsidePriceMultiple).toBeCloseTo(1.75, 12);
});

it('finds a portfolio just below that value too small, and one just above it large enough', () => {
  expect(codesOf(3, 262.6)).toEqual(['redistribution-below-minimum']);
  expect(codesOf(3, 262.7)).toEqual([]);
});

// With a reserve floor of 0.5 × 1.175 = 0.5875 and cash of 0.3 + 0.08 nothing can ever be bought.
it('finds that no value is large enough where the reserve floor blocks every purchase', () => {
  expect(check(3, 1e9, { minReserve: 0.5 })).toMatchObject({
    isFeasible: false, smallestPortfolioValue: null,
    findings: [{ code: 'redistribution-below-minimum', portfolioValue: 1e9, smallestPortfolioValue: null }],
  });
});

// 0.7 × 60 / 3 = 14 < 15: needed are 15 / 0.233333 = 64.2857.
it('finds an initial purchase below the minimum', () => {
  expect(check(3, 60).findings[0]).toEqual({
    code: 'initial-purchase-below-minimum', isBlocking: true, purchaseValue: expect.closeTo(14, 9), minOrderValue: 15,
    smallestPortfolioValue: expect.closeTo(64.2857, 4),
  });
});

describe('two assets', () => {
  // d is +0.4 and −0.4: the downside threshold of 0.35 is passed first. And g = 1.4 / 0.6 = 2.3333: weight 0.81667 / 1.46667.
  it('finds the upside rule behind the downside rule and the position limit', () => {
    expect(check(2, 10_000)).toMatchObject({
      isFeasible: true, isUpsideReachable: false,
      findings: [
        { code: 'downside-triggers-first', upsideThreshold: 0.4, largestUpsideThreshold: 0.35 },
        { code: 'limit-triggers-first', weightAtThreshold: expect.closeTo(0.556818, 6), maxPosition: 0.4 },
      ],
    });
  });

  it('agrees with the decision: the loser of the pair is the trigger', () => {
    const snapshot = {
      assets: ['UP', 'DOWN'], quantities: [1_450, 550], prices: [1, 1], cash: 5_000, timeMs: 0, lastFillMs: [-Infinity, -Infinity],
    };
    expect(decideRebalance(snapshot, DEFAULT_PARAMETERS)).toMatchObject({ plan: { trigger: { asset: 1, kind: 'downside' } } });
  });

  it('finds it reachable where both obstacles are out of the way', () => {
    expect(check(2, 10_000, { upsideThreshold: 0.3, maxPosition: 0.6 })).toMatchObject({ isUpsideReachable: true, findings: [] });
  });
});

// Three assets: largest deviation 2. At u = 0.8 and 0.35 × 2 = 0.7 the lowest of the others is always below −0.4.
it('finds the downside rule first for more assets too, from (N − 1) × its threshold on', () => {
  expect(codesOf(3, 1e6, { upsideThreshold: 0.8, maxPosition: 1 })).toEqual(['downside-triggers-first']);
  expect(codesOf(3, 1e6, { upsideThreshold: 0.7, maxPosition: 1 })).toEqual([]);
});

it('finds a threshold that no deviation can reach', () => {
  expect(check(3, 10_000, { upsideThreshold: 2 })).toMatchObject({
    isUpsideReachable: false, upsidePriceMultiple: null, smallestPortfolioValue: null,
    findings: [{ code: 'upside-beyond-range', upsideThreshold: 2, largestDeviation: 2 }],
  });
});

it('finds a downside threshold that no deviation can reach', () => {
  expect(check(3, 10_000, { downsideThreshold: 1 })).toMatchObject({
    isFeasible: true, isUpsideReachable: true, findings: [{ code: 'downside-beyond-range', isBlocking: false }],
  });
});

it('finds that one asset never deviates, and acts only through the position limit', () => {
  expect(check(1, 10_000)).toMatchObject({ isFeasible: true, isUpsideReachable: false, findings: [{ code: 'single-asset' }] });
  expect(check(1, 10_000, { maxPosition: 1 }).isFeasible).toBe(false);
});
