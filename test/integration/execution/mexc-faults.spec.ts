import type { Clock, ExecutionVenue, OrderBook } from '#application';
import { createMexcMarketData, createMexcTrading } from '#exchange';
import { systemTimer } from '#platform';
import { mexcOptions } from '../exchange/mexc-options.js';
import { openTestSimulator, type TestSimulator } from '../simulator/simulator-fixture.js';
import { aMarket } from '../trading/trading-rows.js';
import { useTradingDatabase } from './execution-world.js';
import { openExecutor } from './executor.js';
import { aDraft, aTradedPortfolio, BASES, booksOf, cutBack, states } from './traded-portfolio.js';

const ORDER = 'POST /api/v3/order';
const LOOK_UP = 'GET /api/v3/order';

const database = useTradingDatabase();
let exchange: TestSimulator;
beforeAll(async () => {
  exchange = await openTestSimulator({ BALANCES: 'USDT=2500' });
  await createMexcTrading(mexcOptions(exchange.simulator.url)).balances(); // Loads ccxt's class, which takes longer than the patience below.
});
afterAll(() => exchange.simulator.stop());
afterEach(() => exchange.healed());

const midOf = ({ bids, asks }: OrderBook): number => (Number(bids[0]!.price) + Number(asks[0]!.price)) / 2;

/** A portfolio whose account the simulator holds, with a cut-back at its prices of now; MEXC's adapter sends. */
async function openWorld() {
  let skewMs = 0;
  const clock: Clock = { nowMs: () => Date.now() + skewMs };
  const options = { ...mexcOptions(exchange.simulator.url), timeoutMs: 700 };
  const marketData = createMexcMarketData(options);
  const prices = await Promise.all(BASES.map(async (base) => midOf(await marketData.orderBook(`${base}USDT`, 5))));
  const holdings: Record<string, string> = { USDT: '2500' };
  for (const [index, worth] of [4_000, 2_000, 1_500].entries()) holdings[BASES[index]!] = String(Math.floor(worth / prices[index]!));
  for (const [asset, free] of Object.entries(holdings)) await exchange.control('PUT', '/balances', { asset, free });
  for (const rules of await marketData.markets()) {
    if (BASES.some((base) => base === rules.base)) await aMarket(database(), rules.base, { rules, seenMs: clock.nowMs() });
  }
  const nowMs = clock.nowMs();
  const traded = await aTradedPortfolio(database(), nowMs, { holdings });
  const accountId = traded.account.id;
  const venue: ExecutionVenue = {
    accountId, mode: 'live', venue: 'SIMULATOR', trading: createMexcTrading(options), orderBook: (marketId) => marketData.orderBook(marketId, 50),
    exchangeNowMs: () => Date.now(), resyncClock: async () => undefined,
  };
  const executor = openExecutor({ database: database(), venue, clock, timer: systemTimer, pass: (ms) => void (skewMs += ms) });
  const planId = await aDraft(database(), executor.store, traded, cutBack(nowMs, prices, 800 / prices[0]!));
  await exchange.control('DELETE', '/counters');
  return { executor, accountId, planId, drive: executor.drive.bind(null, planId), skewMs: () => skewMs };
}

type World = Awaited<ReturnType<typeof openWorld>>;

/** [client order ids, POSTs of one at most, orders of one at most] */
async function counted(): Promise<readonly [ids: number, posts: number, orders: number]> {
  const { postsByClientOrderId: posts, acceptancesByClientOrderId: accepted } = (await exchange.control('GET', '/counters')).json as Record<string, Record<string, number>>;
  return [Object.keys(posts!).length, Math.max(0, ...Object.values(posts!)), Math.max(0, ...Object.values(accepted!))];
}

async function expectBooksEqual({ accountId, executor }: World): Promise<void> {
  const { json } = await exchange.signed('GET', '/api/v3/account');
  const { balances } = json as { readonly balances: readonly { readonly asset: string; readonly free: string }[] };
  const held = Object.fromEntries(balances.filter(({ free }) => Number(free) !== 0).map(({ asset, free }) => [asset, Number(free)]));
  const booked = Object.fromEntries(Object.entries(await booksOf(database(), accountId)).map(([asset, quantity]) => [asset, Number(quantity)]));
  expect(booked).toEqual(held);
  expect(await executor.ledger.rebuiltDifferences(accountId)).toEqual([]);
}

