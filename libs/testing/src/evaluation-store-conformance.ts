/// <reference types="jest" />
import { ulid } from 'ulid';
import { testLooks, testOverdueShards, testPlans } from './evaluation-looks-conformance.js';
import {
  anEvaluatedConfiguration, anEvaluation, aPoint, dueOnes, EVALUATED_MS, EVALUATION_MINUTE_MS, theDueOne, type AtEvaluations, type EvaluationStoreSubject,
} from './evaluation-store-subject.js';

const DAY_MS = 86_400_000;

/** What every adapter of EvaluationStore must do, whatever stands behind it. Registers tests under the name. */
export function evaluationStoreConformance(name: string, makeSubject: () => Promise<EvaluationStoreSubject>): void {
  describe(`EvaluationStore by ${name}`, () => {
    let subject: EvaluationStoreSubject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.close());
    beforeEach(() => subject.clear());
    const at = (): EvaluationStoreSubject => subject;
    describe('a portfolio that is due', () => testDueOnes(at));
    describe('plans of a portfolio that is due', () => testPlansSeen(at));
    describe('what stands in the way of a portfolio that is due', () => testObstacles(at));
    describe('when a portfolio is due', () => testDueness(at));
    describe('a look', () => testLooks(at));
    describe('a plan', () => testPlans(at));
    describe('shards that are overdue', () => testOverdueShards(at));
  });
}

function testDueOnes(at: AtEvaluations): void {
  it('is read with all that stands around it, in listed order', async () => {
    const hana = await at().market('HANA');
    const accountId = await at().account();
    const id = await at().portfolio(accountId);
    await at().deposit(id, 'USDT', '9000.5');
    await at().deposit(id, 'AIA', '12.000000000000000001');
    await at().deposit(id, 'MX', '0.25');
    await at().quarantine(accountId, 'AIAUSDT', EVALUATED_MS + 1);
    await at().quarantine(accountId, 'HANAUSDT', EVALUATED_MS);
    expect(await dueOnes(at)).toEqual([{
      id, accountId, mode: 'live', venue: 'SIMULATOR', state: 'running', configVersion: 1, configuration: anEvaluatedConfiguration(),
      isAllocated: true, capital: '10000', quantities: ['0', '12.000000000000000001'], cash: '9000.5', lastFillMs: [null, null],
      otherHoldings: [{ asset: 'MX', quantity: '0.25' }], openPlanId: null, tradingState: 'run', account: { isReconciled: true, openOrderCount: 0, problem: null },
      markets: [{ rules: hana, tradability: { kind: 'tradable' }, isListed: true, seenMs: EVALUATED_MS }, null], quarantinedUntilMs: [null, EVALUATED_MS + 1],
      plansLastDay: 0, lastAbortedMs: null, lookSeq: 0, lastLookMs: null, lookRequestedMs: null, current: null, lastEquity: null, flowsTotal: 0,
    }]);
  });

  it('knows whether its last equity was that of other assets', async () => {
    const { assets } = anEvaluatedConfiguration();
    const id = await at().portfolio(await at().account());
    await at().addEquity(id, 1, aPoint({ equity: 5, flowsTotal: 0, returnIndex: 1, peakIndex: 1 }));
    expect((await theDueOne(at)).lastEquity).toEqual({ atMs: 1, equity: 5, returnIndex: 1, peakIndex: 1, flowsTotal: 0, isOfOtherBasket: false });
    await at().changeConfiguration(id, 2, anEvaluatedConfiguration({ assets: [...assets].reverse() }));
    expect((await theDueOne(at)).lastEquity).toMatchObject({ isOfOtherBasket: false });
    await at().changeConfiguration(id, 3, anEvaluatedConfiguration({ assets: assets.slice(1) }));
    expect((await theDueOne(at)).lastEquity).toMatchObject({ isOfOtherBasket: true });
  });

  it('sees flows of the books at the moment of its holdings', async () => {
    const id = await at().portfolio(await at().account());
    await at().flow(id, 100);
    await at().flow(id, -30.5);
    expect(await theDueOne(at)).toMatchObject({ flowsTotal: 69.5 });
  });

  it('is seen with the newest version of its configuration, or with another one', async () => {
    const id = await at().portfolio(await at().account());
    await at().deposit(id, 'XAN', '7');
    expect(await theDueOne(at)).toMatchObject({ configVersion: 1 });
    const configuration = anEvaluatedConfiguration({ assets: [{ base: 'XAN', marketId: 'XANUSDT' }] });
    const other = await at().store.load(id, EVALUATED_MS, configuration);
    expect(other).toMatchObject({ configuration, quantities: ['7'], otherHoldings: [] });
    await at().addEquity(id, 1, aPoint());
    expect((await at().store.load(id, EVALUATED_MS, configuration))?.lastEquity).toMatchObject({ isOfOtherBasket: true });
    await at().changeConfiguration(id, 2, configuration);
    expect(await theDueOne(at)).toMatchObject({ configVersion: 2, configuration, quantities: ['7'] });
  });
}

