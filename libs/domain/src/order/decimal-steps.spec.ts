import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { ceilTo, decimalText, decimalsOf, floorTo } from './decimal-steps.js';

/** As many digits as no number here has. */
const Exact = Decimal.clone({ precision: 100 });
const PLAIN = /^-?\d+(\.\d+)?$/;

it.each([
  [0, '0'], [0.1, '0.1'], [1e-7, '0.0000001'], [5e-324, `0.${'0'.repeat(323)}5`], [1e21, `1${'0'.repeat(21)}`], [-2.5, '-2.5'],
  [46.666666666666664, '46.666666666666664'], [-0, '0'],
])('writes %d without an exponent', (value, expected) => {
  expect(decimalText(value)).toBe(expected);
});

it.each([NaN, Infinity, -Infinity])('refuses %d', (value) => {
  expect(() => decimalText(value)).toThrow(RangeError);
});

it('reads back as the very same float, in plain digits', () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)), (value) => {
    const text = decimalText(value);
    expect(text).toMatch(PLAIN);
    expect(Number(text)).toBe(value);
  }));
});

it.each([
  ['46.66666', '0.01', '46.66', '46.67'], ['0.3', '0.1', '0.3', '0.3'], ['0.30000000000000004', '0.1', '0.3', '0.4'], ['7', '5', '5', '10'],
  ['0.009', '0.01', '0', '0.01'], ['1234.5', '0.25', '1234.5', '1234.5'], ['1e-9', '0.00000001', '0', '0.00000001'],
])('puts %s between multiples of %s', (value, step, floor, ceil) => {
  expect(floorTo(value, step)).toBe(floor);
  expect(ceilTo(value, step)).toBe(ceil);
});

// In floats 0.1 + 0.2 is above 0.3 and 0.7 / 0.1 below 7: in decimals a multiple stays what it is.
it('leaves whole multiples alone', () => {
  expect(floorTo(0.7, '0.1')).toBe('0.7');
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.integer({ min: 0, max: 12 }), (units, decimals) => {
    const step = new Exact(10).pow(-decimals).toFixed();
    const multiple = new Exact(units.toString()).times(step).toFixed();
    expect([floorTo(multiple, step), ceilTo(multiple, step)]).toEqual([multiple, multiple]);
  }));
});

it('never leaves the step that the value is in', () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.constantFrom('0.00000001', '0.0005', '0.01', '1', '25'), (value, step) => {
    const floor = new Exact(floorTo(value, step));
    expect(floor.lte(value) && floor.plus(step).gt(value) && floor.mod(step).isZero()).toBe(true);
    const ceil = new Exact(ceilTo(value, step));
    expect(ceil.gte(value) && ceil.minus(step).lt(value) && ceil.mod(step).isZero()).toBe(true);
  }));
});

it.each(['0', '-0.01'])('refuses a step of %s', (step) => {
  expect(() => floorTo('1', step)).toThrow(RangeError);
});

it.each([['0.0005', 4], ['0.01', 2], ['1', 0], ['10', 0], ['1.000', 0], ['0.00000001', 8]])('counts the decimals of %s', (step, decimals) => {
  expect(decimalsOf(step)).toBe(decimals);
});

it('leaves the settings of decimal.js alone', () => {
  expect([Decimal.precision, Decimal.rounding, Decimal.toExpNeg, Decimal.toExpPos]).toEqual([20, Decimal.ROUND_HALF_UP, -7, 21]);
});
