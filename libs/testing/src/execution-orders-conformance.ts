/// <reference types="jest" />
import type { AttemptChange } from '#application';
import { aBooking, aClaim, aJob, aScenePlan, claimed, LEASE_MS, SCENE_MS, type Claimed, type ExecutionScene } from './execution-scene.js';

/** A change of the claimed attempt; nothing but the lease's time unless told. */
const of = ({ intent, attempt }: Pick<Claimed, 'intent' | 'attempt'>, change: Partial<AttemptChange> = {}): AttemptChange => ({
  clientOrderId: attempt.clientOrderId, intentId: intent.id, leaseEpoch: intent.leaseEpoch, atMs: SCENE_MS + 100, releaseLease: false, nextActionMs: SCENE_MS + 500, jobs: [], ...change,
});

const rowsOf = async (scene: ExecutionScene, intentId: string) => {
  const { intents, attempts } = (await scene.store.planOfIntent(intentId))!;
  return { intent: intents.find(({ id }) => id === intentId)!, attempt: attempts.findLast((attempt) => attempt.intentId === intentId)! };
};

const LOST = { attemptTo: 'unknown', event: 'lost', reason: 'timeout' } as const;
const DEAD = { attemptTo: 'dead', event: 'declared-dead', reason: 'never came to be', releaseLease: true, nextActionMs: null } as const;
const FOUND = { attemptTo: 'acked', event: 'found', venueOrderId: 'late-order' } as const;

