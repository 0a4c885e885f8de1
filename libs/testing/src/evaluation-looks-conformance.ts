/// <reference types="jest" />
import type { EvaluationStore } from '#application';
import {
  aCutBackDecision, aLook, aNewPlan, anEvaluation, aPoint, EVALUATED_MS, EVALUATION_INPUT, EVALUATION_JOBS, EVALUATION_MINUTE_MS, theDueOne, type AtEvaluations,
} from './evaluation-store-subject.js';

const MINUTE_MS = EVALUATION_MINUTE_MS;

export function testLooks(at: AtEvaluations): void {
  let id: string;
  beforeEach(async () => {
    id = await at().portfolio(await at().account());
  });
  const { record, recordFolded, evaluations } = methods(at);

  it('for the same reason extends the row; another one ends it', async () => {
    await record(anEvaluation(await theDueOne(at)));
    for (const minute of [1, 2]) {
      const seen = await theDueOne(at, EVALUATED_MS + minute * MINUTE_MS);
      expect(seen.current).toMatchObject({ kind: 'hold', reason: 'within-thresholds', subject: null, configVersion: 1 });
      const folded = await recordFolded([aLook(seen, { atMs: EVALUATED_MS + minute * MINUTE_MS, nextLookMs: EVALUATED_MS + (minute + 1) * MINUTE_MS })]);
      expect(folded).toEqual(new Set([id]));
    }
    const when = { atMs: EVALUATED_MS + 3 * MINUTE_MS, nextLookMs: EVALUATED_MS + 4 * MINUTE_MS };
    await record(anEvaluation(await theDueOne(at, when.atMs), { reason: 'price-stale', subject: 'HANA', detail: 'HANA is old' }, when));
    expect(await evaluations(id, { limit: 10 })).toMatchObject([
      { reason: 'price-stale', detail: 'HANA is old', firstMs: when.atMs, lastMs: when.atMs, looks: 1, planId: null },
      { reason: 'within-thresholds', firstMs: EVALUATED_MS, lastMs: EVALUATED_MS + 2 * MINUTE_MS, looks: 3 },
    ]);
    expect(await evaluations(id, { limit: 10, atMs: when.atMs - 1 })).toMatchObject([{ reason: 'within-thresholds' }]);
    const [newest] = await evaluations(id, { limit: 1 });
    expect(await evaluations(id, { limit: 10, beforeId: newest!.id })).toMatchObject([{ reason: 'within-thresholds' }]);
    expect(await evaluations(id, { limit: 10, beforeId: 'ev_nobody' })).toEqual([]);
  });

  it('gives the evaluation back as it was', async () => {
    const { look, evaluation: { subject: _subject, ...evaluation } } = anEvaluation(await theDueOne(at));
    await record({ look, evaluation: { ...evaluation, subject: 'HANA' }, plan: null });
    expect(await evaluations(id, { limit: 1 })).toEqual([
      { ...evaluation, portfolioId: id, firstMs: EVALUATED_MS, lastMs: EVALUATED_MS, looks: 1, planId: null, input: EVALUATION_INPUT },
    ]);
  });

  it('counts once, whoever takes it, and a change of the portfolio overtakes it', async () => {
    const seen = await theDueOne(at);
    expect(await record(anEvaluation(seen))).toBe('recorded');
    expect(await record(anEvaluation(seen))).toBe('overtaken');
    expect(await recordFolded([aLook(seen)])).toEqual(new Set());
    const next = await theDueOne(at, EVALUATED_MS + MINUTE_MS);
    await at().overtake(id, EVALUATED_MS);
    expect(await record(anEvaluation(next, {}, { atMs: EVALUATED_MS + MINUTE_MS }))).toBe('overtaken');
    expect(await at().look(id)).toMatchObject({ lookSeq: 2, lastLookMs: EVALUATED_MS, evaluationLooks: 1 });
  });

  it('answers the wish that it saw, and leaves a later one', async () => {
    await at().requestLook(id, 1);
    const seen = await theDueOne(at);
    await at().requestLook(id, 2);
    await record(anEvaluation(seen));
    expect(await at().look(id)).toMatchObject({ lookRequestedMs: 2 });
    await recordFolded([aLook(await theDueOne(at, EVALUATED_MS + 1), { atMs: EVALUATED_MS + 1, nextLookMs: EVALUATED_MS + 2 })]);
    expect(await at().look(id)).toEqual({ lookSeq: 2, lookRequestedMs: null, lastLookMs: EVALUATED_MS + 1, nextLookMs: EVALUATED_MS + 2, evaluationLooks: 2 });
  });

  it('takes its equity along, or leaves both', async () => {
    const point = aPoint();
    const seen = await theDueOne(at);
    await record(anEvaluation(seen, {}, { equity: point }));
    const next = await theDueOne(at, EVALUATED_MS + MINUTE_MS);
    expect(next.lastEquity).toEqual({ atMs: EVALUATED_MS, equity: 100, returnIndex: 1.25, peakIndex: 1.5, flowsTotal: 60, isOfOtherBasket: false });
    await recordFolded([aLook(seen, { atMs: EVALUATED_MS + 1, equity: point })]);
    await recordFolded([aLook(next, { atMs: EVALUATED_MS + MINUTE_MS, equity: { ...point, equity: 101 } })]);
    expect(await at().equity(id)).toEqual([{ atMs: EVALUATED_MS, equity: 100 }, { atMs: EVALUATED_MS + MINUTE_MS, equity: 101 }]);
  });

  it('cannot go back in time, and leaves nothing of what came with it then', async () => {
    await record(anEvaluation(await theDueOne(at)));
    const seen = await theDueOne(at, EVALUATED_MS + MINUTE_MS);
    const back = aLook(seen, { atMs: EVALUATED_MS - 1, equity: aPoint() });
    await expect(recordFolded([back])).rejects.toMatchObject({ name: 'StoreFailure', kind: 'refused' });
    await expect(record(anEvaluation(seen, {}, back))).rejects.toMatchObject({ name: 'StoreFailure', kind: 'refused' });
    expect(await at().look(id)).toMatchObject({ lookSeq: 1, lastLookMs: EVALUATED_MS });
    expect(await at().equity(id)).toEqual([]);
    expect(await evaluations(id, { limit: 9 })).toHaveLength(1);
  });

  it('that would be a second one of the same moment is overtaken', async () => {
    await record(anEvaluation(await theDueOne(at)));
    await at().requestLook(id, 1);
    const seen = await theDueOne(at);
    await at().requestLook(id, 2);
    expect(await record(anEvaluation(seen))).toBe('overtaken');
    expect(await at().look(id)).toMatchObject({ lookSeq: 1 });
  });

  it('of which two are taken at once is one, in a race of many', async () => {
    for (let round = 0; round < 10; round++) {
      const atMs = EVALUATED_MS + round * MINUTE_MS;
      const seen = await theDueOne(at, atMs);
      const taken = { atMs, nextLookMs: atMs + MINUTE_MS };
      const outcomes = await Promise.all([0, 1, 2, 3].map((racer) => record(anEvaluation(seen, { detail: `racer ${racer}` }, taken))));
      expect(outcomes.toSorted()).toEqual(['overtaken', 'overtaken', 'overtaken', 'recorded']);
    }
    expect(await evaluations(id, { limit: 20 })).toHaveLength(10);
  });
}

