import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { chargeShortfall, postingsOfFill, postingsOfTransfer, type Holder, type Posting } from './postings.js';

const Exact = Decimal.clone({ precision: 100 });
const MINE: Holder = { kind: 'portfolio', portfolioId: 'pf_1' };
const MARKET: Holder = { kind: 'market' };
const FEES: Holder = { kind: 'fees' };
const UNASSIGNED: Holder = { kind: 'unassigned' };
const HANA = { base: 'HANA', quote: 'USDT' };

const sumOf = (quantities: readonly string[]): string => quantities.reduce((sum, quantity) => sum.plus(quantity), new Exact(0)).toFixed();
const sumsByAsset = (postings: readonly Posting[]): Record<string, string> =>
  Object.fromEntries([...new Set(postings.map(({ asset }) => asset))].map((asset) => [asset, sumOf(postings.filter((each) => each.asset === asset).map(({ quantity }) => quantity))]));

describe('a fill', () => {
  // 10 for 20 USDT and a fee of 0.01 USDT: 20.01 leave.
  it('of a purchase with its fee in quote', () => {
    expect(postingsOfFill({ side: 'buy', quantity: '10', notional: '20', fee: '0.01', feeAsset: 'USDT' }, HANA, MINE)).toEqual([
      { holder: MINE, asset: 'HANA', quantity: '10' }, { holder: MARKET, asset: 'HANA', quantity: '-10' },
      { holder: MINE, asset: 'USDT', quantity: '-20.01' }, { holder: MARKET, asset: 'USDT', quantity: '20' }, { holder: FEES, asset: 'USDT', quantity: '0.01' },
    ]);
  });

  it('of a purchase with its fee in base', () => {
    expect(postingsOfFill({ side: 'buy', quantity: '10', notional: '20', fee: '0.01', feeAsset: 'HANA' }, HANA, MINE)).toEqual([
      { holder: MINE, asset: 'HANA', quantity: '9.99' }, { holder: MARKET, asset: 'HANA', quantity: '-10' },
      { holder: MINE, asset: 'USDT', quantity: '-20' }, { holder: MARKET, asset: 'USDT', quantity: '20' }, { holder: FEES, asset: 'HANA', quantity: '0.01' },
    ]);
  });

  it('of a sale with its fee in a third asset', () => {
    expect(postingsOfFill({ side: 'sell', quantity: '10', notional: '20', fee: '0.003', feeAsset: 'MX' }, HANA, UNASSIGNED)).toEqual([
      { holder: UNASSIGNED, asset: 'HANA', quantity: '-10' }, { holder: MARKET, asset: 'HANA', quantity: '10' },
      { holder: UNASSIGNED, asset: 'USDT', quantity: '20' }, { holder: MARKET, asset: 'USDT', quantity: '-20' },
      { holder: FEES, asset: 'MX', quantity: '0.003' }, { holder: UNASSIGNED, asset: 'MX', quantity: '-0.003' },
    ]);
  });

  it('without a fee, and with one that the venue pays', () => {
    expect(postingsOfFill({ side: 'sell', quantity: '10', notional: '20', fee: '0', feeAsset: 'MX' }, HANA, MINE)).toHaveLength(4);
    expect(postingsOfFill({ side: 'sell', quantity: '10', notional: '20', fee: '-0.5', feeAsset: 'USDT' }, HANA, MINE)).toContainEqual({ holder: MINE, asset: 'USDT', quantity: '20.5' });
  });

  const amount = fc.bigInt({ min: 0n, max: 10n ** 30n }).map((units) => new Exact(units.toString()).div('1e18').toFixed());

  it('sums to zero for each asset, with no posting of zero and none twice', () => {
    fc.assert(fc.property(fc.constantFrom<'buy' | 'sell'>('buy', 'sell'), amount, amount, amount, fc.constantFrom('HANA', 'USDT', 'MX'), (side, quantity, notional, fee, feeAsset) => {
      const postings = postingsOfFill({ side, quantity, notional, fee, feeAsset }, HANA, MINE);
      expect(Object.values(sumsByAsset(postings)).every((sum) => sum === '0')).toBe(true);
      expect(postings.every((posting) => !new Exact(posting.quantity).isZero())).toBe(true);
      expect(new Set(postings.map(({ holder, asset }) => `${holder.kind} ${asset}`)).size).toBe(postings.length);
    }));
  });
});

