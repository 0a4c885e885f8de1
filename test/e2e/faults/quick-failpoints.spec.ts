import { ORDER_CASES, PLAN_CASES, quickOf, titleOf } from './failpoint-cases.js';
import { openFaultyProduct, type FaultyProduct } from './faulty-product.js';
import { playPlan } from './play-failpoint.js';

const CASES = quickOf([...ORDER_CASES, ...PLAN_CASES]);

let product: FaultyProduct;
beforeAll(async () => {
  product = await openFaultyProduct({ baskets: CASES.length });
  await product.launchAll();
}, 120_000);
afterAll(() => product.close());

for (const playing of CASES) it(titleOf(playing), () => playPlan(product, playing), 120_000);
