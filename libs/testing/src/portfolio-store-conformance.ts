/// <reference types="jest" />
import { ulid } from 'ulid';
import type { CreateOutcome, Portfolio, PortfolioStore } from '#application';
import { DEFAULT_EXECUTION, type PortfolioConfiguration } from '#domain';
import { testPortfolioFunds } from './portfolio-funds-conformance.js';
import { aBasket, aNewPortfolio, created, CREATED_MS, moved, ofLive, type AtPortfolios, type PortfolioStoreSubject } from './portfolio-store-subject.js';

/** What every adapter of PortfolioStore must do, whatever stands behind it. Registers tests under the name. */
export function portfolioStoreConformance(name: string, makeSubject: () => Promise<PortfolioStoreSubject>): void {
  describe(`PortfolioStore by ${name}`, () => {
    let subject: PortfolioStoreSubject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.close());
    const at = (): PortfolioStoreSubject => subject;
    describe('a new portfolio', () => testCreation(at));
    describe('finding', () => testFinding(at));
    describe('states', () => testStates(at));
    describe('deletion', () => testDeletion(at));
    describe('configurations', () => testConfigurations(at));
    describe('funds', () => testPortfolioFunds(at));
    describe('equity', () => testEquity(at));
  });
}

const kindsOf = (outcomes: readonly CreateOutcome[]) => outcomes.map(({ kind }) => kind).sort();
const WATCHED = [{ marketId: 'AIAUSDT', shard: 3 }, { marketId: 'HANAUSDT', shard: 3 }];

function testCreation(at: AtPortfolios): void {
  it('has all that it was created with', async () => {
    const { createdBy: _by, ...given } = aNewPortfolio();
    const portfolio = await created(at, { ...given, createdBy: 'a test' });
    expect(portfolio).toEqual({ ...given, state: 'created', stateReason: null, configVersion: 1, isAllocated: false, version: 1, changedMs: CREATED_MS });
    expect(await at().watched(portfolio.id)).toEqual(WATCHED);
    expect(await at().look(portfolio.id)).toEqual({ lookSeq: 0, requestedMs: null });
  });

  it('on paper has an account of its own with its capital, in the books and at its venue', async () => {
    const { id, accountId } = await created(at, aNewPortfolio({ capital: '10000.5' }));
    expect(await at().accounts.find(accountId)).toMatchObject({ mode: 'paper', venue: 'MEXC', haltReason: null });
    expect(await at().accounts.bookedBalances(accountId)).toEqual([
      { asset: 'USDT', quantity: '10000.5', unassigned: '0', portfolios: [{ portfolioId: id, quantity: '10000.5' }] },
    ]);
    expect(await at().paperBalance(accountId, 'USDT')).toBe('10000.5');
    expect(await at().booked(id)).toEqual([{ kind: 'paper-deposit', flows: [{ portfolioId: id, value: 10_000.5 }] }]);
    expect(await at().store.holdings(id)).toEqual([{ accountId, portfolioId: id, asset: 'USDT', quantity: '10000.5', lastFillMs: null }]);
  });

  it('live takes its capital from what belongs to nobody, and no more than there is', async () => {
    const accountId = await at().liveAccount('15000');
    const { id } = await created(at, ofLive(accountId, '10000'));
    const refused = ofLive(accountId, '5000.000000000000000001');
    expect(await at().store.create(refused)).toEqual({ kind: 'insufficient-balance', unassigned: '5000' });
    expect(await at().store.find(refused.id)).toBeNull();
    expect(await at().watched(refused.id)).toEqual([]);
    expect(await at().accounts.bookedBalances(accountId)).toEqual([
      { asset: 'USDT', quantity: '15000', unassigned: '5000', portfolios: [{ portfolioId: id, quantity: '10000' }] },
    ]);
    expect(await at().booked(id)).toEqual([{ kind: 'allocation', flows: [{ portfolioId: id, value: 10_000 }] }]);
  });

  it('live needs an account, at its own venue, with something in its currency', async () => {
    expect(await at().store.create(ofLive('live-nobody', '1'))).toEqual({ kind: 'no-account' });
    const accountId = await at().liveAccount('15000');
    expect(await at().store.create(ofLive(accountId, '1', { venue: 'SIMULATOR' }))).toEqual({ kind: 'no-account' });
    const inBitcoin = { ...aBasket('HANA'), quote: 'BTC' };
    expect(await at().store.create(ofLive(accountId, '1', { configuration: inBitcoin }))).toEqual({ kind: 'insufficient-balance', unassigned: '0' });
  });

  it('cannot have the money of another that is created at the same moment', async () => {
    const accountId = await at().liveAccount('15000');
    const outcomes = await Promise.all([1, 2, 3].map(() => at().store.create(ofLive(accountId, '6000'))));
    expect(kindsOf(outcomes)).toEqual(['created', 'created', 'insufficient-balance']);
  });

  it('is made once, however often it is asked for', async () => {
    const portfolio = aNewPortfolio();
    const outcomes = await Promise.all([1, 2, 3].map(() => at().store.create(portfolio)));
    expect(kindsOf(outcomes)).toEqual(['created', 'created', 'created']);
    await moved(at, await created(at, portfolio), 'running');
    expect(await created(at, portfolio)).toMatchObject({ id: portfolio.id, state: 'running', version: 2 });
    expect(await at().store.holdings(portfolio.id)).toMatchObject([{ quantity: '10000' }]);
  });

  it('cannot have the name of another, be it created at the same moment', async () => {
    const name = `twin ${ulid()}`;
    const outcomes = await Promise.all([1, 2, 3].map(() => at().store.create(aNewPortfolio({ name }))));
    expect(kindsOf(outcomes)).toEqual(['created', 'name-taken', 'name-taken']);
    expect(await at().store.create(aNewPortfolio({ name }))).toEqual({ kind: 'name-taken' });
  });
}

