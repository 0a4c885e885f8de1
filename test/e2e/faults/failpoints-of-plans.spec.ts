import { API_CASES, othersOf, PLAN_CASES, titleOf } from './failpoint-cases.js';
import { openFaultyProduct, type FaultyProduct } from './faulty-product.js';
import { playPlan } from './play-failpoint.js';
import { playKillSwitch, playRequest } from './play-api-failpoint.js';

let product: FaultyProduct;
beforeAll(async () => {
  product = await openFaultyProduct({ baskets: PLAN_CASES.length + API_CASES.length });
  await product.launchAll();
}, 120_000);
afterAll(() => product.close());

for (const playing of othersOf(PLAN_CASES)) it(titleOf(playing), () => playPlan(product, playing), 120_000);

for (const playing of othersOf(API_CASES)) {
  it(titleOf(playing), () => (playing.failpoint === 'kill.after_commit' ? playKillSwitch : playRequest)(product, playing), 120_000);
}
