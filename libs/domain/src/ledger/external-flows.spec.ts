import * as fc from 'fast-check';
import { Decimal as Short } from 'decimal.js';
import { compareBalances, isDifferent, isSameDifference } from './balance-differences.js';
import { externalFlowOf, holdersAfter, postingsOfExternalFill } from './external-flows.js';

const Decimal = Short.clone({ precision: 60 });
const portfolio = (portfolioId: string) => ({ kind: 'portfolio', portfolioId }) as const;

describe('a comparison of balances', () => {
  it('knows the assets of both sides, free and locked together, with the step of their market', () => {
    const booked = [{ asset: 'USDT', quantity: '100' }, { asset: 'HANA', quantity: '7' }, { asset: 'XAN', quantity: '0' }];
    const venue = [{ asset: 'USDT', free: '60', locked: '40' }, { asset: 'MX', free: '5', locked: '0' }];
    expect(compareBalances(booked, venue, new Map([['HANA', '0.01']]))).toEqual([
      { asset: 'HANA', booked: '7', venue: '0', tolerance: '0.01' },
      { asset: 'MX', booked: '0', venue: '5', tolerance: '0.00000001' },
      { asset: 'USDT', booked: '100', venue: '100', tolerance: '0.00000001' },
      { asset: 'XAN', booked: '0', venue: '0', tolerance: '0.00000001' },
    ]);
  });

  it.each([
    ['1.01', '0.01', false], ['1.010000000000000001', '0.01', true], ['0.99', '0.01', false], ['0.98', '0.01', true], ['1', '0.00000001', false],
  ])('of 1 booked and %s at the venue with a tolerance of %s: different %s', (venue, tolerance, expected) => {
    expect(isDifferent({ asset: 'HANA', booked: '1', venue, tolerance })).toBe(expected);
  });

  it('tells a difference that stayed from one that moved', () => {
    const seen = { asset: 'USDT', booked: '100', venue: '150', tolerance: '0.00000001' };
    // Fills were booked meanwhile on both sides: still fifty more.
    expect(isSameDifference(seen, { ...seen, booked: '80', venue: '130' })).toBe(true);
    expect(isSameDifference(seen, { ...seen, venue: '151' })).toBe(false);
    expect(isSameDifference(seen, { ...seen, asset: 'HANA' })).toBe(false);
  });
});

describe('a flow from outside', () => {
  const holders = { asset: 'USDT', unassigned: '100', portfolios: [{ portfolioId: 'pf_a', quantity: '300' }, { portfolioId: 'pf_b', quantity: '100' }] };

  it('in is unassigned', () => {
    expect(externalFlowOf({ asset: 'USDT', booked: '500', venue: '525.5', tolerance: '0' }, holders)).toEqual({
      kind: 'external-deposit', charges: [],
      postings: [{ holder: { kind: 'unassigned' }, asset: 'USDT', quantity: '25.5' }, { holder: { kind: 'external' }, asset: 'USDT', quantity: '-25.5' }],
    });
  });

  it('out is taken from what is unassigned', () => {
    expect(externalFlowOf({ asset: 'USDT', booked: '500', venue: '400', tolerance: '0' }, holders)).toMatchObject({ kind: 'external-withdrawal', charges: [] });
  });

  it('out that is more than that hits the portfolios, in proportion', () => {
    // 180 less: 100 unassigned, of the other 80 three quarters and one quarter.
    const { postings, charges } = externalFlowOf({ asset: 'USDT', booked: '500', venue: '320', tolerance: '0' }, holders);
    expect(charges).toEqual([{ portfolioId: 'pf_a', asset: 'USDT', quantity: '60' }, { portfolioId: 'pf_b', asset: 'USDT', quantity: '20' }]);
    expect(new Set(postings)).toEqual(new Set([
      { holder: { kind: 'external' }, asset: 'USDT', quantity: '180' },
      { holder: { kind: 'unassigned' }, asset: 'USDT', quantity: '-100' },
      { holder: portfolio('pf_a'), asset: 'USDT', quantity: '-60' },
      { holder: portfolio('pf_b'), asset: 'USDT', quantity: '-20' },
    ]));
  });
});

const market = { base: 'HANA', quote: 'USDT' };

