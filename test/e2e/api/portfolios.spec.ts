import * as fc from 'fast-check';
import { Portfolio, PortfolioPage, type Problem } from '#contracts';
import { DEFAULT_CAPS } from '#domain';
import { aProblem } from './api-fixture.js';
import { aPortfolioRequest, startTradingApi, type TradingFixture } from './trading-fixture.js';

let api: TradingFixture;
beforeAll(async () => {
  api = await startTradingApi();
});
afterAll(() => api.stop());

const create = (body: object) => api.post('/v1/portfolios', body);
const send = (key: string, body: object) => create(body).set('idempotency-key', key);
const faultsOf = (answer: { readonly body: unknown }) => ((answer.body as Problem).errors ?? []).map(({ pointer, code }) => [pointer, code]);
const codesOf = async (changes: object) => faultsOf(await create(aPortfolioRequest(changes)));

describe('creation', () => {
  it('makes a portfolio on paper that has bought nothing, and says so', async () => {
    await api.setPrices({ HANA: 1, AIA: 2, XAN: 4 });
    const answer = await create(aPortfolioRequest({ name: 'first' }));
    expect(answer.status).toBe(201);
    const portfolio = Portfolio.parse(answer.body);
    expect(answer.headers).toMatchObject({ location: `/v1/portfolios/${portfolio.id}`, etag: `"${portfolio.version}"` });
    expect(portfolio).toMatchObject({
      name: 'first', mode: 'paper', venue: 'SIMULATOR', money: 'paper', accountId: `paper-${portfolio.id}`, state: 'created', assets: ['HANA', 'AIA', 'XAN'], quote: 'USDT',
      capital: '1000', cash: '1000', equity: 1_000, netDeposits: 1_000, isAllocated: false, tradingState: 'run', openPlan: null, lastLook: null, otherHoldings: [],
      performance: { timeWeightedReturn: null },
    });
    expect(portfolio.configuration).toMatchObject({ parameters: { initialCapital: 1_000, upsideThreshold: 0.4 }, execution: { orderType: 'market' }, caps: { maxOrderFraction: DEFAULT_CAPS.maxOrderFraction } });
    expect(portfolio.obstacles).toEqual([{ code: 'not-started', detail: 'it was never started' }]);
    expect(portfolio.holdings.map(({ asset, quantity, price, value, flag }) => [asset, quantity, price, value, flag])).toEqual([
      ['HANA', '0', 1, 0, null], ['AIA', '0', 2, 0, null], ['XAN', '0', 4, 0, null],
    ]);
  });

  it('takes settings, and fills up what was left out', async () => {
    const { body } = await create(aPortfolioRequest({ parameters: { usdtReserve: 0.5, cooldownMinutes: 0 }, execution: { orderType: 'ioc' }, caps: { maxDrawdown: 0.3 } }));
    expect((body as Portfolio).configuration).toMatchObject({
      parameters: { usdtReserve: 0.5, cooldownMinutes: 0, sellPercentage: 0.2 }, execution: { orderType: 'ioc', maxSlippage: 0.01 }, caps: { maxDrawdown: 0.3, maxPlansPerDay: 200 },
    });
  });

  it('says all that is wrong with it at once', async () => {
    const answer = await create(aPortfolioRequest({ assets: ['HANNA', 'LTC', 'GONE', 'AIA'], capital: '40' }));
    expect(answer.body).toMatchObject(aProblem(422, 'portfolio-impossible'));
    expect(faultsOf(answer)).toEqual([
      ['/assets/0', 'unknown-asset'], ['/assets/1', 'untradable'], ['/assets/2', 'not-listed'],
      // 0.7 × 40 / 4 = 7 an asset, below minOrderValue 15.
      ['/capital', 'initial-purchase-below-minimum'], ['/capital', 'redistribution-below-minimum'],
    ]);
    const details = (answer.body as Problem).errors!.map(({ detail }) => detail);
    expect(details[0]).toContain('did you mean HANA');
    expect(details[1]).toContain('api-trading-off');
  });

  it.each([
    [{ parameters: { minOrderValue: 1 } }, [['/parameters/minOrderValue', 'below-market-minimum']]],
    // Each is bought for 0.7 × 600 / 3 = 140, and DEAR takes orders from 200 on.
    [{ assets: ['HANA', 'AIA', 'DEAR'], capital: '600', parameters: { minOrderValue: 100, sellPercentage: 1, usdtReserve: 0.3 } }, [['/parameters/minOrderValue', 'below-market-minimum'], ['/capital', 'purchase-below-market-minimum']]],
    // 0.7 / 3 is 0.2333 of the capital for each, and 0.7 for all.
    [{ caps: { maxOrderFraction: 0.2 } }, [['/caps/maxOrderFraction', 'cap-below-start']]],
    [{ caps: { maxPlanFraction: 0.6 } }, [['/caps/maxPlanFraction', 'cap-below-start']]],
    [{ parameters: { initialCapital: 2_000 } }, [['/parameters/initialCapital', 'capital-named-twice']]],
    [{ assets: ['HANA', 'HANA', 'USDT'] }, [['/assets', 'invalid-basket'], ['/assets', 'invalid-basket']]],
    [{ capital: '9000000000000000' }, [['/capital', 'invalid-capital']]],
  ])('refuses %j', async (changes, faults) => {
    expect(await codesOf(changes)).toEqual(faults);
  });

  it('refuses live without an executor that has ever come with a key', async () => {
    expect(await codesOf({ mode: 'live' })).toEqual([['/mode', 'no-live-account']]);
  });

  it('refuses a name that is taken', async () => {
    const request = aPortfolioRequest();
    expect((await create(request)).status).toBe(201);
    expect((await create(request)).body).toMatchObject({ ...aProblem(409, 'name-taken'), errors: [expect.objectContaining({ pointer: '/name' })] });
  });

  it('makes one of a request that is sent again, and of ten at once', async () => {
    const request = aPortfolioRequest();
    const answers = await Promise.all(Array.from({ length: 10 }, () => send('once', request)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => (body as Portfolio).id)).size).toBe(1);
    expect((await send('once', request)).status).toBe(201);
    expect((await send('once', { ...request, capital: '999' })).body).toMatchObject(aProblem(422, 'idempotency-key-reused'));
    expect((await send('a b', request)).body).toMatchObject(aProblem(400, 'validation-failed'));
  });

  it('binds no key to a request that was refused', async () => {
    const request = aPortfolioRequest();
    expect((await create({ ...request, assets: ['NONE'] }).set('idempotency-key', 'mended')).status).toBe(422);
    expect((await create(request).set('idempotency-key', 'mended')).status).toBe(201);
  });

  it('answers whatever is sent by a problem, and makes nothing of it', async () => {
    const before = (await api.get('/v1/portfolios?limit=200')).body as PortfolioPageBody;
    const wrong = fc.oneof(
      fc.record({ name: fc.anything(), assets: fc.anything(), capital: fc.anything() }),
      fc.record({ name: fc.constant('x'), assets: fc.constant(['HANA']), capital: fc.oneof(fc.double(), fc.integer(), fc.constant('-1'), fc.constant('1e3')) }),
      fc.record({ name: fc.constant('x'), assets: fc.array(fc.string(), { minLength: 1 }), capital: fc.constant('1000'), mode: fc.string() }),
    );
    await fc.assert(
      fc.asyncProperty(wrong, async (body) => {
        const sent: unknown = JSON.parse(JSON.stringify(body));
        const answer = await create(sent as object);
        expect([400, 422]).toContain(answer.status);
      }),
      { numRuns: 60 },
    );
    expect((await api.get('/v1/portfolios?limit=200')).body).toEqual(before);
  });
});

