import { ulid } from 'ulid';
import type { EvaluatedPortfolio, EvaluationInput, LookTaken, NewEvaluation, NewPlan } from '#application';
import { DEFAULT_PARAMETERS } from '#domain';
import { createDataSource, PostgresEvaluationStore } from '#persistence';
import {
  aConfiguration, aDecision, aHolding, aMarket, anIntent, aPlan, aPortfolio, aTradingAccount, NOW_MS, openTradingDatabase, type AccountRow, type PlanRow, type PortfolioRow, type TradingDatabase,
} from '../trading/trading-rows.js';

const JOBS = { queue: 'plan-advance', priority: 1 };
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let database: TradingDatabase;
let store: PostgresEvaluationStore;
let account: AccountRow;
beforeAll(async () => {
  database = await openTradingDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.query('TRUNCATE trading_account, market, kill_switch, outbox CASCADE');
  store = new PostgresEvaluationStore(database.dataSource, JOBS);
  account = await aTradingAccount(database);
});

const INPUT: EvaluationInput = { timeMs: NOW_MS, prices: [], quantities: [0.1, 2], cash: 1e-7, lastFillMs: [null, NOW_MS], tradingFee: 0.001, isAllocated: true };

const aLook = ({ id: portfolioId, lookSeq, lookRequestedMs }: EvaluatedPortfolio, change: Partial<LookTaken> = {}): LookTaken => ({
  portfolioId, lookSeq, lookRequestedMs, atMs: NOW_MS, nextLookMs: NOW_MS + MINUTE_MS, equity: null, ...change,
});

const anEvaluation = (portfolio: EvaluatedPortfolio, change: Partial<NewEvaluation['evaluation']> = {}, look: Partial<LookTaken> = {}, plan: NewPlan | null = null): NewEvaluation => ({
  look: aLook(portfolio, look),
  evaluation: {
    id: `ev_${ulid()}`, configVersion: 1, codeVersion: 'test', kind: 'hold', reason: 'within-thresholds', detail: null, subject: null, declined: [],
    input: INPUT, inputSha256: '0'.repeat(64), ...change,
  },
  plan,
});

function aNewPlan({ id: portfolioId, accountId, mode, venue }: EvaluatedPortfolio, evaluationId: string): NewPlan {
  const intent = { refPrice: 0.05, refPriceMs: NOW_MS - 500, skipReason: null };
  return {
    plan: { id: `pl_${ulid()}`, portfolioId, accountId, mode, venue, evaluationId, configVersion: 1, decision: aDecision(), createdMs: NOW_MS, deadlineMs: NOW_MS + 600_000 },
    intents: [
      { ...intent, id: `oi_${ulid()}`, leg: 0, assetIndex: 0, base: 'HANA', marketId: 'HANAUSDT', side: 'sell', quantity: '12000.5', quoteValue: null },
      { ...intent, id: `oi_${ulid()}`, leg: 1, assetIndex: 1, base: 'AIA', marketId: 'AIAUSDT', side: 'buy', quantity: null, quoteValue: '600.25', skipReason: 'share-below-minimum' },
    ],
  };
}

const dueOnes = (nowMs = NOW_MS): Promise<EvaluatedPortfolio[]> => store.loadDue('SIMULATOR', 0, nowMs);
async function theDueOne(nowMs = NOW_MS): Promise<EvaluatedPortfolio> {
  const [portfolio, ...more] = await dueOnes(nowMs);
  expect(more).toEqual([]);
  return portfolio!;
}

const aSwitch = (scope: string, state: string) =>
  database.query(`INSERT INTO kill_switch (scope, version, state, reason, set_by, set_ms, is_current) VALUES ($1, 1, $2, 'a test', 'a test', $3, true)`, [scope, state, NOW_MS]);

