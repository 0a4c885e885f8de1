import { ORDER_CASES, othersOf, titleOf } from './failpoint-cases.js';
import { openFaultyProduct, type FaultyProduct } from './faulty-product.js';
import { playPlan } from './play-failpoint.js';

let product: FaultyProduct;
beforeAll(async () => {
  product = await openFaultyProduct({ baskets: ORDER_CASES.length });
  await product.launchAll();
}, 120_000);
afterAll(() => product.close());

for (const playing of othersOf(ORDER_CASES)) it(titleOf(playing), () => playPlan(product, playing), 120_000);
