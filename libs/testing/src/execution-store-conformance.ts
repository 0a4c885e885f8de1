/// <reference types="jest" />
import { DEFAULT_CAPS } from '#domain';
import type { PlanChange } from '#application';
import { aBooking, aClaim, aJob, aScenePlan, claimed, deposit, factsOf, LEASE_MS, SCENE_MS, SELL, type ExecutionScene } from './execution-scene.js';
import { testBookings, testLedger } from './execution-books-conformance.js';
import { testAttempts, testLookUps, testTakeOver } from './execution-orders-conformance.js';

/** What every store of plans, orders and books must do, whatever keeps them. Registers tests under the name. */
export function executionStoreConformance(name: string, makeScene: () => Promise<ExecutionScene>): void {
  describe(`ExecutionStore and LedgerStore by ${name}`, () => {
    let scene: ExecutionScene;
    beforeAll(async () => {
      scene = await makeScene();
      await scene.market('HANA');
      await scene.market('AIA');
    });
    afterAll(() => scene.close());
    beforeEach(() => scene.takeJobs());
    const at = (): ExecutionScene => scene;
    describe('a claim', () => testClaims(at));
    describe('the facts of a claim', () => testFacts(at));
    describe('the usage that caps count', () => testUsage(at));
    describe('a change of a plan', () => testPlanChanges(at));
    describe('what came of an attempt', () => testAttempts(at));
    describe('an order taken over', () => testTakeOver(at));
    describe('fills', () => testBookings(at));
    describe('look-ups', () => testLookUps(at));
    describe('the ledger', () => testLedger(at));
  });
}

