import * as fc from 'fast-check';
import { planInitialAllocation } from '../planning/plan-purchases.js';
import type { PlanDecision } from '../planning/plan-states.js';
import type { RebalancePlan } from '../planning/rebalance-plan.js';
import { DEFAULT_CAPS, DEFAULT_EXECUTION, type PortfolioConfiguration } from '../portfolio/portfolio-configuration.js';
import type { PortfolioSnapshot } from '../portfolio/portfolio-snapshot.js';
import { valueHoldings } from '../portfolio/valuation.js';
import { decideRebalance } from '../strategy/decide-rebalance.js';
import { DEFAULT_PARAMETERS, type StrategyParameters } from '../strategy/parameters.js';
import { insaneBecause } from './plan-sanity.js';

type Over = Partial<StrategyParameters> & { readonly maxPlanFraction?: number };

function configurationOf(snapshot: PortfolioSnapshot, { maxPlanFraction = 1, ...over }: Over = {}): PortfolioConfiguration {
  return {
    assets: snapshot.assets.map((base) => ({ base, marketId: `${base}USDT` })), quote: 'USDT', parameters: { ...DEFAULT_PARAMETERS, ...over },
    execution: DEFAULT_EXECUTION, caps: { ...DEFAULT_CAPS, maxPlanFraction },
  };
}

const snapshotOf = (quantities: readonly number[], prices: readonly number[], cash: number): PortfolioSnapshot => ({
  assets: ['HANA', 'AIA', 'XAN'], quantities, prices, cash, timeMs: 0, lastFillMs: quantities.map(() => -Infinity),
});

/** The worked example of docs/strategy.md: values 443.3333, 233.3333, 233.3333 of 1,209.3 in all. */
const RISEN = snapshotOf([233.3333, 233.3333, 233.3333], [1.9, 1, 1], 299.3);
/** Values 233.3333, 233.3333, 93.3333 of 859.3 in all: XAN is half of the mean of 186.6667, which 93.3333 more make up for. */
const FALLEN = snapshotOf([233.3333, 233.3333, 233.3333], [1, 1, 0.4], 299.3);

function decisionOf(snapshot: PortfolioSnapshot, parameters: StrategyParameters = DEFAULT_PARAMETERS, over: Partial<RebalancePlan> = {}): PlanDecision {
  const decision = decideRebalance(snapshot, parameters);
  if (decision.kind === 'hold') throw new Error(`held: ${decision.reason}`);
  return {
    kind: 'rebalance', decidedAtMs: 0, plan: { ...decision.plan, ...over }, totalValue: decision.plan.totalValue, prices: Array.from(snapshot.prices),
  };
}

const reasonOf = (snapshot: PortfolioSnapshot, over: Partial<RebalancePlan>, settings: Over = {}): string | null => {
  const configuration = configurationOf(snapshot, settings);
  return insaneBecause(decisionOf(snapshot, configuration.parameters, over), configuration, snapshot);
};

it('has nothing against the plans of the worked example and its opposite', () => {
  expect(reasonOf(RISEN, {})).toBeNull();
  expect(reasonOf(FALLEN, {})).toBeNull();
});

const sale = (asset: number, quantity: number) => ({ asset, quantity, value: quantity });
const topUp = (asset: number, value: number): Partial<RebalancePlan> => ({ aim: { kind: 'top-up', asset, value } });