function testFinding(at: AtPortfolios): void {
  it('finds by id and by name, however its accents are written', async () => {
    const portfolio = await created(at, aNewPortfolio({ name: `caf\u00e9 ${ulid()}` }));
    expect(await at().store.find(portfolio.id)).toEqual(portfolio);
    expect(await at().store.find(portfolio.name.normalize('NFD'))).toEqual(portfolio);
    expect(await at().store.find('nobody')).toBeNull();
    expect(await at().store.find('')).toBeNull();
  });

  it('finds a deleted one by its id alone, and gives its name to another', async () => {
    const gone = await moved(at, await created(at), 'deleted');
    expect(await at().store.find(gone.id)).toEqual(gone);
    expect(await at().store.find(gone.name)).toBeNull();
    const next = await created(at, aNewPortfolio({ name: gone.name }));
    expect((await at().store.find(gone.name))?.id).toBe(next.id);
  });

  it('lists page by page, without deleted ones unless they are asked for', async () => {
    const accountId = await at().liveAccount('10');
    const paper = await created(at);
    const live = await created(at, ofLive(accountId, '1'));
    const gone = await moved(at, await created(at), 'deleted');
    const ids = async (filter: Parameters<PortfolioStore['list']>[0]) => (await at().store.list(filter)).map(({ id }) => id);
    const all = await ids({ limit: 1_000 });
    expect(all).toEqual(expect.arrayContaining([paper.id, live.id]));
    expect(all).not.toContain(gone.id);
    expect(all).toEqual([...all].sort());
    expect(await ids({ limit: 2, afterId: all[1]! })).toEqual(all.slice(2, 4));
    expect(await ids({ limit: 1_000, mode: 'live' })).toContain(live.id);
    expect(await ids({ limit: 1_000, mode: 'live' })).not.toContain(paper.id);
    expect(await ids({ limit: 1_000, state: 'deleted' })).toContain(gone.id);
    expect(await ids({ limit: 1_000, state: 'created' })).not.toContain(gone.id);
  });
}