function testClaims(at: () => ExecutionScene): void {
  it('saves the attempt and takes the lease', async () => {
    const { planId, intentIds: [id] } = await aScenePlan(at());
    const request = aClaim(id!);
    const result = await at().store.claim(request);
    expect(result).toMatchObject({
      kind: 'claimed',
      intent: { id, state: 'sending', leaseEpoch: 1, leaseUntilMs: SCENE_MS + LEASE_MS, attemptCount: 1, nextActionMs: SCENE_MS + LEASE_MS },
      attempt: { clientOrderId: request.clientOrderId, intentId: id, attemptNo: 1, terms: SELL.terms, notional: '600', signMs: SELL.signMs, receiveWindowMs: 5_000, state: 'prepared' },
    });
    const view = await at().store.plan(planId);
    expect({ kind: 'claimed', intent: view!.intents[0], attempt: view!.attempts[0] }).toEqual(result);
  });

  it('is won by one of those who make it at once', async () => {
    const { intentIds: [id] } = await aScenePlan(at());
    const results = await Promise.all(Array.from({ length: 6 }, () => at().store.claim(aClaim(id!))));
    expect(results.map(({ kind }) => kind).toSorted()).toEqual(['claimed', ...Array.from({ length: 5 }, () => 'not-new')]);
  });

  it('is refused for what is not there, was sent, has another attempt, or is of a plan that does not execute', async () => {
    const { intentIds: [id] } = await aScenePlan(at());
    expect(await at().store.claim(aClaim('oi_00000000000000000000000000'))).toEqual({ kind: 'not-new' });
    expect(await at().store.claim(aClaim(id!, { attemptNo: 2 }))).toEqual({ kind: 'not-new' });
    await claimed(at(), id!);
    expect(await at().store.claim(aClaim(id!, { nowMs: SCENE_MS + LEASE_MS + 1 }))).toEqual({ kind: 'not-new' });
    for (const state of ['draft', 'settling'] as const) {
      const { intentIds: [other] } = await aScenePlan(at(), [{}], { state });
      expect(await at().store.claim(aClaim(other!))).toEqual({ kind: 'not-new' });
    }
  });

  it('waits while another order of the account is being sent, and no longer', async () => {
    const first = await aScenePlan(at());
    const second = await at().plan(await at().portfolio(first.accountId), [{}]);
    const elsewhere = await aScenePlan(at());
    await claimed(at(), first.intentIds[0]!);
    expect(await at().store.claim(aClaim(second.intentIds[0]!))).toEqual({ kind: 'account-busy', untilMs: SCENE_MS + LEASE_MS });
    expect(await at().store.claim(aClaim(elsewhere.intentIds[0]!))).toMatchObject({ kind: 'claimed' });
    expect(await at().store.claim(aClaim(second.intentIds[0]!, { nowMs: SCENE_MS + LEASE_MS }))).toMatchObject({ kind: 'claimed' });
  });

  it('sends one order of an account at a time, whoever claims at once', async () => {
    const accountId = await at().account();
    const plans = await Promise.all(Array.from({ length: 4 }, async () => at().plan(await at().portfolio(accountId), [{}])));
    const results = await Promise.all(plans.map(({ intentIds: [id] }) => at().store.claim(aClaim(id!))));
    expect(results.map(({ kind }) => kind).toSorted()).toEqual(['account-busy', 'account-busy', 'account-busy', 'claimed']);
  });

  it('that is to wait says until when, and leaves the leg new', async () => {
    const { planId, intentIds: [id] } = await aScenePlan(at());
    const untilMs = SCENE_MS + 5_000;
    const judge = () => ({ kind: 'wait', untilMs, reason: 'a breaker is open' }) as const;
    expect(await at().store.claim(aClaim(id!, { judge, jobsAtEnd: [aJob(`plan-advance-${id}`)] }))).toEqual({ kind: 'waiting', untilMs, reason: 'a breaker is open' });
    const { intents } = (await at().store.plan(planId))!;
    expect(intents[0]).toMatchObject({ state: 'new', nextActionMs: untilMs, reason: 'a breaker is open', attemptCount: 0 });
    expect(await at().takeJobs()).toEqual([]);
  });

  it('that is to be skipped ends the leg, with its jobs', async () => {
    const { planId, intentIds } = await aScenePlan(at(), [{}, { assetIndex: 1 }]);
    const job = aJob(`plan-advance-${intentIds[0]}`);
    expect(await at().store.claim(aClaim(intentIds[0]!, { judge: () => ({ kind: 'skip', reason: 'below-min-notional' }), jobsAtEnd: [job] }))).toEqual({ kind: 'skipped' });
    const { plan, intents } = (await at().store.plan(planId))!;
    expect(intents.map(({ state, reason, finishedMs }) => ({ state, reason, finishedMs }))).toEqual([
      { state: 'skipped', reason: 'below-min-notional', finishedMs: SCENE_MS }, { state: 'new', reason: null, finishedMs: null },
    ]);
    expect(plan.state).toBe('executing');
    expect(await at().takeJobs()).toEqual([job]);
  });

  it('that is to end the plan skips all legs that are new, with its jobs', async () => {
    const { planId, intentIds } = await aScenePlan(at(), [{}, { assetIndex: 1 }]);
    const job = aJob(`plan-advance-${planId}`);
    const verdict = { kind: 'end-plan', endReason: 'halted', reason: 'a kill switch says halt' } as const;
    expect(await at().store.claim(aClaim(intentIds[0]!, { judge: () => verdict, jobsAtEnd: [job] }))).toEqual({ kind: 'plan-ended' });
    const { plan, intents } = (await at().store.plan(planId))!;
    expect(plan).toMatchObject({ state: 'settling', endReason: 'halted', reason: 'a kill switch says halt', nextActionMs: SCENE_MS });
    expect(intents.map(({ state }) => state)).toEqual(['skipped', 'skipped']);
    expect(await at().takeJobs()).toEqual([job]);
  });

  it('whose judge throws changes nothing', async () => {
    const { planId, intentIds: [id] } = await aScenePlan(at());
    const before = await at().store.plan(planId);
    const bug = new RangeError('a bug');
    await expect(at().store.claim(aClaim(id!, { judge: () => { throw bug; } }))).rejects.toBe(bug);
    expect(await at().store.plan(planId)).toEqual(before);
  });
}

