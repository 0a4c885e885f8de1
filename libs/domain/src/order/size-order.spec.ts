import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import type { MarketRules } from '../market/market-rules.js';
import { sizePurchaseOrder, sizeSale, type SizedOrder } from './size-order.js';

/** As many digits as no number here has. */
const Exact = Decimal.clone({ precision: 100 });
const HANA: MarketRules = {
  marketId: 'HANAUSDT', base: 'HANA', quote: 'USDT', status: 'online', isApiTradingAllowed: true, sides: 'both',
  orderTypes: ['LIMIT', 'MARKET'], quantityStep: '0.01', priceTick: '0.0001', minQuantity: '0', minNotional: '1',
  maxNotional: '2000000', minMarketNotional: '1', maxMarketNotional: '100000', makerFee: '0', takerFee: '0.0005',
};
const withRules = (over: Partial<MarketRules>): MarketRules => ({ ...HANA, ...over });
const sale = (over: Partial<Parameters<typeof sizeSale>[0]> = {}): SizedOrder =>
  sizeSale({ quantity: '46.66666666666667', held: '233.3333', price: 1.9, rules: HANA, orderType: 'market', maxSlippage: 0.01, ...over });
const purchase = (over: Partial<Parameters<typeof sizePurchaseOrder>[0]> = {}): SizedOrder =>
  sizePurchaseOrder({ value: 31.0023, price: 1.9, rules: HANA, orderType: 'market', maxSlippage: 0.01, ...over });
const tooSmall = (reason: string) => ({ kind: 'too-small', reason });

describe('a sale at the market', () => {
  // 46.6667 down to 46.66; 46.66 × 1.9 = 88.654.
  it('is rounded down to the step', () => {
    expect(sale()).toEqual({ kind: 'order', terms: { kind: 'market-sell', quantity: '46.66' }, notional: '88.654' });
  });

  it('sells no more than is held, rounded down too', () => {
    expect(sale({ held: '20.019' })).toMatchObject({ terms: { quantity: '20.01' } });
    expect(sale({ quantity: '20', held: '20' })).toMatchObject({ terms: { quantity: '20' } });
  });

  // 500 / 1.9 = 263.157…, down to 263.15.
  it('is capped by the largest notional of market orders', () => {
    expect(sale({ quantity: '1000', held: '1000', rules: withRules({ maxMarketNotional: '500' }) })).toMatchObject({ terms: { quantity: '263.15' } });
    expect(sale({ quantity: '1000', held: '1000', rules: withRules({ maxMarketNotional: null, maxNotional: '500' }) })).toMatchObject({ terms: { quantity: '1000' } });
  });

  // 0.52 × 1.9 = 0.988 and 0.53 × 1.9 = 1.007 around the smallest notional of 1.
  it.each([
    ['nothing is held', { held: '0' }, 'nothing-held'],
    ['the books say less than nothing', { held: '-1' }, 'nothing-held'],
    ['less than a step is held', { held: '0.009' }, 'below-step'],
    ['less than a step is wanted', { quantity: '0.0099' }, 'below-step'],
    ['it is below the smallest quantity, which is coarser than the step', { quantity: '0.99', rules: withRules({ minQuantity: '1' }) }, 'below-min-quantity'],
    ['it is below the smallest notional', { quantity: '0.529' }, 'below-min-notional'],
    ['it is below the smallest notional of market orders alone', { rules: withRules({ minMarketNotional: '88.655' }) }, 'below-min-notional'],
  ])('is none where %s', (_name, over, reason) => {
    expect(sale(over)).toEqual(tooSmall(reason));
  });

  it('goes out at exactly the minimums', () => {
    expect(sale({ quantity: '0.53' })).toMatchObject({ kind: 'order', notional: '1.007' });
    expect(sale({ quantity: '1', rules: withRules({ minQuantity: '1', minMarketNotional: '1.9' }) })).toMatchObject({ kind: 'order', notional: '1.9' });
  });
});