export function testPlans(at: AtEvaluations): void {
  let id: string;
  beforeEach(async () => {
    id = await at().portfolio(await at().account());
  });
  const { record, evaluations } = methods(at);

  it('comes with its evaluation, its legs and its job, or not at all', async () => {
    const seen = await theDueOne(at);
    const evaluation = anEvaluation(seen, { kind: 'plan', reason: 'upside', subject: 'HANA' });
    const plan = aNewPlan(seen, evaluation.evaluation.id);
    expect(await record({ ...evaluation, plan })).toBe('recorded');
    expect(await evaluations(id, { limit: 1 })).toMatchObject([{ kind: 'plan', reason: 'upside', planId: plan.plan.id }]);
    expect(await at().jobs()).toEqual([{ ...EVALUATION_JOBS, jobId: `plan-advance-${plan.plan.id}-new`, payload: { planId: plan.plan.id } }]);
    expect(await at().plans(id)).toEqual([{
      id: plan.plan.id, portfolioId: id, accountId: seen.accountId, evaluationId: evaluation.evaluation.id, configVersion: 1, decision: aCutBackDecision(), state: 'draft',
      version: 1, endReason: null, reason: null, createdMs: EVALUATED_MS, deadlineMs: EVALUATED_MS + 600_000, startedMs: null, finishedMs: null, nextActionMs: EVALUATED_MS,
    }]);
    const price = { refPrice: 0.05, refPriceMs: EVALUATED_MS - 500 };
    expect(await at().intents(plan.plan.id)).toEqual([
      { leg: 0, base: 'HANA', side: 'sell', quantity: '12000.5', quoteValue: null, ...price, state: 'new', reason: null, finishedMs: null },
      { leg: 1, base: 'AIA', side: 'buy', quantity: null, quoteValue: '600.25', ...price, state: 'skipped', reason: 'share-below-minimum', finishedMs: EVALUATED_MS },
    ]);
  });

  it('is one at a time: a second one leaves no trace', async () => {
    const open = await at().plan(id, {});
    // The plan's own look was the first.
    await at().overtake(id, 1);
    const seen = await theDueOne(at);
    const evaluation = anEvaluation(seen, { kind: 'plan', reason: 'upside' });
    expect(await record({ ...evaluation, plan: aNewPlan(seen, evaluation.evaluation.id) })).toBe('plan-open');
    expect(await at().look(id)).toMatchObject({ lookSeq: 1, evaluationLooks: 0 });
    expect((await at().plans(id)).map((plan) => plan.id)).toEqual([open]);
    expect(await at().jobs()).toEqual([]);
  });

  it('is made by one of two evaluators that see the same tick', async () => {
    const stores = [at().store, await at().otherStore()];
    const seen = await Promise.all(stores.map(async (store) => (await store.loadDue('SIMULATOR', 0, EVALUATED_MS))[0]!));
    const outcomes = await Promise.all(stores.map((store, index) => {
      const evaluation = anEvaluation(seen[index]!, { kind: 'plan', reason: 'upside' });
      return store.record({ ...evaluation, plan: aNewPlan(seen[index]!, evaluation.evaluation.id) });
    }));
    expect(outcomes.toSorted()).toEqual(['overtaken', 'recorded']);
    expect(await at().jobs()).toHaveLength(1);
  });
}

