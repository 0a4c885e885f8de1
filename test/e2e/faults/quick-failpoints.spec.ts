import { ORDER_CASES, PLAN_CASES, quickOf, titleOf } from './failpoint-cases.js';
import { openFaultyProduct, type FaultyProduct } from './faulty-product.js';
import { PLANTED_BREACHES, toldOf } from './planted-breaches.js';
import { playPlan } from './play-failpoint.js';

const CASES = quickOf([...ORDER_CASES, ...PLAN_CASES]);

let product: FaultyProduct;
beforeAll(async () => {
  product = await openFaultyProduct({ baskets: CASES.length + 1 });
  await product.launchAll();
}, 120_000);
afterAll(() => product.close());

it('the checker finds nothing wrong with a purchase, and each breach that is planted', async () => {
  const portfolio = await product.buyIn();
  await product.untilEnded(portfolio.id);
  await product.rest(portfolio.id);
  await product.untilSettled();
  expect(await product.breaches()).toEqual([]);
  for (const planted of PLANTED_BREACHES) {
    expect({ what: planted.what, told: await toldOf(product, planted) }).toEqual({ what: planted.what, told: expect.arrayContaining([expect.stringMatching(planted.told)]) });
  }
  expect(await product.breaches()).toEqual([]);
});

for (const playing of CASES) it(titleOf(playing), () => playPlan(product, playing), 120_000);