export function testAttempts(at: () => ExecutionScene): void {
  it('is stored for the intent and the attempt together, with its jobs', async () => {
    const claim = await claimed(at(), (await aScenePlan(at())).intentIds[0]!);
    const job = aJob(`order-advance-${claim.intent.id}`);
    expect(await at().store.changeAttempt(of(claim, { attemptTo: 'acked', event: 'acknowledged', venueOrderId: `v-${claim.intent.id}`, jobs: [job] }))).toBe(true);
    expect(await rowsOf(at(), claim.intent.id)).toMatchObject({
      intent: { state: 'acked', leaseUntilMs: SCENE_MS + LEASE_MS, nextActionMs: SCENE_MS + 500, finishedMs: null }, attempt: { state: 'acked', venueOrderId: `v-${claim.intent.id}`, settledMs: null },
    });
    expect(await at().store.changeAttempt(of(claim, { attemptTo: 'done', event: 'filled', releaseLease: true, nextActionMs: null }))).toBe(true);
    expect(await rowsOf(at(), claim.intent.id)).toMatchObject({
      intent: { state: 'filled', leaseUntilMs: null, nextActionMs: null, finishedMs: SCENE_MS + 100 }, attempt: { state: 'done', settledMs: SCENE_MS + 100 },
    });
    expect(await at().takeJobs()).toEqual([job]);
  });

  it('makes room for a new attempt after a refusal that proves itself', async () => {
    const claim = await claimed(at(), (await aScenePlan(at())).intentIds[0]!);
    const outcome = { httpStatus: 429, code: '510', cause: 'too many requests' };
    await at().store.changeAttempt(of(claim, { attemptTo: 'rejected', event: 'refused-for-now', reason: '510: too many requests', outcome, releaseLease: true }));
    expect(await rowsOf(at(), claim.intent.id)).toMatchObject({
      intent: { state: 'new', reason: '510: too many requests', leaseUntilMs: null, attemptCount: 1 }, attempt: { state: 'rejected', ...outcome, settledMs: SCENE_MS + 100 },
    });
    const second = await claimed(at(), claim.intent.id, { attemptNo: 2, nowMs: SCENE_MS + 2_000 });
    expect(second).toMatchObject({ intent: { leaseEpoch: 2, attemptCount: 2, reason: null }, attempt: { attemptNo: 2, state: 'prepared' } });
    expect(second.attempt.clientOrderId).not.toBe(claim.attempt.clientOrderId);
  });

  it('changes nothing once the lease is lost', async () => {
    const claim = await claimed(at(), (await aScenePlan(at())).intentIds[0]!);
    const taken = await at().store.takeOver(claim.intent.id, 'executor-2', SCENE_MS + LEASE_MS, LEASE_MS);
    const before = await rowsOf(at(), claim.intent.id);
    const around = { jobs: [aJob(`late-${claim.intent.id}`)], quarantineUntilMs: SCENE_MS + 1e6, releaseLease: true };
    // What its new state does not know, what it does, and what is no step at all.
    expect(await at().store.changeAttempt(of(claim, { attemptTo: 'acked', event: 'acknowledged', venueOrderId: 'late', ...around }))).toBe(false);
    expect(await at().store.changeAttempt(of(claim, { ...FOUND, ...around }))).toBe(false);
    expect(await at().store.changeAttempt(of(claim, { vote: true, ...around }))).toBe(false);
    expect(await rowsOf(at(), claim.intent.id)).toEqual(before);
    expect(await at().takeJobs()).toEqual([]);
    expect(await at().store.changeAttempt(of(taken!, FOUND))).toBe(true);
  });

  it('that no such state knows is a bug, and says so', async () => {
    const claim = await claimed(at(), (await aScenePlan(at())).intentIds[0]!);
    const before = await rowsOf(at(), claim.intent.id);
    await expect(at().store.changeAttempt(of(claim, { event: 'filled', jobs: [aJob(`bug-${claim.intent.id}`)] }))).rejects.toThrow(/cannot go from sending on filled/);
    await expect(at().store.changeAttempt(of(claim, { attemptTo: 'dead' }))).rejects.toThrow();
    await expect(at().store.changeAttempt(of(claim, { clientOrderId: 'another' }))).rejects.toThrow(/no attempt another/);
    expect(await rowsOf(at(), claim.intent.id)).toEqual(before);
    expect(await at().takeJobs()).toEqual([]);
  });

  it('counts answers "not found" with the times of the first and the last', async () => {
    const claim = await claimed(at(), (await aScenePlan(at())).intentIds[0]!);
    await at().store.changeAttempt(of(claim, LOST));
    for (const atMs of [SCENE_MS + 7_000, SCENE_MS + 22_000, SCENE_MS + 37_000]) await at().store.changeAttempt(of(claim, { vote: true, atMs }));
    expect(await rowsOf(at(), claim.intent.id)).toMatchObject({
      intent: { state: 'unknown', reason: 'timeout' }, attempt: { state: 'unknown', notFoundVotes: 3, firstVoteMs: SCENE_MS + 7_000, lastVoteMs: SCENE_MS + 37_000, cause: 'timeout' },
    });
  });

  it('that is dead keeps plans from the market, and yields to evidence', async () => {
    const plan = await aScenePlan(at(), [{}, {}]);
    const claim = await claimed(at(), plan.intentIds[0]!);
    await at().store.changeAttempt(of(claim, LOST));
    await at().store.changeAttempt(of(claim, { ...DEAD, quarantineUntilMs: SCENE_MS + 300_000 }));
    const seen: unknown[] = [];
    const judge: Parameters<typeof aClaim>[1] = { judge: ({ quarantinedUntilMs }) => (seen.push(quarantinedUntilMs), { kind: 'wait', untilMs: SCENE_MS, reason: 'only looking' }) };
    await at().store.claim(aClaim(plan.intentIds[1]!, judge));
    expect(seen).toEqual([SCENE_MS + 300_000]);
    const taken = await at().store.takeOver(claim.intent.id, 'sweeper', SCENE_MS + 200, LEASE_MS);
    expect(taken).toMatchObject({ intent: { state: 'dead', leaseEpoch: 2 }, attempt: { state: 'dead' } });
    expect(await at().store.changeAttempt(of(taken!, FOUND))).toBe(true);
    expect(await rowsOf(at(), claim.intent.id)).toMatchObject({ intent: { state: 'acked', finishedMs: null }, attempt: { state: 'acked', settledMs: null, venueOrderId: 'late-order' } });
  });

  it.each([
    ['refused', [{ attemptTo: 'rejected', event: 'refused', releaseLease: true, nextActionMs: null }]],
    ['left to a person', [LOST, { event: 'unresolved', releaseLease: true, nextActionMs: null }]],
  ] as const)('that was %s yields to evidence too', async (_name, steps) => {
    const claim = await claimed(at(), (await aScenePlan(at())).intentIds[0]!);
    for (const step of steps) expect(await at().store.changeAttempt(of(claim, step))).toBe(true);
    expect((await rowsOf(at(), claim.intent.id)).intent.finishedMs).toBe(SCENE_MS + 100);
    const taken = await at().store.takeOver(claim.intent.id, 'sweeper', SCENE_MS + 200, LEASE_MS);
    expect(await at().store.changeAttempt(of(taken!, { ...FOUND, venueOrderId: `v-${claim.intent.id}` }))).toBe(true);
    expect((await rowsOf(at(), claim.intent.id)).intent).toMatchObject({ state: 'acked', finishedMs: null });
  });
}