const aFlow = (key: string, flows: readonly { readonly portfolioId: string; readonly value: number }[]) => database.query(
  `INSERT INTO ledger_transaction (key, account_id, kind, occurred_ms, booked_ms, flows) VALUES ($1, $2, 'allocation', 1, 1, $3)`, [key, account.id, JSON.stringify(flows)],
);

const filled = async (plan: PlanRow): Promise<void> => {
  const { id } = await anIntent(database, plan, { state: 'filled' });
  await database.query('UPDATE order_intent SET filled_quantity = 1 WHERE id = $1', [id]);
};

const overdue = (nowMs: number) => store.overdueShards('SIMULATOR', nowMs);

const lookRow = async ({ id }: { readonly id: string }) => {
  const [row] = await database.query<Record<string, number | string | null>>(
    `SELECT look_seq::int, last_look_ms::float8, next_look_ms::float8, look_requested_ms::float8, evaluation_looks FROM portfolio_look WHERE portfolio_id = $1`, [id],
  );
  return row!;
};

describe('a portfolio that is due', () => {
  it('is read with all that stands around it, in listed order', async () => {
    const hana = await aMarket(database, 'HANA');
    const portfolio = await aPortfolio(database, account);
    await aHolding(database, account, portfolio.id, 'USDT', '9000.5');
    await aHolding(database, account, portfolio.id, 'AIA', '12.000000000000000001');
    await aHolding(database, account, portfolio.id, 'MX', '0.25');
    await database.query('INSERT INTO market_quarantine (account_id, market_id, until_ms, reason) VALUES ($1, $2, $3, $4), ($1, $5, $6, $4)',
      [account.id, 'AIAUSDT', NOW_MS + 1, 'a test', 'HANAUSDT', NOW_MS]);
    expect(await dueOnes()).toEqual([{
      id: portfolio.id, accountId: account.id, mode: 'live', venue: 'SIMULATOR', state: 'running', configVersion: 1, configuration: aConfiguration(),
      isAllocated: true, capital: '10000', quantities: ['0', '12.000000000000000001'], cash: '9000.5', lastFillMs: [null, null],
      otherHoldings: [{ asset: 'MX', quantity: '0.25' }], openPlanId: null, tradingState: 'run', account: { isReconciled: true, openOrderCount: 0, problem: null },
      markets: [{ rules: hana, tradability: { kind: 'tradable' }, isListed: true, seenMs: NOW_MS }, null], quarantinedUntilMs: [null, NOW_MS + 1],
      plansLastDay: 0, lastAbortedMs: null, lookSeq: 0, lastLookMs: null, lookRequestedMs: null, current: null, lastEquity: null, flowsTotal: 0,
    }]);
  });

  it('tells of its open plan, of those of the last day but for one that was aborted before anything was sent, and when that was', async () => {
    const portfolio = await aPortfolio(database, account);
    await aPlan(database, portfolio, { state: 'done', createdMs: NOW_MS - DAY_MS });
    await aPlan(database, portfolio, { state: 'aborted', createdMs: NOW_MS - DAY_MS + 1 });
    await filled(await aPlan(database, portfolio, { state: 'done', createdMs: NOW_MS - 2 }));
    const open = await aPlan(database, portfolio, { state: 'settling', createdMs: NOW_MS - 1 });
    expect(await theDueOne()).toMatchObject({ openPlanId: open.id, plansLastDay: 2, lastAbortedMs: NOW_MS - DAY_MS + 1 });
  });

  it('waits after a plan that was done without any fill, as after one that was aborted', async () => {
    const portfolio = await aPortfolio(database, account);
    await aPlan(database, portfolio, { state: 'done', createdMs: NOW_MS - 600_000 });
    expect(await theDueOne()).toMatchObject({ lastAbortedMs: null });
    const inVain = await aPlan(database, portfolio, { state: 'done', createdMs: NOW_MS - 1_000 });
    await anIntent(database, inVain, { state: 'skipped' });
    expect(await theDueOne()).toMatchObject({ lastAbortedMs: NOW_MS - 1_000 });
  });

  it('knows whether its last equity was that of other assets', async () => {
    const { id } = await aPortfolio(database, account);
    const versionOf = (version: number, assets: readonly object[]) => database.query(
      `INSERT INTO portfolio_configuration (portfolio_id, version, document, sha256, created_ms, created_by) VALUES ($1, $2, $3, repeat('0', 64), 1, 'a test')`,
      [id, version, JSON.stringify({ ...aConfiguration(), assets })],
    );
    await database.query(`INSERT INTO equity_point (portfolio_id, at_ms, equity, cash, flows, flows_total, return_index, peak_index, config_version) VALUES ($1, 1, 5, 1, 0, 0, 1, 1, 1)`, [id]);
    expect((await theDueOne()).lastEquity).toEqual({ atMs: 1, equity: 5, returnIndex: 1, peakIndex: 1, flowsTotal: 0, isOfOtherBasket: false });
    await versionOf(2, [...aConfiguration().assets].reverse());
    await versionOf(3, aConfiguration().assets.slice(1));
    for (const [version, isOfOtherBasket] of [[2, false], [3, true]] as const) {
      await database.query('UPDATE portfolio SET config_version = $2 WHERE id = $1', [id, version]);
      expect((await theDueOne()).lastEquity).toMatchObject({ isOfOtherBasket });
    }
  });

  it('obeys the strictest of the switches that concern it', async () => {
    const portfolio = await aPortfolio(database, account);
    await aSwitch(`portfolio:pf_${ulid()}`, 'halt');
    expect(await theDueOne()).toMatchObject({ tradingState: 'run' });
    await aSwitch('all', 'reduce-only');
    expect(await theDueOne()).toMatchObject({ tradingState: 'reduce-only' });
    await aSwitch(`portfolio:${portfolio.id}`, 'halt');
    expect(await theDueOne()).toMatchObject({ tradingState: 'halt' });
  });

  it.each([
    { name: 'of paper that was never compared', change: { mode: 'paper' as const, reconciledMs: null }, problem: null },
    { name: 'of live that was never compared', change: { reconciledMs: null }, problem: 'have not been compared' },
    { name: 'that differs', change: { mismatchSinceMs: NOW_MS }, problem: 'differ from the venue since 2026-01-05T12:00:00.000Z' },
    { name: 'of paper that differs', change: { mode: 'paper' as const, mismatchSinceMs: NOW_MS }, problem: 'differ' },
    { name: 'that is halted', change: { haltReason: 'key refused' }, problem: 'halted: key refused' },
  ])('knows an account $name', async ({ change, problem }) => {
    await aPortfolio(database, await aTradingAccount(database, change));
    const { account: read } = await theDueOne();
    expect(read).toEqual({ isReconciled: problem === null, openOrderCount: 0, problem: problem === null ? null : expect.stringContaining(problem) });
  });

  it.each(['created', 'stopped', 'deleted'])('is none that is %s', async (state) => {
    const { id } = await aPortfolio(database, account, { state });
    expect(await dueOnes()).toEqual([]);
    expect((await store.load(id, NOW_MS))?.state).toEqual(state === 'deleted' ? undefined : state);
  });

  it('is due at its time, or when a look was asked for', async () => {
    const portfolio = await aPortfolio(database, account);
    await store.record(anEvaluation(await theDueOne()));
    expect(await dueOnes(NOW_MS + MINUTE_MS - 1)).toEqual([]);
    expect(await dueOnes(NOW_MS + MINUTE_MS)).toHaveLength(1);
    await database.query('UPDATE portfolio_look SET look_requested_ms = $2 WHERE portfolio_id = $1', [portfolio.id, NOW_MS + 1]);
    expect(await theDueOne(NOW_MS + 1)).toMatchObject({ lookRequestedMs: NOW_MS + 1, lastLookMs: NOW_MS });
  });

  it('is read by shard, or of all shards', async () => {
    await aPortfolio(database, account, { shard: 3 });
    expect(await store.loadDue('SIMULATOR', 0, NOW_MS)).toEqual([]);
    expect(await store.loadDue('SIMULATOR', 3, NOW_MS)).toHaveLength(1);
    expect(await store.loadDue('SIMULATOR', null, NOW_MS)).toHaveLength(1);
    expect(await store.loadDue('MEXC', null, NOW_MS)).toEqual([]);
  });

  it('is seen with the newest version of its configuration, or with another one', async () => {
    const portfolio = await aPortfolio(database, account);
    await aHolding(database, account, portfolio.id, 'XAN', '7');
    expect(await theDueOne()).toMatchObject({ configVersion: 1 });
    const configuration = aConfiguration({ assets: [{ base: 'XAN', marketId: 'XANUSDT' }] });
    const other = await store.load(portfolio.id, NOW_MS, configuration);
    expect(other).toMatchObject({ configuration, quantities: ['7'], otherHoldings: [] });
  });
});

