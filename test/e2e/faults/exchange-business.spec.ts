import { until } from '../ingestor/ingest-product.js';
import { IN_TWO_PLANS, openFaultScene, ORDER, type FaultScene } from './fault-scene.js';

let scene: FaultScene;
beforeAll(async () => {
  scene = await openFaultScene();
  await scene.startAll();
}, 120_000);
afterEach(() => scene.calm());
afterAll(() => scene.close());

const setMarket = (marketId: string, change: object) => scene.product.simulator.control('PATCH', `/markets/${marketId}`, change);
const quarantinedMs = (marketId: string) => scene.query<{ readonly ms: number }>('SELECT until_ms::float8 - $2 AS ms FROM market_quarantine WHERE market_id = $1', [marketId, Date.now()]);

const untilKnown = (marketId: string, kind: string) => until(() => scene.query<{ readonly kind: string }>(`SELECT tradability ->> 'kind' AS kind FROM market WHERE market_id = $1`, [marketId]), ([row]) => row?.kind === kind);

it.each([
  ['row 57: an order that breaks a rule of its market', 'rule-broken'],
  ['row 58: an order that there is not enough to pay for', 'insufficient-balance'],
])('%s is rejected, not sent again, and its plan ends; the next one does what is left', async (title, fault) => {
  const portfolio = await scene.aPortfolio(title);
  const hit = await scene.switchedOn(fault, ORDER, { where: { symbol: scene.marketOf(portfolio, 1) }, limit: 1 });
  await scene.run(portfolio);
  await scene.untilHit(hit);
  await scene.expectBought(portfolio, IN_TWO_PLANS[1]);
  expect(await scene.attempts(portfolio)).toEqual(['done', 'rejected', 'done', 'done']);
  expect((await scene.product.plans(portfolio.id)).map(({ state }) => state)).toEqual(['aborted', 'done']);
  await scene.expectSettled();
});

it('row 59: an order for a market that is closed to us: rejected, and the market is left alone for a day', async () => {
  const portfolio = await scene.aPortfolio('row 59');
  const hit = await scene.switchedOn('market-closed', ORDER, { where: { symbol: scene.marketOf(portfolio, 0) }, limit: 1 });
  await scene.run(portfolio);
  await scene.untilHit(hit);
  expect(await scene.product.untilPlans(portfolio.id, 1)).toMatchObject([{ state: 'aborted' }]);
  await scene.expectHold(portfolio, 'market-quarantined');
  const [{ ms }] = (await quarantinedMs(scene.marketOf(portfolio, 0))) as [{ ms: number }];
  expect(Math.round(ms / 3_600_000)).toBe(24);
  expect(await scene.attempts(portfolio)).toEqual(['rejected']);
  await scene.expectSettled();
});

it('row 59: a market that the exchange pauses is not traded until it is back', async () => {
  const portfolio = await scene.aPortfolio('row 59 paused');
  await setMarket(scene.marketOf(portfolio, 2), { status: 'paused' });
  await untilKnown(scene.marketOf(portfolio, 2), 'untradable');
  await scene.run(portfolio);
  await scene.expectHold(portfolio, 'market-untradable');
  expect(await scene.product.plans(portfolio.id)).toEqual([]);
  await setMarket(scene.marketOf(portfolio, 2), { status: 'online' });
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

it('row 60: a smallest order that becomes larger than the one that is planned: the leg is not bought', async () => {
  const portfolio = await scene.aPortfolio('row 60 smallest');
  await scene.untilInFlight(portfolio);
  await setMarket(scene.marketOf(portfolio, 2), { minMarketNotional: '500', minNotional: '500' });
  const [plan] = await scene.product.untilPlans(portfolio.id, 1);
  expect(plan!.state).toMatch(/^(done|aborted)$/u);
  await scene.product.changeState(portfolio.id, 'paused');
  expect(Object.keys(await scene.product.holdings(portfolio.id))).toHaveLength(3);
  await scene.expectSettled();
});

it('row 61: a fee that is four times what it was is booked as it was taken', async () => {
  const portfolio = await scene.aPortfolio('row 61');
  for (const leg of [0, 1, 2]) await setMarket(scene.marketOf(portfolio, leg), { takerFee: '0.002' });
  await scene.run(portfolio);
  // 1,000 - 3 × 233.33 × 1.002
  await scene.expectBought(portfolio, { bought: ['233.33', '233.33', '233.33'], left: '298.61002' });
  await scene.expectSettled();
});

it('row 63: too many orders for the exchange: rejected, and the market is left alone for an hour', async () => {
  await scene.restartExecutor(); // It counts by itself: a second market within an hour would halt the account.
  const portfolio = await scene.aPortfolio('row 63');
  const hit = await scene.switchedOn('order-limit-reached', ORDER, { limit: 1 });
  await scene.run(portfolio);
  await scene.untilHit(hit);
  expect(await scene.product.untilPlans(portfolio.id, 1)).toMatchObject([{ state: 'aborted' }]);
  await scene.expectHold(portfolio, 'market-quarantined');
  const [{ ms }] = (await quarantinedMs(scene.marketOf(portfolio, 0))) as [{ ms: number }];
  expect(Math.round(ms / 3_600_000)).toBe(1);
  await scene.expectSettled();
});

it('row 62: a type of order that is switched off: the market is left alone for an hour, and a second one within that hour halts the account', async () => {
  await scene.restartExecutor(); // It counts by itself.
  const portfolio = await scene.aPortfolio('row 62');
  const first = await scene.switchedOn('order-type-disabled', ORDER, { limit: 1 });
  await scene.run(portfolio);
  await scene.untilHit(first);
  await scene.expectHold(portfolio, 'market-quarantined');
  expect(await scene.haltReason()).toBeNull();
  const other = await scene.aPortfolio('row 62 again');
  const second = await scene.switchedOn('order-type-disabled', ORDER, { limit: 1 });
  await scene.run(other);
  await scene.untilHit(second);
  await until(() => scene.haltReason(), (reason) => reason !== null);
  expect(await scene.haltReason()).toContain('twice within an hour');
  for (const one of [portfolio, other]) expect(await scene.attempts(one)).toEqual(['rejected']);
  // Whoever lets it go lifts what stands against its markets too.
  await scene.clearHalt();
  for (const one of [portfolio, other]) await scene.expectBought(one);
  await scene.expectSettled();
});
