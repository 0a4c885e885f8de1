import { Explanation, Portfolio } from '#contracts';
import { openTradingProduct, type Api, type TradingProduct } from './trading-product.js';
import type { PriceStep } from './recorded-prices.js';

const BASES = ['HANA', 'AIA', 'XAN'] as const;
/** Bought at 1 each; then HANA runs away, AIA falls behind, and HANA takes too much room. */
const PRICES: readonly PriceStep[] = [
  { HANA: 1, AIA: 1, XAN: 1 },
  { HANA: 1.9, AIA: 1, XAN: 1 },
  { HANA: 1.9, AIA: 0.55, XAN: 1 },
  { HANA: 2.4, AIA: 0.55, XAN: 1 },
];
/** The simulator's taker fee, on paper too, so that both come to the same. */
const PARAMETERS = { tradingFee: 0.0005, slippage: 0, cooldownMinutes: 0, evaluateEverySeconds: 1, minOrderValue: 5, maxPosition: 0.36 };

/**
 * By hand, for 1,000 USDT, quantities in steps of 0.01, prices of AIA in 5 decimals and of the others in 4, a fee of 0.0005.
 *
 * Start: 0.7 / 3 of the capital is 233.3333 for each: 233.33 units for 233.33 and a fee of 0.116665. Cash 1000 − 3 × 233.446665.
 *
 * Upside: HANA is worth 443.327, the mean 303.329, the deviation 0.4615. Sold are 0.2 × 233.33 = 46.666, in steps 46.66, for
 * 88.654 less 0.044327. Of these 88.609673 the pot is 0.7, a half of it 31.0133 for each of the others: 31.01 units for 31.01
 * and 0.015505. Cash 299.660005 + 88.609673 − 2 × 31.025505.
 *
 * Downside: AIA is worth 264.34 × 0.55 = 145.387, HANA 354.673, XAN 264.34; the mean is 254.8, the deviation −0.4294. Wanted are
 * 109.413, paid from the cash: 109.413 / 0.55 = 198.93 units for 109.4115 and 0.05470575.
 *
 * Limit: HANA is worth 186.67 × 2.4 = 448.008 of 1183.89896225, a share of 0.3784; its deviation of 0.3897 is below 0.4. Above
 * 0.36 of the total are 21.80437359: 9.08 units for 21.792 less 0.010896. The pot of 21.781104 is 0.7 of it, a half 7.62338 for
 * AIA (13.86 units for 7.623 and 0.0038115), 7.6233 for XAN (7.62 units for 7.62 and 0.00381).
 */
const EXPECTED = [
  { kind: 'initial', asset: null, holdings: { HANA: '233.33', AIA: '233.33', XAN: '233.33', USDT: '299.660005' } },
  { kind: 'upside', asset: 0, holdings: { HANA: '186.67', AIA: '264.34', XAN: '264.34', USDT: '326.218668' } },
  { kind: 'downside', asset: 1, holdings: { HANA: '186.67', AIA: '463.27', XAN: '264.34', USDT: '216.75246225' } },
  { kind: 'limit', asset: 0, holdings: { HANA: '177.59', AIA: '477.13', XAN: '271.96', USDT: '223.28294475' } },
] as const;

/**
 * What would set off the next plan, told before it does: an asset is 0.4 above the mean of three where it is worth 1.4 / 1.6 of
 * the others together, 0.35 below it at 0.65 / 2.35 of them, and has a share of 0.36 at 0.36 / 0.64 of all else, cash included.
 */
const FORETOLD = [
  { base: 'HANA', trigger: 'upsideAbove', price: ((1.4 / 1.6) * 466.66) / 233.33 },
  { base: 'AIA', trigger: 'downsideBelow', price: ((0.65 / 2.35) * (354.673 + 264.34)) / 264.34 },
  { base: 'HANA', trigger: 'limitAbove', price: ((0.36 / 0.64) * (254.7985 + 264.34 + 216.75246225)) / 186.67 },
] as const;

let product: TradingProduct;
let api: Api;
beforeAll(async () => {
  product = await openTradingProduct({ prices: PRICES, simulatorArgs: ['--balances', 'USDT=5000'] });
  [api] = await Promise.all([product.startApi(), product.startAll()]);
}, 120_000);
afterAll(() => product.close());

async function created(mode: 'paper' | 'live') {
  return Portfolio.parse(await api('POST', '/v1/portfolios', { name: mode, mode, assets: BASES, capital: '1000', parameters: PARAMETERS }));
}

const explain = async (name: string) => Explanation.parse(await api('GET', `/v1/portfolios/${name}/explain`));

async function expectForetold(name: string, { base, trigger, price }: (typeof FORETOLD)[number]): Promise<void> {
  const { assets, verdict } = await explain(name);
  expect({ name, verdict }).toMatchObject({ name, verdict: { kind: 'hold' } });
  expect(assets.find(({ asset }) => asset === base)!.triggers[trigger]).toBeCloseTo(price, 9);
}

/** Of its newest plan: why, and what came of it. */
async function expectExplained(name: string, planId: string, reason: string): Promise<void> {
  const { decisions } = await explain(name);
  expect({ name, ...decisions.find(({ evaluation }) => evaluation.kind === 'plan') }).toMatchObject({ name, evaluation: { planId, reason }, blocked: null });
}

it('a paper portfolio and a live one are bought into, and rebalanced upside, downside and at the limit, to the last step', async () => {
  await product.untilLiveAccount();
  const [paper, live] = [await created('paper'), await created('live')];
  for (const { name } of [paper, live]) await api('POST', `/v1/portfolios/${name}/start`, {});
  for (const [index, { kind, asset, holdings }] of EXPECTED.entries()) {
    if (index > 0) await product.nextPrices();
    for (const { id, mode } of [paper, live]) {
      const plans = await product.untilPlans(id, index + 1);
      expect({ mode, plans: plans.length, ...plans.at(-1) }).toMatchObject({ mode, plans: index + 1, kind, asset, state: 'done' });
      expect({ mode, kind, ...(await product.holdings(id)) }).toEqual({ mode, kind, ...holdings });
      await expectExplained(mode, plans.at(-1)!.id, kind);
      const foretold = FORETOLD[index];
      if (foretold !== undefined) await expectForetold(mode, foretold);
    }
  }
  expect(await product.paperBalances(paper.accountId)).toEqual(EXPECTED.at(-1)!.holdings);
  // Four plans of 3, 3, 1 and 3 legs.
  expect(await product.compareBooks()).toEqual({ differences: [], fills: 10, orders: 10 });
  expect(await product.unsettled()).toEqual([]);
  // The comparison would tell: 0.01 of HANA less at the exchange.
  await product.simulator.control('PUT', '/balances', { asset: 'HANA', free: '177.58' });
  expect((await product.compareBooks()).differences).toEqual(['balances against the entries, HANA: 177.58 / 177.59']);
}, 240_000);
