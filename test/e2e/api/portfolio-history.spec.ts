import { ulid } from 'ulid';
import { EvaluationPage, Explanation, LedgerPage, PlanDetail, PlanPage, PlanTimeline, PortfolioEquity, PortfolioReplay, Reconciliation, type Portfolio } from '#contracts';
import { aConfiguration, anAttempt, anIntent, aPlan, type PortfolioRow } from '../../integration/trading/trading-rows.js';
import { aProblem } from './api-fixture.js';
import { aCreated, anAllocated, anEvaluation, anInput } from './made-portfolios.js';
import { startTradingApi, type TradingFixture } from './trading-fixture.js';

let api: TradingFixture;
beforeAll(async () => {
  api = await startTradingApi();
});
afterAll(() => api.stop());
beforeEach(() => api.setPrices({ HANA: 1.9, AIA: 1, XAN: 1 }));

const pathOf = ({ id }: { readonly id: string }) => `/v1/portfolios/${id}`;
const rowOf = ({ id, accountId }: Portfolio): PortfolioRow => ({ id, account: { id: accountId, mode: 'paper', venue: 'SIMULATOR' }, configuration: aConfiguration() });
const AT_MS = Date.parse('2026-01-05T12:00:00Z');

describe('an explanation', () => {
  it('tells of every asset what it is worth, how far off it is, and from which price on it would trigger', async () => {
    const explanation = Explanation.parse((await api.get(`${pathOf(await anAllocated(api))}/explain`)).body);
    // docs/strategy.md: values 443.3333, 233.3333, 233.3333; m = 303.3333; V = 1209.3; d = 0.461538, −0.230769, −0.230769.
    expect(explanation.totalValue).toBeCloseTo(1_209.3, 3);
    expect(explanation.meanValue).toBeCloseTo(303.3333, 3);
    expect(explanation.assets.map(({ deviation }) => Number(deviation!.toFixed(6)))).toEqual([0.461538, -0.230769, -0.230769]);
    expect(explanation.assets[0]!.weight).toBeCloseTo(0.366603, 5);
    // With the others worth S = 2 × 233.3333 and C = 299.3: upside at 1.4 S / 1.6, downside at 0.65 S / 2.35, limit at (S + C) × 0.4 / 0.6, over the quantity.
    const { triggers } = explanation.assets[0]!;
    expect(triggers.upsideAbove).toBeCloseTo(1.75, 9);
    expect(triggers.downsideBelow).toBeCloseTo(1.3 / 2.35, 9);
    expect(triggers.limitAbove).toBeCloseTo(((466.6666 + 299.3) * 2) / 3 / 233.3333, 9);
    expect(explanation.assets.map(({ exceeds }) => exceeds.map(({ kind }) => kind))).toEqual([['upside'], [], []]);
    expect(explanation.verdict).toMatchObject({ kind: 'plan', reason: 'upside', asset: 'HANA', detail: expect.stringContaining('sell 88.67 USDT of HANA') as string });
    expect(explanation).toMatchObject({ evaluationId: null, isReproduced: null, portfolio: { mode: 'paper', money: 'paper' }, thresholds: { upside: 0.4, downside: 0.35 } });
    expect(explanation.nextLookAt).not.toBeNull();
  });

  it('says that an asset which traded lately is cooling down', async () => {
    const portfolio = await anAllocated(api);
    const filledMs = Date.now() - 60_000;
    await api.rows.query(`UPDATE holding SET last_fill_ms = $2 WHERE portfolio_id = $1 AND asset = 'HANA'`, [portfolio.id, filledMs]);
    const { assets, verdict } = Explanation.parse((await api.get(`${pathOf(portfolio)}/explain`)).body);
    expect(assets.map(({ cooldownUntil }) => cooldownUntil)).toEqual([new Date(filledMs + 30 * 60_000).toISOString(), null, null]);
    expect(verdict).toMatchObject({ kind: 'hold', reason: 'all-in-cooldown', declined: [{ asset: 'HANA', kind: 'upside', reason: 'cooldown' }] });
  });

  it('decides nothing by prices that must not be trusted, and says which', async () => {
    const portfolio = await anAllocated(api);
    await api.setPrices({ AIA: 1 }, 120_000);
    const { verdict, obstacles, totalValue } = Explanation.parse((await api.get(`${pathOf(portfolio)}/explain`)).body);
    expect([verdict, obstacles.map(({ code }) => code)]).toEqual([null, ['price-stale']]);
    expect(totalValue).toBeCloseTo(1_209.3, 3);
  });

  it('of a time is computed anew from what was stored then', async () => {
    const portfolio = await anAllocated(api);
    const first = await anEvaluation(api, portfolio.id, 1, 'plan', 'upside', anInput(AT_MS));
    const guarded = await anEvaluation(api, portfolio.id, 2, 'hold', 'halted', anInput(AT_MS + 60_000));
    const wrong = await anEvaluation(api, portfolio.id, 3, 'hold', 'within-thresholds', anInput(AT_MS + 120_000));
    const at = async (ms: number) => Explanation.parse((await api.get(`${pathOf(portfolio)}/explain?at=${new Date(ms).toISOString()}`)).body);
    const then = await at(AT_MS + 30_000);
    expect(then).toMatchObject({ evaluationId: first, isReproduced: true, at: new Date(AT_MS).toISOString(), verdict: { reason: 'upside', asset: 'HANA' } });
    expect(await at(AT_MS + 60_000)).toMatchObject({
      evaluationId: guarded, isReproduced: true, obstacles: [{ code: 'halted' }],
      decisions: [{ wanted: expect.stringContaining('sell 88.67 USDT of HANA') as string, blocked: 'halted', done: 'nothing' }, {}],
    });
    // A stored reason that the stored input does not give is a fault of ours, and is told.
    expect(await at(AT_MS + 200_000)).toMatchObject({ evaluationId: wrong, isReproduced: false });
    await api.rows.query('ALTER TABLE evaluation DISABLE TRIGGER USER');
    await api.rows.query(`UPDATE evaluation SET input = jsonb_set(input, '{cash}', '300') WHERE id = $1`, [first]);
    expect(await at(AT_MS)).toMatchObject({ evaluationId: first, isReproduced: false });
    expect((await api.get(`${pathOf(portfolio)}/explain?at=2020-01-01T00:00:00Z`)).body).toMatchObject(aProblem(404, 'evaluation-not-found'));
    expect((await api.get(`${pathOf(portfolio)}/explain?at=yesterday`)).body).toMatchObject(aProblem(400, 'validation-failed'));
    expect((await api.get('/v1/portfolios/nobody/explain')).status).toBe(404);
  });
});

