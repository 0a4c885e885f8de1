import type { PostgresAccountStore } from '#persistence';
import { Account, Accounts, KillSwitch, KillSwitches, type Portfolio, type Problem } from '#contracts';
import type { VenueName } from '#application';
import { aHolding } from '../../integration/trading/trading-rows.js';
import { aProblem } from './api-fixture.js';
import { aCreated } from './made-portfolios.js';
import { aPortfolioRequest, startTradingApi, type TradingFixture } from './trading-fixture.js';

let api: TradingFixture;

const faultCodes = ({ body }: { readonly body: unknown }) => ((body as Problem).errors ?? []).map(({ code }) => code);

const engage = (body?: object) => api.post('/v1/kill-switch', body);

/** An executor that came with its key just now, and 1,500 USDT that belong to nobody. */
async function anAccount(venue: VenueName, changes: { readonly canWithdraw?: boolean | null; readonly seenMs?: number; readonly haltReason?: string } = {}): Promise<string> {
  const id = `live-${venue.toLowerCase()}`;
  await api.rows.query(
    `INSERT INTO trading_account (id, mode, venue, key_fingerprint, can_withdraw, reconciled_ms, halt_reason, executor_seen_ms, created_ms) VALUES ($1, 'live', $2, 'abcdef012345', $3, $4, $5, $6, $4)`,
    [id, venue, changes.canWithdraw ?? null, Date.now(), changes.haltReason ?? null, changes.seenMs ?? Date.now()],
  );
  await aHolding(api.rows, { id, mode: 'live', venue }, null, 'USDT', '1500');
  return id;
}

describe('on the simulator', () => {
  beforeEach(async () => {
    api = await startTradingApi();
    await api.setPrices({ HANA: 1, AIA: 1, XAN: 1 });
  });
  afterEach(() => api.stop());

  it('trades play money, says so, and needs one act', async () => {
    const accountId = await anAccount('SIMULATOR');
    const portfolio = await aCreated(api, { mode: 'live' });
    expect(portfolio).toMatchObject({ mode: 'live', venue: 'SIMULATOR', money: 'play money', accountId, cash: '1000' });
    expect((await api.post(`/v1/portfolios/${portfolio.id}/start`)).body).toMatchObject({ state: 'running', money: 'play money' });
    const { data } = (await api.get('/v1/accounts')).body as { data: Account[] };
    expect(Account.parse(data[0])).toMatchObject({
      id: accountId, money: 'play money', isExecutorThere: true, keyFingerprint: 'abcdef012345',
      balances: [{ asset: 'USDT', quantity: '1500', unassigned: '500', portfolios: [{ portfolioId: portfolio.id, quantity: '1000' }] }],
    });
  });

  it('never lets two portfolios have the same money', async () => {
    await anAccount('SIMULATOR');
    await aCreated(api, { mode: 'live' });
    const second = await api.post('/v1/portfolios', aPortfolioRequest({ mode: 'live' }));
    expect([second.status, faultCodes(second)]).toEqual([422, ['insufficient-balance']]);
    expect((second.body as Problem).detail).toContain('has 500 USDT that belongs to no portfolio');
    const both = await Promise.all([1, 2].map(() => api.post('/v1/portfolios', aPortfolioRequest({ mode: 'live', capital: '400' }))));
    expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([201, 422]);
  });

  it.each([
    [{ seenMs: Date.now() - 120_000 }, 'no-executor'], [{ canWithdraw: true }, 'key-can-withdraw'], [{ haltReason: 'the key was refused' }, 'account-halted'],
  ])('refuses to go live with %j', async (changes, code) => {
    const accountId = await anAccount('SIMULATOR', changes);
    expect(faultCodes(await api.post('/v1/portfolios', aPortfolioRequest({ mode: 'live' })))).toEqual([code]);
    // What was fit at the creation may not be at the start.
    await api.rows.query('UPDATE trading_account SET executor_seen_ms = $2, can_withdraw = NULL, halt_reason = NULL WHERE id = $1', [accountId, Date.now()]);
    const { id } = await aCreated(api, { mode: 'live' });
    await api.rows.query('UPDATE trading_account SET executor_seen_ms = $2, can_withdraw = $3, halt_reason = $4 WHERE id = $1', [
      accountId, 'seenMs' in changes ? changes.seenMs : Date.now(), 'canWithdraw' in changes ? changes.canWithdraw : null, 'haltReason' in changes ? changes.haltReason : null,
    ]);
    const refused = await api.post(`/v1/portfolios/${id}/start`, { acceptsUnknownWithdrawalRight: true });
    expect(refused.body).toMatchObject(aProblem(409, 'not-live-ready'));
    expect(faultCodes(refused)).toEqual([code]);
  });

  it('lists accounts page by page, live ones first', async () => {
    const id = await anAccount('SIMULATOR');
    const papers = [(await aCreated(api)).accountId, (await aCreated(api)).accountId].toSorted();
    const page = async (query: string) => Accounts.parse((await api.get(`/v1/accounts${query}`)).body);
    const first = await page('?limit=2');
    expect([first.data.map((account) => account.id), first.page]).toEqual([[id, papers[0]], { next: papers[0], hasMore: true }]);
    const last = await page(`?limit=2&after=${papers[0]}`);
    expect([last.data.map((account) => account.id), last.page]).toEqual([[papers[1]], { next: null, hasMore: false }]);
    expect((await api.get('/v1/accounts?limit=201')).body).toMatchObject(aProblem(400, 'validation-failed'));
  });

  it('clears a halt of an account by hand', async () => {
    const id = await anAccount('SIMULATOR', { haltReason: 'the key was refused' });
    expect((await api.post(`/v1/accounts/${id}/clear-halt`)).status).toBe(204);
    expect(((await api.get('/v1/accounts')).body as { data: Account[] }).data[0]).toMatchObject({ id, haltReason: null });
    expect((await api.post('/v1/accounts/live-nowhere/clear-halt')).body).toMatchObject(aProblem(404, 'account-not-found'));
  });
});

