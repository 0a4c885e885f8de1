import { DEFAULT_CAPS, DEFAULT_PARAMETERS } from '#domain';
import { aBasketConfiguration, aMarketOf, anEvaluatedPortfolio, LOOK_MS, quotesAt } from '#testing';
import { decideFromInput } from './decide-from-input.js';
import { evaluatePortfolio, isFolded, EVALUATION_LIMITS } from './evaluate-portfolio.js';
import type { EvaluatedPortfolio } from './evaluation-store.port.js';

const LIMITS = EVALUATION_LIMITS;
const look = (change: Partial<EvaluatedPortfolio>, mids: readonly number[], timeMs = LOOK_MS) =>
  evaluatePortfolio(anEvaluatedPortfolio(change), quotesAt(mids, { exchangeMs: timeMs - 200 }), timeMs, LIMITS);

const startWith = (cash: string) => look({ isAllocated: false, quantities: ['0', '0', '0'], cash }, [1, 1, 1]).outcome;
const stale = (base: string) => ({ kind: 'hold' as const, reason: 'price-stale' as const, subject: base, detail: 'so and so old', declined: [] });

describe('the outcome', () => {
  it('is a hold where no threshold is exceeded', () => {
    expect(look({}, [1, 1, 1]).outcome).toEqual({ kind: 'hold', reason: 'within-thresholds', detail: null, subject: null, declined: [] });
  });

  it('is a plan of the strategy, as docs/strategy.md works it out', () => {
    // Values 1900, 1000, 1000, mean 1300: HANA is 600 / 1300 = 46.15 % above it. A fifth of it, 380, is sold: 380 / 1.9 = 200 units.
    const { outcome } = look({}, [1.9, 1, 1]);
    expect(outcome).toMatchObject({
      kind: 'plan', reason: 'upside', subject: 'HANA', detail: 'HANA is 46.15 % above the mean asset value',
      decision: { kind: 'rebalance', decidedAtMs: LOOK_MS, totalValue: 4_900, prices: [1.9, 1, 1], plan: { aim: { kind: 'redistribute-proceeds' } } },
    });
    const [sale] = outcome.kind === 'plan' && outcome.decision.kind === 'rebalance' ? outcome.decision.plan.sales : [];
    expect(sale!.asset).toBe(0);
    expect([sale!.value, sale!.quantity]).toEqual([expect.closeTo(380, 9), expect.closeTo(200, 9)]);
  });

  it('names what was tried in vain, whatever its rank', () => {
    // HANA above, AIA below: values 1900, 600, 1000, mean 1166.67; +62.9 % and -48.6 %. Both traded ten minutes ago.
    const filledMs = LOOK_MS - 600_000;
    const { outcome } = look({ lastFillMs: [filledMs, filledMs, null] }, [1.9, 0.6, 1]);
    expect(outcome).toMatchObject({ kind: 'hold', reason: 'all-in-cooldown', subject: 'HANA upside: cooldown; AIA downside: cooldown' });
    expect(outcome.declined).toHaveLength(2);
  });

  it('is an equal start within the reserve while nothing was bought yet', () => {
    // (1 - 0.3) / 3 of 10,000 each.
    const { outcome } = look({ isAllocated: false, quantities: ['0', '0', '0'], cash: '10000' }, [0.5, 2, 1]);
    expect(outcome).toMatchObject({ kind: 'plan', reason: 'initial', decision: { kind: 'initial', totalValue: 10_000, prices: [0.5, 2, 1] } });
    const purchases = outcome.kind === 'plan' && outcome.decision.kind === 'initial' ? outcome.decision.purchases : [];
    expect(purchases).toEqual([0, 1, 2].map((asset) => ({ take: 'buy', asset, value: expect.closeTo(7_000 / 3, 9) })));
  });

  it('takes a start up again that was cut short, for what is missing of it', () => {
    // 1,000 in HANA and 2,000 in cash: a share is 0.7 / 3 of 3,000 = 700, which AIA and XAN lack; HANA has more than its share.
    const { outcome } = look({ isAllocated: false, quantities: ['1000', '0', '0'], cash: '2000' }, [1, 1, 1]);
    expect(outcome).toMatchObject({
      kind: 'plan', reason: 'initial', detail: 'buys what a start that was cut short left out: AIA for 700.00, XAN for 700.00',
      decision: { kind: 'initial', purchases: [{ take: 'buy', asset: 1 }, { take: 'buy', asset: 2 }] },
    });
  });

  it('counts as bought into where less is missing than an order may be', () => {
    expect(look({ isAllocated: false }, [1, 1, 1]).outcome).toMatchObject({ kind: 'hold', reason: 'within-thresholds' });
    expect(look({ isAllocated: false, cash: '0' }, [1.9, 1, 1]).outcome).toMatchObject({ kind: 'plan', reason: 'upside' });
  });

  it('is no start where a purchase would be smaller than any may be', () => {
    // 0.7 / 3 of 64 is 14.93, of 65 it is 15.17; the smallest is 15.
    expect(startWith('64')).toMatchObject({ kind: 'hold', reason: 'not-feasible', detail: expect.stringContaining('14.93') });
    expect(startWith('65')).toMatchObject({ kind: 'plan', reason: 'initial' });
  });

  it('is a guard\'s where one stands against it', () => {
    expect(look({ state: 'paused' }, [1.9, 1, 1]).outcome).toMatchObject({ kind: 'hold', reason: 'paused' });
  });

  it('holds back what must be a bug', () => {
    // A start that trades 70 % where a plan may trade half.
    const configuration = aBasketConfiguration({ caps: { ...DEFAULT_CAPS, maxPlanFraction: 0.5 } });
    const { outcome } = look({ configuration, isAllocated: false, quantities: ['0', '0', '0'], cash: '10000' }, [1, 1, 1]);
    expect(outcome).toMatchObject({ kind: 'hold', reason: 'failed-sanity', subject: 'initial', detail: expect.stringContaining('maxPlanFraction 0.5') });
  });

  it('estimates live with the largest fee of the markets, on paper with the parameters\'', () => {
    const markets = [aMarketOf('HANA', { takerFee: '0.0005' }), aMarketOf('AIA', { takerFee: '0.002' }), aMarketOf('XAN', { takerFee: '0' })];
    expect(look({ markets, mode: 'live' }, [1, 1, 1]).input.tradingFee).toBe(0.002);
    expect(look({ markets, mode: 'paper' }, [1, 1, 1]).input.tradingFee).toBe(DEFAULT_PARAMETERS.tradingFee);
  });

  it('is the same again from what is stored of it', () => {
    for (const [change, mids] of [[{}, [1.9, 1, 1]], [{}, [1, 1, 0.4]], [{ isAllocated: false, quantities: ['0', '0', '0'] }, [1, 1, 1]], [{}, [1, 1, 1]]] as const) {
      const { input, outcome } = look(change, mids);
      const stored = JSON.parse(JSON.stringify(input)) as typeof input;
      expect(decideFromInput(stored, aBasketConfiguration())).toEqual(outcome);
    }
  });
});

