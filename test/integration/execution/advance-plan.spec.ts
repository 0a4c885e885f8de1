import { DEFAULT_EXECUTION, DEFAULT_PARAMETERS } from '#domain';
import { NOW_MS } from '../trading/trading-rows.js';
import { openWorld, useTradingDatabase, type World } from './execution-world.js';
import { basket, cutBack, initial, legs, states } from './traded-portfolio.js';

const database = useTradingDatabase();

const job = async (queue: string) => database().query<{ payload: object }>('SELECT payload FROM outbox WHERE queue = $1 ORDER BY id', [queue]);

describe('a cut-back', () => {
  it('sells, then buys for what the sale brought in, and is done once the books are equal', async () => {
    const world = await openWorld();
    const view = await world.drive();
    // 8,000 × 0.10 = 800 less 0.40. 0.7 × 799.60 = 559.72, half of it each: 279.86, at 0.20 and 0.50.
    expect(legs(view)).toEqual([
      { leg: 'sell HANA', state: 'filled', filledQuantity: '8000', filledNotional: '800', reason: null },
      { leg: 'buy AIA', state: 'filled', filledQuantity: '1399.3', filledNotional: '279.86', reason: null },
      { leg: 'buy XAN', state: 'filled', filledQuantity: '559.72', filledNotional: '279.86', reason: null },
    ]);
    expect(view.plan).toMatchObject({ state: 'done', endReason: null, reason: null });
    // 2500 + 799.60 − 2 × 279.86 × 1.0005
    expect(await world.books()).toEqual({ HANA: '32000', AIA: '11399.3', XAN: '3559.72', USDT: '2739.60014' });
    await world.expectSafe();
  });

  it('asks for a look at the portfolio when it has ended', async () => {
    const world = await openWorld();
    await world.drive();
    expect(await job('portfolio-evaluate')).toEqual([{ payload: { shard: 0, asOfMs: expect.any(Number) } }]);
    expect(await database().query('SELECT look_requested_ms IS NOT NULL AS asked FROM portfolio_look WHERE portfolio_id = $1', [world.traded.portfolio.id])).toEqual([{ asked: true }]);
  });

  it('goes on where the process before it died between two legs', async () => {
    const world = await openWorld();
    await world.drive((view) => view.intents.length === 3 && view.intents[1]!.state === 'filled');
    const other = world.executor.start('executor-other');
    for (let round = 0; round < 20; round++) await other.advancePlan.look(world.planId);
    expect((await world.executor.store.plan(world.planId))!.plan.state).toBe('done');
    await world.expectSafe();
  });
});

it('marks a portfolio as allocated by the plan of its start', async () => {
  const world = await openWorld({ decision: initial(NOW_MS) });
  await database().query('UPDATE portfolio SET is_allocated = false WHERE id = $1', [world.traded.portfolio.id]);
  const view = await world.drive();
  // 500 ÷ 0.10 and 700 ÷ 0.20; 2500 − 1200 × 1.0005 are left.
  expect(legs(view).map(({ leg, filledQuantity }) => `${leg} ${filledQuantity}`)).toEqual(['buy HANA 5000', 'buy AIA 3500']);
  expect(await world.books()).toMatchObject({ USDT: '1299.4' });
  expect(await database().query('SELECT is_allocated FROM portfolio WHERE id = $1', [world.traded.portfolio.id])).toEqual([{ is_allocated: true }]);
  await world.expectSafe();
});

describe('what is not begun', () => {
  it('is a draft that waited for more than a minute: nothing is sent', async () => {
    const world = await openWorld();
    world.pass(60_001);
    const view = await world.drive();
    expect(view.plan).toMatchObject({ state: 'aborted', endReason: 'stale-price' });
    expect(states(view)).toEqual(['sell HANA skipped']);
    expect(world.trading.posts.size).toBe(0);
  });

  it('is a draft whose prices are too old by the venue\'s clock', async () => {
    const world = await openWorld({ decision: cutBack(NOW_MS - 60_001) });
    await database().query('UPDATE rebalance_plan SET created_ms = $2 WHERE id = $1', [world.planId, NOW_MS]);
    expect((await world.drive()).plan).toMatchObject({ state: 'aborted', endReason: 'stale-price' });
    expect(world.trading.posts.size).toBe(0);
  });
});

