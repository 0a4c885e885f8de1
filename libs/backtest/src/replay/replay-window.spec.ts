import { DEFAULT_PARAMETERS } from '#domain';
import type { RecordedDecision, RecordedLeg } from './recorded-decision.js';
import { replayWindow } from './replay-window.js';

const HELD = 700 / 3;

/** docs/strategy.md's worked example: HANA has grown to 1.9, so 0.2 × 443.3333 / 1.9 = 46.6667 of it are sold. */
const aDecision = (over: Partial<RecordedDecision> = {}): RecordedDecision => ({
  evaluationId: 'ev_1', timeMs: 3_600_000, assets: ['HANA', 'AIA', 'XAN'], prices: [1.9, 1, 1], quantities: [HELD, HELD, HELD], cash: 299.3,
  lastFillMs: [0, 0, 0], parameters: DEFAULT_PARAMETERS, outcome: aPlan(), ...over,
});

const SOLD = (0.2 * HELD * 1.9) / 1.9;
const SALE_VALUE = SOLD * 1.9;
const SHARE = (0.7 * SALE_VALUE * 0.999) / 2;

const aLeg = (over: Partial<RecordedLeg>): RecordedLeg => ({
  asset: 0, side: 'sell', state: 'filled', reason: null, filledQuantity: SOLD, filledNotional: SALE_VALUE, fee: SALE_VALUE * 0.001, quantityStep: 0.01, valueStep: 0.0001,
  doneMs: 3_600_100, ...over,
});

const aPurchase = (asset: number, over: Partial<RecordedLeg> = {}): RecordedLeg =>
  aLeg({ asset, side: 'buy', filledQuantity: SHARE, filledNotional: SHARE, fee: SHARE * 0.001, ...over });

const aSale = (quantity: number): RecordedLeg => aLeg({ filledQuantity: quantity, filledNotional: quantity * 1.9, fee: quantity * 1.9 * 0.001 });

function aPlan(legs: readonly RecordedLeg[] = [aLeg({}), aPurchase(1), aPurchase(2)], endReason: string | null = null): RecordedDecision['outcome'] {
  return { kind: 'plan', planId: 'pl_1', trigger: { asset: 0, kind: 'upside' }, legs, endReason };
}

const causesOf = (decision: RecordedDecision) => replayWindow([decision], false).divergences.map(({ asset, cause }) => `${asset}: ${cause}`);

it('finds nothing where everything was done as the engine does it', () => {
  expect(replayWindow([aDecision()], false)).toMatchObject({ decisions: 1, plans: 1, divergences: [], equity: null });
});

