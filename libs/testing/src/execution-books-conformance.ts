/// <reference types="jest" />
import type { BookingRequest, FillBooking, LedgerTransaction } from '#application';
import { aBooking, aClaim, aJob, aScenePlan, claimed, deposit, LEASE_MS, SCENE_MS, SELL, type ExecutionScene, type ScenePlan } from './execution-scene.js';

const GRACE_MS = 15_000;

const book = (scene: ExecutionScene, accountId: string, fills: readonly FillBooking[], change: Partial<BookingRequest> = {}) =>
  scene.store.book({ accountId, marketId: 'HANAUSDT', nowMs: SCENE_MS + 60, fills, ...change });

/** A plan whose only leg is out, with the owner of its fills. */
async function sent(scene: ExecutionScene, legs?: Parameters<typeof aScenePlan>[1], verdict: Partial<typeof SELL> = {}) {
  const plan = await aScenePlan(scene, legs);
  await deposit(scene, plan, 'HANA', '60000');
  await deposit(scene, plan, 'USDT', '5000');
  const { attempt, intent } = await claimed(scene, plan.intentIds[0]!, { judge: () => ({ ...SELL, ...verdict }) });
  return { ...plan, intent, attempt, owner: { clientOrderId: attempt.clientOrderId, portfolioId: plan.portfolioId } };
}

const intentOf = async (scene: ExecutionScene, { planId }: Pick<ScenePlan, 'planId'>) => (await scene.store.plan(planId))!.intents[0]!;

export function testBookings(at: () => ExecutionScene): void {
  it('are booked once, however often and by however many they are told', async () => {
    const order = await sent(at());
    // Two fills of half of the order: 2 × 6,000 HANA for 2 × 300 USDT, less 2 × 0.15 USDT of fees.
    const fills = [1, 2].map(() => aBooking(order.owner, { quantity: '6000', notional: '300', fee: '0.15' }));
    const results = await Promise.all([fills.slice(0, 1), fills, fills].map((told) => book(at(), order.accountId, told)));
    expect(results.reduce((sum, { booked }) => sum + booked, 0)).toBe(2);
    expect(await book(at(), order.accountId, fills)).toEqual({ booked: 0, overfilled: [] });
    expect(await at().held(order.accountId, order.portfolioId, 'HANA')).toBe('48000');
    expect(await at().held(order.accountId, order.portfolioId, 'USDT')).toBe('5599.7');
    expect(await intentOf(at(), order)).toMatchObject({ state: 'sending', filledQuantity: '12000', filledNotional: '600', feeInQuote: '0.3', leaseEpoch: 1 });
    expect(await at().ledger.rebuiltDifferences(order.accountId)).toEqual([]);
  });

  it('told twice in one answer are booked once', async () => {
    const order = await sent(at());
    const fill = aBooking(order.owner);
    expect(await book(at(), order.accountId, [fill, fill])).toEqual({ booked: 1, overfilled: [] });
    expect(await at().held(order.accountId, order.portfolioId, 'HANA')).toBe('48000');
  });

  it('stand in the ledger under the key of their trade', async () => {
    const order = await sent(at());
    const fill = aBooking(order.owner);
    await book(at(), order.accountId, [fill]);
    const [transaction] = await at().ledger.transactions({ accountId: order.accountId, limit: 1 });
    expect(transaction).toMatchObject({ key: `fill:${order.accountId}:HANAUSDT:${fill.fill.venueTradeId}`, kind: 'fill', occurredMs: fill.fill.filledMs, bookedMs: SCENE_MS + 60, memo: null });
    expect(new Set(transaction!.postings)).toEqual(new Set(fill.postings));
  });

  it('with a fee in a third asset leave the fee in quote as it is', async () => {
    const order = await sent(at());
    await book(at(), order.accountId, [aBooking(order.owner, { fee: '0.02', feeAsset: 'MX' })]);
    expect((await intentOf(at(), order)).feeInQuote).toBe('0');
    expect(await at().held(order.accountId, order.portfolioId, 'MX')).toBe('-0.02');
    expect(await at().held(order.accountId, order.portfolioId, 'USDT')).toBe('5600');
  });

  it('that nobody ordered belong to the account, and to no intent', async () => {
    const order = await sent(at());
    expect(await book(at(), order.accountId, [aBooking({ clientOrderId: null, portfolioId: null })])).toEqual({ booked: 1, overfilled: [] });
    expect(await at().held(order.accountId, null, 'USDT')).toBe('599.7');
    expect(await at().held(order.accountId, order.portfolioId, 'HANA')).toBe('60000');
    expect((await intentOf(at(), order)).filledQuantity).toBe('0');
    expect((await at().ledger.transactions({ accountId: order.accountId, limit: 1 }))[0]!.kind).toBe('external-fill');
  });

  it('beyond what was ordered are booked, and told of', async () => {
    const order = await sent(at());
    expect(await book(at(), order.accountId, [aBooking(order.owner)])).toEqual({ booked: 1, overfilled: [] });
    expect(await book(at(), order.accountId, [aBooking(order.owner, { quantity: '1', notional: '0.05' })])).toEqual({ booked: 1, overfilled: [order.intent.id] });
    expect(await at().held(order.accountId, order.portfolioId, 'HANA')).toBe('47999');
    expect((await intentOf(at(), order)).filledQuantity).toBe('12001');
  });

  // Of 100 units a tick of 0.0001 each is 0.01 USDT.
  it.each([['a tick for each unit', '600.01', false], ['more than that', '600.011', true]])('of a purchase by value may cost %s above it', async (_name, notional, isOver) => {
    const order = await sent(at(), [{ side: 'buy' }], { terms: { kind: 'market-buy', quoteValue: '600' } as never });
    const { overfilled } = await book(at(), order.accountId, [aBooking(order.owner, { side: 'buy', quantity: '100', notional, price: '6' })]);
    expect(overfilled).toEqual(isOver ? [order.intent.id] : []);
  });

  it('of two attempts of one intent are more than was ordered, though each is not', async () => {
    const order = await sent(at());
    const refusal = { clientOrderId: order.attempt.clientOrderId, intentId: order.intent.id, leaseEpoch: 1, atMs: SCENE_MS, attemptTo: 'rejected', event: 'refused-for-now', releaseLease: true, nextActionMs: SCENE_MS, jobs: [] } as const;
    await at().store.changeAttempt(refusal);
    const second = await claimed(at(), order.intent.id, { attemptNo: 2 });
    await book(at(), order.accountId, [aBooking(order.owner)]);
    const { overfilled } = await book(at(), order.accountId, [aBooking({ ...order.owner, clientOrderId: second.attempt.clientOrderId })]);
    expect(overfilled).toEqual([order.intent.id]);
  });

  it('that come after the end of an order that seemed unfilled make it partly filled', async () => {
    const order = await sent(at());
    const change = { clientOrderId: order.attempt.clientOrderId, intentId: order.intent.id, leaseEpoch: 1, atMs: SCENE_MS, releaseLease: true, nextActionMs: null, jobs: [] };
    await at().store.changeAttempt({ ...change, attemptTo: 'acked', event: 'acknowledged', venueOrderId: `v-${order.intent.id}` });
    await at().store.changeAttempt({ ...change, attemptTo: 'done', event: 'ended-unfilled' });
    await book(at(), order.accountId, [aBooking(order.owner, { quantity: '5' })]);
    expect(await intentOf(at(), order)).toMatchObject({ state: 'partial', filledQuantity: '5' });
  });

  it('of another market than was asked for are refused', async () => {
    const order = await sent(at());
    await expect(book(at(), order.accountId, [aBooking(order.owner, { marketId: 'AIAUSDT' })])).rejects.toThrow(RangeError);
  });

  it('whose postings do not sum to zero leave nothing behind', async () => {
    const order = await sent(at());
    const fill = aBooking(order.owner);
    const broken = { ...fill, postings: fill.postings.slice(1) };
    await expect(book(at(), order.accountId, [broken], { watermarkMs: SCENE_MS })).rejects.toThrow();
    expect(await at().store.knownTrades(order.accountId, 'HANAUSDT', [fill.fill.venueTradeId])).toEqual(new Set());
    expect((await intentOf(at(), order)).filledQuantity).toBe('0');
    expect((await at().store.sweptMarkets(order.accountId)).every(({ watermarkMs }) => watermarkMs === null)).toBe(true);
  });

  describe('work that is overdue', () => testOverdue(at));
}