it('lists looks by cursor and by time', async () => {
  const portfolio = await anAllocated(api);
  const ids: string[] = [];
  for (let look = 1; look <= 3; look++) {
    const declined = look === 2 ? [{ asset: 1, kind: 'downside', ratio: 1.2, reason: 'cooldown' }] : [];
    ids.unshift(await anEvaluation(api, portfolio.id, look, 'hold', 'within-thresholds', anInput(AT_MS + look), declined));
  }
  const first = EvaluationPage.parse((await api.get(`${pathOf(portfolio)}/evaluations?limit=2`)).body);
  expect([first.data.map(({ id }) => id), first.page]).toEqual([ids.slice(0, 2), { next: ids[1], hasMore: true }]);
  expect(first.data[1]!.declined).toEqual([{ asset: 'AIA', kind: 'downside', ratio: 1.2, reason: 'cooldown' }]);
  const second = EvaluationPage.parse((await api.get(`${pathOf(portfolio)}/evaluations?limit=2&after=${first.page.next}`)).body);
  expect([second.data.map(({ id }) => id), second.page]).toEqual([ids.slice(2), { next: null, hasMore: false }]);
  const then = EvaluationPage.parse((await api.get(`${pathOf(portfolio)}/evaluations?at=${new Date(AT_MS + 1).toISOString()}`)).body);
  expect(then.data.map(({ id }) => id)).toEqual(ids.slice(2));
});