it.each<[string, PortfolioSnapshot, Partial<RebalancePlan>, Over, string]>([
  ['sells another asset than the one that rose', RISEN, { sales: [sale(1, 40)] }, {}, 'it was triggered upside by HANA and does not sell it'],
  ['buys another asset than the one that fell', FALLEN, topUp(0, 50), {}, 'it was triggered downside by XAN and does not buy it'],
  ['sells what fell', FALLEN, { sales: [sale(2, 50)] }, {}, 'it was triggered downside by XAN and does not buy it'],
  ['sells more than is held', RISEN, { sales: [sale(0, 234)] }, {}, 'it sells 444.60 of HANA, of which 443.33 is held'],
  // HANA −19, the others −200 each, of whose proceeds 0.7 × 418.581 = 293.0067 come back: 424.3333 against 179.8367 twice, of a
  // mean of 261.3356 that is 1.6237. Before it was 443.3333 / 303.3333 = 1.4615.
  ['sells others so that what rose stands out more', RISEN, { sales: [sale(0, 10), sale(1, 200), sale(2, 200)] }, {}, 'it moves HANA from 1.4615 to 1.6237 times what upside measures'],
  // 256.335 / 1.001 = 256.08 are affordable; 93.33 + 256.08 = 349.41 against 0.4 × 859.3 = 343.72.
  ['buys above the position limit', FALLEN, topUp(2, 300), {}, 'it buys XAN up to 349.41, above the position limit of 343.72'],
  // 299.3 − 200 × 1.001 = 99.1 against 0.2 × 859.3 = 171.86.
  ['takes the reserve', FALLEN, { ...topUp(2, 200), cashFloor: 0 }, { minReserve: 0.2 }, 'its purchases leave 99.10 in cash, below the reserve of 171.86'],
  // 88.6667 sold and 62.0046 bought, of 1,209.3.
  ['trades more than a plan may', RISEN, {}, { maxPlanFraction: 0.1 }, 'it trades 150.67, more than maxPlanFraction 0.1 of 1209.30'],
  ['has legs below the minimum only', FALLEN, topUp(2, 14.9), {}, 'none of its legs can be filled'],
  ['has no legs', RISEN, { sales: [] }, {}, 'none of its legs can be filled'],
  ['names no asset of the portfolio', RISEN, { sales: [sale(3, 10)] }, {}, 'it asks for 10 of asset 3 of 3'],
  ['sells no number', RISEN, { sales: [sale(0, NaN)] }, {}, 'it asks for NaN of asset 0 of 3'],
  ['sells less than nothing', RISEN, { sales: [sale(0, -5)] }, {}, 'it asks for -5 of asset 0 of 3'],
  ['buys infinitely much', FALLEN, topUp(2, Infinity), {}, 'it asks for Infinity of asset 2 of 3'],
  ['is triggered by nobody', RISEN, { trigger: { asset: 9, kind: 'upside', ratio: 1 } }, {}, 'it was triggered upside by asset 9 of 3'],
])('catches a plan that %s', (_name, snapshot, over, settings, expected) => {
  expect(reasonOf(snapshot, over, settings)).toBe(expected);
});

// A fee of a tenth eats 42 of the 421 sold and 25 on purchases of 252: HANA has 441.43 of some 1,142 instead of 443.33 of 1,209.
it('catches a plan that costs more weight than it sells', () => {
  const over: Partial<RebalancePlan> = { trigger: { asset: 0, kind: 'limit', ratio: 1 }, sales: [sale(0, 1), sale(1, 210), sale(2, 210)] };
  expect(reasonOf(RISEN, over, { tradingFee: 0.1 })).toMatch(/^it moves HANA from 0\.3666 to 0\.38\d\d times what limit measures$/);
});

describe('of the start', () => {
  const EMPTY = snapshotOf([0, 0, 0], [1, 1, 1], 1_000);
  const start = (values: readonly number[], settings: Over = {}): string | null => insaneBecause({
    kind: 'initial', decidedAtMs: 0, totalValue: 1_000, prices: [1, 1, 1], purchases: values.map((value, asset) => ({ take: 'buy', asset, value })),
  }, configurationOf(EMPTY, settings), EMPTY);

  it('takes one down to no cash at all', () => {
    expect(start([233.3333, 233.3333, 233.3333])).toBeNull();
    // 399.6 × 2.5 = 999, and a thousandth of it in fees: 0.001 are left.
    expect(start([399.6, 399.6, 199.8])).toBeNull();
  });

  it('catches one that buys above the position limit, nothing, or too much at once', () => {
    expect(start([400.01, 100, 100])).toBe('it buys HANA up to 400.01, above the position limit of 400.00');
    expect(start([])).toBe('none of its legs can be filled');
    expect(start([14, 14, 14])).toBe('none of its legs can be filled');
    expect(start([300, 300, 300], { maxPlanFraction: 0.8 })).toBe('it trades 900.00, more than maxPlanFraction 0.8 of 1000.00');
    expect(start([300, NaN, 300])).toBe('it asks for NaN of asset 1 of 3');
  });
});

