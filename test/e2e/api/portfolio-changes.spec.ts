import { EvaluateAnswer, Portfolio, Problem } from '#contracts';
import { DEFAULT_CAPS } from '#domain';
import { aProblem } from './api-fixture.js';
import { aCreated, anAllocated } from './made-portfolios.js';
import { startTradingApi, type TradingFixture } from './trading-fixture.js';
import { aPlan } from '../../integration/trading/trading-rows.js';

let api: TradingFixture;
beforeAll(async () => {
  api = await startTradingApi();
});
afterAll(() => api.stop());
beforeEach(() => api.setPrices({ HANA: 1, AIA: 1, XAN: 1, ETH: 1 }));

const pathOf = ({ id }: { readonly id: string }) => `/v1/portfolios/${id}`;
const move = (portfolio: Portfolio, quantity: string) => api.post(`${pathOf(portfolio)}/funds`, { quantity });
const anOpenPlan = (portfolio: Portfolio) =>
  aPlan(api.rows, { id: portfolio.id, account: { id: portfolio.accountId, mode: 'paper', venue: 'SIMULATOR' }, configuration: {} as never });

describe('a change of the configuration', () => {
  it('makes a new version of what it names, and leaves the rest', async () => {
    const before = await anAllocated(api);
    const answer = await api.patch(pathOf(before), { parameters: { cooldownMinutes: 5 }, caps: { maxDrawdown: 0.5 } });
    expect(answer.status).toBe(200);
    const after = Portfolio.parse(answer.body);
    expect(after).toMatchObject({ configVersion: 2, configuration: { parameters: { cooldownMinutes: 5, upsideThreshold: 0.4 }, caps: { maxDrawdown: 0.5, maxOrderFraction: DEFAULT_CAPS.maxOrderFraction } } });
    expect(after.version).toBeGreaterThan(before.version);
    expect(answer.headers['etag']).toBe(`"${after.version}"`);
  });

  it('is on top of the version that was seen, or not made', async () => {
    const { id, version } = await aCreated(api);
    const send = (ifMatch: string, body: object = {}) => api.patch(`/v1/portfolios/${id}`, { parameters: { cooldownMinutes: 7 }, ...body }).set('if-match', ifMatch);
    expect((await send(`"${version + 1}"`)).body).toMatchObject(aProblem(409, 'version-mismatch'));
    expect((await api.patch(`/v1/portfolios/${id}`, { version: version + 1 })).body).toMatchObject(aProblem(409, 'version-mismatch'));
    expect((await send('latest')).body).toMatchObject(aProblem(400, 'validation-failed'));
    expect((await send(`"${version}"`, { version: version + 1 })).body).toMatchObject(aProblem(400, 'validation-failed'));
    expect((await send(`"${version}"`)).status).toBe(200);
    expect((await send(`"${version}"`)).body).toMatchObject(aProblem(409, 'version-mismatch'));
  });

  it.each([
    [{ parameters: { usdtReserve: 1 } }, 400, 'validation-failed'], [{ name: 'other' }, 400, 'validation-failed'], [{ mode: 'live' }, 400, 'validation-failed'],
    [{ assets: ['HANA', 'HANNA'] }, 422, 'portfolio-impossible'], [{ parameters: { initialCapital: 5 } }, 422, 'portfolio-impossible'], [{ assets: ['HANA', 'USDT'] }, 422, 'portfolio-impossible'],
    [{ parameters: { minOrderValue: 1 } }, 422, 'portfolio-impossible'],
  ])('refuses %j', async (change, status, code) => {
    const portfolio = await aCreated(api);
    expect((await api.patch(pathOf(portfolio), change)).body).toMatchObject(aProblem(status, code));
  });

  it('of the basket is shown first, and made when its token comes back', async () => {
    const portfolio = await anAllocated(api);
    const assets = ['HANA', 'AIA', 'ETH'];
    const shown = await api.patch(pathOf(portfolio), { assets });
    expect(shown.body).toMatchObject(aProblem(409, 'preview-needed'));
    const { preview } = Problem.parse(shown.body);
    expect(preview).toMatchObject({ addedAssets: ['ETH'], removedAssets: ['XAN'], dryRun: { mode: 'paper', money: 'paper', kind: 'plan', reason: 'downside' } });
    // Held are 233.3333 of HANA and AIA each and 299.3 of cash, XAN left out: V = 765.9666. ETH, worth 0, is brought to the mean (155.5555).
    expect(preview!.dryRun.totalValue).toBeCloseTo(765.9666, 6);
    expect(preview!.tradedFraction).toBeCloseTo(155.5555 / 765.9666, 3);
    expect((await api.patch(pathOf(portfolio), { assets, confirm: '0'.repeat(64) })).body).toMatchObject(aProblem(409, 'preview-needed'));
    expect((await api.patch(pathOf(portfolio), { assets: ['HANA', 'ETH'], confirm: preview!.token })).body).toMatchObject(aProblem(409, 'preview-needed'));
    const made = await api.patch(pathOf(portfolio), { assets, confirm: preview!.token });
    expect(made.body).toMatchObject({ configVersion: 2, assets, otherHoldings: [{ asset: 'XAN', quantity: '233.3333' }] });
    expect((await api.patch(pathOf(portfolio), { assets: ['HANA', 'AIA', 'XAN'], confirm: preview!.token })).body).toMatchObject(aProblem(409, 'preview-needed'));
  });

  it('that would trade more than a quarter at once is shown first, and one that trades less is made', async () => {
    await api.setPrices({ HANA: 1.2 });
    const portfolio = await anAllocated(api);
    // HANA is worth 280, 12.5 % above the mean; V = 1,046. At a threshold of 10 % a sale of 20 % of it trades 56, and of all of it 280: 26.8 %, and 196 of that are bought.
    expect((await api.patch(pathOf(portfolio), { parameters: { upsideThreshold: 0.1, sellPercentage: 0.2 } })).status).toBe(200);
    const shown = await api.patch(pathOf(portfolio), { parameters: { sellPercentage: 1 } });
    const { preview } = Problem.parse(shown.body);
    expect(preview!.why.join()).toContain('more than 25 %');
    expect(preview!.tradedFraction).toBeGreaterThan(0.26);
    // Prices move a little, and the legs are the same: what was agreed to is still what is done.
    await api.setPrices({ HANA: 1.201 });
    expect((await api.patch(pathOf(portfolio), { parameters: { sellPercentage: 1 }, confirm: preview!.token })).status).toBe(200);
  });

  it('is shown first where nobody can say what it would trade', async () => {
    const portfolio = await anAllocated(api);
    await api.setPrices({ XAN: 1 }, 120_000);
    const { preview } = Problem.parse((await api.patch(pathOf(portfolio), { parameters: { sellPercentage: 0.5 } })).body);
    expect([preview!.tradedFraction, preview!.why.join()]).toEqual([null, expect.stringContaining('not to be trusted')]);
  });

  it('of the basket waits for the end of a plan', async () => {
    const portfolio = await anAllocated(api);
    await anOpenPlan(portfolio);
    const { preview } = Problem.parse((await api.patch(pathOf(portfolio), { assets: ['HANA', 'AIA'] })).body);
    expect((await api.patch(pathOf(portfolio), { assets: ['HANA', 'AIA'], confirm: preview!.token })).body).toMatchObject(aProblem(409, 'plan-open'));
    expect((await api.get(pathOf(portfolio))).body).toMatchObject({ openPlan: { state: 'executing' }, obstacles: expect.arrayContaining([expect.objectContaining({ code: 'plan-open' })]) });
  });
});

