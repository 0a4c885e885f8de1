import { until } from '../ingestor/ingest-product.js';
import { openFaultScene, type FaultScene } from './fault-scene.js';

const TICKERS = 'GET /api/v3/ticker/bookTicker';

let scene: FaultScene;
beforeAll(async () => {
  scene = await openFaultScene({ environment: { PRICE_STALE_MS: '1500' } });
  await scene.startAll();
}, 120_000);
afterEach(() => scene.calm());
afterAll(() => scene.close());

it.each([
  ['row 64: prices that stop coming', 'request-lost', {}],
  ['row 67: a price of zero', 'bad-price', { price: '0' }],
  ['row 67: a price that is no number', 'bad-price', { price: 'NaN' }],
])('%s: nothing is traded by them, and all of it when they are good again', async (title, fault, parameters) => {
  const portfolio = await scene.aPortfolio(title);
  const hit = await scene.switchedOn(fault, TICKERS, { parameters });
  await scene.untilHit(hit, 2);
  const posted = await scene.posts();
  await scene.run(portfolio);
  const heldFor = () => scene.query<{ readonly reason: string | null }>('SELECT reason FROM portfolio_look JOIN evaluation ON evaluation.id = evaluation_id WHERE portfolio_look.portfolio_id = $1', [portfolio.id]);
  await until(heldFor, ([look]) => look?.reason?.startsWith('price-') === true);
  await scene.pause(1_500);
  expect((await heldFor())[0]!.reason).toMatch(/^price-/u);
  expect(await scene.posts()).toBe(posted);
  await scene.product.simulator.control('DELETE', '/faults');
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

it('row 66: a price that is ten times too high for one tick, and one that is a tenth, are held back', async () => {
  const portfolio = await scene.aPortfolio('row 66', { parameters: { upsideThreshold: 0.2, downsideThreshold: 0.2 } });
  await scene.run(portfolio);
  await scene.expectBought(portfolio);
  for (const factor of [10, 0.1]) {
    const hit = await scene.switchedOn('price-spike', TICKERS, { parameters: { factor, symbols: [scene.marketOf(portfolio, 0)] }, limit: 1 });
    await scene.untilHit(hit);
    await scene.pause(1_200);
    await scene.product.untilAtRest(portfolio.id);
  }
  expect(await scene.product.plans(portfolio.id)).toHaveLength(1);
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});