it('sells and buys where nothing goes wrong', async () => {
  const world = await openWorld();
  const view = await world.drive();
  expect(states(view)).toEqual(['sell HANA filled', 'buy AIA filled', 'buy XAN filled']);
  expect(view.plan.state).toBe('done');
  expect(await counted()).toEqual([3, 1, 1]);
  await expectBooksEqual(world);
});

describe('answers that prove nothing, of orders that were taken: found, booked, and the plan is done', () => {
  it.each<[row: number, fault: string, parameters: object]>([
    [42, 'reply-lost', {}],
    [44, 'reset-after-acceptance', {}],
    [44, 'body-cut', {}],
    ...[500, 502, 503, 504].map((status): [number, string, object] => [45, 'error-after-acceptance', { status, body: status === 502 ? 'html' : 'json' }]),
    ...['truncated', 'html', 'empty', 'object'].map((body): [number, string, object] => [46, 'garbled-answer', { body }]),
  ])('row %i, %s %o', async (_row, fault, parameters) => {
    const world = await openWorld();
    await exchange.fault(fault, ORDER, { parameters, limit: 1 });
    const view = await world.drive();
    expect(states(view)).toEqual(['sell HANA filled', 'buy AIA filled', 'buy XAN filled']);
    expect([view.plan.state, view.plan.reason]).toEqual(['done', null]);
    expect(await counted()).toEqual([3, 1, 1]);
    await expectBooksEqual(world);
  });
});

it('row 54: waits for an order that the look-up does not find for two seconds after it was taken', async () => {
  const world = await openWorld();
  await exchange.fault('reply-lost', ORDER, { limit: 1 });
  await exchange.fault('lookup-lag', LOOK_UP, { parameters: { ms: 2_000 } });
  const view = await world.drive(undefined, 3_000);
  expect(view.plan.state).toBe('done');
  expect(await counted()).toEqual([3, 1, 1]);
  await expectBooksEqual(world);
}, 30_000);

it('row 55: joins fills by the venue\'s order where they do not tell our id', async () => {
  const world = await openWorld();
  await exchange.fault('fills-without-client-order-id', 'GET /api/v3/myTrades');
  expect((await world.drive()).plan.state).toBe('done');
  await expectBooksEqual(world);
});

it('row 53: books both orders where the edge of the exchange took one twice, and halts the account', async () => {
  const world = await openWorld();
  await exchange.fault('duplicate', ORDER, { parameters: { times: 2 }, limit: 1 });
  await world.drive();
  const [ids, posts, orders] = await counted();
  expect([posts, orders]).toEqual([1, 2]);
  expect(ids).toBeLessThanOrEqual(3);
  expect(await world.executor.accounts.find(world.accountId)).toMatchObject({ haltReason: expect.stringContaining('more was filled than was ordered') });
  await expectBooksEqual(world);
});