describe('states', () => {
  it('go as they may, again and again', async () => {
    const portfolio = await aCreated(api);
    const act = async (action: string, body: object = {}) => {
      const answer = await api.post(`${pathOf(portfolio)}/${action}`, body);
      return answer.status === 200 ? (answer.body as Portfolio).state : (answer.body as Problem).code;
    };
    expect(await act('pause')).toBe('state-conflict');
    expect(await act('resume')).toBe('state-conflict');
    expect([await act('start'), await act('start')]).toEqual(['running', 'running']);
    expect(await act('pause-buys')).toBe('buys-paused');
    expect(await act('pause', { reason: 'looking into it' })).toBe('paused');
    expect((await api.get(pathOf(portfolio))).body).toMatchObject({ stateReason: 'looking into it' });
    expect(await act('resume')).toBe('running');
    expect([await act('stop'), await act('stop')]).toEqual(['stopped', 'stopped']);
    // A resumption is no start, which may take a second act.
    expect(await act('resume')).toBe('state-conflict');
    expect(await act('start')).toBe('running');
    expect(await act('pause', { because: 1 })).toBe('validation-failed');
  });

  it('are those of a portfolio that there is', async () => {
    for (const action of ['start', 'pause-buys', 'pause', 'resume', 'stop']) {
      expect((await api.post(`/v1/portfolios/nobody/${action}`)).body).toMatchObject(aProblem(404, 'portfolio-not-found'));
    }
  });

  it('end with a deletion, which frees the name and keeps the books', async () => {
    const portfolio = await aCreated(api, { name: 'gone soon' });
    await api.post(`${pathOf(portfolio)}/start`);
    expect((await api.delete(pathOf(portfolio))).body).toMatchObject(aProblem(409, 'state-conflict'));
    await api.post(`${pathOf(portfolio)}/stop`);
    expect((await api.delete(pathOf(portfolio))).status).toBe(204);
    expect((await api.get(pathOf(portfolio))).body).toMatchObject(aProblem(404, 'portfolio-not-found'));
    expect((await api.get('/v1/portfolios/gone%20soon')).status).toBe(404);
    expect((await api.get(`${pathOf(portfolio)}/ledger`)).body).toMatchObject({ data: [{ kind: 'paper-withdrawal' }, { kind: 'paper-deposit' }] });
    await aCreated(api, { name: 'gone soon' });
  });

  it('cannot end in a deletion while a plan is open', async () => {
    const portfolio = await anAllocated(api);
    await anOpenPlan(portfolio);
    await api.post(`${pathOf(portfolio)}/pause`);
    expect((await api.delete(pathOf(portfolio))).body).toMatchObject(aProblem(409, 'plan-open'));
  });
});