function testOverdue(at: () => ExecutionScene): void {
  const requeue = (nowMs: number) => at().store.requeueOverdue(nowMs, GRACE_MS, 1_000);
  const jobsFor = async ({ planId, intentIds }: ScenePlan) => (await at().takeJobs()).filter(({ payload }) => payload['planId'] === planId || intentIds.includes(String(payload['intentId'])));

  it('is queued again after its grace, once for each grace, and its version stays', async () => {
    const plan = await aScenePlan(at(), [], { nextActionMs: SCENE_MS });
    await requeue(SCENE_MS + GRACE_MS - 1);
    expect(await jobsFor(plan)).toEqual([]);
    await requeue(SCENE_MS + GRACE_MS);
    const nowMs = SCENE_MS + GRACE_MS;
    expect(await jobsFor(plan)).toEqual([{ queue: 'plan-advance', jobId: `plan-advance-${plan.planId}-1-${nowMs}`, payload: { planId: plan.planId }, priority: 1 }]);
    await requeue(nowMs + 1_000);
    expect(await jobsFor(plan)).toEqual([]);
    await requeue(nowMs + GRACE_MS);
    expect(await jobsFor(plan)).toMatchObject([{ jobId: `plan-advance-${plan.planId}-1-${nowMs + GRACE_MS}` }]);
    expect((await at().store.plan(plan.planId))!.plan.version).toBe(1);
  });

  it('is queued ever more seldom while no job of it helps, but twice a minute', async () => {
    const plan = await aScenePlan(at(), [], { nextActionMs: SCENE_MS });
    const queuedMs: number[] = [];
    for (let sinceMs = 0; sinceMs <= 10 * GRACE_MS; sinceMs += GRACE_MS) {
      await requeue(SCENE_MS + sinceMs);
      if ((await jobsFor(plan)).length > 0) queuedMs.push(sinceMs);
    }
    // As long again as it has been overdue, half a minute at most.
    expect(queuedMs).toEqual([15_000, 30_000, 60_000, 90_000, 120_000, 150_000]);
  });

  it('is not queued again while a job of it waits in the outbox', async () => {
    const plan = await aScenePlan(at(), [], { nextActionMs: SCENE_MS });
    const waiting = { ...aJob(`plan-advance-${plan.planId}-waiting`), payload: { planId: plan.planId } };
    await at().store.changePlan({ planId: plan.planId, version: 1, atMs: SCENE_MS, nextActionMs: SCENE_MS, jobs: [waiting] });
    await requeue(SCENE_MS + GRACE_MS);
    expect(await jobsFor(plan)).toEqual([waiting]);
  });

  it('is every leg that is out, and a new one whose plan executes', async () => {
    const out = await aScenePlan(at(), [{}]);
    await claimed(at(), out.intentIds[0]!);
    const waits = await aScenePlan(at(), [{}, {}]);
    const settles = await aScenePlan(at(), [{}]);
    for (const { intentIds: [id] } of [waits, settles]) await at().store.claim(aClaim(id!, { judge: () => ({ kind: 'wait', untilMs: SCENE_MS + 5_000, reason: 'a breaker' }) }));
    await at().store.changePlan({ planId: settles.planId, version: 1, atMs: SCENE_MS, to: { state: 'settling', endReason: 'halted', reason: null }, nextActionMs: SCENE_MS, jobs: [] });
    await requeue(SCENE_MS + LEASE_MS + GRACE_MS);
    const jobs = await at().takeJobs();
    const queued = jobs.filter(({ queue }) => queue === 'order-advance').map(({ payload }) => payload['intentId']);
    expect(queued).toEqual(expect.arrayContaining([out.intentIds[0], waits.intentIds[0]]));
    expect(queued).not.toContain(waits.intentIds[1]);
    expect(queued).not.toContain(settles.intentIds[0]);
  });

  it('is nothing that has ended', async () => {
    const plan = await aScenePlan(at(), [{}], { state: 'done' });
    await requeue(SCENE_MS + 1e9);
    expect(await jobsFor(plan)).toEqual([]);
  });
}

