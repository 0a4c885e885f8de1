import { Decimal } from 'decimal.js';
import type { DecimalText } from '#domain';

/** Wide enough for every sum and product of prices, quantities and fees here to be exact. */
export const Money = Decimal.clone({ precision: 60, toExpNeg: -60, toExpPos: 60, rounding: Decimal.ROUND_DOWN });
export type Money = Decimal;

export const ZERO = new Money(0);

const PLAIN = /^\d{1,30}(\.\d{1,30})?$/;

/** Null for what is no plain decimal text, so that no sign, blank or exponent gets in. */
export function readMoney(text: string): Money | null {
  return PLAIN.test(text) ? new Money(text) : null;
}

export function moneyText(value: Money): DecimalText {
  return value.toFixed();
}
