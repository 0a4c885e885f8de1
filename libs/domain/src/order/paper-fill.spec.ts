import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import type { MarketRules } from '../market/market-rules.js';
import type { OrderTerms } from './order-terms.js';
import { paperFill } from './paper-fill.js';

/** As many digits as no number here has. */
const Exact = Decimal.clone({ precision: 100 });
const RULES: MarketRules = {
  marketId: 'HANAUSDT', base: 'HANA', quote: 'USDT', status: 'online', isApiTradingAllowed: true, sides: 'both', orderTypes: ['LIMIT', 'MARKET'],
  quantityStep: '0.0001', priceTick: '0.0001', minQuantity: '0', minNotional: '1', maxNotional: null, minMarketNotional: '1', maxMarketNotional: null,
  makerFee: '0', takerFee: '0',
};
const FREE = { slippage: 0, tradingFee: 0 };
const WORKED = { slippage: 0, tradingFee: 0.001 };

// The worked example of docs/strategy.md, with quantities of four decimals: 46.6666 × 1.9 = 88.66654, of which a thousandth.
it('sells as the worked example does', () => {
  expect(paperFill({ kind: 'market-sell', quantity: '46.6666' }, 1.9, RULES, WORKED)).toEqual({
    price: '1.9', quantity: '46.6666', notional: '88.66654', fee: '0.08866654',
  });
});

// 233.3333 at 1: a fee of 0.2333333. At 1.9 the same value buys 122.80700, and 122.8070 × 1.9 = 233.3333.
it('buys as the worked example does', () => {
  expect(paperFill({ kind: 'market-buy', quoteValue: '233.3333' }, 1, RULES, WORKED)).toEqual({ price: '1', quantity: '233.3333', notional: '233.3333', fee: '0.2333333' });
  expect(paperFill({ kind: 'market-buy', quoteValue: '233.3333' }, 1.9, RULES, WORKED)).toEqual({ price: '1.9', quantity: '122.807', notional: '233.3333', fee: '0.2333333' });
});

// 100 / 3 = 33.3333…: four decimals of it are worth 99.9999, and the last 0.0001 stays.
it('leaves in cash what buys less than a step', () => {
  expect(paperFill({ kind: 'market-buy', quoteValue: '100' }, 3, RULES, FREE)).toEqual({ price: '3', quantity: '33.3333', notional: '99.9999', fee: '0' });
  expect(paperFill({ kind: 'market-buy', quoteValue: '0.0001' }, 3, RULES, FREE)).toMatchObject({ quantity: '0', notional: '0', fee: '0' });
});

// Two percent of 50 are 1, to the worse on either side.
it('fills worse than the mid by the slippage', () => {
  const costs = { slippage: 0.02, tradingFee: 0.01 };
  expect(paperFill({ kind: 'market-sell', quantity: '10' }, 50, RULES, costs)).toEqual({ price: '49', quantity: '10', notional: '490', fee: '4.9' });
  expect(paperFill({ kind: 'market-buy', quoteValue: '510' }, 50, RULES, costs)).toEqual({ price: '51', quantity: '10', notional: '510', fee: '5.1' });
  expect(paperFill({ kind: 'limit-ioc', side: 'sell', quantity: '10', price: '40' }, 50, RULES, costs)).toMatchObject({ price: '49', quantity: '10' });
  expect(paperFill({ kind: 'limit-ioc', side: 'buy', quantity: '10', price: '60' }, 50, RULES, costs)).toMatchObject({ price: '51', quantity: '10' });
});

it.each([0, -1, NaN, Infinity])('refuses a mid of %d', (mid) => {
  expect(() => paperFill({ kind: 'market-sell', quantity: '1' }, mid, RULES, FREE)).toThrow(RangeError);
});

const someCosts = fc.record({ slippage: fc.double({ min: 0, max: 0.2, noNaN: true }), tradingFee: fc.double({ min: 0, max: 0.1, noNaN: true }) });
const somePrice = fc.double({ min: 1e-6, max: 1e5, noNaN: true });
const steps = fc.constantFrom('0.000001', '0.01', '1');
const close = (actual: string, expected: number, slack: number): void => expect(Math.abs(Number(actual) - expected)).toBeLessThanOrEqual(slack + 1e-9 * expected);

it('is the backtest’s fill: price, value and fee of a sale, and of a purchase up to one step', () => {
  fc.assert(fc.property(somePrice, someCosts, steps, fc.double({ min: 0.01, max: 1e5, noNaN: true }), (mid, costs, quantityStep, amount) => {
    const rules = { ...RULES, quantityStep };
    const sold = paperFill({ kind: 'market-sell', quantity: new Exact(amount).toFixed() }, mid, rules, costs);
    close(sold.notional, amount * mid * (1 - costs.slippage), 1e-18);
    close(sold.fee, amount * mid * (1 - costs.slippage) * costs.tradingFee, 1e-18);
    const bought = paperFill({ kind: 'market-buy', quoteValue: new Exact(amount).toFixed() }, mid, rules, costs);
    const price = mid * (1 + costs.slippage);
    close(bought.quantity, amount / price, Number(quantityStep));
    close(bought.notional, amount, Number(quantityStep) * price);
    expect(new Exact(bought.notional).lte(amount)).toBe(true);
    expect(new Exact(bought.quantity).mod(quantityStep).isZero()).toBe(true);
  }));
});

// More decimals than that would be rounded by the database, each posting by itself.
it('has no more decimals than the books', () => {
  const terms: OrderTerms[] = [{ kind: 'market-sell', quantity: '1.23456789' }, { kind: 'market-buy', quoteValue: '17.77' }];
  fc.assert(fc.property(fc.constantFrom(...terms), somePrice, someCosts, (order, mid, costs) => {
    const { price, quantity, notional, fee } = paperFill(order, mid, RULES, costs);
    for (const amount of [price, quantity, notional, fee]) expect(amount).toMatch(/^\d+(\.\d{1,18})?$/);
  }));
});