describe('funds', () => {
  it('go in and out, exactly', async () => {
    const portfolio = await aCreated(api);
    expect((await move(portfolio, '0.000000000000000001')).body).toMatchObject({ cash: '1000.000000000000000001' });
    expect((await move(portfolio, '-400.5')).body).toMatchObject({ cash: '599.500000000000000001', netDeposits: 599.5, capital: '1000' });
    expect((await move(portfolio, '-599.6')).body).toMatchObject(aProblem(409, 'insufficient-balance'));
    for (const quantity of ['0', '1e3', 'all', '--1']) expect((await move(portfolio, quantity)).body).toMatchObject(aProblem(400, 'validation-failed'));
  });

  it('go once, however often the request is sent', async () => {
    const portfolio = await aCreated(api);
    const send = (quantity: string) => move(portfolio, quantity).set('idempotency-key', `funds of ${portfolio.id}`.replaceAll(' ', '-'));
    const answers = await Promise.all(Array.from({ length: 5 }, () => send('100')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await api.get(pathOf(portfolio))).body).toMatchObject({ cash: '1100' });
    expect((await send('200')).body).toMatchObject(aProblem(422, 'idempotency-key-reused'));
  });

  it('do not move under a plan', async () => {
    const portfolio = await anAllocated(api);
    await anOpenPlan(portfolio);
    expect((await move(portfolio, '5')).body).toMatchObject(aProblem(409, 'plan-open'));
  });
});

describe('a dry run', () => {
  it('shows the purchases of the start, to the steps of the markets, and changes nothing', async () => {
    const portfolio = await aCreated(api);
    const { dryRun, requested } = EvaluateAnswer.parse((await api.post(`${pathOf(portfolio)}/evaluate`)).body);
    expect(requested).toBe(false);
    // 0.7 × 1,000 / 3 each, cut off after the price tick's four decimals.
    expect(dryRun!.legs.map(({ side, asset, quoteValue, quantity }) => [side, asset, quoteValue, quantity])).toEqual(['HANA', 'AIA', 'XAN'].map((asset) => ['buy', asset, '233.3333', null]));
    expect(dryRun).toMatchObject({ money: 'paper', totalValue: 1_000, obstacles: [expect.objectContaining({ code: expect.any(String) as string })] });
    expect(dryRun!.tradedValue).toBeCloseTo(699.9999, 4);
    expect((await api.get(pathOf(portfolio))).body).toMatchObject({ lastLook: null, openPlan: null, version: portfolio.version });
  });

  it('is a wish for a look where it is none', async () => {
    const portfolio = await anAllocated(api);
    await api.rows.query('UPDATE portfolio_look SET look_requested_ms = NULL WHERE portfolio_id = $1', [portfolio.id]);
    expect((await api.post(`${pathOf(portfolio)}/evaluate`, { dryRun: false })).body).toEqual({ requested: true, dryRun: null });
    const [row] = await api.rows.query<{ look_requested_ms: string | null }>('SELECT look_requested_ms FROM portfolio_look WHERE portfolio_id = $1', [portfolio.id]);
    expect(Number(row!.look_requested_ms)).toBeGreaterThan(0);
    expect((await api.post('/v1/portfolios/nobody/evaluate')).status).toBe(404);
  });
});