describe('where purchases are not wanted', () => {
  const UPSIDE = [1.9, 1, 1];
  // Values 1000, 1000, 400, mean 800: XAN is 50 % below it.
  const DOWNSIDE = [1, 1, 0.4];

  it.each([
    { name: 'an asset that is cut back is sold though buys are paused', change: { state: 'buys-paused' as const }, mids: UPSIDE, expected: { kind: 'plan', reason: 'upside' } },
    { name: 'one that fell behind waits', change: { state: 'buys-paused' as const }, mids: DOWNSIDE, expected: { kind: 'hold', reason: 'paused', subject: 'XAN downside', detail: expect.stringContaining('buys are paused') } },
    { name: 'the start waits', change: { state: 'buys-paused' as const, isAllocated: false, quantities: ['0', '0', '0'] }, mids: [1, 1, 1], expected: { kind: 'hold', reason: 'paused', subject: 'initial' } },
    { name: 'reduce-only holds a sale that purchases follow', change: { tradingState: 'reduce-only' as const }, mids: UPSIDE, expected: { kind: 'hold', reason: 'halted', subject: 'HANA upside' } },
    { name: 'reduce-only holds a purchase', change: { tradingState: 'reduce-only' as const }, mids: DOWNSIDE, expected: { kind: 'hold', reason: 'halted' } },
    { name: 'reduce-only holds the start', change: { tradingState: 'reduce-only' as const, isAllocated: false, quantities: ['0', '0', '0'] }, mids: [1, 1, 1], expected: { kind: 'hold', reason: 'halted' } },
  ])('$name', ({ change, mids, expected }) => expect(look(change, mids).outcome).toMatchObject(expected));

  it('reduce-only lets a sale go that no purchase follows', () => {
    // One asset alone, 1,900 of 2,000: 55 % above the limit of 40 % is sold, and there is nobody to buy from it.
    const configuration = aBasketConfiguration({ assets: [{ base: 'HANA', marketId: 'HANAUSDT' }] });
    const alone = { configuration, quantities: ['1000'], cash: '100', markets: [aMarketOf('HANA')], lastFillMs: [null], quarantinedUntilMs: [null], tradingState: 'reduce-only' as const };
    expect(look(alone, [1.9]).outcome).toMatchObject({ kind: 'plan', reason: 'limit' });
  });
});