describe('a look', () => {
  let portfolio: PortfolioRow;
  beforeEach(async () => {
    portfolio = await aPortfolio(database, account);
  });

  it('for the same reason extends the row; another one ends it', async () => {
    await store.record(anEvaluation(await theDueOne()));
    for (const minute of [1, 2]) {
      const seen = await theDueOne(NOW_MS + minute * MINUTE_MS);
      expect(seen.current).toMatchObject({ kind: 'hold', reason: 'within-thresholds', subject: null, configVersion: 1 });
      const folded = await store.recordFolded([aLook(seen, { atMs: NOW_MS + minute * MINUTE_MS, nextLookMs: NOW_MS + (minute + 1) * MINUTE_MS })]);
      expect(folded).toEqual(new Set([portfolio.id]));
    }
    const at = { atMs: NOW_MS + 3 * MINUTE_MS, nextLookMs: NOW_MS + 4 * MINUTE_MS };
    await store.record(anEvaluation(await theDueOne(at.atMs), { reason: 'price-stale', subject: 'HANA', detail: 'HANA is old' }, at));
    expect(await store.evaluations(portfolio.id, { limit: 10 })).toMatchObject([
      { reason: 'price-stale', detail: 'HANA is old', firstMs: at.atMs, lastMs: at.atMs, looks: 1, planId: null },
      { reason: 'within-thresholds', firstMs: NOW_MS, lastMs: NOW_MS + 2 * MINUTE_MS, looks: 3 },
    ]);
    expect(await store.evaluations(portfolio.id, { limit: 10, atMs: at.atMs - 1 })).toMatchObject([{ reason: 'within-thresholds' }]);
    const [newest] = await store.evaluations(portfolio.id, { limit: 1 });
    expect(await store.evaluations(portfolio.id, { limit: 10, beforeId: newest!.id })).toMatchObject([{ reason: 'within-thresholds' }]);
  });

  it('gives the input back as it was', async () => {
    await store.record(anEvaluation(await theDueOne()));
    expect((await store.evaluations(portfolio.id, { limit: 1 }))[0]?.input).toEqual(INPUT);
  });

  it('counts once, whoever takes it, and a change of the portfolio overtakes it', async () => {
    const seen = await theDueOne();
    expect(await store.record(anEvaluation(seen))).toBe('recorded');
    expect(await store.record(anEvaluation(seen))).toBe('overtaken');
    expect(await store.recordFolded([aLook(seen)])).toEqual(new Set());
    const next = await theDueOne(NOW_MS + MINUTE_MS);
    await database.query('UPDATE portfolio_look SET look_seq = look_seq + 1, look_requested_ms = $2 WHERE portfolio_id = $1', [portfolio.id, NOW_MS]);
    expect(await store.record(anEvaluation(next, {}, { atMs: NOW_MS + MINUTE_MS }))).toBe('overtaken');
    expect(await lookRow(portfolio)).toMatchObject({ look_seq: 2, last_look_ms: NOW_MS, evaluation_looks: 1 });
  });

  it('answers the wish that it saw, and leaves a later one', async () => {
    await database.query('UPDATE portfolio_look SET look_requested_ms = 1 WHERE portfolio_id = $1', [portfolio.id]);
    const seen = await theDueOne();
    await database.query('UPDATE portfolio_look SET look_requested_ms = 2 WHERE portfolio_id = $1', [portfolio.id]);
    await store.record(anEvaluation(seen));
    expect(await lookRow(portfolio)).toMatchObject({ look_requested_ms: 2 });
    await store.recordFolded([aLook(await theDueOne(NOW_MS + 1), { atMs: NOW_MS + 1, nextLookMs: NOW_MS + 2 })]);
    expect(await lookRow(portfolio)).toMatchObject({ look_requested_ms: null, last_look_ms: NOW_MS + 1, next_look_ms: NOW_MS + 2, evaluation_looks: 2 });
  });

  it('takes its equity along, or leaves both', async () => {
    const point = { equity: 100, cash: 40, flows: 10, flowsTotal: 60, returnIndex: 1.25, peakIndex: 1.5, configVersion: 1 };
    const seen = await theDueOne();
    await store.record(anEvaluation(seen, {}, { equity: point }));
    const next = await theDueOne(NOW_MS + MINUTE_MS);
    expect(next.lastEquity).toEqual({ atMs: NOW_MS, equity: 100, returnIndex: 1.25, peakIndex: 1.5, flowsTotal: 60, isOfOtherBasket: false });
    await store.recordFolded([aLook(seen, { atMs: NOW_MS + 1, equity: point })]);
    await store.recordFolded([aLook(next, { atMs: NOW_MS + MINUTE_MS, equity: { ...point, equity: 101 } })]);
    expect(await database.query('SELECT at_ms::float8, equity FROM equity_point ORDER BY at_ms')).toEqual([{ at_ms: NOW_MS, equity: 100 }, { at_ms: NOW_MS + MINUTE_MS, equity: 101 }]);
  });

  it('sees flows of the books at the moment of its holdings', async () => {
    await aFlow('one', [{ portfolioId: portfolio.id, value: 100 }]);
    await aFlow('two', [{ portfolioId: portfolio.id, value: -30.5 }]);
    expect(await theDueOne()).toMatchObject({ flowsTotal: 69.5 });
  });

  it('of which two are taken at once is one, in a race of many', async () => {
    for (let round = 0; round < 10; round++) {
      const atMs = NOW_MS + round * MINUTE_MS;
      const seen = await theDueOne(atMs);
      const taken = { atMs, nextLookMs: atMs + MINUTE_MS };
      const outcomes = await Promise.all([0, 1, 2, 3].map((racer) => store.record(anEvaluation(seen, { detail: `racer ${racer}` }, taken))));
      expect(outcomes.toSorted()).toEqual(['overtaken', 'overtaken', 'overtaken', 'recorded']);
    }
    expect(await store.evaluations(portfolio.id, { limit: 20 })).toHaveLength(10);
  });
});

