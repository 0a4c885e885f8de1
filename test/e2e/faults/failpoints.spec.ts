import { openFaultyProduct, untilHit, type FaultyProduct } from './faulty-product.js';

let product: FaultyProduct;
beforeAll(async () => {
  product = await openFaultyProduct({ baskets: 10 });
  await product.launchAll();
}, 120_000);
afterAll(() => product.close());

it('exec.after_response_before_commit × KILL: another executor finds the order and goes on', async () => {
  const as = { failpoint: 'exec.after_response_before_commit', action: 'KILL' } as const;
  const app = await product.armed('order-executor', as);
  const portfolio = await product.buyIn();
  await untilHit(app, as);
  await product.launch('order-executor');
  expect(await product.untilEnded(portfolio.id)).toMatchObject([{ kind: 'initial', state: 'done' }]);
  await product.untilSettled();
  expect(await product.sent(portfolio.id)).toMatchObject(Array.from({ length: 3 }, () => ({ intentState: 'filled', posts: 1, acceptances: 1 })));
  expect(await product.breaches()).toEqual([]);
});