function testStates(at: AtPortfolios): void {
  it('keeps when, why and by a new version', async () => {
    const { id } = await created(at);
    await at().store.changeState(id, 1, 'running', null, CREATED_MS + 5, 'a test');
    const outcome = await at().store.changeState(id, 2, 'paused', 'a deposit was seen', CREATED_MS + 9, 'a test');
    expect(outcome).toMatchObject({ kind: 'changed', portfolio: { state: 'paused', stateReason: 'a deposit was seen', version: 3, changedMs: CREATED_MS + 9 } });
  });

  it('refuses what is no move, and changes nothing then', async () => {
    const portfolio = await created(at);
    const refused = await at().store.changeState(portfolio.id, 1, 'paused', null, CREATED_MS + 1, 'a test');
    expect(refused).toEqual({ kind: 'illegal', from: 'created', to: 'paused' });
    expect(await at().store.find(portfolio.id)).toEqual(portfolio);
  });

  it('changes nothing where it is in that state, where another was faster, or where there is none', async () => {
    const portfolio = await created(at);
    expect(await at().store.changeState(portfolio.id, 1, 'created', 'why', CREATED_MS + 1, 'a test')).toEqual({ kind: 'changed', portfolio });
    expect(await at().store.changeState(portfolio.id, 2, 'running', null, CREATED_MS + 1, 'a test')).toEqual({ kind: 'version-mismatch', portfolio });
    expect(await at().store.changeState('pf_nobody', 1, 'running', null, CREATED_MS + 1, 'a test')).toEqual({ kind: 'not-found' });
    const outcomes = await Promise.all([1, 2, 3].map(() => at().store.changeState(portfolio.id, 1, 'running', null, CREATED_MS + 1, 'a test')));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['changed', 'version-mismatch', 'version-mismatch']);
  });

  it('watches its prices until it is stopped, and again when it is started', async () => {
    const running = await moved(at, await created(at), 'running', 'buys-paused', 'paused');
    expect(await at().watched(running.id)).toEqual(WATCHED);
    const stopped = await moved(at, running, 'stopped');
    expect(await at().watched(stopped.id)).toEqual([]);
    await moved(at, stopped, 'running');
    expect(await at().watched(stopped.id)).toEqual(WATCHED);
  });

  it('asks for a look when it runs, and overtakes what was decided before', async () => {
    const { id } = await moved(at, await created(at), 'running');
    expect(await at().look(id)).toEqual({ lookSeq: 1, requestedMs: CREATED_MS + 1 });
    expect(await at().store.requestLook(id, CREATED_MS + 7)).toBe(true);
    expect(await at().look(id)).toEqual({ lookSeq: 1, requestedMs: CREATED_MS + 7 });
    expect(await at().store.requestLook('pf_nobody', CREATED_MS)).toBe(false);
  });
}

function testDeletion(at: AtPortfolios): void {
  it('gives all that it holds back to the account', async () => {
    const accountId = await at().liveAccount('15000');
    const portfolio = await created(at, ofLive(accountId, '10000'));
    await at().book(portfolio, 'HANA', '12.5');
    // A fee in a third asset that it did not have.
    await at().book(portfolio, 'MX', '-0.25');
    const gone = await moved(at, portfolio, 'deleted');
    const nothing = [{ portfolioId: portfolio.id, quantity: '0' }];
    expect(await at().accounts.bookedBalances(accountId)).toEqual([
      { asset: 'HANA', quantity: '12.5', unassigned: '12.5', portfolios: nothing },
      { asset: 'MX', quantity: '-0.25', unassigned: '-0.25', portfolios: nothing },
      { asset: 'USDT', quantity: '15000', unassigned: '15000', portfolios: nothing },
    ]);
    expect(await at().watched(gone.id)).toEqual([]);
    expect((await at().booked(gone.id)).at(-1)).toEqual({ kind: 'release', flows: undefined });
  });

  it('takes the play money out of paper, in the books and at its venue', async () => {
    const { id, accountId } = await moved(at, await created(at), 'deleted');
    expect(await at().accounts.bookedBalances(accountId)).toEqual([
      { asset: 'USDT', quantity: '0', unassigned: '0', portfolios: [{ portfolioId: id, quantity: '0' }] },
    ]);
    expect(await at().paperBalance(accountId, 'USDT')).toBe('0');
  });

  it('is refused while a plan is open', async () => {
    const paused = await moved(at, await created(at), 'running', 'paused');
    const planId = await at().openPlan(paused.id);
    expect(await at().store.changeState(paused.id, paused.version, 'deleted', null, CREATED_MS + 2, 'a test')).toEqual({ kind: 'plan-open', planId });
    expect((await at().store.find(paused.id))?.state).toBe('paused');
  });
}