function testPlansSeen(at: AtEvaluations): void {
  const FILLED = [{ state: 'filled', filledQuantity: '1' }] as const;

  it('are its open one, those of the last day but for one that was aborted before anything was sent, and when that was', async () => {
    const id = await at().portfolio(await at().account());
    await at().plan(id, { state: 'done', createdMs: EVALUATED_MS - DAY_MS });
    await at().plan(id, { state: 'aborted', createdMs: EVALUATED_MS - DAY_MS + 1 });
    await at().plan(id, { state: 'done', createdMs: EVALUATED_MS - 2 }, FILLED);
    const openPlanId = await at().plan(id, { state: 'settling', createdMs: EVALUATED_MS - 1 });
    expect(await theDueOne(at)).toMatchObject({ openPlanId, plansLastDay: 2, lastAbortedMs: EVALUATED_MS - DAY_MS + 1 });
  });

  it('count where they were aborted after an order may have gone out, and not where none did', async () => {
    const id = await at().portfolio(await at().account());
    await at().plan(id, { state: 'aborted', createdMs: EVALUATED_MS - 5 }, [{ state: 'rejected', attempt: 'rejected' }, { state: 'new', attempt: 'not-sent' }]);
    expect(await theDueOne(at)).toMatchObject({ plansLastDay: 0 });
    await at().plan(id, { state: 'aborted', createdMs: EVALUATED_MS - 4 }, [{ state: 'dead', attempt: 'dead' }]);
    expect(await theDueOne(at)).toMatchObject({ plansLastDay: 1, lastAbortedMs: EVALUATED_MS - 4 });
  });

  it('that were done without any fill are waited after, as those that were aborted', async () => {
    const id = await at().portfolio(await at().account());
    await at().plan(id, { state: 'done', createdMs: EVALUATED_MS - 600_000 });
    await at().plan(id, { state: 'done', createdMs: EVALUATED_MS - 2_000 }, FILLED);
    expect(await theDueOne(at)).toMatchObject({ lastAbortedMs: null });
    await at().plan(id, { state: 'done', createdMs: EVALUATED_MS - 1_000 }, [{ state: 'skipped' }]);
    expect(await theDueOne(at)).toMatchObject({ lastAbortedMs: EVALUATED_MS - 1_000 });
  });
}

function testObstacles(at: AtEvaluations): void {
  it('is the strictest of the switches that concern it', async () => {
    const id = await at().portfolio(await at().account());
    await at().engage(`portfolio:pf_${ulid()}`, 'halt');
    expect(await theDueOne(at)).toMatchObject({ tradingState: 'run' });
    await at().engage('all', 'reduce-only');
    expect(await theDueOne(at)).toMatchObject({ tradingState: 'reduce-only' });
    await at().engage(`portfolio:${id}`, 'halt');
    expect(await theDueOne(at)).toMatchObject({ tradingState: 'halt' });
  });

  it.each([
    { name: 'of paper that was never compared', change: { mode: 'paper' as const, reconciledMs: null }, problem: null },
    { name: 'of live that was never compared', change: { reconciledMs: null }, problem: 'have not been compared' },
    { name: 'that differs', change: { mismatchSinceMs: EVALUATED_MS }, problem: 'differ from the venue since 2026-01-05T12:00:00.000Z' },
    { name: 'of paper that differs', change: { mode: 'paper' as const, mismatchSinceMs: EVALUATED_MS }, problem: 'differ' },
    { name: 'that is halted', change: { haltReason: 'key refused' }, problem: 'halted: key refused' },
  ])('is an account $name', async ({ change, problem }) => {
    await at().portfolio(await at().account(change));
    const { account } = await theDueOne(at);
    expect(account).toEqual({ isReconciled: problem === null, openOrderCount: 0, problem: problem === null ? null : expect.stringContaining(problem) });
  });
}

function testDueness(at: AtEvaluations): void {
  it.each(['created', 'stopped', 'deleted'] as const)('is never where it is %s', async (state) => {
    const id = await at().portfolio(await at().account(), { state });
    expect(await dueOnes(at)).toEqual([]);
    expect((await at().store.load(id, EVALUATED_MS))?.state).toEqual(state === 'deleted' ? undefined : state);
  });

  it('is at its time, or when a look was asked for', async () => {
    const id = await at().portfolio(await at().account());
    await at().store.record(anEvaluation(await theDueOne(at)));
    expect(await dueOnes(at, EVALUATED_MS + EVALUATION_MINUTE_MS - 1)).toEqual([]);
    expect(await dueOnes(at, EVALUATED_MS + EVALUATION_MINUTE_MS)).toHaveLength(1);
    await at().requestLook(id, EVALUATED_MS + 1);
    expect(await theDueOne(at, EVALUATED_MS + 1)).toMatchObject({ lookRequestedMs: EVALUATED_MS + 1, lastLookMs: EVALUATED_MS });
  });

  it('is told by shard, or of all shards', async () => {
    const { store } = at();
    await at().portfolio(await at().account(), { shard: 3 });
    expect(await store.loadDue('SIMULATOR', 0, EVALUATED_MS)).toEqual([]);
    expect(await store.loadDue('SIMULATOR', 3, EVALUATED_MS)).toHaveLength(1);
    expect(await store.loadDue('SIMULATOR', null, EVALUATED_MS)).toHaveLength(1);
    expect(await store.loadDue('MEXC', null, EVALUATED_MS)).toEqual([]);
  });

  it('is told of those first that a look was asked for, then of those that wait longest', async () => {
    const accountId = await at().account();
    const [late, asked, never, askedFirst] = [await at().portfolio(accountId), await at().portfolio(accountId), await at().portfolio(accountId), await at().portfolio(accountId)];
    for (const due of await dueOnes(at)) {
      if (due.id !== never) await at().store.record(anEvaluation(due));
    }
    await at().requestLook(asked, EVALUATED_MS + 9);
    await at().requestLook(askedFirst, EVALUATED_MS + 3);
    const due = await dueOnes(at, EVALUATED_MS + EVALUATION_MINUTE_MS);
    expect(due.map(({ id }) => id)).toEqual([askedFirst, asked, never, late]);
  });
}
