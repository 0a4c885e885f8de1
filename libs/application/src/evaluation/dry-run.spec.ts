import { aBasketConfiguration, aMarketOf, anEvaluatedPortfolio, LOOK_MS, quotesAt } from '#testing';
import { DEFAULT_PARAMETERS } from '#domain';
import { DryRun, previewEvaluation } from './dry-run.js';
import { EVALUATION_LIMITS } from './evaluate-portfolio.js';
import type { EvaluatedPortfolio } from './evaluation-store.port.js';

const LIMITS = EVALUATION_LIMITS;
const preview = (change: Partial<EvaluatedPortfolio>, mids: readonly number[]) => previewEvaluation(anEvaluatedPortfolio(change), quotesAt(mids), LOOK_MS, LIMITS);

it('shows every asset as the decision sees it', () => {
  // Values 1900, 1000, 1000 and 1,000 in cash: 4,900; mean 1,300.
  const { assets, totalValue, cash, timeMs, configVersion, blockedBy } = preview({}, [1.9, 1, 1]);
  expect({ totalValue, cash, timeMs, configVersion, blockedBy }).toEqual({ totalValue: 4_900, cash: '1000', timeMs: LOOK_MS, configVersion: 1, blockedBy: null });
  expect(assets[0]).toEqual({
    asset: 'HANA', marketId: 'HANAUSDT', quantity: '1000', price: 1.9, priceMs: LOOK_MS - 200, flag: null, value: 1_900,
    weight: expect.closeTo(1_900 / 4_900, 12), deviation: expect.closeTo(600 / 1_300, 12), lastFillMs: null,
  });
});

it('shows the plan by the rules of the markets, with fees, spread and the cash that is left', () => {
  // 200 HANA at 1.9: 380, fee 0.38. Of 379.62 a share of 0.7 / 2 each: 132.867, cut off after the tick's four decimals, fee 0.132867.
  const { plan } = preview({ mode: 'live', markets: ['HANA', 'AIA', 'XAN'].map((base) => aMarketOf(base, { takerFee: '0.001' })) }, [1.9, 1, 1]);
  expect(plan).toMatchObject({ reason: 'upside', triggerAsset: 'HANA', cashFloor: expect.closeTo(245, 9) });
  expect(plan!.legs).toEqual([
    { asset: 'HANA', marketId: 'HANAUSDT', side: 'sell', wantedValue: expect.closeTo(380, 9), terms: { kind: 'market-sell', quantity: '200' }, notional: '380', estimatedFee: expect.closeTo(0.38, 12), expectedSlippage: expect.closeTo(0.01, 12), skipReason: null },
    ...['AIA', 'XAN'].map((asset) => ({
      asset, marketId: `${asset}USDT`, side: 'buy', wantedValue: expect.closeTo(132.867, 9), terms: { kind: 'market-buy', quoteValue: '132.867' }, notional: '132.867',
      estimatedFee: expect.closeTo(0.132867, 12), expectedSlippage: expect.closeTo(0.01, 12), skipReason: null,
    })),
  ]);
  expect(plan!.turnover).toBeCloseTo(380 + 2 * 132.867, 9);
  expect(plan!.estimatedFees).toBeCloseTo(0.38 + 2 * 0.132867, 12);
  expect(plan!.cashAfter).toBeCloseTo(1_000 + 379.62 - 2 * 132.999867, 9);
});

it('shows what would be skipped and why', () => {
  // AIA takes no order below 200, and its share is 132.867.
  const markets = [aMarketOf('HANA'), aMarketOf('AIA', { minMarketNotional: '200' }), aMarketOf('XAN')];
  const { plan } = preview({ markets }, [1.9, 1, 1]);
  expect(plan!.legs.map(({ asset, terms, skipReason }) => ({ asset, isSent: terms !== null, skipReason }))).toEqual([
    { asset: 'HANA', isSent: true, skipReason: null }, { asset: 'AIA', isSent: false, skipReason: 'below-min-notional' }, { asset: 'XAN', isSent: true, skipReason: null },
  ]);
  expect(plan!.legs[0]!.expectedSlippage).toBe(DEFAULT_PARAMETERS.slippage);
  const paused = preview({ state: 'buys-paused' }, [1.9, 1, 1]);
  expect(paused.plan!.legs.map(({ skipReason }) => skipReason)).toEqual([null, 'buys-paused', 'buys-paused']);
});

