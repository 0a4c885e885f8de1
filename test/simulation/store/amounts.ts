import { Decimal } from 'decimal.js';
import type { DecimalText } from '#domain';
import { refuse } from './refused.js';

/** Rounds as `numeric(38,18)` does, and holds every sum of such numbers exactly. */
const Numeric = Decimal.clone({ precision: 100, toExpNeg: -40, toExpPos: 40, rounding: Decimal.ROUND_HALF_UP });
const DECIMALS = 18;
const BOUND = new Numeric('1e19');

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
  return amountText(numberOf(one).plus(other));
}

/** Of any size, as sums are. */
export const sumOfAmounts = (values: readonly DecimalText[]): DecimalText => textOf(values.reduce((sum, value) => sum.plus(value), new Numeric(0)));

export const isMore = (one: DecimalText, other: DecimalText): boolean => new Numeric(one).gt(other);

export const productOf = (one: DecimalText, other: DecimalText): DecimalText => textOf(new Numeric(one).times(other));

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