function testFacts(at: () => ExecutionScene): void {
  it('are the rows as they stand, quantities exact', async () => {
    const plan = await aScenePlan(at());
    await deposit(at(), plan, 'HANA', '60000.000000000000000001');
    await deposit(at(), plan, 'USDT', '5000.1');
    const facts = await factsOf(at(), plan.intentIds[0]!);
    const view = (await at().store.plan(plan.planId))!;
    expect(facts.plan).toEqual(view.plan);
    expect(facts.intent).toEqual({ ...view.intents[0], nextActionMs: null, reason: null, version: 1 });
    expect(facts.configuration).toEqual(view.configuration);
    expect(facts).toMatchObject({
      currentCaps: DEFAULT_CAPS, portfolioState: 'running', tradingState: 'run', account: { isReconciled: true, haltReason: null }, breakerOpenUntilMs: null,
      quarantinedUntilMs: null, quantityHeld: '60000.000000000000000001', cashHeld: '5000.1',
      market: { rules: { marketId: 'HANAUSDT', priceTick: '0.0001' }, tradability: { kind: 'tradable' }, seenMs: SCENE_MS },
    });
  });

  it('take the newest caps beside those that the plan was made with', async () => {
    const plan = await aScenePlan(at());
    await at().changeCaps(plan.portfolioId, { maxOrderFraction: 0.01 });
    const { configuration, currentCaps } = await factsOf(at(), plan.intentIds[0]!);
    expect(configuration.caps.maxOrderFraction).toBe(DEFAULT_CAPS.maxOrderFraction);
    expect(currentCaps).toEqual({ ...DEFAULT_CAPS, maxOrderFraction: 0.01 });
  });

  it('know the strictest switch of the account, the portfolio and all', async () => {
    const plan = await aScenePlan(at());
    const other = await aScenePlan(at());
    const stateOf = async ({ intentIds: [id] }: typeof plan) => (await factsOf(at(), id!)).tradingState;
    await at().engage(`portfolio:${plan.portfolioId}`, 'reduce-only');
    expect(await stateOf(plan)).toBe('reduce-only');
    await at().engage(`account:${plan.accountId}`, 'halt');
    expect(await stateOf(plan)).toBe('halt');
    expect(await stateOf(other)).toBe('run');
    await at().engage(`account:${plan.accountId}`, 'run');
    expect(await stateOf(plan)).toBe('reduce-only');
    await at().engage('all', 'halt');
    expect([await stateOf(plan), await stateOf(other)]).toEqual(['halt', 'halt']);
    await at().engage('all', 'run');
    expect(await stateOf(other)).toBe('run');
  });

  it('know breakers of the account and of the market, and for how long a market is in quarantine', async () => {
    const plan = await aScenePlan(at(), [{}, { assetIndex: 1 }]);
    const [hana, aia] = plan.intentIds;
    await at().openBreaker('market:SIMULATOR:AIAUSDT', SCENE_MS + 9_000);
    await at().openBreaker(`account:${plan.accountId}`, SCENE_MS + 5_000);
    expect((await factsOf(at(), hana!)).breakerOpenUntilMs).toBe(SCENE_MS + 5_000);
    expect((await factsOf(at(), aia!)).breakerOpenUntilMs).toBe(SCENE_MS + 9_000);
    expect((await factsOf(at(), hana!, { nowMs: SCENE_MS + 5_000 })).breakerOpenUntilMs).toBeNull();
    await at().store.quarantine(plan.accountId, 'HANAUSDT', SCENE_MS + 300_000, 'dead');
    await at().store.quarantine(plan.accountId, 'HANAUSDT', SCENE_MS + 1, 'shorter');
    expect((await factsOf(at(), hana!)).quarantinedUntilMs).toBe(SCENE_MS + 300_000);
    expect((await factsOf(at(), hana!, { nowMs: SCENE_MS + 300_000 })).quarantinedUntilMs).toBeNull();
    expect((await factsOf(at(), aia!)).quarantinedUntilMs).toBeNull();
  });

  it('know an account that is unreconciled or halted, a portfolio that is paused, and a market that is listed no more', async () => {
    const accountId = await at().account({ isReconciled: false, haltReason: 'two orders at once' });
    const { intentIds: [id] } = await at().plan(await at().portfolio(accountId, { state: 'paused' }), [{}]);
    await at().market('HANA', { isListed: false });
    const { account, portfolioState, market } = await factsOf(at(), id!);
    await at().market('HANA');
    expect({ account, portfolioState }).toEqual({ account: { isReconciled: false, haltReason: 'two orders at once' }, portfolioState: 'paused' });
    expect(market!.tradability).toMatchObject({ kind: 'untradable', reason: 'not-online' });
  });
}