describe('a plan', () => {
  let portfolio: PortfolioRow;
  beforeEach(async () => {
    portfolio = await aPortfolio(database, account);
  });

  it('comes with its evaluation, its legs and its job, or not at all', async () => {
    const seen = await theDueOne();
    const evaluation = anEvaluation(seen, { kind: 'plan', reason: 'upside', subject: 'HANA' });
    const plan = aNewPlan(seen, evaluation.evaluation.id);
    expect(await store.record({ ...evaluation, plan })).toBe('recorded');
    expect(await store.evaluations(portfolio.id, { limit: 1 })).toMatchObject([{ kind: 'plan', reason: 'upside', planId: plan.plan.id }]);
    expect(await database.query('SELECT queue, payload, priority FROM outbox')).toEqual([{ queue: 'plan-advance', payload: { planId: plan.plan.id }, priority: 1 }]);
    const [row] = await database.query<object>('SELECT state, version, decision, created_ms::float8, deadline_ms::float8, next_action_ms::float8, end_reason FROM rebalance_plan');
    expect(row).toEqual({ state: 'draft', version: 1, decision: aDecision(), created_ms: NOW_MS, deadline_ms: NOW_MS + 600_000, next_action_ms: NOW_MS, end_reason: null });
    expect(await database.query('SELECT leg, base, side, trim_scale(quantity)::text AS quantity, trim_scale(quote_value)::text AS value, ref_price, ref_price_ms::float8, state, reason FROM order_intent ORDER BY leg')).toEqual([
      { leg: 0, base: 'HANA', side: 'sell', quantity: '12000.5', value: null, ref_price: 0.05, ref_price_ms: NOW_MS - 500, state: 'new', reason: null },
      { leg: 1, base: 'AIA', side: 'buy', quantity: null, value: '600.25', ref_price: 0.05, ref_price_ms: NOW_MS - 500, state: 'skipped', reason: 'share-below-minimum' },
    ]);
  });

  it('is one at a time: a second one leaves no trace', async () => {
    const open = await aPlan(database, portfolio);
    // The plan's own look was the first.
    await database.query('UPDATE portfolio_look SET look_seq = 1, look_requested_ms = 1 WHERE portfolio_id = $1', [portfolio.id]);
    const seen = await theDueOne();
    const evaluation = anEvaluation(seen, { kind: 'plan', reason: 'upside' });
    expect(await store.record({ ...evaluation, plan: aNewPlan(seen, evaluation.evaluation.id) })).toBe('plan-open');
    expect(await lookRow(portfolio)).toMatchObject({ look_seq: 1, evaluation_looks: 0 });
    expect(await database.query('SELECT id FROM rebalance_plan')).toEqual([{ id: open.id }]);
    expect(await database.query('SELECT 1 FROM outbox')).toEqual([]);
  });

  it('is made by one of two evaluators that see the same tick', async () => {
    const other = await createDataSource({ url: database.url, poolSize: 2, applicationName: 'other' }).initialize();
    try {
      const stores = [store, new PostgresEvaluationStore(other, JOBS)];
      const seen = await Promise.all(stores.map(async (each) => (await each.loadDue('SIMULATOR', 0, NOW_MS))[0]!));
      const outcomes = await Promise.all(stores.map((each, index) => {
        const evaluation = anEvaluation(seen[index]!, { kind: 'plan', reason: 'upside' });
        return each.record({ ...evaluation, plan: aNewPlan(seen[index]!, evaluation.evaluation.id) });
      }));
      expect(outcomes.toSorted()).toEqual(['overtaken', 'recorded']);
      expect(await database.query('SELECT 1 FROM outbox')).toHaveLength(1);
    } finally {
      await other.destroy();
    }
  });
});

describe('shards that are overdue', () => {
  it('have a portfolio that was never looked at, missed its look, or waits for one', async () => {
    expect(DEFAULT_PARAMETERS.evaluateEverySeconds).toBe(60);
    const late = await aPortfolio(database, account, { shard: 7 });
    await aPortfolio(database, account, { shard: 8, state: 'stopped' });
    expect(await overdue(NOW_MS)).toEqual([7]);
    const [seen] = await store.loadDue('SIMULATOR', 7, NOW_MS);
    await store.record(anEvaluation(seen!));
    expect(await overdue(NOW_MS + 2 * MINUTE_MS - 1)).toEqual([]);
    expect(await overdue(NOW_MS + 2 * MINUTE_MS)).toEqual([7]);
    await database.query('UPDATE portfolio_look SET look_requested_ms = 1 WHERE portfolio_id = $1', [late.id]);
    expect(await overdue(NOW_MS)).toEqual([7]);
  });
});
