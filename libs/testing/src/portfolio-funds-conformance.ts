/// <reference types="jest" />
import * as fc from 'fast-check';
import { ulid } from 'ulid';
import { aNewPortfolio, created, CREATED_MS, moved, ofLive, type AtPortfolios } from './portfolio-store-subject.js';

const LATER_MS = CREATED_MS + 60_000;

export function testPortfolioFunds(at: AtPortfolios): void {
  const move = (id: string, quantity: string, moveId = ulid()) => at().store.moveFunds(id, quantity, LATER_MS, 'a test', moveId);
  const cashOf = async (id: string) => (await at().store.holdings(id)).find(({ asset }) => asset === 'USDT')?.quantity;

  it('come into paper and out of it, in the books and at its venue', async () => {
    const { id, accountId, version } = await created(at);
    expect(await move(id, '500.5')).toMatchObject({ kind: 'moved', portfolio: { version: version + 1, changedMs: LATER_MS } });
    expect(await cashOf(id)).toBe('10500.5');
    expect(await move(id, '-10500.5')).toMatchObject({ kind: 'moved' });
    expect(await cashOf(id)).toBe('0');
    expect(await at().paperBalance(accountId, 'USDT')).toBe('0');
    expect(await at().booked(id)).toEqual([
      { kind: 'paper-deposit', flows: [{ portfolioId: id, value: 10_000 }] },
      { kind: 'paper-deposit', flows: [{ portfolioId: id, value: 500.5 }] },
      { kind: 'paper-withdrawal', flows: [{ portfolioId: id, value: -10_500.5 }] },
    ]);
  });

  it('move once, however often the same move is asked for', async () => {
    const { id } = await created(at);
    const moveId = ulid();
    const outcomes = await Promise.all([1, 2, 3].map(() => move(id, '-4000', moveId)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['moved', 'moved', 'moved']);
    await at().openPlan(id);
    expect(await move(id, '-4000', moveId)).toEqual({ kind: 'moved', portfolio: await at().store.find(id) });
    expect(await cashOf(id)).toBe('6000');
    const other = await created(at);
    await move(other.id, '-4000', moveId);
    expect(await cashOf(other.id)).toBe('6000');
  });

  it('ask for a look, and overtake what was decided without them', async () => {
    const { id } = await created(at);
    await move(id, '1');
    expect(await at().look(id)).toEqual({ lookSeq: 1, requestedMs: LATER_MS });
  });

  it('go from the live account and back to it, as far as there are any', async () => {
    const accountId = await at().liveAccount('15000');
    const { id } = await created(at, ofLive(accountId, '10000'));
    expect(await move(id, '5000.01')).toEqual({ kind: 'insufficient-balance', available: '5000' });
    expect(await move(id, '-10000.01')).toEqual({ kind: 'insufficient-balance', available: '10000' });
    expect(await move(id, '5000')).toMatchObject({ kind: 'moved' });
    expect(await move(id, '-12000')).toMatchObject({ kind: 'moved' });
    expect(await at().accounts.bookedBalances(accountId)).toEqual([
      { asset: 'USDT', quantity: '15000', unassigned: '12000', portfolios: [{ portfolioId: id, quantity: '3000' }] },
    ]);
    expect((await at().booked(id)).map(({ kind }) => kind)).toEqual(['allocation', 'allocation', 'release']);
  });

  it('cannot be taken out of paper before its venue has them', async () => {
    const portfolio = await created(at, aNewPortfolio({ capital: '100' }));
    await at().book(portfolio, 'USDT', '50');
    expect(await move(portfolio.id, '-101')).toEqual({ kind: 'insufficient-balance', available: '100' });
    expect(await move(portfolio.id, '-151')).toEqual({ kind: 'insufficient-balance', available: '150' });
  });

  it('stay where they are while a plan is open, and of one that is deleted or nobody', async () => {
    const portfolio = await moved(at, await created(at), 'running');
    const planId = await at().openPlan(portfolio.id);
    expect(await move(portfolio.id, '-1')).toEqual({ kind: 'plan-open', planId });
    expect(await cashOf(portfolio.id)).toBe('10000');
    const gone = await moved(at, await created(at), 'deleted');
    expect(await move(gone.id, '1')).toEqual({ kind: 'not-found' });
    expect(await move('pf_nobody', '1')).toEqual({ kind: 'not-found' });
  });

  it('are not taken twice at the same moment', async () => {
    const accountId = await at().liveAccount('15000');
    const { id } = await created(at, ofLive(accountId, '10000'));
    const outcomes = await Promise.all([1, 2, 3].map(() => move(id, '-4000')));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['insufficient-balance', 'moved', 'moved']);
    expect(await cashOf(id)).toBe('2000');
  });

  it('are never made or lost between an account and its portfolios', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -900, max: 900 }), { minLength: 1, maxLength: 6 }), async (moves) => {
        const accountId = await at().liveAccount('1000');
        const both = [await created(at, ofLive(accountId, '400')), await created(at, ofLive(accountId, '500'))];
        await Promise.all(moves.filter((quantity) => quantity !== 0).map((quantity, index) => move(both[index % 2]!.id, String(quantity))));
        const [usdt] = await at().accounts.bookedBalances(accountId);
        expect(usdt!.quantity).toBe('1000');
        const parts = [usdt!.unassigned, ...usdt!.portfolios.map(({ quantity }) => quantity)].map(Number);
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(1_000);
      }),
      { numRuns: 15 },
    );
  });
}