describe('on the real exchange', () => {
  beforeEach(async () => {
    api = await startTradingApi({ venue: 'MEXC' });
    await api.setPrices({ HANA: 1, AIA: 1, XAN: 1 });
  });
  afterEach(() => api.stop());

  it('takes two acts, of which the second says back what is traded with', async () => {
    await anAccount('MEXC', { canWithdraw: false });
    const { id } = await aCreated(api, { mode: 'live', name: 'real one' });
    const start = (body: object = {}) => api.post(`/v1/portfolios/${id}/start`, body);
    const asked = await start();
    expect(asked.body).toMatchObject(aProblem(409, 'confirmation-needed'));
    // 0.7 × 1,000 / 3 of each.
    for (const words of ['REAL MONEY', 'live-mexc', 'abcdef012345', '233.33 USDT of HANA', '700.00 USDT in all', '"name": "real one"']) expect((asked.body as Problem).detail).toContain(words);
    for (const confirmation of [{ name: 'real one', capital: '1000.0' }, { name: 'Real one', capital: '1000' }, { name: '', capital: '' }]) {
      expect((await start({ confirmation })).body).toMatchObject(aProblem(409, 'confirmation-needed'));
    }
    expect((await api.get(`/v1/portfolios/${id}`)).body).toMatchObject({ state: 'created', money: 'real' });
    expect((await start({ confirmation: { name: 'real one', capital: '1000' } })).body).toMatchObject({ state: 'running', money: 'real', mode: 'live', venue: 'MEXC' });
    // After a stop it is a start again.
    await api.post(`/v1/portfolios/${id}/stop`);
    expect((await start()).body).toMatchObject(aProblem(409, 'confirmation-needed'));
    expect((await api.post(`/v1/portfolios/${id}/resume`)).body).toMatchObject(aProblem(409, 'state-conflict'));
  });

  it('says how much money it is by the books, not how much it was at the creation', async () => {
    await anAccount('MEXC', { canWithdraw: false });
    const { id } = await aCreated(api, { mode: 'live', name: 'real three', capital: '300' });
    expect((await api.post(`/v1/portfolios/${id}/funds`, { quantity: '900' })).status).toBe(200);
    const start = (capital: string) => api.post(`/v1/portfolios/${id}/start`, { confirmation: { name: 'real three', capital } });
    const asked = await start('300');
    expect(asked.body).toMatchObject(aProblem(409, 'confirmation-needed'));
    // 0.7 × 1,200 / 3 of each.
    for (const words of ['of its 1200 USDT', '280.00 USDT of HANA', '840.00 USDT in all', '"capital": "1200"']) expect((asked.body as Problem).detail).toContain(words);
    expect((await start('1200')).body).toMatchObject({ state: 'running' });
  });

  it('asks the operator where the exchange does not tell whether the key can withdraw', async () => {
    await anAccount('MEXC');
    const { id } = await aCreated(api, { mode: 'live', name: 'real two' });
    const confirmation = { name: 'real two', capital: '1000' };
    expect(faultCodes(await api.post(`/v1/portfolios/${id}/start`, { confirmation }))).toEqual(['withdrawal-right-unknown']);
    expect((await api.post(`/v1/portfolios/${id}/start`, { acceptsUnknownWithdrawalRight: true })).body).toMatchObject(aProblem(409, 'confirmation-needed'));
    expect((await api.post(`/v1/portfolios/${id}/start`, { confirmation, acceptsUnknownWithdrawalRight: true })).body).toMatchObject({ state: 'running' });
  });

  it('leaves paper on its prices alone', async () => {
    const portfolio = await aCreated(api);
    expect(portfolio).toMatchObject({ mode: 'paper', venue: 'MEXC', money: 'paper' });
    expect((await api.post(`/v1/portfolios/${portfolio.id}/start`)).body).toMatchObject({ state: 'running', money: 'paper' });
  });
});