function testUsage(at: () => ExecutionScene): void {
  const minute = 60_000;

  it('is nothing but the plan itself at first', async () => {
    const { intentIds: [id] } = await aScenePlan(at());
    expect((await factsOf(at(), id!)).usage).toEqual({ notionalOfPlan: '0', notionalLastHour: '0', notionalLastDay: '0', ordersLastMinute: 0, plansLastDay: 1 });
  });

  it('counts what was or may have been sent, by the minute, the hour, the day and the plan', async () => {
    const day = 24 * 60 * minute;
    const plan = await aScenePlan(at(), [{}, {}, {}, {}, {}]);
    const send = async (leg: number, agoMs: number, notional: string, attemptTo: 'rejected' | 'not-sent' | 'unknown') => {
      const { intent, attempt } = await claimed(at(), plan.intentIds[leg]!, { nowMs: SCENE_MS - agoMs, judge: () => ({ ...SELL, notional }) });
      const event = attemptTo === 'unknown' ? 'lost' : attemptTo === 'rejected' ? 'refused' : 'not-sent';
      const { clientOrderId } = attempt;
      expect(await at().store.changeAttempt({ clientOrderId, intentId: intent.id, leaseEpoch: 1, atMs: SCENE_MS, attemptTo, event, releaseLease: true, nextActionMs: null, jobs: [] })).toBe(true);
    };
    await send(0, day, '1000', 'unknown');
    await send(1, 60 * minute, '200', 'unknown');
    await send(2, 10 * minute, '30.5', 'unknown');
    await send(3, minute / 2, '4', 'rejected');
    // Half a minute ago and on its way: the only one of the last minute that counts.
    await claimed(at(), plan.intentIds[4]!, { nowMs: SCENE_MS - minute / 2, judge: () => ({ ...SELL, notional: '7' }), leaseMs: 1 });
    const judged = await at().plan(await at().portfolio(plan.accountId), [{}]);
    // A limit is a window that is open at its old end: what is exactly that old is out of it.
    expect((await factsOf(at(), judged.intentIds[0]!)).usage.notionalLastDay).toBe('0');
    expect((await usageOfNewLeg(at(), plan)).usage).toEqual({ notionalOfPlan: '1237.5', notionalLastHour: '37.5', notionalLastDay: '237.5', ordersLastMinute: 1, plansLastDay: 1 });
  });

  it('counts plans of the last day, however they ended, but for those that were aborted before anything was sent', async () => {
    const accountId = await at().account();
    const portfolioId = await at().portfolio(accountId);
    await at().plan(portfolioId, [], { state: 'aborted', createdMs: SCENE_MS - 24 * 60 * minute });
    await at().plan(portfolioId, [], { state: 'done', createdMs: SCENE_MS - 24 * 60 * minute + 1 });
    await at().plan(portfolioId, [{}], { state: 'aborted', createdMs: SCENE_MS - minute });
    const { intentIds: [id] } = await at().plan(portfolioId, [{}]);
    expect((await factsOf(at(), id!)).usage.plansLastDay).toBe(2);
  });
}

