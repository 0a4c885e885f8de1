import { DEFAULT_PARAMETERS, type IntentState, type PlanEndReason } from '#domain';
import { aPlanConfiguration, anIntentRecord, aPlanView, aPurchaseRecord, DECIDED_MS } from '#testing';
import { endOf, netProceedsOf, nextPlanAction } from './next-plan-action.js';
import { PLAN_LIMITS } from './plan-limits.js';

const next = (change: Parameters<typeof aPlanView>[0] = {}, nowMs = DECIDED_MS, exchangeNowMs = nowMs) => nextPlanAction(aPlanView(change), { nowMs, exchangeNowMs }, PLAN_LIMITS);
/** 8,000 HANA sold at 0.0999 with a fee of 0.05 %: 799.2 less 0.3996. */
const sold = (change: Parameters<typeof anIntentRecord>[0] = {}) => anIntentRecord({ state: 'filled', filledQuantity: '8000', filledNotional: '799.2', feeInQuote: '0.3996', ...change });

describe('a draft', () => {
  const draft = { plan: { state: 'draft' } } as const;

  it('begins with its first leg', () => {
    expect(next(draft)).toMatchObject({ take: 'start', leg: { id: 'oi_01' } });
  });

  it('begins with the first leg that is not skipped, and without one where all are', () => {
    const skipped = anIntentRecord({ state: 'skipped' });
    expect(next({ ...draft, intents: [skipped, aPurchaseRecord()] })).toMatchObject({ take: 'start', leg: { id: 'oi_02' } });
    expect(next({ ...draft, intents: [skipped] })).toEqual({ take: 'start', leg: null });
  });

  it('is given up when it was not begun in time', () => {
    expect(next(draft, DECIDED_MS + 60_000)).toMatchObject({ take: 'start' });
    expect(next(draft, DECIDED_MS + 60_001)).toMatchObject({ take: 'abort', endReason: 'stale-price' });
  });

  it('is given up when the oldest of its prices is too old by the venue\'s clock', () => {
    const intents = [anIntentRecord(), aPurchaseRecord({ refPriceMs: DECIDED_MS - 30_000 })];
    expect(next({ ...draft, intents }, DECIDED_MS, DECIDED_MS + 30_000)).toMatchObject({ take: 'start' });
    expect(next({ ...draft, intents }, DECIDED_MS, DECIDED_MS + 30_001)).toMatchObject({ take: 'abort', endReason: 'stale-price', reason: 'its prices are 60001 ms old' });
  });
});

describe('a plan that executes', () => {
  it.each<IntentState>(['new', 'sending', 'acked', 'unknown'])('waits for a leg that is %s', (state) => {
    expect(next({ intents: [anIntentRecord({ state }), aPurchaseRecord()] })).toMatchObject({ take: 'await-leg', leg: { id: 'oi_01' } });
  });

  it.each<IntentState>(['filled', 'partial', 'canceled', 'skipped'])('goes on to the next leg after one that is %s', (state) => {
    expect(next({ intents: [anIntentRecord({ state }), aPurchaseRecord()] })).toMatchObject({ take: 'await-leg', leg: { id: 'oi_02' } });
  });

  it.each<[IntentState, PlanEndReason]>([['rejected', 'leg-rejected'], ['dead', 'leg-dead'], ['needs-human', 'leg-unresolved']])('ends after a leg that is %s', (state, endReason) => {
    expect(next({ intents: [anIntentRecord({ state, reason: '30004: none left' }), aPurchaseRecord()] })).toEqual({
      take: 'settle', endReason, reason: `leg 0 (sell HANA) is ${state}: 30004: none left`,
    });
  });

  it('lets no leg go out at its deadline, and waits for one that is out', () => {
    const late = DECIDED_MS + 600_000;
    expect(next({}, late)).toMatchObject({ take: 'settle', endReason: 'deadline' });
    expect(next({ intents: [anIntentRecord({ state: 'unknown' })] }, late)).toMatchObject({ take: 'await-leg' });
  });

  it('settles when its purchases are done', () => {
    expect(next({ intents: [sold(), aPurchaseRecord({ state: 'filled' })] })).toEqual({ take: 'settle', endReason: null, reason: null });
  });
});