function testConfigurations(at: AtPortfolios): void {
  const change = (portfolio: Portfolio, configuration: PortfolioConfiguration, version = portfolio.version) =>
    at().store.changeConfiguration(portfolio.id, version, configuration, 'b'.repeat(64), CREATED_MS + 4, 'another');

  it('keep the old ones, and watch the new markets', async () => {
    const portfolio = await created(at);
    const next = aBasket('AIA', 'XAN');
    expect(await change(portfolio, next)).toEqual({
      kind: 'changed',
      portfolio: { ...portfolio, configVersion: 2, configuration: next, configSha256: 'b'.repeat(64), version: 2, changedMs: CREATED_MS + 4 },
    });
    expect(await at().store.configurations(portfolio.id)).toEqual([
      { version: 1, configuration: portfolio.configuration, sha256: 'a'.repeat(64), createdMs: CREATED_MS, createdBy: 'a test' },
      { version: 2, configuration: next, sha256: 'b'.repeat(64), createdMs: CREATED_MS + 4, createdBy: 'another' },
    ]);
    expect(await at().watched(portfolio.id)).toEqual([{ marketId: 'AIAUSDT', shard: 3 }, { marketId: 'XANUSDT', shard: 3 }]);
    expect(await at().look(portfolio.id)).toEqual({ lookSeq: 1, requestedMs: CREATED_MS + 4 });
  });

  it('may change all but the basket while a plan is open', async () => {
    const portfolio = await moved(at, await created(at), 'running');
    const planId = await at().openPlan(portfolio.id);
    expect(await change(portfolio, aBasket('HANA'))).toEqual({ kind: 'plan-open', planId });
    expect(await change(portfolio, { ...portfolio.configuration, quote: 'USDC' })).toEqual({ kind: 'plan-open', planId });
    const tighter = { ...portfolio.configuration, execution: { ...DEFAULT_EXECUTION, maxSlippage: 0.001 } };
    expect(await change(portfolio, tighter)).toMatchObject({ kind: 'changed', portfolio: { configVersion: 2, configuration: tighter } });
  });

  it('are refused where another was faster, of nobody, and of a deleted one', async () => {
    const portfolio = await created(at);
    expect(await change(portfolio, aBasket('XAN'), 9)).toEqual({ kind: 'version-mismatch', portfolio });
    const gone = await moved(at, portfolio, 'deleted');
    expect(await change(gone, aBasket('XAN'))).toEqual({ kind: 'not-found' });
    expect(await change({ ...portfolio, id: 'pf_nobody' }, aBasket('XAN'))).toEqual({ kind: 'not-found' });
  });
}

function testEquity(at: AtPortfolios): void {
  // Ten points a second apart, 1 flowing in before each; the sixth is at half of its peak.
  const TEN = Array.from({ length: 10 }, (_none, index) => ({
    atMs: CREATED_MS + index * 1_000, equity: 100 + index, cash: 5, flows: 1, returnIndex: index === 5 ? 1 : 2, peakIndex: 2,
  }));
  const withTen = async () => {
    const { id } = await created(at);
    await at().addEquity(id, TEN);
    return id;
  };
  const equity = (id: string, limit: number) => at().store.equity(id, CREATED_MS, CREATED_MS + 9_000, limit);

  it('tells every point where there are no more than asked for, both ends included', async () => {
    const points = await equity(await withTen(), 10);
    expect(points).toEqual(TEN.map(({ peakIndex: _peak, ...point }, index) => ({ ...point, drawdown: index === 5 ? 0.5 : 0 })));
  });

  it('is thinned evenly, and loses neither flows nor the worst drawdown', async () => {
    const points = await equity(await withTen(), 4);
    expect(points.map(({ atMs }) => (atMs - CREATED_MS) / 1_000)).toEqual([0, 3, 6, 9]);
    expect(points.map(({ flows }) => flows)).toEqual([1, 3, 3, 3]);
    expect(points.map(({ drawdown }) => drawdown)).toEqual([0, 0, 0.5, 0]);
  });

  it('is the last point where one is asked for, and nothing where there is none', async () => {
    const id = await withTen();
    expect(await equity(id, 1)).toMatchObject([{ atMs: CREATED_MS + 9_000, flows: 10, drawdown: 0.5 }]);
    expect(await at().store.equity(id, CREATED_MS - 10, CREATED_MS - 1, 5)).toEqual([]);
  });
}