describe('causes', () => {
  it('tells a price apart from a delay, and what it was worth', () => {
    // 46.6667 sold at 1.89 in place of 1.9: 0.466667 less.
    const worse = aLeg({ filledNotional: SOLD * 1.89, fee: SOLD * 1.89 * 0.001 });
    const { divergences } = replayWindow([aDecision({ outcome: aPlan([worse, aPurchase(1), aPurchase(2)]) })], false);
    expect(divergences).toEqual([expect.objectContaining({ asset: 'HANA', cause: 'price', expected: expect.closeTo(1.9, 9), actual: expect.closeTo(1.89, 9), value: expect.closeTo(-0.466667, 6) })]);
    expect(causesOf(aDecision({ outcome: aPlan([{ ...worse, doneMs: 3_605_001 }, aPurchase(1), aPurchase(2)]) }))).toEqual(['HANA: delay']);
  });

  it('knows what rounding to a step is, and what is more than that', () => {
    const rounded = 46.66;
    expect(causesOf(aDecision({ outcome: aPlan([aSale(rounded), aPurchase(1), aPurchase(2)]) }))).toEqual(['HANA: rounding']);
    expect(causesOf(aDecision({ outcome: aPlan([{ ...aSale(30), state: 'partial' }, aPurchase(1), aPurchase(2)]) }))).toEqual(['HANA: fault']);
  });

  it('finds other fees, other proceeds, legs that were skipped and legs that failed', () => {
    const freeOfCharge = aLeg({ fee: 0 });
    const smaller = aPurchase(1, { filledQuantity: SHARE - 1, filledNotional: SHARE - 1, fee: (SHARE - 1) * 0.001 });
    const skipped = aPurchase(2, { state: 'skipped', reason: 'below-min-notional', filledQuantity: 0, filledNotional: 0, fee: 0 });
    expect(causesOf(aDecision({ outcome: aPlan([freeOfCharge, smaller, skipped]) }))).toEqual(['HANA: fee', 'AIA: proceeds', 'XAN: skipped-leg']);
    const dead = { ...skipped, state: 'dead' as const, reason: 'never found' };
    expect(causesOf(aDecision({ outcome: aPlan([aLeg({}), aPurchase(1), dead], 'leg-dead') }))).toEqual(['XAN: fault']);
    expect(causesOf(aDecision({ outcome: aPlan([aLeg({})], 'halted') }))).toEqual(['AIA: fault', 'XAN: fault']);
  });

  it('finds a leg that the engine does not have', () => {
    const bought = aPurchase(0);
    expect(causesOf(aDecision({ outcome: aPlan([aLeg({}), aPurchase(1), aPurchase(2), bought]) }))).toEqual(['HANA: decision']);
  });

  it('tells a guard that stood against a plan from a decision that should not have been', () => {
    const held = (isGuard: boolean): RecordedDecision => aDecision({ outcome: { kind: 'hold', reason: 'price-stale', isGuard } });
    expect(causesOf(held(true))).toEqual(['HANA: guard']);
    expect(causesOf(held(false))).toEqual(['HANA: decision']);
    expect(causesOf(aDecision({ prices: [1.1, 1, 1], outcome: { kind: 'hold', reason: 'within-thresholds', isGuard: false } }))).toEqual([]);
    expect(causesOf(aDecision({ prices: [1.1, 1, 1] }))).toEqual(['null: decision']);
  });
});

it('compares the purchases of the start too', () => {
  // min(0.7 / 3, 0.4) of 1,000 each.
  const legs = [0, 1, 2].map((asset) => aPurchase(asset, { filledQuantity: HELD, filledNotional: HELD, fee: HELD * 0.001 }));
  const start = aDecision({ timeMs: 0, prices: [1, 1, 1], quantities: [0, 0, 0], cash: 1_000, lastFillMs: [-Infinity, -Infinity, -Infinity], outcome: { kind: 'plan', planId: 'pl_0', trigger: null, legs, endReason: null } });
  expect(causesOf(start)).toEqual([]);
  expect(causesOf({ ...start, outcome: { kind: 'plan', planId: 'pl_0', trigger: null, legs: legs.slice(0, 2), endReason: 'leg-rejected' } })).toEqual(['XAN: fault']);
});

it('compares the rest of a start that was cut short', () => {
  // HANA was bought; AIA and XAN lack 700 / 3 each of a total of 999.3, less 0.7 / 3 of the fee that was paid.
  const missing = (0.7 * 999.3) / 3;
  const legs = [1, 2].map((asset) => aPurchase(asset, { filledQuantity: missing, filledNotional: missing, fee: missing * 0.001 }));
  const rest = aDecision({ prices: [1, 1, 1], quantities: [HELD, 0, 0], cash: 999.3 - HELD, outcome: { kind: 'plan', planId: 'pl_0', trigger: null, legs, endReason: null } });
  expect(causesOf(rest)).toEqual([]);
});

describe('an engine left alone', () => {
  // After the worked example's plan: 186.6667 HANA, 264.3356 of the others, 325.8114 cash; at 2, 1, 1 worth 1,227.8159.
  const after = aDecision({
    evaluationId: 'ev_2', timeMs: 7_200_000, prices: [2, 1, 1], quantities: [HELD - SOLD, HELD + SHARE, HELD + SHARE], cash: 320,
    outcome: { kind: 'hold', reason: 'within-thresholds', isGuard: false },
  });

  it('ends with an equity of its own beside the real one', () => {
    const { equity } = replayWindow([aDecision(), after], false);
    expect(equity).toEqual({ engine: expect.closeTo(2 * 186.666667 + 2 * (233.333333 + 31.0023) + 325.8114, 3), actual: expect.closeTo(2 * 186.666667 + 2 * (233.333333 + 31.0023) + 320, 3) });
  });

  it('is not told where money went in or out on the way', () => {
    expect(replayWindow([aDecision(), after], true).equity).toBeNull();
  });
});
