import { NOW_MS } from '../trading/trading-rows.js';
import { intentOf, openAtFirstLeg, openWorld, useTradingDatabase, type World } from './execution-world.js';
import { lost } from './faulty-trading.js';
import { basket, cutBack, initial, states } from './traded-portfolio.js';

const database = useTradingDatabase();

const attemptsOf = async ({ executor, planId }: World) => (await executor.store.plan(planId))!.attempts;
const setSwitch = (scope: string, state: string) =>
  database().query(`INSERT INTO kill_switch (scope, version, state, reason, set_by, set_ms, is_current) VALUES ($1, 1, $2, 'a test', 'a test', $3, true)`, [scope, state, NOW_MS]);

describe('what keeps an order from going out', () => {
  it.each<[string, (world: World) => Promise<unknown> | void, object]>([
    ['a switch over all', () => setSwitch('all', 'halt'), { endReason: 'halted' }],
    ['a switch over its account', ({ accountId }) => setSwitch(`account:${accountId}`, 'halt'), { endReason: 'halted' }],
    ['a switch over its portfolio', ({ traded }) => setSwitch(`portfolio:${traded.portfolio.id}`, 'halt'), { endReason: 'halted' }],
    ['the halt file', ({ executor }) => void (executor.switches.isHaltFileThere = true), { endReason: 'halted' }],
    ['a paused portfolio', ({ traded }) => database().query(`UPDATE portfolio SET state = 'paused' WHERE id = $1`, [traded.portfolio.id]), { endReason: 'paused' }],
    ['a halted account', ({ accountId }) => database().query(`UPDATE trading_account SET halt_reason = 'a test' WHERE id = $1`, [accountId]), { endReason: 'account-unreconciled' }],
    ['an account that differs', ({ accountId }) => database().query('UPDATE trading_account SET mismatch_since_ms = $2 WHERE id = $1', [accountId, NOW_MS]), { endReason: 'account-unreconciled' }],
    ['a quarantine', ({ accountId, executor }) => executor.store.quarantine(accountId, 'HANAUSDT', NOW_MS + 60_000, 'a test'), { endReason: 'leg-dead' }],
    ['its deadline', ({ pass }) => pass(600_000), { endReason: 'deadline' }],
  ])('%s ends the plan', async (_, hinder, expected) => {
    const world = await openAtFirstLeg();
    await hinder(world);
    expect(await world.executor.advanceOrder.look(world.intentId)).toEqual({ kind: 'done' });
    const view = (await world.executor.store.plan(world.planId))!;
    expect(view.plan).toMatchObject({ state: 'settling', ...expected });
    expect(states(view)).toEqual(['sell HANA skipped']);
    expect(world.trading.posts.size).toBe(0);
  });

  it('the halt file ends the plan even where it comes while the order is being prepared', async () => {
    const world = await openAtFirstLeg();
    const { switches } = world.executor;
    Object.defineProperty(switches, 'gate', {
      get: () => {
        switches.isHaltFileThere = true;
        return { isOpen: true };
      },
    });
    await world.executor.advanceOrder.look(world.intentId);
    expect((await world.executor.store.plan(world.planId))!.plan).toMatchObject({ state: 'settling', endReason: 'halted' });
    expect(world.trading.posts.size).toBe(0);
  });

  it.each<[string, (world: World) => Promise<unknown>, string]>([
    ['a market that is paused', () => database().query(`UPDATE market SET tradability = '{"kind": "untradable", "reason": "not-online", "detail": "HANAUSDT is paused"}'`), 'market-untradable: HANAUSDT is paused'],
    ['nothing held', ({ accountId }) => database().query(`UPDATE holding SET quantity = 0 WHERE account_id = $1 AND asset = 'HANA'`, [accountId]), 'nothing-held'],
  ])('%s skips the leg', async (_, hinder, reason) => {
    const world = await openAtFirstLeg();
    await hinder(world);
    await world.executor.advanceOrder.look(world.intentId);
    expect(await intentOf(world)).toMatchObject({ state: 'skipped', reason });
    expect(world.trading.posts.size).toBe(0);
  });

  it.each<[string, (world: World) => Promise<unknown> | void, number]>([
    ['a gate that is closed', ({ executor }) => void (executor.switches.gate = { isOpen: false, reason: 'not compared yet' }), 2_000],
    ['a clock that cannot be trusted', ({ side }) => void (side.isClockTrusted = false), 1_000],
    ['a breaker', ({ accountId }) => database().query(`INSERT INTO breaker (key, open_until_ms, reason, opened_ms) VALUES ($1, $2, 'a test', $3)`, [`account:${accountId}`, NOW_MS + 30_000, NOW_MS]), 30_000],
    ['rules of a market that are old', () => database().query('UPDATE market SET first_seen_ms = $1, seen_ms = $1', [NOW_MS - 3_600_001]), 5_000],
  ])('%s lets it wait', async (_, hinder, delayMs) => {
    const world = await openAtFirstLeg();
    await hinder(world);
    expect(await world.executor.advanceOrder.look(world.intentId)).toMatchObject({ kind: 'again', atMs: world.clock.nowMs() + delayMs });
    expect(await intentOf(world)).toMatchObject({ state: 'new' });
    expect(world.trading.posts.size).toBe(0);
  });

  it('a cap ends the plan: the order is worth 800 of 10,000', async () => {
    const configuration = basket({ caps: { ...basket().caps, maxOrderFraction: 0.0799 } });
    const world = await openAtFirstLeg({ configuration });
    await world.executor.advanceOrder.look(world.intentId);
    expect((await world.executor.store.plan(world.planId))!.plan).toMatchObject({ state: 'settling', endReason: 'cap-exceeded' });
    expect(world.trading.posts.size).toBe(0);
  });

  it('a price that moved by more than 2 % ends the plan, between two legs too', async () => {
    // AIA goes from 0.20 to 0.2042 in the second minute.
    const world = await openWorld({ prices: { AIA: [0.2, 0.2042] } });
    await world.drive((view) => view.intents[0]!.state === 'filled');
    world.pass(60_000);
    const view = await world.drive();
    expect(view.plan).toMatchObject({ state: 'aborted', endReason: 'price-moved' });
    expect(states(view)).toEqual(['sell HANA filled', 'buy AIA skipped', 'buy XAN skipped']);
    await world.expectSafe();
  });
});