type PortfolioPageBody = ReturnType<typeof PortfolioPage.parse>;

describe('lists', () => {
  it('go page by page, and filter', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) ids.push(((await create(aPortfolioRequest())).body as Portfolio).id);
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const page = PortfolioPage.parse((await api.get(`/v1/portfolios?limit=2${after}`)).body);
      seen.push(...page.data.map(({ id }) => id));
      expect(page.data.every(({ money }) => money === 'paper')).toBe(true);
      if (!page.page.hasMore) break;
      after = `&after=${page.page.next}`;
    }
    expect(seen).toEqual(expect.arrayContaining(ids));
    expect(new Set(seen).size).toBe(seen.length);
    expect(((await api.get('/v1/portfolios?mode=live')).body as PortfolioPageBody).data).toEqual([]);
    expect(((await api.get('/v1/portfolios?state=stopped')).body as PortfolioPageBody).data).toEqual([]);
    expect((await api.get('/v1/portfolios?state=gone')).status).toBe(400);
  });
});

describe('what is shown', () => {
  it('is found by id and by name', async () => {
    const { body } = await create(aPortfolioRequest({ name: 'My basket 2' }));
    const { id } = body as Portfolio;
    expect((await api.get(`/v1/portfolios/${id}`)).body).toMatchObject({ id });
    expect((await api.get('/v1/portfolios/My%20basket%202')).body).toMatchObject({ id });
    expect((await api.get('/v1/portfolios/nobody')).body).toMatchObject(aProblem(404, 'portfolio-not-found'));
  });

  it('has an age and a flag on every price, and no equity where one is missing', async () => {
    const { body } = await create(aPortfolioRequest());
    const path = `/v1/portfolios/${(body as Portfolio).id}`;
    await api.clearPrices();
    await api.setPrices({ HANA: 1 });
    await api.setPrices({ AIA: 1 }, 120_000);
    const missing = (await api.get(path)).body as Portfolio;
    expect(missing.holdings.map(({ flag }) => flag)).toEqual([null, 'stale', 'missing']);
    expect(missing.holdings[1]!.priceAgeMs).toBeGreaterThanOrEqual(120_000);
    expect([missing.equity, missing.holdings[2]!.value]).toEqual([null, null]);
    expect(missing.obstacles.map(({ code }) => code)).toEqual(['not-started', 'price-stale', 'price-missing']);
    await api.setPrices({ XAN: 1 });
    expect(((await api.get(path)).body as Portfolio).equity).toBe(1_000);
  });
});

it('knows nothing of the exchange before an ingestor has told, and creates nothing', async () => {
  const early = await startTradingApi({ withMarkets: false, withRedis: false });
  const answer = await early.post('/v1/portfolios', aPortfolioRequest());
  expect(answer.body).toMatchObject(aProblem(503, 'exchange-unavailable'));
  expect(answer.headers['retry-after']).toBe('5');
  await early.stop();
});

it('tells what is held while Redis is away', async () => {
  const alone = await startTradingApi({ withRedis: false });
  const made = await alone.post('/v1/portfolios', aPortfolioRequest());
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ cash: '1000', equity: null });
  await alone.stop();
});

it.each([
  ['get', '/v1/portfolios'], ['post', '/v1/portfolios'], ['get', '/v1/portfolios/x'], ['patch', '/v1/portfolios/x'], ['delete', '/v1/portfolios/x'], ['post', '/v1/portfolios/x/start'],
  ['post', '/v1/portfolios/x/funds'], ['get', '/v1/accounts'], ['get', '/v1/kill-switch'], ['post', '/v1/kill-switch'], ['post', '/v1/kill-switch/release'],
] as const)('%s %s needs the token', async (method, path) => {
  expect((await api.anonymous()[method](path)).status).toBe(401);
});