it('shows what the strategy wants also where something stands against it', () => {
  const { outcome, blockedBy, plan } = preview({ state: 'created' }, [1.9, 1, 1]);
  expect(outcome).toMatchObject({ kind: 'hold', reason: 'paused' });
  expect(blockedBy).toEqual({ reason: 'paused', detail: 'the portfolio is created' });
  expect(plan).toMatchObject({ reason: 'upside' });
});

it('spends no more at the start than there is', () => {
  // No reserve at all: three times 1,000 of 3,000, and nothing is left for the fees of the third.
  const configuration = aBasketConfiguration({ parameters: { ...DEFAULT_PARAMETERS, usdtReserve: 0 } });
  const { plan } = preview({ configuration, isAllocated: false, quantities: ['0', '0', '0'], cash: '3000' }, [1, 1, 1]);
  expect(plan!.legs.map(({ wantedValue }) => wantedValue)).toEqual([1_000, 1_000, 1_000]);
  // 3,000 - 2 x 1,001 = 998 of cash; 998 / 1.001 = 997.0029...
  expect(plan!.legs.map(({ notional }) => notional)).toEqual(['1000', '1000', '997.0029']);
  expect(plan!.cashAfter).toBeGreaterThanOrEqual(0);
});

it('shows prices that are no good with their flags, and no plan from them', () => {
  const { assets, totalValue, plan, blockedBy } = previewEvaluation(anEvaluatedPortfolio(), quotesAt([1.9, 1, 1], { flag: 'frozen' }), LOOK_MS, LIMITS);
  expect(assets.map(({ flag }) => flag)).toEqual(['frozen', 'frozen', 'frozen']);
  expect({ totalValue, plan, reason: blockedBy?.reason }).toEqual({ totalValue: 4_900, plan: null, reason: 'price-frozen' });
  const missing = previewEvaluation(anEvaluatedPortfolio(), [null, ...quotesAt([1, 1, 1]).slice(1)], LOOK_MS, LIMITS);
  expect([missing.totalValue, missing.assets[0]!.value, missing.assets[1]!.value]).toEqual([null, null, 1_000]);
});

it('shows what another configuration would do, though nothing can be set off just now', async () => {
  const filledMs = LOOK_MS - 60_000;
  const cooling = { lastFillMs: [filledMs, filledMs, filledMs] };
  const dryRun = new DryRun({
    store: { load: async (_id, _nowMs, configuration) => anEvaluatedPortfolio(configuration === undefined ? cooling : { ...cooling, configuration }) },
    prices: { read: async () => quotesAt([1.9, 1, 1]) }, markets: { statusOf: async () => null }, clock: { nowMs: () => LOOK_MS }, limits: LIMITS,
  });
  expect(await dryRun.run('pf')).toMatchObject({ outcome: { reason: 'all-in-cooldown' }, plan: null });
  expect(await dryRun.run('pf', aBasketConfiguration())).toMatchObject({ plan: { reason: 'upside' } });
});

it('takes another configuration, and is told of no portfolio that is not there', async () => {
  const asked: unknown[] = [];
  const dryRun = new DryRun({
    store: { load: async (id, _nowMs, configuration) => (id === 'gone' ? null : anEvaluatedPortfolio(configuration === undefined ? {} : { configuration })) },
    prices: { read: async (venue, marketIds) => (asked.push([venue, marketIds]), quotesAt([1.9, 1, 1])) },
    markets: { statusOf: async () => null }, clock: { nowMs: () => LOOK_MS + 0.5 }, limits: LIMITS,
  });
  expect(await dryRun.run('gone')).toBeNull();
  expect(await dryRun.run('pf')).toMatchObject({ configVersion: 1, timeMs: LOOK_MS, plan: { reason: 'upside' } });
  const calm = aBasketConfiguration({ parameters: { ...DEFAULT_PARAMETERS, upsideThreshold: 0.5 } });
  expect(await dryRun.run('pf', calm)).toMatchObject({ configVersion: null, outcome: { reason: 'within-thresholds' }, plan: null });
  expect(asked).toEqual([1, 2].map(() => ['SIMULATOR', ['HANAUSDT', 'AIAUSDT', 'XANUSDT']]));
});