const fraction = (max: number) => fc.double({ min: 0.01, max, noNaN: true });
const someParameters: fc.Arbitrary<StrategyParameters> = fc.record({
  upsideThreshold: fraction(1.5), downsideThreshold: fraction(1), sellPercentage: fraction(1), usdtReserve: fraction(0.9),
  minOrderValue: fc.double({ min: 1, max: 60, noNaN: true }), cooldownMinutes: fc.nat({ max: 60 }), maxPosition: fraction(1),
  maxDonorSale: fraction(1), minReserve: fraction(0.5), tradingFee: fc.double({ min: 0, max: 0.1, noNaN: true }),
}).map((over) => ({ ...DEFAULT_PARAMETERS, ...over }));
const someSnapshot: fc.Arbitrary<PortfolioSnapshot> = fc.record({
  held: fc.array(fc.record({
    quantity: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 500, noNaN: true })), price: fc.double({ min: 0.01, max: 20, noNaN: true }),
    lastFillMs: fc.constantFrom(-Infinity, 0, 1_000_000, 3_000_000),
  }), { minLength: 1, maxLength: 8 }),
  cash: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5_000, noNaN: true })),
}).map(({ held, cash }) => ({
  assets: held.map((_, index) => `A${index}`), quantities: held.map(({ quantity }) => quantity), prices: held.map(({ price }) => price),
  cash, timeMs: 3_000_000, lastFillMs: held.map(({ lastFillMs }) => lastFillMs),
}));
const NUM_RUNS = 1_000;

// A plan can trade at most all assets and then all of the cash: twice the total value.
it('never refuses a plan of the cascade, but for trading more than the cap', () => {
  fc.assert(fc.property(someSnapshot, someParameters, fc.double({ min: 0.01, max: 2, noNaN: true }), (snapshot, parameters, maxPlanFraction) => {
    const decided = decideRebalance(snapshot, parameters);
    fc.pre(decided.kind === 'plan');
    const decision = decisionOf(snapshot, parameters);
    expect(insaneBecause(decision, configurationOf(snapshot, { ...parameters, maxPlanFraction: 2 }), snapshot)).toBeNull();
    const capped = insaneBecause(decision, configurationOf(snapshot, { ...parameters, maxPlanFraction }), snapshot);
    if (capped !== null) expect(capped).toMatch(/^it trades [\d.]+, more than maxPlanFraction/);
  }), { numRuns: NUM_RUNS });
});

it('never refuses the start', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), someParameters, fc.double({ min: 20, max: 1e6, noNaN: true }), (assetCount, parameters, capital) => {
    const purchases = planInitialAllocation(assetCount, { ...parameters, initialCapital: capital });
    fc.pre(purchases.some(({ value }) => value >= parameters.minOrderValue) && capital / (1 + parameters.tradingFee) >= parameters.minOrderValue);
    const snapshot: PortfolioSnapshot = {
      assets: purchases.map((_, index) => `A${index}`), quantities: purchases.map(() => 0), prices: purchases.map(() => 2), cash: capital, timeMs: 0,
      lastFillMs: purchases.map(() => -Infinity),
    };
    const decision: PlanDecision = { kind: 'initial', decidedAtMs: 0, totalValue: capital, prices: purchases.map(() => 2), purchases };
    expect(insaneBecause(decision, configurationOf(snapshot, parameters), snapshot)).toBeNull();
  }));
});

it('catches whatever turns a plan into its opposite', () => {
  fc.assert(fc.property(someSnapshot, someParameters, (snapshot, parameters) => {
    const decided = decideRebalance(snapshot, parameters);
    fc.pre(decided.kind === 'plan');
    const { values } = valueHoldings(snapshot);
    const { asset, kind } = decided.plan.trigger;
    const opposite: Partial<RebalancePlan> = kind === 'downside'
      ? { sales: [sale(asset, Math.max(1e-6, snapshot.quantities[asset]! / 2))] }
      : { sales: [], aim: { kind: 'top-up', asset, value: Math.max(1, values[asset]!) } };
    const configuration = configurationOf(snapshot, { ...parameters, maxPlanFraction: 2 });
    expect(insaneBecause(decisionOf(snapshot, parameters, opposite), configuration, snapshot)).not.toBeNull();
  }), { numRuns: 500 });
});
