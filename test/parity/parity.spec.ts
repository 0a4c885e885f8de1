import { DEFAULT_PARAMETERS, type StrategyParameters, type TradingMode } from '#domain';
import { openTradingProduct, type TradingProduct } from '../e2e/trading/trading-product.js';
import { differencesOf, outlineOf } from './compare-runs.js';
import { engineRun, type ComparedPlan, type ComparedRun } from './engine-run.js';
import { madeSteps } from './made-steps.js';

const BASES = ['HANA', 'AIA', 'XAN', 'SIREN'] as const;
const CAPITAL = 100_000;
/** The fee is the simulator's. Without a cooldown, since steps here take moments and in a backtest minutes. */
const PARAMETERS: StrategyParameters = {
  ...DEFAULT_PARAMETERS, tradingFee: 0.0005, slippage: 0, cooldownMinutes: 0, evaluateEverySeconds: 1, minOrderValue: 50, maxPosition: 0.32, initialCapital: CAPITAL,
};
const CAPS = { maxHourlyTurnover: 1_000, maxDailyTurnover: 1_000, maxOrdersPerMinute: 10_000 };
const STEPS = madeSteps(24, BASES, 30);
const PRICES = STEPS.flatMap((step) => Object.values(step));
const PRICE_RATIO = Math.max(...PRICES) / Math.min(...PRICES);

let product: TradingProduct;
beforeAll(async () => {
  product = await openTradingProduct({ prices: STEPS, simulatorArgs: ['--balances', `USDT=${CAPITAL}`] });
  await product.startAll();
  await product.untilLiveAccount();
}, 120_000);
afterAll(() => product.close());

/** What was filled of each plan, in the order of its legs. */
async function plansOf(portfolioId: string, stepOfPlan: ReadonlyMap<string, number>): Promise<readonly ComparedPlan[]> {
  const plans = await product.plans(portfolioId);
  return Promise.all(plans.map(async ({ id, kind, asset }) => {
    const legs = await product.filledLegs(id);
    return { step: stepOfPlan.get(id)!, cause: asset === null ? kind : `${kind} of ${BASES[asset]}`, legs };
  }));
}

async function tradedRuns(modes: readonly TradingMode[]): Promise<readonly ComparedRun[]> {
  const portfolios = await Promise.all(modes.map((mode) => product.create({ name: mode, mode, bases: BASES, capital: String(CAPITAL), parameters: PARAMETERS, caps: CAPS })));
  await Promise.all(portfolios.map(({ id }) => product.changeState(id, 'running')));
  const stepOfPlan = new Map<string, number>();
  for (const [index, step] of STEPS.entries()) {
    if (index > 0) await product.nextPrices();
    await product.untilPrices(step);
    for (const { id } of portfolios) await product.untilAtRest(id);
    for (const { id } of portfolios) for (const plan of await product.plans(id)) if (!stepOfPlan.has(plan.id)) stepOfPlan.set(plan.id, index);
  }
  return Promise.all(portfolios.map(async ({ id }) => {
    const holdings = Object.entries(await product.holdings(id)).map(([asset, quantity]) => [asset, Number(quantity)] as const);
    return { plans: await plansOf(id, stepOfPlan), holdings: Object.fromEntries(holdings) };
  }));
}

it('the same prices lead the engine, paper and live to the same plans, orders and holdings, to rounding by the steps of the markets', async () => {
  const engine = engineRun(STEPS, BASES, PARAMETERS);
  const kinds = new Set(engine.plans.map(({ cause }) => cause.split(' ')[0]));
  // A series without one of them would show less.
  expect(kinds).toEqual(new Set(['initial', 'upside', 'downside', 'limit']));
  const [paper, live] = await tradedRuns(['paper', 'live']);
  for (const [mode, traded] of [['paper', paper!], ['live', live!]] as const) {
    expect([mode, ...outlineOf(traded)]).toEqual([mode, ...outlineOf(engine)]);
    const differences = differencesOf(engine, traded, PRICE_RATIO);
    expect(differences.filter(({ cause }) => cause !== 'rounding')).toEqual([]);
    // Nothing is a multiple of the step by chance: were there no differences at all, nothing would have been compared.
    expect(differences.length).toBeGreaterThan(engine.plans.length);
  }
  expect((await product.compareBooks()).differences).toEqual([]);
}, 300_000);