describe('the kill switch', () => {
  beforeAll(async () => {
    // It must work while Redis is down.
    api = await startTradingApi({ withRedis: false });
  });
  afterAll(() => api.stop());

  it.each([{ state: 'run' }, { scope: 'portfolio:core' }, { scope: 'everything' }, { reason: '' }, { reason: 'a\u0000b' }, { extra: 1 }])('takes no %j', async (body) => {
    expect((await engage(body)).body).toMatchObject(aProblem(400, 'validation-failed'));
    expect(((await api.get('/v1/kill-switch')).body as { engaged: unknown[] }).engaged).toEqual([]);
  });

  it.each([['account:live-nobody', 'account-not-found'], ['portfolio:pf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V', 'portfolio-not-found']])('stops nothing called %s, and says so', async (scope, code) => {
    expect((await engage({ scope })).body).toMatchObject(aProblem(404, code));
    expect(((await api.get('/v1/kill-switch')).body as { engaged: unknown[] }).engaged).toEqual([]);
  });

  it('is released by a person, with a reason, after the books were found equal', async () => {
    const portfolio: Portfolio = await aCreated(api);
    const scope = `portfolio:${portfolio.id}`;
    const release = (body: object) => api.post('/v1/kill-switch/release', body);
    expect((await release({ scope, reason: 'x' })).body).toMatchObject(aProblem(404, 'switch-not-set'));
    await engage({ scope, state: 'reduce-only', reason: 'odd prices' });
    expect((await api.get(`/v1/portfolios/${portfolio.id}`)).body).toMatchObject({ tradingState: 'reduce-only' });
    expect((await release({ scope })).body).toMatchObject(aProblem(400, 'validation-failed'));
    const refused = (await release({ scope, reason: 'prices are fine' })).body as Problem;
    expect(refused).toMatchObject(aProblem(409, 'account-unreconciled'));
    expect(refused.detail).toContain(portfolio.accountId);
    expect(await (api.services.trading.accounts as PostgresAccountStore).reconciliations(portfolio.accountId, 10)).toMatchObject([{ cause: 'kill-switch', state: 'requested' }]);
    await reconciled(portfolio.accountId);
    expect((await release({ scope, reason: 'prices are fine' })).body).toMatchObject({ scope, state: 'run', reason: 'prices are fine' });
    expect((await api.get(`/v1/portfolios/${portfolio.id}`)).body).toMatchObject({ tradingState: 'run' });
  });

  // The last of them: nobody releases it.
  it('is engaged without a word, again and again, and seen by every portfolio', async () => {
    const portfolio = await aCreated(api);
    expect(KillSwitch.parse((await engage()).body)).toMatchObject({ scope: 'all', state: 'halt' });
    expect((await engage({ state: 'reduce-only' })).body).toMatchObject({ scope: 'all', state: 'halt' });
    const { engaged, history } = KillSwitches.parse((await api.get('/v1/kill-switch')).body);
    expect([engaged.map(({ scope }) => scope), history.length]).toEqual([['all'], expect.any(Number)]);
    expect((await api.get(`/v1/portfolios/${portfolio.id}`)).body).toMatchObject({ tradingState: 'halt', obstacles: expect.arrayContaining([expect.objectContaining({ code: 'halted' })]) as object });
  });
});

/** As an executor does after it has compared the books. */
async function reconciled(accountId: string): Promise<void> {
  const asked = await api.post(`/v1/portfolios/${accountId.replace('paper-', '')}/reconcile`);
  const { accounts } = api.services.trading;
  const run = await accounts.reconciliation((asked.body as { id: string }).id);
  await (accounts as PostgresAccountStore).finishReconciliation({ ...run!, state: 'done', isEqual: true, assetCount: 1, finishedMs: Date.now() }, 0);
}