describe('a sale with a limit', () => {
  // 1.23456 × 0.99 = 1.2222144, up to the tick: 1.2223, since 1.2222 would allow more than one percent.
  it('asks for the worst price allowed, rounded inward', () => {
    expect(sale({ price: 1.23456, orderType: 'ioc' })).toEqual({
      kind: 'order', terms: { kind: 'limit-ioc', side: 'sell', quantity: '46.66', price: '1.2223' },
      notional: '57.6045696', // 46.66 × 1.23456
    });
  });

  // 1 at a price of 2 is worth 2, at the limit of 1.98 less than the minimum of 1.99. Market orders' limits do not concern it.
  it('is held against the minimum at its limit', () => {
    const rules = withRules({ minNotional: '1.99', minMarketNotional: '1' });
    expect(sale({ quantity: '1', price: 2, orderType: 'ioc', rules })).toEqual(tooSmall('below-min-notional'));
    expect(sale({ quantity: '1', price: 2, orderType: 'ioc', rules: withRules({ minNotional: '1.98', minMarketNotional: '50' }) })).toMatchObject({ kind: 'order' });
  });

  it('is capped by the largest notional of limit orders', () => {
    const rules = withRules({ maxNotional: '500', maxMarketNotional: '10' });
    expect(sale({ quantity: '1000', held: '1000', orderType: 'ioc', rules })).toMatchObject({ terms: { quantity: '263.15' } });
  });
});

describe('a purchase at the market', () => {
  it('names its value, cut off after the decimals of the price', () => {
    expect(purchase({ value: 31.00239 })).toEqual({ kind: 'order', terms: { kind: 'market-buy', quoteValue: '31.0023' }, notional: '31.0023' });
    expect(purchase({ value: 31.99, rules: withRules({ priceTick: '1' }) })).toMatchObject({ terms: { quoteValue: '31' } });
    expect(purchase({ value: 31.129, rules: withRules({ priceTick: '0.05' }) })).toMatchObject({ terms: { quoteValue: '31.12' } });
  });

  it('is capped by the largest notional of market orders', () => {
    expect(purchase({ value: 250, rules: withRules({ maxMarketNotional: '100.00005' }) })).toMatchObject({ terms: { quoteValue: '100' } });
  });

  // 1.89 / 1.9 is below one whole unit; 0.018 / 1.9 below one step.
  it.each([
    ['it is below the smallest notional', { value: 0.99999 }, 'below-min-notional'],
    ['nothing is wanted', { value: 0 }, 'below-step'],
    ['less than nothing is wanted', { value: -5 }, 'below-step'],
    ['it buys less than a step', { value: 0.018, rules: withRules({ minMarketNotional: '0' }) }, 'below-step'],
    ['it buys less than the smallest quantity', { value: 1.89, rules: withRules({ minQuantity: '1' }) }, 'below-min-quantity'],
  ])('is none where %s', (_name, over, reason) => {
    expect(purchase(over)).toEqual(tooSmall(reason));
  });
});

describe('a purchase with a limit', () => {
  // 1.23456 × 1.01 = 1.2469056, down to 1.2469; 31.0023 / 1.2469 = 24.8635…, down to 24.86; × 1.2469 = 30.997934.
  it('costs no more than the value at its limit, which is rounded inward', () => {
    expect(purchase({ price: 1.23456, orderType: 'ioc' })).toEqual({
      kind: 'order', terms: { kind: 'limit-ioc', side: 'buy', quantity: '24.86', price: '1.2469' }, notional: '30.997934',
    });
  });

  it('obeys the limits of limit orders', () => {
    const capped = withRules({ maxNotional: '10', maxMarketNotional: '1' });
    expect(purchase({ price: 1, maxSlippage: 0.25, orderType: 'ioc', rules: capped })).toMatchObject({ terms: { quantity: '8', price: '1.25' }, notional: '10' });
    expect(purchase({ value: 9, orderType: 'ioc', rules: withRules({ minNotional: '9' }) })).toEqual(tooSmall('below-min-notional'));
    expect(purchase({ orderType: 'ioc', rules: withRules({ minQuantity: '100' }) })).toEqual(tooSmall('below-min-quantity'));
    expect(purchase({ value: 0.001, orderType: 'ioc' })).toEqual(tooSmall('below-step'));
  });

  it('is none where the tick is coarser than the price', () => {
    expect(purchase({ price: 0.00005, orderType: 'ioc' })).toEqual(tooSmall('below-step'));
  });
});