describe('expected slippage above what is allowed', () => {
  // 1.5 % below the decision's price: not moved too far, and dearer than the 1 % that is allowed.
  const low = Array.from({ length: 20 }, () => 0.0985);

  it('waits 1, 1, 2, 4 ... and at most 30 s, and skips the leg at the plan\'s deadline', async () => {
    const world = await openAtFirstLeg({ prices: { HANA: low } });
    const delays: number[] = [];
    for (;;) {
      const look = await world.executor.advanceOrder.look(world.intentId);
      if (look.kind !== 'again') break;
      delays.push(look.atMs - world.clock.nowMs());
      world.pass(delays.at(-1)!);
    }
    expect(delays.slice(0, 8)).toEqual([1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(await intentOf(world)).toMatchObject({ state: 'skipped', reason: expect.stringMatching(/^slippage: .* costs 1\.50 %/u) });
    expect(world.clock.nowMs() - NOW_MS).toBeLessThanOrEqual(600_000);
    expect(world.trading.posts.size).toBe(0);
  });

  it('sends when the price has come back', async () => {
    const world = await openWorld({ prices: { HANA: [0.0985, 0.0985, 0.1] } });
    const view = await world.drive();
    expect(view.plan.state).toBe('done');
    expect(world.clock.nowMs() - NOW_MS).toBeGreaterThanOrEqual(120_000);
  });
});

describe('an order that was lost on the way', () => {
  it('is dead after its window and three looks over half a minute, never sent again, and its market is left alone', async () => {
    const world = await openWorld();
    world.trading.onSubmit = async () => lost('no answer');
    const view = await world.drive();
    expect(states(view)).toEqual(['sell HANA dead']);
    expect(view.plan).toMatchObject({ state: 'aborted', endReason: 'leg-dead' });
    // 5 s window and 1 s fence, then votes over 30 s.
    expect(world.clock.nowMs() - NOW_MS).toBeGreaterThanOrEqual(36_000);
    expect(world.clock.nowMs() - NOW_MS).toBeLessThan(60_000);
    expect(view.attempts.map(({ state, notFoundVotes }) => [state, notFoundVotes >= 3])).toEqual([['dead', true]]);
    expect([...world.trading.posts.values()]).toEqual([1]);
    const [quarantine] = await database().query<{ until_ms: string }>('SELECT until_ms FROM market_quarantine WHERE account_id = $1', [world.accountId]);
    expect(Number(quarantine!.until_ms) - world.clock.nowMs()).toBeGreaterThan(290_000);
    await world.expectSafe();
  });

  it('counts no answer before its window has closed', async () => {
    const world = await openAtFirstLeg();
    world.trading.onSubmit = async () => lost('no answer');
    const look = await world.executor.advanceOrder.look(world.intentId);
    expect(look).toMatchObject({ kind: 'again' });
    expect((await attemptsOf(world))[0]).toMatchObject({ state: 'unknown', notFoundVotes: 0 });
    expect(await intentOf(world)).toMatchObject({ state: 'unknown', leaseUntilMs: null });
  });

  it('is adopted when its request turns out to have come in after all', async () => {
    const world = await openWorld();
    world.trading.onSubmit = async () => lost('no answer');
    const dead = await world.drive();
    expect(states(dead)).toEqual(['sell HANA dead']);
    // The edge of the venue brings it in with another time than the one that it was signed with.
    const { clientOrderId } = dead.attempts[0]!;
    world.simulated.place({ accountId: world.accountId, marketId: 'HANAUSDT', side: 'SELL', type: 'MARKET', quantity: '8000', quoteOrderQuantity: null, price: null, clientOrderId }, world.clock.nowMs());
    expect(await world.executor.advanceOrder.adopt(dead.intents[0]!.id)).toEqual({ kind: 'done' });
    expect(await intentOf(world)).toMatchObject({ state: 'filled', filledQuantity: '8000' });
    expect(world.executor.events).toContainEqual(expect.objectContaining({ event: 'late-accept' }));
    await world.expectSafe();
  });

  it('leaves a dead one as it is where nothing comes to light', async () => {
    const world = await openWorld();
    world.trading.onSubmit = async () => lost('no answer');
    const dead = await world.drive();
    expect(await world.executor.advanceOrder.adopt(dead.intents[0]!.id)).toEqual({ kind: 'done' });
    expect(await intentOf(world)).toMatchObject({ state: 'dead', leaseUntilMs: null, nextActionMs: null });
  });
});

describe('an order whose answer was lost', () => {
  it('is found, booked, and the plan goes on', async () => {
    const world = await openWorld();
    world.trading.onSubmit = async (_order, place) => {
      await place();
      return lost('the connection was reset');
    };
    const view = await world.drive();
    expect(view.plan.state).toBe('done');
    expect(view.attempts).toHaveLength(3);
    await world.expectSafe();
  });

  it('is not held for dead while the venue does not tell of it: the balances say otherwise', async () => {
    const world = await openWorld();
    const untilMs = NOW_MS + 120_000;
    world.trading.isHidden = () => world.clock.nowMs() < untilMs;
    world.trading.onSubmit = async (_order, place) => {
      await place();
      return lost('no answer');
    };
    await world.drive((seen) => seen.intents[0]!.state === 'filled');
    expect(world.clock.nowMs()).toBeGreaterThanOrEqual(untilMs);
    const view = await world.drive();
    expect(view.plan.state).toBe('done');
    await world.expectSafe();
  });

  it('is a person\'s after half an hour in which the venue told nothing, and adopted once it does', async () => {
    const world = await openWorld();
    world.trading.isHidden = () => true;
    world.trading.onSubmit = async (_order, place) => {
      await place();
      return lost('no answer');
    };
    const view = await world.drive();
    expect(states(view)).toEqual(['sell HANA needs-human']);
    expect(view.plan).toMatchObject({ state: 'needs-human', endReason: 'leg-unresolved' });
    expect(world.clock.nowMs() - NOW_MS).toBeGreaterThanOrEqual(1_800_000);
    expect(await world.executor.accounts.find(world.accountId)).toMatchObject({ haltReason: expect.stringContaining('nobody can say') });
    world.trading.isHidden = () => false;
    expect(await world.executor.advanceOrder.adopt(view.intents[0]!.id)).toEqual({ kind: 'done' });
    expect(await intentOf(world)).toMatchObject({ state: 'filled' });
    await world.expectSafe();
  });

  it('that the venue took and never tells of is a person\'s to look at after half an hour, and is asked after all the same', async () => {
    const world = await openWorld();
    world.trading.isHidden = () => true;
    const unresolved = () => world.executor.events.filter(({ event }) => event === 'order-unresolved').length;
    await world.drive(() => world.clock.nowMs() - NOW_MS >= 1_790_000);
    expect(unresolved()).toBe(0);
    await world.drive(() => world.clock.nowMs() - NOW_MS >= 1_900_000);
    expect(unresolved()).toBeGreaterThan(0);
    world.trading.isHidden = () => false;
    await world.drive((view) => view.intents[0]!.state === 'filled');
  });

  it('waits while the venue is away', async () => {
    const world = await openWorld();
    world.trading.onSubmit = async (_order, place) => {
      world.trading.isAway = () => world.clock.nowMs() < NOW_MS + 90_000;
      await place();
      return lost('no answer');
    };
    const view = await world.drive();
    expect(view.plan.state).toBe('done');
    expect(world.clock.nowMs() - NOW_MS).toBeGreaterThanOrEqual(90_000);
    await world.expectSafe();
  });
});

it('ends no order before all fills that the venue counts are in the books', async () => {
  const world = await openWorld({ book: 'deep' });
  // Every second fill is told a quarter of a minute late.
  world.trading.isFillHidden = (_fill, index) => index % 2 === 1 && world.clock.nowMs() < NOW_MS + 15_000;
  const view = await world.drive((seen) => seen.intents[0]!.state !== 'new' && seen.intents[0]!.state !== 'sending' && seen.intents[0]!.state !== 'acked');
  expect(view.intents[0]).toMatchObject({ state: 'filled', filledQuantity: '8000' });
  expect(world.clock.nowMs()).toBeGreaterThanOrEqual(NOW_MS + 15_000);
  expect((await world.drive()).plan.state).toBe('done');
  await world.expectSafe();
});

it('cancels what rests though it should not, and ends by what was filled', async () => {
  const world = await openWorld();
  world.trading.onSubmit = async (order, place) => {
    if (order.marketId !== 'HANAUSDT') return place();
    // Far above the market: it stands in the book.
    const placed = world.simulated.place({ accountId: world.accountId, marketId: 'HANAUSDT', side: 'SELL', type: 'LIMIT', quantity: '8000', quoteOrderQuantity: null, price: '0.2', clientOrderId: order.clientOrderId }, world.clock.nowMs());
    return placed.kind === 'accepted' ? { kind: 'acknowledged', venueOrderId: placed.order.orderId } : lost(placed.rejection.message);
  };
  const view = await world.drive();
  expect(states(view)).toEqual(['sell HANA canceled']);
  expect(view.plan).toMatchObject({ state: 'aborted', endReason: null, reason: 'leg 0 (sell HANA) was not filled' });
  expect(world.simulated.openOrders(world.accountId, null)).toEqual([]);
  await world.expectSafe();
});

describe('refusals', () => {
  it('come again five times at most, under ids of their own, ever later', async () => {
    const world = await openWorld();
    const sentMs: number[] = [];
    world.trading.onSubmit = async () => {
      sentMs.push(world.clock.nowMs());
      return { kind: 'refused', refusal: { proof: 'not-sent', isRetryable: true, reaction: 'none', retryAfterMs: null, httpStatus: null, code: null, message: 'ECONNREFUSED' } };
    };
    const view = await world.drive();
    expect(states(view)).toEqual(['sell HANA rejected']);
    expect(view.plan).toMatchObject({ state: 'aborted', endReason: 'leg-rejected' });
    expect([...world.trading.posts.values()]).toEqual([1, 1, 1, 1, 1]);
    const gaps = sentMs.slice(1).map((ms, index) => ms - sentMs[index]!);
    for (const [index, leastMs] of [1_000, 2_000, 4_000, 8_000].entries()) expect(gaps[index]).toBeGreaterThanOrEqual(leastMs);
    await world.expectSafe();
  });

  it('for good end the plan: what has not gone out does not', async () => {
    const world = await openWorld({ decision: initial(NOW_MS) });
    world.trading.onSubmit = async () => ({ kind: 'refused', refusal: { proof: 'venue', isRetryable: false, reaction: 'refresh-rules', retryAfterMs: null, httpStatus: 400, code: '30002', message: 'too small' } });
    const view = await world.drive(({ plan }) => plan.state === 'settling');
    expect(view.intents.map(({ state, reason }) => [state, reason])).toEqual([['rejected', '30002: too small'], ['skipped', 'plan-ended: leg-rejected']]);
    expect([...world.trading.posts.values()]).toEqual([1]);
  });

  it('of the key halt the account at once', async () => {
    const world = await openWorld();
    world.trading.onSubmit = async () => ({ kind: 'refused', refusal: { proof: 'venue', isRetryable: false, reaction: 'halt-account', retryAfterMs: null, httpStatus: 401, code: '700002', message: 'Signature for this request is not valid.' } });
    const view = await world.drive();
    expect(view.plan).toMatchObject({ state: 'aborted', endReason: 'leg-rejected' });
    expect(await world.executor.accounts.find(world.accountId)).toMatchObject({ haltReason: expect.stringContaining('700002') });
    expect([...world.trading.posts.values()]).toEqual([1]);
  });

  it('of a server that cannot prove who it is halt the account too', async () => {
    const world = await openWorld();
    world.trading.onSubmit = async () => ({ kind: 'refused', refusal: { proof: 'not-sent', isRetryable: true, reaction: 'none', retryAfterMs: null, httpStatus: null, code: null, message: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
    const view = await world.drive();
    expect(view.plan).toMatchObject({ state: 'aborted', endReason: 'account-unreconciled' });
    expect([...world.trading.posts.values()]).toEqual([1]);
  });
});

describe('time', () => {
  it('sends nothing a second after its time was read, and tries anew', async () => {
    const world = await openAtFirstLeg();
    world.executor.switches.stallMs = 1_001;
    expect(await world.executor.advanceOrder.look(world.intentId)).toMatchObject({ kind: 'again', atMs: world.clock.nowMs() + 1_000 });
    expect(world.trading.posts.size).toBe(0);
    expect((await attemptsOf(world)).map(({ state }) => state)).toEqual(['not-sent']);
    world.executor.switches.stallMs = 1_000;
    world.pass(1_000);
    expect(await world.executor.advanceOrder.look(world.intentId)).toEqual({ kind: 'done' });
    expect((await attemptsOf(world)).map(({ attemptNo, state }) => [attemptNo, state])).toEqual([[1, 'not-sent'], [2, 'done']]);
    expect(new Set((await attemptsOf(world)).map(({ clientOrderId }) => clientOrderId)).size).toBe(2);
  });

  it('sends nothing a second after it was looked whether there is a halt file', async () => {
    const world = await openAtFirstLeg();
    world.executor.switches.afterHaltFileMs = 1_001;
    expect(await world.executor.advanceOrder.look(world.intentId)).toMatchObject({ kind: 'again' });
    expect(world.trading.posts.size).toBe(0);
  });

  it('signs with the venue\'s time as it was at the claim', async () => {
    const world = await openAtFirstLeg();
    let signed = 0;
    world.trading.onSubmit = (order, place) => {
      signed = order.signMs;
      return place();
    };
    const atMs = world.clock.nowMs();
    await world.executor.advanceOrder.look(world.intentId);
    expect(signed).toBe(atMs);
    expect((await attemptsOf(world))[0]!.signMs).toBe(atMs);
  });
});

it('answers for what it does not know, and for what is another\'s', async () => {
  const world = await openWorld({ decision: cutBack(NOW_MS) });
  expect(await world.executor.advanceOrder.look('oi_01KEDQAAAAAAAAAAAAAAAAAAAA')).toEqual({ kind: 'missing' });
  expect(await world.executor.advancePlan.look('pl_01KEDQAAAAAAAAAAAAAAAAAAAA')).toEqual({ kind: 'missing' });
  const other = await openWorld();
  expect(await world.executor.advancePlan.look(other.planId)).toEqual({ kind: 'not-ours' });
  const { intents } = (await other.executor.store.plan(other.planId))!;
  expect(await world.executor.advanceOrder.look(intents[0]!.id)).toEqual({ kind: 'not-ours' });
});