export function testTakeOver(at: () => ExecutionScene): void {
  it('is not one while its lease runs, and unknown afterwards', async () => {
    const { intent } = await claimed(at(), (await aScenePlan(at())).intentIds[0]!);
    expect(await at().store.takeOver(intent.id, 'executor-2', SCENE_MS + LEASE_MS - 1, LEASE_MS)).toBeNull();
    const taken = await at().store.takeOver(intent.id, 'executor-2', SCENE_MS + LEASE_MS, LEASE_MS);
    expect(taken).toMatchObject({ intent: { state: 'unknown', leaseEpoch: 2, leaseUntilMs: SCENE_MS + 2 * LEASE_MS, nextActionMs: SCENE_MS + 2 * LEASE_MS }, attempt: { state: 'unknown' } });
    expect(await rowsOf(at(), intent.id)).toEqual(taken);
  });

  it('is taken by one of those who want it at once', async () => {
    const { intent } = await claimed(at(), (await aScenePlan(at())).intentIds[0]!);
    const taken = await Promise.all([1, 2, 3, 4].map((n) => at().store.takeOver(intent.id, `executor-${n}`, SCENE_MS + LEASE_MS, LEASE_MS)));
    expect(taken.filter((one) => one !== null)).toHaveLength(1);
  });

  it('goes on where it was given up, as what it was', async () => {
    const claim = await claimed(at(), (await aScenePlan(at())).intentIds[0]!);
    await at().store.changeAttempt(of(claim, { attemptTo: 'acked', event: 'acknowledged', venueOrderId: `v-${claim.intent.id}`, releaseLease: true }));
    const taken = await at().store.takeOver(claim.intent.id, 'executor-2', SCENE_MS + 200, LEASE_MS);
    expect(taken).toMatchObject({ intent: { state: 'acked', leaseEpoch: 2 }, attempt: { state: 'acked', venueOrderId: `v-${claim.intent.id}` } });
  });

  it('is nothing that is new, or has ended', async () => {
    const { intentIds } = await aScenePlan(at(), [{}, {}]);
    expect(await at().store.takeOver(intentIds[0]!, 'executor-2', SCENE_MS, LEASE_MS)).toBeNull();
    await at().store.claim(aClaim(intentIds[1]!, { judge: () => ({ kind: 'skip', reason: 'below-step' }) }));
    expect(await at().store.takeOver(intentIds[1]!, 'executor-2', SCENE_MS, LEASE_MS)).toBeNull();
  });
}