const allocation = (accountId: string, portfolioId: string, key: string): LedgerTransaction => ({
  key, accountId, kind: 'allocation', occurredMs: SCENE_MS, bookedMs: SCENE_MS + 1, memo: 'the start',
  postings: [{ holder: { kind: 'portfolio', portfolioId }, asset: 'USDT', quantity: '1000.5' }, { holder: { kind: 'unassigned' }, asset: 'USDT', quantity: '-1000.5' }],
  flows: [{ portfolioId, value: 1_000.5 }],
});

export function testLedger(at: () => ExecutionScene): void {
  it('takes a transaction once for each key, and tells it as it was', async () => {
    const accountId = await at().account();
    const portfolioId = await at().portfolio(accountId);
    const transaction = allocation(accountId, portfolioId, `allocation-${portfolioId}`);
    expect(await Promise.all([1, 2, 3].map(() => at().ledger.post(transaction)))).toEqual(expect.arrayContaining([true, false, false]));
    expect(await at().ledger.post({ ...transaction, memo: 'again' })).toBe(false);
    expect(await at().ledger.transactions({ accountId, limit: 10 })).toEqual([transaction]);
    expect([await at().held(accountId, portfolioId, 'USDT'), await at().held(accountId, null, 'USDT')]).toEqual(['1000.5', '-1000.5']);
  });

  it('tells transactions newest first and page by page, of an account or of a portfolio', async () => {
    const accountId = await at().account();
    const [one, two] = [await at().portfolio(accountId), await at().portfolio(accountId)];
    const keys = [`a-${one}`, `b-${one}`, `a-${two}`];
    for (const key of keys) await at().ledger.post(allocation(accountId, key.slice(2), key));
    const keysOf = async (filter: Parameters<ExecutionScene['ledger']['transactions']>[0]) => (await at().ledger.transactions(filter)).map(({ key }) => key);
    expect(await keysOf({ accountId, limit: 2 })).toEqual([keys[2], keys[1]]);
    expect(await keysOf({ accountId, limit: 2, beforeKey: keys[1]! })).toEqual([keys[0]]);
    expect(await keysOf({ portfolioId: one, limit: 10 })).toEqual([keys[1], keys[0]]);
  });

  it('refuses what does not sum to zero, and keeps nothing of it', async () => {
    const accountId = await at().account();
    const transaction = allocation(accountId, await at().portfolio(accountId), `unbalanced-${accountId}`);
    await expect(at().ledger.post({ ...transaction, postings: transaction.postings.slice(1) })).rejects.toThrow();
    expect(await at().ledger.transactions({ accountId, limit: 1 })).toEqual([]);
    expect(await at().held(accountId, null, 'USDT')).toBe('0');
  });
}
