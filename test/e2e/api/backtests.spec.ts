import { BacktestRun, BacktestRunPage, BacktestSummary, BacktestTradePage, EvaluationCounts, SeriesPoints, WeightsPoints } from '#contracts';
import { aProblem, startApi, type ApiFixture } from './api-fixture.js';
import { aNewRun, claimRun, completeRun, runId, submitRun } from './made-runs.js';

const [COMPLETED, QUEUED, RUNNING, UNKNOWN] = [runId(1), runId(2), runId(3), runId(99)];

const at = (part: string) => `/v1/backtests/${COMPLETED}/${part}`;

let api: ApiFixture;
beforeAll(async () => {
  api = await startApi({ withRedis: false });
  await completeRun(api.services, aNewRun(1), 0.1);
  await submitRun(api.services, aNewRun(2, { labels: { name: 'second', tags: ['a', 'b'], note: null } }));
  await submitRun(api.services, aNewRun(3));
  await claimRun(api.services, RUNNING);
  await completeRun(api.services, aNewRun(4), 0.3);
  await completeRun(api.services, aNewRun(5), -0.2);
});
afterAll(() => api.stop());

async function list(query: string): Promise<readonly string[]> {
  const answer = await api.get(`/v1/backtests${query}`);
  expect(answer.status).toBe(200);
  return BacktestRunPage.parse(answer.body).data.map(({ id }) => id);
}

describe('showing a run', () => {
  it('gives its header in the form of the contract', async () => {
    const answer = await api.get(`/v1/backtests/${COMPLETED}`);
    expect(answer.status).toBe(200);
    expect(BacktestRun.parse(answer.body)).toMatchObject({
      id: COMPLETED, status: 'completed', exchange: 'MEXC', assets: ['HANA', 'TRUTH'], from: '2023-11-14T22:13:20.000Z', to: null,
      periodicRebalanceDays: 7, figures: { totalReturn: 0.1, bars: 1_000 }, notices: [{ code: 'jump' }], error: null,
    });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(JSON.stringify(answer.body).length).toBeLessThan(2_048);
  });

  it.each([
    ['', 'GET'], ['/cancel', 'POST'], ['', 'DELETE'], ['/events', 'GET'], ['/summary', 'GET'], ['/equity', 'GET'], ['/drawdown', 'GET'],
    ['/weights', 'GET'], ['/trades', 'GET'], ['/rebalances', 'GET'], ['/evaluations', 'GET'],
  ])('of an unknown id is 404 at %s by %s', async (part, method) => {
    const path = `/v1/backtests/${UNKNOWN}${part}`;
    const answer = await (method === 'POST' ? api.post(path) : method === 'DELETE' ? api.delete(path) : api.get(path));
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ ...aProblem(404, 'backtest-not-found'), instance: path });
  });

  it.each(['1', 'bt_', `${COMPLETED}x`, COMPLETED.toLowerCase(), 'bt_%27%20OR%201=1', '..%2f..%2fetc%2fpasswd', '%00', `bt_${'9'.repeat(26)}`])(
    'refuses the id %s', async (id) => {
      const answer = await api.get(`/v1/backtests/${id}`);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ ...aProblem(400, 'validation-failed'), errors: [{ pointer: '{id}' }] });
    },
  );
});