export function testLookUps(at: () => ExecutionScene): void {
  it('find no plan that there is not', async () => {
    expect(await at().store.plan('pl_00000000000000000000000000')).toBeNull();
    expect(await at().store.planOfIntent('oi_00000000000000000000000000')).toBeNull();
    expect(await at().store.accountOfPlan('pl_00000000000000000000000000')).toBeNull();
  });

  it('tell the plans of a portfolio, newest first and page by page', async () => {
    const portfolioId = await at().portfolio(await at().account());
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.unshift((await at().plan(portfolioId, [], { state: 'done', createdMs: SCENE_MS + n })).planId);
    const [first, second, third] = ids;
    const pages = [await at().store.plans(portfolioId, { limit: 2 }), await at().store.plans(portfolioId, { limit: 2, beforeId: second! })];
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([[first, second], [third]]);
    expect(await at().store.accountOfPlan(first!)).toEqual({ accountId: pages[0]![0]!.accountId, mode: 'live' });
  });

  it("find attempts by our ids and by the venue's, of that account alone", async () => {
    const claim = await claimed(at(), (await aScenePlan(at())).intentIds[0]!);
    const { intent: { accountId, portfolioId, id }, attempt: { clientOrderId } } = claim;
    await at().store.changeAttempt(of(claim, { attemptTo: 'acked', event: 'acknowledged', venueOrderId: 'v-1' }));
    const known = await at().store.attemptsOf(accountId, { clientOrderIds: [clientOrderId], venueOrderIds: [] });
    expect(known).toMatchObject([{ clientOrderId, venueOrderId: 'v-1', intentId: id, portfolioId, marketId: 'HANAUSDT', side: 'sell', intentState: 'acked' }]);
    expect(await at().store.attemptsOf(accountId, { clientOrderIds: [], venueOrderIds: ['v-1'] })).toEqual(known);
    expect(await at().store.attemptsOf(await at().account(), { clientOrderIds: [clientOrderId], venueOrderIds: ['v-1'] })).toEqual([]);
  });

  it('tell attempts whose end is open, and those that died lately', async () => {
    const plan = await aScenePlan(at(), [{}, {}, {}]);
    const [dead, done, open] = [0, 1, 2].map((leg) => plan.intentIds[leg]!);
    const deadClaim = await claimed(at(), dead!);
    await at().store.changeAttempt(of(deadClaim, LOST));
    await at().store.changeAttempt(of(deadClaim, DEAD));
    const doneClaim = await claimed(at(), done!);
    await at().store.changeAttempt(of(doneClaim, { attemptTo: 'acked', event: 'acknowledged', venueOrderId: 'v-done' }));
    await at().store.changeAttempt(of(doneClaim, { attemptTo: 'done', event: 'ended-unfilled', releaseLease: true, nextActionMs: null }));
    const openClaim = await claimed(at(), open!);
    const idsSince = async (sinceMs: number) => (await at().store.openAttempts(plan.accountId, sinceMs)).map(({ clientOrderId }) => clientOrderId);
    expect((await idsSince(SCENE_MS + 100)).toSorted()).toEqual([deadClaim, openClaim].map(({ attempt }) => attempt.clientOrderId).toSorted());
    expect(await idsSince(SCENE_MS + 101)).toEqual([openClaim.attempt.clientOrderId]);
  });

  it('tell which markets to sweep, and how far each was', async () => {
    const plan = await aScenePlan(at());
    const swept = { marketId: 'HANAUSDT', base: 'HANA', quote: 'USDT' };
    const aia = { marketId: 'AIAUSDT', base: 'AIA', quote: 'USDT', watermarkMs: null, beginMs: null, isActive: false };
    expect(await at().store.sweptMarkets(plan.accountId)).toEqual([aia, { ...swept, watermarkMs: null, beginMs: null, isActive: true }]);
    const sweep = (watermarkMs: number) => at().store.book({ accountId: plan.accountId, marketId: 'HANAUSDT', nowMs: SCENE_MS, fills: [], watermarkMs, sweptFromMs: watermarkMs - 7 });
    await sweep(SCENE_MS + 5);
    await sweep(SCENE_MS + 1);
    expect(await at().store.sweptMarkets(plan.accountId)).toEqual([aia, { ...swept, watermarkMs: SCENE_MS + 5, beginMs: SCENE_MS - 2, isActive: true }]);
    const elsewhere = await at().account();
    expect(await at().store.sweptMarkets(elsewhere)).toEqual([]);
    await at().store.book({ accountId: elsewhere, marketId: 'HANAUSDT', nowMs: SCENE_MS, fills: [], watermarkMs: SCENE_MS });
    expect(await at().store.sweptMarkets(elsewhere)).toEqual([{ ...swept, watermarkMs: SCENE_MS, beginMs: SCENE_MS, isActive: false }]);
  });

  it('tell which trades are in the books', async () => {
    const accountId = await at().account();
    const booking = aBooking({ clientOrderId: null, portfolioId: null });
    await at().store.book({ accountId, marketId: 'HANAUSDT', nowMs: SCENE_MS, fills: [booking] });
    const id = booking.fill.venueTradeId;
    expect(await at().store.knownTrades(accountId, 'HANAUSDT', [id, 'other'])).toEqual(new Set([id]));
    expect(await at().store.knownTrades(accountId, 'AIAUSDT', [id])).toEqual(new Set());
  });
}