describe('legs that are left out by rule', () => {
  it('skips purchases where buys are paused, and is done', async () => {
    const world = await openWorld({ state: 'buys-paused' });
    const view = await world.drive();
    expect(states(view)).toEqual(['sell HANA filled', 'buy AIA skipped', 'buy XAN skipped']);
    expect(view.plan.state).toBe('done');
    await world.expectSafe();
  });

  it('buys the asset of the lowest value where equal shares would be too small', async () => {
    // Half of 559.72 is below 300; the pot has one minimum in it, and XAN is worth the least.
    const world = await openWorld({ configuration: basket({ parameters: { ...DEFAULT_PARAMETERS, minOrderValue: 300 } }) });
    const view = await world.drive();
    expect(legs(view).map(({ leg, state, filledNotional }) => [leg, state, filledNotional])).toEqual([['sell HANA', 'filled', '800'], ['buy XAN', 'filled', '559.72']]);
    expect(view.plan.state).toBe('done');
  });

  it('skips a purchase that the cash above the floor does not pay for', async () => {
    const world = await openWorld();
    await world.drive((view) => view.intents[0]!.state === 'filled');
    // 500 must stay: there is less left than the smallest order takes.
    await database().query(`UPDATE holding SET quantity = 510 WHERE account_id = $1 AND asset = 'USDT'`, [world.accountId]);
    world.simulated.setFree(world.accountId, 'USDT', '510');
    const view = await world.drive((seen) => seen.intents.length === 3 && seen.intents.every(({ state }) => state === 'filled' || state === 'skipped'));
    expect(legs(view).slice(1).map(({ state, reason }) => [state, reason])).toEqual([['skipped', 'cash-below-minimum'], ['skipped', 'cash-below-minimum']]);
  });
});

describe('the end', () => {
  it('is an abort where an order was filled in part, and its purchases share what it brought in', async () => {
    const world = await openWorld({ book: 'deep', configuration: basket({ execution: { ...DEFAULT_EXECUTION, orderType: 'ioc' } }) });
    world.trading.onSubmit = (order, place) => {
      if (order.marketId === 'HANAUSDT') leaveBids(world, 0.099, 500);
      return place();
    };
    const view = await world.drive();
    expect(states(view)[0]).toBe('sell HANA partial');
    expect(view.plan).toMatchObject({ state: 'aborted', endReason: null, reason: 'leg 0 (sell HANA) was filled in part' });
    const { filledNotional, feeInQuote } = view.intents[0]!;
    expect(Number(filledNotional)).toBeLessThan(500);
    const share = (0.7 * (Number(filledNotional) - Number(feeInQuote))) / 2;
    expect(view.intents.slice(1).map(({ quoteValue }) => Number(quoteValue))).toEqual([expect.closeTo(share, 6), expect.closeTo(share, 6)]);
    await world.expectSafe();
  });

  it('waits while the books differ, and is a person\'s after three minutes', async () => {
    const world = await openWorld();
    await world.drive((view) => view.plan.state === 'settling');
    await database().query(`UPDATE trading_account SET halt_reason = 'a person looks at it' WHERE id = $1`, [world.accountId]);
    world.simulated.setFree(world.accountId, 'USDT', '9999');
    const startedMs = world.clock.nowMs();
    const view = await world.drive();
    expect(view.plan).toMatchObject({ state: 'needs-human', reason: expect.stringContaining('USDT') });
    expect(world.clock.nowMs() - startedMs).toBeGreaterThanOrEqual(180_000);
  });

  it('is waited for by one job, however long the venue is away', async () => {
    const world = await openWorld();
    const { plan } = await world.drive((view) => view.plan.state === 'settling');
    world.trading.isAway = () => true;
    await database().query('DELETE FROM outbox');
    for (let looks = 0; looks < 20; looks++) {
      const look = await world.executor.advancePlan.look(plan.id);
      if (look.kind !== 'again') throw new Error(`it was ${look.kind}`);
      world.pass(look.atMs - world.clock.nowMs());
      // What is looked at when it should be needs no other job.
      expect(await world.executor.store.requeueOverdue(world.clock.nowMs(), 2_000, 100)).toBe(0);
    }
  });

  it('comes once a deposit in the middle of the plan was understood', async () => {
    const world = await openWorld();
    await world.drive((view) => view.plan.state === 'settling');
    const { USDT } = world.balances();
    world.simulated.setFree(world.accountId, 'USDT', String(Number(USDT) + 1_000));
    const view = await world.drive();
    expect(view.plan.state).toBe('done');
    expect(await world.books()).toEqual(world.balances());
  });
});

/** Somebody else sells until the bids down to that price are worth less than that. */
function leaveBids({ simulated, clock }: World, fromPrice: number, quoteValue: number): void {
  simulated.setFree('rival', 'HANA', '1000000');
  for (;;) {
    const bids = simulated.orderBook('HANAUSDT', 100, clock.nowMs())!.bids.filter(([price]) => Number(price) >= fromPrice);
    if (bids.reduce((sum, [price, quantity]) => sum + Number(price) * Number(quantity), 0) < quoteValue) return;
    simulated.place({ accountId: 'rival', marketId: 'HANAUSDT', side: 'SELL', type: 'MARKET', quantity: '1000', quoteOrderQuantity: null, price: null, clientOrderId: null }, clock.nowMs());
  }
}