/** The facts of a leg that the plan gets now. */
async function usageOfNewLeg(scene: ExecutionScene, { planId }: { readonly planId: string }) {
  const { plan, intents } = (await scene.store.plan(planId))!;
  const id = `oi_7${intents.at(-1)!.id.slice(4)}`;
  const leg = { id, leg: 99, assetIndex: 0, base: 'HANA', marketId: 'HANAUSDT', side: 'sell', quantity: '1', quoteValue: null, refPrice: 0.05, refPriceMs: SCENE_MS, skipReason: null } as const;
  await scene.store.changePlan({ planId, version: plan.version, atMs: SCENE_MS, newIntents: [leg], nextActionMs: SCENE_MS, jobs: [] });
  return factsOf(scene, id);
}

const aChange = (planId: string, change: Partial<PlanChange> = {}): PlanChange => ({ planId, version: 1, atMs: SCENE_MS + 10, nextActionMs: SCENE_MS + 99, jobs: [], ...change });
const to = (state: 'executing' | 'settling' | 'done' | 'aborted' | 'needs-human') => ({ state, endReason: null, reason: null });

function testPlanChanges(at: () => ExecutionScene): void {
  it('happens once for each version that was seen, with its jobs', async () => {
    const { planId } = await aScenePlan(at(), [{}], { state: 'draft' });
    const jobs = [1, 2, 3].map((n) => aJob(`plan-advance-${planId}-${n}`));
    const changes = await Promise.all(jobs.map((job) => at().store.changePlan(aChange(planId, { to: to('executing'), jobs: [job] }))));
    expect(changes.filter(Boolean)).toEqual([true]);
    expect((await at().store.plan(planId))!.plan).toMatchObject({ state: 'executing', version: 2, startedMs: SCENE_MS + 10, nextActionMs: SCENE_MS + 99, finishedMs: null });
    expect(await at().takeJobs()).toEqual([jobs[changes.indexOf(true)]]);
  });

  it('keeps what a job coalesces by, and takes no job twice', async () => {
    const { planId } = await aScenePlan(at());
    const job = { ...aJob(`portfolio-evaluate-${planId}`), coalesceKey: 'shard-3' };
    await at().store.changePlan(aChange(planId, { jobs: [job] }));
    expect(await at().takeJobs()).toEqual([job]);
    expect(await at().store.changePlan(aChange(planId, { version: 2, jobs: [job] }))).toBe(true);
    expect(await at().takeJobs()).toEqual([]);
  });

  it('refuses a job whose id no queue takes', async () => {
    const { planId } = await aScenePlan(at());
    await expect((async () => at().store.changePlan(aChange(planId, { jobs: [aJob(`plan:${planId}`)] })))()).rejects.toThrow(RangeError);
  });

  it('adds legs, of which some are skipped from the start', async () => {
    const { planId, intentIds } = await aScenePlan(at());
    const leg = { assetIndex: 1, base: 'AIA', marketId: 'AIAUSDT', side: 'buy', quantity: null, refPrice: 0.1, refPriceMs: SCENE_MS } as const;
    const ids = ['1', '2'].map((n) => `oi_7${n}${intentIds[0]!.slice(5)}`);
    const newIntents = [{ ...leg, id: ids[0]!, leg: 1, quoteValue: '123.456789012345678901', skipReason: null }, { ...leg, id: ids[1]!, leg: 2, quoteValue: '4', skipReason: 'share-below-minimum' }];
    expect(await at().store.changePlan(aChange(planId, { newIntents }))).toBe(true);
    expect((await at().store.planOfIntent(ids[1]!))!.intents).toMatchObject([
      { id: intentIds[0], leg: 0 },
      { id: ids[0], planId, leg: 1, state: 'new', side: 'buy', quoteValue: '123.456789012345678901', quantity: null, refPrice: 0.1, attemptCount: 0, filledQuantity: '0', finishedMs: null },
      { id: ids[1], leg: 2, state: 'skipped', reason: 'share-below-minimum', finishedMs: SCENE_MS + 10 },
    ]);
  });

  it('skips legs that are new, and does nothing at all where one is being sent', async () => {
    const { planId, intentIds } = await aScenePlan(at(), [{}, { assetIndex: 1 }]);
    await claimed(at(), intentIds[0]!);
    const skip = intentIds.map((intentId) => ({ intentId, reason: 'deadline' }));
    const ending = { to: { state: 'settling', endReason: 'deadline', reason: 'too late' }, jobs: [aJob(`late-${planId}`)] } as const;
    expect(await at().store.changePlan(aChange(planId, { ...ending, skip }))).toBe(false);
    expect((await at().store.plan(planId))!.plan.state).toBe('executing');
    expect(await at().takeJobs()).toEqual([]);
    expect(await at().store.changePlan(aChange(planId, { ...ending, skip: skip.slice(1) }))).toBe(true);
    const { plan, intents } = (await at().store.plan(planId))!;
    expect(plan).toMatchObject({ state: 'settling', endReason: 'deadline', reason: 'too late' });
    expect(intents.map(({ state, reason }) => [state, reason])).toEqual([['sending', null], ['skipped', 'deadline']]);
  });

  it('keeps why no further leg went out, to the end', async () => {
    const { planId, portfolioId } = await aScenePlan(at());
    await at().store.changePlan(aChange(planId, { to: { state: 'settling', endReason: 'halted', reason: 'by hand' } }));
    expect((await at().portfolioFlags(portfolioId)).isLookRequested).toBe(false);
    expect(await at().store.changePlan(aChange(planId, { version: 2, to: to('aborted'), nextActionMs: null }))).toBe(true);
    expect((await at().store.plan(planId))!.plan).toMatchObject({ state: 'aborted', endReason: 'halted', reason: 'by hand', finishedMs: SCENE_MS + 10, nextActionMs: null });
    expect((await at().portfolioFlags(portfolioId)).isLookRequested).toBe(true);
  });

  it('that is not legal is refused', async () => {
    const { planId } = await aScenePlan(at());
    await expect(at().store.changePlan(aChange(planId, { to: to('done'), nextActionMs: null }))).rejects.toThrow();
    expect((await at().store.plan(planId))!.plan).toMatchObject({ state: 'executing', version: 1 });
  });

  it.each([
    ['a start that bought something', 'initial', true, true, 'done'],
    ['a start that bought nothing', 'initial', false, false, 'done'],
    ['a start that was cut short', 'initial', true, false, 'aborted'],
    ['any later plan', 'rebalance', true, false, 'done'],
  ] as const)('knows whether the portfolio is allocated after %s', async (_name, kind, isFilled, isAllocated, end) => {
    const portfolioId = await at().portfolio(await at().account(), { isAllocated: false });
    const { planId, accountId, intentIds } = await at().plan(portfolioId, [{}], { kind });
    const { attempt } = await claimed(at(), intentIds[0]!);
    const fills = isFilled ? [aBooking({ clientOrderId: attempt.clientOrderId, portfolioId })] : [];
    await at().store.book({ accountId, marketId: 'HANAUSDT', nowMs: SCENE_MS, fills });
    await at().store.changePlan(aChange(planId, { to: to('settling') }));
    await at().store.changePlan(aChange(planId, { version: 2, to: to(end), nextActionMs: null }));
    expect(await at().portfolioFlags(portfolioId)).toEqual({ isLookRequested: true, isAllocated });
  });
}