describe('purchases', () => {
  it('are an equal share of what the sale really brought in, less the reserve', () => {
    const action = next({ intents: [sold()] });
    if (action.take !== 'add-purchases') throw new Error(action.take);
    // 0.7 × (799.2 − 0.3996) = 559.16028, half of it each.
    expect(action.purchases).toEqual([{ take: 'buy', asset: 1, value: expect.closeTo(279.58014, 9) }, { take: 'buy', asset: 2, value: expect.closeTo(279.58014, 9) }]);
  });

  it('keep what the plan\'s own rules leave out, with its reason', () => {
    // 0.7 × 28.2 = 19.74 is a share of 9.87 each, below 15: it all goes to XAN, which is worth the least.
    const action = next({ intents: [sold({ filledNotional: '28.2', feeInQuote: '0' })] });
    expect(action).toEqual({ take: 'add-purchases', purchases: [{ take: 'buy', asset: 2, value: expect.closeTo(19.74, 9) }] });
  });

  it('are none where the sale brought in nothing', () => {
    expect(next({ intents: [anIntentRecord({ state: 'canceled' })] })).toEqual({ take: 'settle', endReason: null, reason: null });
  });

  it('are computed once: they are there, so the plan is done', () => {
    expect(next({ intents: [sold(), aPurchaseRecord({ state: 'skipped' })] })).toMatchObject({ take: 'settle', endReason: null });
  });

  it('follow the parameters that the plan was made with', () => {
    const configuration = aPlanConfiguration({ parameters: { ...DEFAULT_PARAMETERS, usdtReserve: 0 } });
    // Half of 798.8004.
    expect(next({ intents: [sold()], configuration })).toMatchObject({ purchases: [{ value: expect.closeTo(399.4002, 9) }, {}] });
  });
});

it('counts the proceeds of all sales after fees in quote', () => {
  // 10.1 + 20.2 − 0.0101 − 0.2
  expect(netProceedsOf([sold({ filledNotional: '10.1', feeInQuote: '0.0101' }), sold({ filledNotional: '20.2', feeInQuote: '0.2' }), aPurchaseRecord({ filledNotional: '5' })])).toBe('30.0899');
});

describe('a plan that settles', () => {
  const settling = { plan: { state: 'settling' } } as const;

  it.each<IntentState>(['sending', 'acked', 'unknown'])('waits for a leg that is %s', (state) => {
    expect(next({ ...settling, intents: [anIntentRecord({ state })] })).toMatchObject({ take: 'await-leg' });
  });

  it.each<IntentState>(['new', 'filled', 'partial', 'canceled', 'skipped', 'rejected', 'dead'])('compares the books where a leg is %s', (state) => {
    expect(next({ ...settling, intents: [anIntentRecord({ state })] })).toEqual({ take: 'reconcile' });
  });

  it('is a person\'s where a leg stays unknown', () => {
    expect(next({ plan: { state: 'settling', reason: 'nobody knows' }, intents: [anIntentRecord({ state: 'needs-human' })] })).toEqual({ take: 'hand-over', reason: 'nobody knows' });
  });
});

it.each(['done', 'aborted', 'needs-human'] as const)('a plan that is %s is left alone', (state) => {
  expect(next({ plan: { state } })).toEqual({ take: 'stop' });
});

describe('the end', () => {
  it.each<[string, IntentState, 'done' | 'aborted']>([
    ['filled', 'filled', 'done'], ['skipped by rule', 'skipped', 'done'], ['filled in part', 'partial', 'aborted'], ['not filled', 'canceled', 'aborted'],
  ])('where a leg was %s', (_, state, end) => {
    expect(endOf(aPlanView({ plan: { state: 'settling' }, intents: [anIntentRecord({ state }), aPurchaseRecord({ state: 'filled' })] }))).toMatchObject({ state: end, endReason: null });
  });

  it('is an abort with the reason for which the plan went no further', () => {
    const plan = { state: 'settling', endReason: 'halted', reason: 'a kill switch says halt' } as const;
    expect(endOf(aPlanView({ plan, intents: [sold()] }))).toEqual({ state: 'aborted', endReason: 'halted', reason: 'a kill switch says halt' });
  });
});