describe('a transfer', () => {
  it('takes from one and gives to the other', () => {
    expect(postingsOfTransfer(UNASSIGNED, MINE, 'USDT', '10000')).toEqual([
      { holder: MINE, asset: 'USDT', quantity: '10000' }, { holder: UNASSIGNED, asset: 'USDT', quantity: '-10000' },
    ]);
  });

  it('of nothing, or to oneself, is none', () => {
    expect(postingsOfTransfer(UNASSIGNED, MINE, 'USDT', '0')).toEqual([]);
    expect(postingsOfTransfer(MINE, MINE, 'USDT', '5')).toEqual([]);
  });

  it('tells two portfolios apart', () => {
    expect(postingsOfTransfer(MINE, { kind: 'portfolio', portfolioId: 'pf_2' }, 'USDT', '5')).toHaveLength(2);
  });

  it.each(['-1', 'NaN'])('refuses %s', (quantity) => {
    expect(() => postingsOfTransfer(UNASSIGNED, MINE, 'USDT', quantity)).toThrow(RangeError);
  });
});

const portfolio = (portfolioId: string, quantity: string) => ({ portfolioId, quantity });
const charged = (portfolioId: string, quantity: string) => ({ holder: { kind: 'portfolio', portfolioId }, quantity });

describe('a shortfall', () => {
  it('is borne by what is unassigned, as far as that goes', () => {
    expect(chargeShortfall('10', [portfolio('a', '5')], '10')).toEqual([{ holder: UNASSIGNED, quantity: '10' }]);
  });

  // 10 are unassigned; of the other 6 a, with 4 of 12, bears 2 and b, with 8 of 12, 4.
  it('then falls on the portfolios in proportion', () => {
    expect(chargeShortfall('10', [portfolio('a', '4'), portfolio('none', '0'), portfolio('b', '8')], '16')).toEqual([
      { holder: UNASSIGNED, quantity: '10' }, charged('a', '2'), charged('b', '4'),
    ]);
  });

  // A third of 1 has no end: what cutting off leaves over goes to the first.
  it('leaves nothing over', () => {
    expect(chargeShortfall('0', ['a', 'b', 'c'].map((id) => portfolio(id, '1')), '1')).toEqual([
      charged('a', '0.333333333333333334'), charged('b', '0.333333333333333333'), charged('c', '0.333333333333333333'),
    ]);
  });

  it('that nobody has is charged to unassigned', () => {
    expect(chargeShortfall('1', [portfolio('a', '2')], '10')).toEqual([{ holder: UNASSIGNED, quantity: '8' }, charged('a', '2')]);
    expect(chargeShortfall('0', [], '3')).toEqual([{ holder: UNASSIGNED, quantity: '3' }]);
  });

  // Unassigned and one portfolio stand below zero already: they can give nothing.
  it('takes nothing from who has less than nothing', () => {
    expect(chargeShortfall('-5', [portfolio('a', '-2'), portfolio('b', '4')], '3')).toEqual([charged('b', '3')]);
  });

  it('of nothing is borne by nobody, and one below zero is refused', () => {
    expect(chargeShortfall('10', [portfolio('a', '5')], '0')).toEqual([]);
    expect(() => chargeShortfall('10', [], '-1')).toThrow(RangeError);
  });

  const amount = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 30n }).map((units) => new Exact(units.toString()).div('1e18').toFixed());
  const some = fc.bigInt({ min: 0n, max: 10n ** 31n }).map((units) => new Exact(units.toString()).div('1e18').toFixed());

  it('is borne exactly, by nobody for more than it has while anybody else has something', () => {
    fc.assert(fc.property(amount, fc.array(amount, { maxLength: 6 }), some, (unassigned, held, shortfall) => {
      const portfolios = held.map((quantity, index) => portfolio(`pf_${index}`, quantity));
      const charges = chargeShortfall(unassigned, portfolios, shortfall);
      expect(sumOf(charges.map(({ quantity }) => quantity))).toBe(new Exact(shortfall).toFixed());
      const chargeOf = (id: string) => charges.find(({ holder }) => holder.kind === 'portfolio' && holder.portfolioId === id)?.quantity ?? '0';
      for (const { portfolioId, quantity } of portfolios) {
        expect(new Exact(chargeOf(portfolioId)).gte(0) && new Exact(chargeOf(portfolioId)).lte(Exact.max(quantity, 0))).toBe(true);
      }
      const toUnassigned = charges.find(({ holder }) => holder.kind === 'unassigned')?.quantity ?? '0';
      const isOverdrawn = new Exact(toUnassigned).gt(Exact.max(unassigned, 0));
      if (isOverdrawn) expect(portfolios.every(({ portfolioId, quantity }) => new Exact(chargeOf(portfolioId)).eq(Exact.max(quantity, 0)))).toBe(true);
      // Eighteen decimals are what the books keep.
      expect(charges.every(({ quantity }) => new Exact(quantity).decimalPlaces() <= 18)).toBe(true);
    }));
  });
});