/** A sale of 12,000 HANA at 0.05 that was filled at 0.0495 for 594, with 0.594 of fees. */
async function aFilledPlan(portfolio: Portfolio, state: string): Promise<{ readonly planId: string; readonly clientOrderId: string }> {
  const { rows } = api;
  const plan = await aPlan(rows, rowOf(portfolio), { state: 'settling', createdMs: AT_MS });
  const intent = await anIntent(rows, plan, { state: 'sending' });
  const clientOrderId = await anAttempt(rows, intent);
  await rows.query(`UPDATE order_attempt SET state = 'acked', venue_order_id = $2, changed_ms = $3 WHERE client_order_id = $1`, [clientOrderId, ulid(), AT_MS + 40]);
  await rows.query(`UPDATE order_intent SET state = 'acked', changed_ms = $2 WHERE id = $1`, [intent.id, AT_MS + 40]);
  await rows.query(
    `INSERT INTO fill (account_id, market_id, venue_trade_id, venue_order_id, client_order_id, portfolio_id, side, price, quantity, notional, fee, fee_asset, is_maker, filled_ms, booked_ms)
     VALUES ($1, 'HANAUSDT', $2, 'v1', $3, $4, 'sell', 0.0495, 12000, 594, 0.594, 'USDT', false, $5, $5)`,
    [portfolio.accountId, ulid(), clientOrderId, portfolio.id, AT_MS + 30],
  );
  await rows.query(`UPDATE order_intent SET state = 'filled', filled_quantity = 12000, filled_notional = 594, fee_in_quote = 0.594, finished_ms = $2, changed_ms = $2 WHERE id = $1`, [intent.id, AT_MS + 50]);
  await rows.query(
    `INSERT INTO reconciliation_run (id, account_id, cause, state, is_equal, asset_count, requested_ms, finished_ms) VALUES ($1, $2, 'plan', 'done', true, 4, $3, $4)`,
    [`rc_${ulid()}`, portfolio.accountId, AT_MS + 50, AT_MS + 70],
  );
  const isEnded = state === 'done';
  await rows.query('UPDATE rebalance_plan SET state = $2, finished_ms = $3, next_action_ms = NULL, changed_ms = $4 WHERE id = $1', [plan.id, state, isEnded ? AT_MS + 80 : null, AT_MS + 80]);
  return { planId: plan.id, clientOrderId };
}

describe('plans', () => {
  it('are listed, shown with their orders, and told from their trigger to the books', async () => {
    const portfolio = await anAllocated(api);
    const { planId, clientOrderId } = await aFilledPlan(portfolio, 'done');
    const page = PlanPage.parse((await api.get(`${pathOf(portfolio)}/plans`)).body);
    expect(page.data).toMatchObject([{ id: planId, state: 'done', kind: 'rebalance', mode: 'paper', money: 'paper', trigger: { kind: 'upside', asset: 'HANA' } }]);
    const detail = PlanDetail.parse((await api.get(`/v1/plans/${planId}`)).body);
    expect(detail.legs).toMatchObject([{ asset: 'HANA', side: 'sell', quantity: '12000', filledQuantity: '12000', filledNotional: '594', feeInQuote: '0.594', attempts: [{ clientOrderId }] }]);
    // Sold at 0.0495 instead of 0.05: 1 % worse.
    expect(detail.legs[0]!.averagePrice).toBeCloseTo(0.0495, 12);
    expect(detail.legs[0]!.slippageBps).toBeCloseTo(100, 6);
    const { events } = PlanTimeline.parse((await api.get(`/v1/plans/${planId}/timeline`)).body);
    expect(events.map(({ kind, to, text }) => to ?? `${kind}: ${text.split(':')[0]}`)).toEqual([
      'decided: decided', 'settling', 'sending', 'prepared', 'fill: leg 0', 'acked', 'acked', 'filled', 'reconciliation: reconciled', 'done',
    ]);
    expect(events.at(-1)!.afterMs).toBe(10);
    expect(events.find(({ kind }) => kind === 'fill')).toMatchObject({ asset: 'HANA', clientOrderId, detail: 'for 594, fee 0.594 USDT' });
  });

  it('that need a person are ended by one, once, and no others are', async () => {
    const portfolio = await anAllocated(api);
    const { planId } = await aFilledPlan(portfolio, 'needs-human');
    const abandon = (id: string, body: object) => api.post(`/v1/plans/${id}/abandon`, body);
    expect((await abandon(planId, {})).body).toMatchObject(aProblem(400, 'validation-failed'));
    const reason = 'looked it up at the exchange';
    expect((await abandon(planId, { reason })).body).toMatchObject({ state: 'aborted', reason: expect.stringContaining(reason) as string });
    expect((await abandon(planId, { reason })).status).toBe(200);
    const open = await aPlan(api.rows, rowOf(await anAllocated(api)));
    expect((await abandon(open.id, { reason })).body).toMatchObject(aProblem(409, 'plan-not-abandonable'));
  });

  it('that there are not are not found', async () => {
    const id = `pl_${ulid()}`;
    expect((await api.get(`/v1/plans/${id}`)).body).toMatchObject(aProblem(404, 'plan-not-found'));
    expect((await api.get(`/v1/plans/${id}/timeline`)).body).toMatchObject(aProblem(404, 'plan-not-found'));
    expect((await api.post(`/v1/plans/${id}/abandon`, { reason: 'x' })).body).toMatchObject(aProblem(404, 'plan-not-found'));
    expect((await api.get('/v1/plans/7')).body).toMatchObject(aProblem(400, 'validation-failed'));
    expect((await api.get('/v1/portfolios/nobody/plans')).status).toBe(404);
  });
});