describe('the equity', () => {
  const LAST = { atMs: LOOK_MS - 60_000, equity: 4_000, returnIndex: 1.1, peakIndex: 1.25, flowsTotal: 500, isOfOtherBasket: false };

  it('begins with an index of one, whatever has flowed in', () => {
    expect(look({ flowsTotal: 4_000 }, [1, 1, 1]).equity).toEqual({ equity: 4_000, cash: 1_000, flows: 0, flowsTotal: 4_000, returnIndex: 1, peakIndex: 1, configVersion: 1 });
  });

  it('is net of what came in since', () => {
    // 4,400 now, of which 200 came in: 4,200 / 4,000 = 1.05 of 1.1.
    expect(look({ lastEquity: LAST, flowsTotal: 700, cash: '1400' }, [1, 1, 1]).equity).toEqual({
      equity: 4_400, cash: 1_400, flows: 200, flowsTotal: 700, returnIndex: expect.closeTo(1.155, 12), peakIndex: 1.25, configVersion: 1,
    });
  });

  it('is noted once a minute, and at once where money has flowed', () => {
    const before = { lastEquity: { ...LAST, atMs: LOOK_MS }, flowsTotal: 500 };
    expect(look(before, [1, 1, 1], LOOK_MS + 59_999).equity).toBeNull();
    expect(look(before, [1, 1, 1], LOOK_MS + 60_000).equity).toMatchObject({ flows: 0 });
    expect(look({ ...before, flowsTotal: 501 }, [1, 1, 1], LOOK_MS + 1).equity).toMatchObject({ flows: 1 });
  });

  it('is not noted from prices that are no good, or books that are not understood; but while a plan is open', () => {
    expect(evaluatePortfolio(anEvaluatedPortfolio(), quotesAt([1, 1, 1], { flag: 'stale' }), LOOK_MS, LIMITS).equity).toBeNull();
    expect(look({ account: { isReconciled: false, openOrderCount: 0, problem: 'differs' } }, [1, 1, 1]).equity).toBeNull();
    expect(look({ openPlanId: 'pl_1' }, [1, 1, 1]).equity).toMatchObject({ equity: 4_000 });
  });
});

