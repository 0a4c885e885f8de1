import { startOwnPostgres, type OwnPostgres } from './own-postgres.js';
import { IN_TWO_PLANS, openFaultScene, ORDER, type FaultScene } from './fault-scene.js';
import { until } from '../ingestor/ingest-product.js';

/** The rows that every run of the tests injects; the others are in the specs beside this one. */
let postgres: OwnPostgres;
let scene: FaultScene;
beforeAll(async () => {
  postgres = await startOwnPostgres();
  scene = await openFaultScene({ database: postgres });
  await scene.startAll();
}, 120_000);
afterEach(() => scene.calm());
afterAll(async () => {
  await scene.close();
  await postgres.stop();
});

it('row 26: Redis is emptied in the middle of a plan, five times', async () => {
  const portfolio = await scene.aPortfolio('row 26');
  await scene.untilInFlight(portfolio);
  const operator = await scene.redisOperator();
  for (let time = 0; time < 5; time++) {
    expect(await operator.dbsize()).toBeGreaterThan(0);
    await scene.product.redis.flush();
    await scene.pause(300);
  }
  operator.disconnect();
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

it('row 32: Postgres crashes in the middle of a plan and comes back: nothing is sent meanwhile, and all of it afterwards', async () => {
  const portfolio = await scene.aPortfolio('row 32');
  await scene.untilInFlight(portfolio);
  const posted = await scene.posts();
  await postgres.crash();
  await expect(scene.query('SELECT 1')).rejects.toThrow();
  await scene.pause(2_000);
  expect(await scene.posts()).toBe(posted);
  await postgres.startAgain();
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

it('row 33: the link to Postgres is cut during a COMMIT, of the claim and of what came after it', async () => {
  const portfolio = await scene.aPortfolio('row 33');
  await scene.untilInFlight(portfolio, 800);
  for (let cut = 0; cut < 4; cut++) await scene.links.database.cutAfter('COMMIT');
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

it('row 42: the reply to an order is lost', async () => {
  const portfolio = await scene.aPortfolio('row 42');
  const hit = await scene.switchedOn('reply-lost', ORDER, { limit: 1 });
  await scene.run(portfolio);
  await scene.untilHit(hit);
  await scene.expectBought(portfolio);
  expect(await scene.attempts(portfolio)).toEqual(['done', 'done', 'done']);
  await scene.expectSettled();
});

it('row 76: the kill switch in the middle of a plan: what is on its way is booked, nothing else is sent until it is released', async () => {
  const portfolio = await scene.aPortfolio('row 76');
  const api = await scene.product.startApi();
  await scene.untilInFlight(portfolio);
  await api('POST', '/v1/kill-switch', { reason: 'row 76' });
  const posted = await scene.posts();
  expect(await scene.product.untilPlans(portfolio.id, 1)).toMatchObject([{ state: 'aborted', reason: expect.stringContaining('kill switch') }]);
  expect(await scene.attempts(portfolio)).toEqual(['done']);
  await scene.expectHold(portfolio, 'halted');
  expect(await scene.posts()).toBe(posted);
  await until(() => api('POST', '/v1/kill-switch/release', { scope: 'all', reason: 'over' }).then(() => true, () => false), (released) => released);
  await scene.expectBought(portfolio, IN_TWO_PLANS[1]);
  await scene.expectSettled();
});