it('pages through the books, whose postings sum to zero', async () => {
  const portfolio = await aCreated(api);
  await api.post(`${pathOf(portfolio)}/funds`, { quantity: '-0.1' });
  const first = LedgerPage.parse((await api.get(`${pathOf(portfolio)}/ledger?limit=1`)).body);
  expect(first.data).toMatchObject([{ kind: 'paper-withdrawal', postings: expect.arrayContaining([{ holder: `portfolio:${portfolio.id}`, asset: 'USDT', quantity: '-0.1' }, { holder: 'external', asset: 'USDT', quantity: '0.1' }]) as object }]);
  const rest = LedgerPage.parse((await api.get(`${pathOf(portfolio)}/ledger?limit=1&after=${encodeURIComponent(first.page.next!)}`)).body);
  expect([rest.data.map(({ kind }) => kind), rest.page.hasMore]).toEqual([['paper-deposit'], false]);
});

it('tells the equity with its return, labelled', async () => {
  const portfolio = await aCreated(api);
  for (const [atMs, equity, index] of [[AT_MS, 1_000, 1], [AT_MS + 60_000, 1_100, 1.1], [AT_MS + 120_000, 990, 0.99]]) {
    await api.rows.query('INSERT INTO equity_point (portfolio_id, at_ms, equity, cash, flows, flows_total, return_index, peak_index, config_version) VALUES ($1, $2, $3, 300, 0, 1000, $4::float8, greatest(1.1, $4::float8), 1)', [portfolio.id, atMs, equity, index]);
  }
  const all = PortfolioEquity.parse((await api.get(`${pathOf(portfolio)}/equity`)).body);
  expect(all).toMatchObject({ mode: 'paper', money: 'paper', equity: [1_000, 1_100, 990], returnIndex: [1, 1.1, 0.99] });
  const some = PortfolioEquity.parse((await api.get(`${pathOf(portfolio)}/equity?from=${new Date(AT_MS + 1).toISOString()}&to=${new Date(AT_MS + 60_000).toISOString()}`)).body);
  expect(some.equity).toEqual([1_100]);
  const { performance } = (await api.get(pathOf(portfolio))).body as Portfolio;
  // As of now: its cash is 1,000 again, so 0.99 × 1,000 / 990 = 1, which is 0.1 / 1.1 below the peak of 1.1.
  expect(performance.timeWeightedReturn).toBeCloseTo(0, 12);
  expect(performance.drawdown).toBeCloseTo(0.1 / 1.1, 12);
});

it('replays what was decided', async () => {
  const portfolio = await anAllocated(api);
  await anEvaluation(api, portfolio.id, 1, 'hold', 'within-thresholds', anInput(AT_MS));
  const replay = PortfolioReplay.parse((await api.get(`${pathOf(portfolio)}/replay`)).body);
  expect(replay).toMatchObject({ portfolio: { id: portfolio.id, money: 'paper' }, decisions: 1, divergences: [{ cause: 'decision' }] });
  expect((await api.get('/v1/portfolios/nobody/replay')).status).toBe(404);
});

it('asks for a reconciliation with its job, and tells its answer', async () => {
  const portfolio = await aCreated(api);
  const asked = await api.post(`${pathOf(portfolio)}/reconcile`);
  expect(asked.status).toBe(202);
  const run = Reconciliation.parse(asked.body);
  expect(run).toMatchObject({ accountId: portfolio.accountId, cause: 'operator', state: 'requested', isEqual: null });
  expect((await api.get(`/v1/reconciliations/${run.id}`)).body).toEqual(run);
  const jobs = await api.rows.query<{ payload: object }>(`SELECT payload FROM outbox WHERE queue = 'account-reconcile'`);
  expect(jobs).toEqual(expect.arrayContaining([expect.objectContaining({ payload: { runId: run.id } })]));
  expect((await api.get(`/v1/reconciliations/rc_${ulid()}`)).body).toMatchObject(aProblem(404, 'reconciliation-not-found'));
  expect((await api.post('/v1/portfolios/nobody/reconcile')).status).toBe(404);
});