describe('a loss beyond the limit', () => {
  const configuration = aBasketConfiguration({ caps: { ...DEFAULT_CAPS, maxDrawdown: 0.2 } });
  // 3,100 now, 4,000 before: the index is 0.775 of its peak, 22.5 % below it.
  const losing = { configuration, lastEquity: { atMs: LOOK_MS - 60_000, equity: 4_000, returnIndex: 1, peakIndex: 1, flowsTotal: 0, isOfOtherBasket: false } };

  it('halts what is traded, also while a plan is open, once', () => {
    expect(look(losing, [0.7, 0.7, 0.7])).toMatchObject({ mustHalt: true, outcome: { reason: 'drawdown' } });
    expect(look({ ...losing, openPlanId: 'pl_1' }, [0.7, 0.7, 0.7])).toMatchObject({ mustHalt: true, outcome: { reason: 'plan-open' } });
    expect(look({ ...losing, tradingState: 'halt' }, [0.7, 0.7, 0.7])).toMatchObject({ mustHalt: false, outcome: { reason: 'halted' } });
    expect(look({ ...losing, state: 'paused' }, [0.7, 0.7, 0.7])).toMatchObject({ mustHalt: false });
    // 3,400: 15 % below.
    expect(look(losing, [0.8, 0.8, 0.8])).toMatchObject({ mustHalt: false, outcome: { reason: 'within-thresholds' } });
  });

  it('is not one where the money was taken out', () => {
    expect(look({ ...losing, flowsTotal: -900 }, [0.7, 0.7, 0.7])).toMatchObject({ mustHalt: false, equity: { returnIndex: 1 } });
  });
});

describe('a change of the basket', () => {
  // XAN, 1,000 of 4,000, was taken out; what is held of it is counted no more.
  const basket = { assets: ['HANA', 'AIA'].map((base) => ({ base, marketId: `${base}USDT` })), caps: { ...DEFAULT_CAPS, maxDrawdown: 0.2 } };
  const changed = {
    configuration: aBasketConfiguration(basket), configVersion: 2, quantities: ['1000', '1000'], lastFillMs: [null, null], quarantinedUntilMs: [null, null], flowsTotal: 4_000,
    markets: [aMarketOf('HANA'), aMarketOf('AIA')], lastEquity: { atMs: LOOK_MS - 1, equity: 4_000, returnIndex: 1.2, peakIndex: 1.25, flowsTotal: 4_000, isOfOtherBasket: true },
  };

  it('is no loss: what left it has flowed out', () => {
    const { equity, mustHalt } = look(changed, [1, 1]);
    expect([equity, mustHalt]).toEqual([{ equity: 3_000, cash: 1_000, flows: -1_000, flowsTotal: 4_000, returnIndex: 1.2, peakIndex: 1.25, configVersion: 2 }, false]);
  });
});

describe('a hold', () => {
  const current = { evaluationId: 'ev_1', kind: 'hold' as const, reason: 'price-stale', subject: 'AIA', configVersion: 1 };

  it('goes on for the same reason about the same thing, whatever its words', () => {
    expect(isFolded(current, stale('AIA'), 1)).toBe(true);
    expect(isFolded(current, stale('HANA'), 1)).toBe(false);
    expect(isFolded({ ...current, reason: 'price-frozen' }, stale('AIA'), 1)).toBe(false);
    expect(isFolded(current, stale('AIA'), 2)).toBe(false);
    expect(isFolded(null, stale('AIA'), 1)).toBe(false);
    const books = (problem: string) => look({ account: { isReconciled: false, openOrderCount: 0, problem } }, [1, 1, 1]).outcome;
    const differing = { ...current, reason: 'account-unreconciled', subject: 'the books differ' };
    expect([isFolded(differing, books('the books differ'), 1), isFolded(differing, books('the key was refused'), 1)]).toEqual([true, false]);
    expect(isFolded({ ...current, kind: 'plan' }, stale('AIA'), 1)).toBe(false);
    expect(isFolded({ ...current, reason: 'upside', subject: 'HANA' }, look({}, [1.9, 1, 1]).outcome, 1)).toBe(false);
  });
});