it.each([0, -1, NaN, Infinity])('refuses a price of %d', (price) => {
  expect(() => sale({ price })).toThrow(RangeError);
  expect(() => purchase({ price })).toThrow(RangeError);
});

const someRules: fc.Arbitrary<MarketRules> = fc.record({
  quantityStep: fc.constantFrom('0.000001', '0.01', '0.5', '1', '10'), priceTick: fc.constantFrom('0.00000001', '0.0001', '0.01', '0.5'),
  minQuantity: fc.constantFrom('0', '0.1', '3'), minNotional: fc.constantFrom('0', '1', '5'), minMarketNotional: fc.constantFrom('0', '1', '5'),
  maxNotional: fc.constantFrom(null, '50', '2000000'), maxMarketNotional: fc.constantFrom(null, '50', '100000'),
}).map((over) => ({ ...HANA, ...over }));
const someOrder = fc.record({
  rules: someRules, price: fc.double({ min: 1e-6, max: 1e5, noNaN: true }), orderType: fc.constantFrom<'market' | 'ioc'>('market', 'ioc'),
  maxSlippage: fc.double({ min: 0.0001, max: 0.5, noNaN: true }),
});
const amount = fc.double({ min: 0, max: 1e6, noNaN: true });
const isMultiple = (value: string, step: string): boolean => new Exact(value).mod(step).isZero();

it('never sells more than wanted or held, off the steps or outside the limits', () => {
  fc.assert(fc.property(someOrder, amount, amount, (order, wanted, held) => {
    const sized = sizeSale({ ...order, quantity: new Exact(wanted).toFixed(), held: new Exact(held).toFixed() });
    if (sized.kind === 'too-small' || sized.terms.kind === 'market-buy') return expect(sized.kind).toBe('too-small');
    const { rules, price } = order;
    const quantity = new Exact(sized.terms.quantity);
    expect(quantity.gt(0) && quantity.lte(wanted) && quantity.lte(held) && quantity.gte(rules.minQuantity)).toBe(true);
    expect(isMultiple(sized.terms.quantity, rules.quantityStep)).toBe(true);
    const [least, most] = order.orderType === 'ioc' ? [rules.minNotional, rules.maxNotional] : [rules.minMarketNotional, rules.maxMarketNotional];
    expect(quantity.times(price).gte(least) && quantity.times(price).lte(most ?? Infinity)).toBe(true);
    if (sized.terms.kind !== 'limit-ioc') return;
    expect(isMultiple(sized.terms.price, rules.priceTick)).toBe(true);
    expect(new Exact(sized.terms.price).toNumber()).toBeGreaterThanOrEqual(price * (1 - order.maxSlippage) * (1 - 1e-12));
  }));
});

it('never buys for more than wanted, off the steps or outside the limits', () => {
  fc.assert(fc.property(someOrder, amount, (order, value) => {
    const sized = sizePurchaseOrder({ ...order, value });
    if (sized.kind === 'too-small' || sized.terms.kind === 'market-sell') return expect(sized.kind).toBe('too-small');
    const { rules } = order;
    const [least, most] = order.orderType === 'ioc' ? [rules.minNotional, rules.maxNotional] : [rules.minMarketNotional, rules.maxMarketNotional];
    const notional = new Exact(sized.notional);
    expect(notional.lte(value) && notional.gte(least) && notional.lte(most ?? Infinity) && notional.gt(0)).toBe(true);
    if (sized.terms.kind !== 'limit-ioc') return expect(sized.terms.quoteValue).toBe(sized.notional);
    expect(isMultiple(sized.terms.quantity, rules.quantityStep) && isMultiple(sized.terms.price, rules.priceTick)).toBe(true);
    expect(new Exact(sized.terms.price).toNumber()).toBeLessThanOrEqual(order.price * (1 + order.maxSlippage) * (1 + 1e-12));
  }));
});
