import { Decimal } from 'decimal.js';
import type { DecimalText } from '#domain';
import { refuse } from './refused.js';

/** Rounds as `numeric(38,18)` does, and holds every sum of such numbers exactly. */
const Numeric = Decimal.clone({ precision: 100, toExpNeg: -40, toExpPos: 40, rounding: Decimal.ROUND_HALF_UP });
const DECIMALS = 18;
const BOUND = new Numeric('1e19');
const UNITS_BOUND = 10n ** 37n;

/** Most numbers are written this way already: plain, within the bound, without a digit too many. */
const AS_WRITTEN = /^(?:0|-?[1-9]\d{0,18}|-?(?:0|[1-9]\d{0,18})\.\d{0,17}[1-9])$/u;

/** A column of the domain `amount`, as the database tells it: without an exponent and without trailing zeros. @throws StoreFailure */
export function amountOf(value: DecimalText): DecimalText {
  return AS_WRITTEN.test(value) ? value : amountText(numberOf(value));
}

/** A column of the domain `positive_amount`. @throws StoreFailure */
export function positiveAmountOf(value: DecimalText): DecimalText {
  const amount = amountOf(value);
  if (amount === '0' || amount.startsWith('-')) refuse(`${value} is not above zero`);
  return amount;
}

/** @throws StoreFailure where it is no amount */
export function plus(one: DecimalText, other: DecimalText): DecimalText {
  if (!AS_WRITTEN.test(one) || !AS_WRITTEN.test(other)) return amountText(numberOf(one).plus(other));
  const sum = unitsOf(one) + unitsOf(other);
  return sum < UNITS_BOUND && sum > -UNITS_BOUND ? textOfUnits(sum) : refuse(`${textOfUnits(sum)} is no amount`);
}

/** Of any size, as sums are. */
export function sumOfAmounts(values: readonly DecimalText[]): DecimalText {
  let sum = 0n;
  for (const value of values) {
    if (!AS_WRITTEN.test(value)) return textOf(values.reduce((all, each) => all.plus(each), new Numeric(0)));
    sum += unitsOf(value);
  }
  return textOfUnits(sum);
}

export const isMore = (one: DecimalText, other: DecimalText): boolean => new Numeric(one).gt(other);

export const productOf = (one: DecimalText, other: DecimalText): DecimalText => textOf(new Numeric(one).times(other));

/** Whole numbers of the last decimal add several times as fast. Of what is as written. */
function unitsOf(value: DecimalText): bigint {
  const point = value.indexOf('.');
  return BigInt(point === -1 ? `${value}${'0'.repeat(DECIMALS)}` : `${value.slice(0, point)}${value.slice(point + 1).padEnd(DECIMALS, '0')}`);
}

function textOfUnits(units: bigint): DecimalText {
  const digits = String(units < 0n ? -units : units).padStart(DECIMALS + 1, '0');
  const decimals = digits.slice(-DECIMALS).replace(/0+$/u, '');
  const whole = `${units < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}`;
  return decimals === '' ? whole : `${whole}.${decimals}`;
}

function numberOf(value: DecimalText): Decimal {
  try {
    return new Numeric(value);
  } catch (error) {
    return refuse(`${value} is no number`, error);
  }
}

function amountText(value: Decimal): DecimalText {
  const rounded = value.toDecimalPlaces(DECIMALS);
  if (!rounded.abs().lt(BOUND)) refuse(`${value.toString()} is no amount`);
  return textOf(rounded);
}

const textOf = (value: Decimal): DecimalText => (value.isZero() ? '0' : value.toFixed());