describe('a trade that nobody here ordered', () => {
  it('is unassigned where that has what was given', () => {
    const fill = { side: 'buy', quantity: '4', notional: '400', fee: '0.8', feeAsset: 'USDT' } as const;
    const { postings, charges } = postingsOfExternalFill(fill, market, [{ asset: 'USDT', unassigned: '400.8', portfolios: [{ portfolioId: 'pf_a', quantity: '9' }] }]);
    expect(charges).toEqual([]);
    expect(postings).toEqual(expect.arrayContaining([
      { holder: { kind: 'unassigned' }, asset: 'HANA', quantity: '4' }, { holder: { kind: 'unassigned' }, asset: 'USDT', quantity: '-400.8' },
    ]));
  });

  it('that sold what portfolios hold gives them what came in for it', () => {
    // 10 sold for 1,000 less a fee of 2: 4 of them unassigned, 6 of the portfolio's, which gets 600 less 1.2.
    const fill = { side: 'sell', quantity: '10', notional: '1000', fee: '2', feeAsset: 'USDT' } as const;
    const { postings, charges } = postingsOfExternalFill(fill, market, [{ asset: 'HANA', unassigned: '4', portfolios: [{ portfolioId: 'pf_a', quantity: '60' }] }]);
    expect(charges).toEqual([{ portfolioId: 'pf_a', asset: 'HANA', quantity: '6' }]);
    expect(new Set(postings)).toEqual(new Set([
      { holder: { kind: 'unassigned' }, asset: 'HANA', quantity: '-4' }, { holder: { kind: 'unassigned' }, asset: 'USDT', quantity: '399.2' },
      { holder: portfolio('pf_a'), asset: 'HANA', quantity: '-6' }, { holder: portfolio('pf_a'), asset: 'USDT', quantity: '598.8' },
      { holder: { kind: 'market' }, asset: 'HANA', quantity: '10' }, { holder: { kind: 'market' }, asset: 'USDT', quantity: '-1000' },
      { holder: { kind: 'fees' }, asset: 'USDT', quantity: '2' },
    ]));
  });

  it('leaves less for the next', () => {
    const held = [{ asset: 'USDT', unassigned: '50', portfolios: [{ portfolioId: 'pf_a', quantity: '30' }] }];
    const spent = [{ holder: { kind: 'unassigned' }, asset: 'USDT', quantity: '-20' }, { holder: portfolio('pf_a'), asset: 'HANA', quantity: '3' }, { holder: { kind: 'market' }, asset: 'USDT', quantity: '20' }] as const;
    expect(holdersAfter(held, spent)).toEqual([
      { asset: 'USDT', unassigned: '30', portfolios: [{ portfolioId: 'pf_a', quantity: '30' }] },
      { asset: 'HANA', unassigned: '0', portfolios: [{ portfolioId: 'pf_a', quantity: '3' }] },
    ]);
  });

  it('sums to zero in every asset, whoever pays for it, in whatever the fee was charged', () => {
    const quantity = fc.integer({ min: 1, max: 10 ** 9 }).map((units) => new Decimal(units).div(1_000).toFixed());
    const held = fc.integer({ min: 0, max: 10 ** 9 }).map((units) => new Decimal(units).div(10_000).toFixed());
    fc.assert(fc.property(
      fc.constantFrom('buy' as const, 'sell' as const), quantity, quantity, quantity, fc.constantFrom('USDT', 'HANA', 'MX'), held, fc.array(held, { maxLength: 4 }),
      (side, base, notional, fee, feeAsset, unassigned, parts) => {
        const portfolios = parts.map((part, index) => ({ portfolioId: `pf_${index}`, quantity: part }));
        const { postings } = postingsOfExternalFill({ side, quantity: base, notional, fee, feeAsset }, market, ['HANA', 'USDT', 'MX'].map((asset) => ({ asset, unassigned, portfolios })));
        const sums = new Map<string, Short>();
        for (const posting of postings) sums.set(posting.asset, (sums.get(posting.asset) ?? new Decimal(0)).plus(posting.quantity));
        expect([...sums.values()].every((sum) => sum.isZero())).toBe(true);
        const keys = postings.map(({ holder, asset }) => JSON.stringify([holder, asset]));
        expect(new Set(keys).size).toBe(keys.length);
        const bought = postings.find(({ holder, asset }) => holder.kind === 'market' && asset === 'HANA');
        expect(bought?.quantity).toBe(side === 'buy' ? `-${base}` : base);
      },
    ));
  });
});