export function testOverdueShards(at: AtEvaluations): void {
  it('have a portfolio that was never looked at, missed its look, or waits for one', async () => {
    const overdue = (nowMs: number) => at().store.overdueShards('SIMULATOR', nowMs);
    const accountId = await at().account();
    const late = await at().portfolio(accountId, { shard: 7 });
    await at().portfolio(accountId, { shard: 8, state: 'stopped' });
    expect(await overdue(EVALUATED_MS)).toEqual([7]);
    const [seen] = await at().store.loadDue('SIMULATOR', 7, EVALUATED_MS);
    await at().store.record(anEvaluation(seen!));
    expect(await overdue(EVALUATED_MS + 2 * MINUTE_MS - 1)).toEqual([]);
    expect(await overdue(EVALUATED_MS + 2 * MINUTE_MS)).toEqual([7]);
    await at().requestLook(late, 1);
    expect(await overdue(EVALUATED_MS)).toEqual([7]);
  });

  it('are not overdue by less than a second and a half, however often they are looked at', async () => {
    await at().portfolio(await at().account(), { shard: 7 });
    const [seen] = await at().store.loadDue('SIMULATOR', 7, EVALUATED_MS);
    await at().store.record(anEvaluation(seen!, {}, { nextLookMs: EVALUATED_MS + 1_000 }));
    expect(await at().store.overdueShards('SIMULATOR', EVALUATED_MS + 2_499)).toEqual([]);
    expect(await at().store.overdueShards('SIMULATOR', EVALUATED_MS + 2_500)).toEqual([7]);
  });
}

/** Of the store that there is when they are called. */
const methods = (at: AtEvaluations): Pick<EvaluationStore, 'record' | 'recordFolded' | 'evaluations'> => ({
  record: (evaluation) => at().store.record(evaluation),
  recordFolded: (looks) => at().store.recordFolded(looks),
  evaluations: (portfolioId, options) => at().store.evaluations(portfolioId, options),
});
