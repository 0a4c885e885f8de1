import { Decimal } from 'decimal.js';
import type { DecimalText } from '#domain';

const PLAIN = /^\d{1,40}(?:\.\d{1,40})?$/;

/** Digits with a dot or none: no sign, no exponent, nothing that is not a number. */
export function isPlainDecimal(value: unknown): value is string {
  return typeof value === 'string' && PLAIN.test(value);
}

/** The shortest way to write a number that is not negative, from text or from a number of JSON; null for anything else. */
export function toDecimalText(value: unknown): DecimalText | null {
  const text = typeof value === 'number' && Number.isFinite(value) ? new Decimal(value).toFixed() : value;
  return isPlainDecimal(text) ? new Decimal(text).toFixed() : null;
}