describe('listing', () => {
  it('is newest first', async () => {
    expect(await list('')).toEqual([5, 4, 3, 2, 1].map(runId));
  });

  it.each([
    ['?status=queued', [2]],
    ['?status=completed', [5, 4, 1]],
    ['?tag=b', [2]],
    ['?exchange=BINANCE', []],
    ['?interval=1m&limit=2', [5, 4]],
    ['?sort=createdAt', [1, 2, 3, 4, 5]],
    ['?sort=-totalReturn&status=completed', [4, 1, 5]],
  ])('%s', async (query, expected) => {
    expect(await list(query)).toEqual(expected.map(runId));
  });

  it('goes on where a page ended, and ends', async () => {
    const seen: string[] = [];
    for (let after = ''; seen.length < 10; ) {
      const { body } = await api.get(`/v1/backtests?limit=2${after}`);
      const { data, page } = BacktestRunPage.parse(body);
      seen.push(...data.map(({ id }) => id));
      expect(page.hasMore).toBe(page.next !== null);
      if (page.next === null) break;
      after = `&after=${encodeURIComponent(page.next)}`;
    }
    expect(seen).toEqual([5, 4, 3, 2, 1].map(runId));
  });

  it.each([
    ['?sort=created_at;DROP TABLE backtest_run', '?sort'], ['?sort=note', '?sort'], ["?status=queued'--", '?status'], ['?limit=0', '?limit'],
    ['?limit=201', '?limit'], ['?limit=x', '?limit'], ['?limit=1&limit=2', '?limit'], ['?order=asc', '?order'], ['?filter[status]=queued', '?filter[status]'],
    ['?after=nonsense', '?after'], ['?__proto__=1', '?__proto__'], ['?constructor=1', '?constructor'], ['?exchange=a&exchange=b', '?exchange'],
    [`?tag=${'x'.repeat(61)}`, '?tag'],
  ])('refuses %s', async (query, pointer) => {
    const answer = await api.get(`/v1/backtests${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ ...aProblem(400, 'validation-failed'), errors: [{ pointer }] });
  });

  it("takes SQL in a filter for what it is: a text that matches nothing", async () => {
    expect(await list(`?tag=${encodeURIComponent("a' OR '1'='1")}`)).toEqual([]);
    expect(await list('')).toHaveLength(5);
  });
});

describe('results', () => {
  it('summary is the document and the figures', async () => {
    const { status, body } = await api.get(at('summary'));
    expect(status).toBe(200);
    expect(BacktestSummary.parse(body)).toMatchObject({ id: COMPLETED, figures: { totalReturn: 0.1 }, summary: { finalValue: 11_000 }, panel: { bars: 1_000 } });
  });

  it('equity keeps its extremes however few points are asked for', async () => {
    const { body } = await api.get(at('equity?points=10'));
    const { timesMs, values, bars } = SeriesPoints.parse(body);
    expect(bars).toBe(1_000);
    expect(values.length).toBeLessThanOrEqual(10);
    expect(timesMs).toHaveLength(values.length);
    expect([Math.min(...values), Math.max(...values)]).toEqual([50, 200]);
    expect([timesMs[0], timesMs.at(-1)]).toEqual([1_700_000_000_000, 1_700_000_000_000 + 999 * 60_000]);
    expect(timesMs[values.indexOf(50)]).toBe(1_700_000_000_000 + 613 * 60_000);
  });

  it('drawdown is computed over every bar', async () => {
    const { body } = await api.get(at('drawdown?points=4'));
    // From the peak of 200 down to 50 is -75 %; the thinned equity alone would say the same only if it kept both.
    expect(Math.min(...SeriesPoints.parse(body).values)).toBe(-0.75);
  });

  it('weights come as columns', async () => {
    const { body } = await api.get(at('weights?points=5'));
    const { assets, weights, reserve, timesMs } = WeightsPoints.parse(body);
    expect(assets).toEqual(['HANA', 'TRUTH']);
    expect(weights).toEqual([Array(5).fill(0.3), Array(5).fill(0.4)]);
    expect(reserve).toEqual(Array(5).fill(0.3));
    expect(timesMs).toHaveLength(5);
  });

  it('trades come in pages', async () => {
    const first = BacktestTradePage.parse((await api.get(at('trades?limit=2'))).body);
    expect(first.data.map(({ asset, rebalance }) => [asset, rebalance])).toEqual([['HANA', null], ['TRUTH', 0]]);
    expect(first.page.hasMore).toBe(true);
    const second = BacktestTradePage.parse((await api.get(at(`trades?limit=2&after=${first.page.next}`))).body);
    expect(second.data.map(({ side }) => side)).toEqual(['sell']);
    expect(second.page).toEqual({ next: null, hasMore: false });
  });

  it('rebalances and evaluations come as they were stored', async () => {
    expect((await api.get(at('rebalances'))).body).toEqual({ data: [{ index: 0, asset: 'TRUTH' }, { index: 1, asset: 'HANA' }], page: { next: null, hasMore: false } });
    expect(EvaluationCounts.parse((await api.get(at('evaluations'))).body).declined).toEqual([{ kind: 'upside', reason: 'cooldown', count: 7 }]);
  });

  it.each(['summary', 'equity', 'drawdown', 'weights', 'trades', 'rebalances', 'evaluations'])('%s of an unfinished run is 409', async (part) => {
    for (const id of [QUEUED, RUNNING]) {
      const answer = await api.get(`/v1/backtests/${id}/${part}`);
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject(aProblem(409, 'run-not-finished'));
    }
  });

  it.each(['equity?points=3', 'equity?points=10001', 'drawdown?points=1e3x', 'weights?points=', 'equity?bars=1', 'trades?limit=1001', "trades?after=1'", 'trades?after=-1'])(
    'refuses %s', async (query) => {
      expect((await api.get(at(query))).body).toMatchObject(aProblem(400, 'validation-failed'));
    },
  );
});

describe('canceling and deleting', () => {
  it('cancels a queued run at once, and twice is as good as once', async () => {
    await submitRun(api.services, aNewRun(20));
    for (let time = 0; time < 2; time += 1) {
      const answer = await api.post(`/v1/backtests/${runId(20)}/cancel`);
      expect(answer.status).toBe(202);
      expect(BacktestRun.parse(answer.body).status).toBe('canceled');
    }
  });

  it('asks the runner of a running run', async () => {
    const answer = await api.post(`/v1/backtests/${RUNNING}/cancel`);
    expect([answer.status, answer.body.status]).toEqual([202, 'running']);
    expect((await api.services.runs.find(RUNNING))?.isCancelRequested).toBe(true);
  });

  it('leaves a completed run as it is', async () => {
    expect((await api.post(`/v1/backtests/${COMPLETED}/cancel`)).body.status).toBe('completed');
  });

  it('deletes what is finished, with its result, and nothing that is active', async () => {
    await completeRun(api.services, aNewRun(21));
    for (const id of [QUEUED, RUNNING]) expect((await api.delete(`/v1/backtests/${id}`)).body).toMatchObject(aProblem(409, 'run-is-active'));
    const answer = await api.delete(`/v1/backtests/${runId(21)}`);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await api.get(`/v1/backtests/${runId(21)}/summary`)).status).toBe(404);
    expect((await api.delete(`/v1/backtests/${runId(21)}`)).status).toBe(404);
  });
});