describe('refusals that may be tried again: a new attempt under an id of its own', () => {
  it.each<[row: number, fault: string, parameters: object, leastMs: number]>([
    [47, 'too-many-requests', { status: 429, retryAfterSeconds: 3 }, 10_000],
    [47, 'too-many-requests', { status: 429, retryAfterSeconds: 20 }, 20_000],
    [47, 'too-many-requests', { status: 510, retryAfterSeconds: 1 }, 10_000],
    [50, 'error-code', { code: 700_003 }, 1_000],
    [50, 'error-code', { code: 10_073 }, 1_000],
  ])('row %i, %s %o: not before %i ms', async (_row, fault, parameters, leastMs) => {
    const world = await openWorld();
    await exchange.fault(fault, ORDER, { parameters, limit: 1 });
    const view = await world.drive();
    expect(world.skewMs()).toBeGreaterThanOrEqual(leastMs - 1_500);
    expect(states(view)).toEqual(['sell HANA filled', 'buy AIA filled', 'buy XAN filled']);
    const [first, second] = view.attempts.filter(({ intentId }) => intentId === view.intents[0]!.id);
    expect([first!.state, second!.state]).toEqual(['rejected', 'done']);
    expect(second!.createdMs - first!.settledMs!).toBeGreaterThanOrEqual(leastMs);
    expect(await counted()).toEqual([4, 1, 1]);
    await expectBooksEqual(world);
  });

  it.each<[row: number, fault: string, parameters: object]>([
    [47, 'too-many-requests', { status: 418, retryAfterSeconds: 120 }], [48, 'firewall', {}], [49, 'maintenance', { code: 604 }], [49, 'error-code', { code: 801 }],
  ])('row %i, %s %o: a breaker opens, and nothing goes out while it is', async (_row, fault, parameters) => {
    const world = await openWorld();
    await exchange.fault(fault, ORDER, { parameters, limit: 1 });
    await world.drive((view) => view.attempts.length === 1 && view.intents[0]!.state === 'new');
    const [breaker] = await world.executor.accounts.breakers(Date.now() + world.skewMs());
    expect(breaker).toMatchObject({ key: `account:${world.accountId}` });
    // It is open for as long as a plan may last.
    expect((await world.drive()).plan).toMatchObject({ state: 'aborted', endReason: 'deadline' });
    expect(await counted()).toEqual([1, 1, 0]);
    await expectBooksEqual(world);
  });
});

describe('refusals for good: the leg ends, and the plan with it', () => {
  it.each<[row: number, fault: string, parameters: object, then: 'nothing more' | 'quarantine' | 'halt']>([
    [57, 'rule-broken', { code: 30_002 }, 'nothing more'], [57, 'rule-broken', { code: 30_003 }, 'nothing more'], [57, 'error-code', { code: 30_087 }, 'nothing more'],
    [58, 'insufficient-balance', { code: 30_004 }, 'nothing more'], [58, 'insufficient-balance', { code: 30_005 }, 'nothing more'],
    [59, 'market-closed', { code: 10_007 }, 'quarantine'], [59, 'market-closed', { code: 30_014 }, 'quarantine'],
    [62, 'order-type-disabled', { code: 30_018 }, 'quarantine'], [63, 'order-limit-reached', { code: 30_029 }, 'quarantine'],
    [48, 'access-refused', { code: 403 }, 'halt'], [48, 'error-code', { code: 700_002 }, 'halt'], [48, 'error-code', { code: 10_072 }, 'halt'], [48, 'error-code', { code: 60_005 }, 'halt'],
  ])('row %i, %s %o: %s', async (_row, fault, parameters, then) => {
    const world = await openWorld();
    await exchange.fault(fault, ORDER, { parameters, limit: 1 });
    const view = await world.drive();
    expect(states(view)).toEqual(['sell HANA rejected']);
    expect(view.plan).toMatchObject({ state: 'aborted', endReason: 'leg-rejected' });
    const account = await world.executor.accounts.find(world.accountId);
    expect(account!.haltReason === null).toBe(then !== 'halt');
    const quarantined = await database().query('SELECT 1 FROM market_quarantine WHERE account_id = $1', [world.accountId]);
    expect(quarantined).toHaveLength(then === 'quarantine' ? 1 : 0);
    expect(await counted()).toEqual([1, 1, 0]);
    await expectBooksEqual(world);
  });
});

describe('codes that are unknown', () => {
  it.each([603, 30_099, 20_002])('%i: asked after, never sent again', async (code) => {
    const world = await openWorld();
    await exchange.fault('error-code', ORDER, { parameters: { code }, limit: 1 });
    await world.drive((view) => view.intents[0]!.state === 'unknown');
    const view = (await world.executor.store.plan(world.planId))!;
    expect(view.attempts.map(({ state, code: told }) => [state, told])).toEqual([['unknown', String(code)]]);
    expect(await counted()).toEqual([1, 1, 0]);
  });
});
