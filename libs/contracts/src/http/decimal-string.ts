import { z } from 'zod';

/** What the database's columns of money hold: less than 1e19, with 18 decimals at most. Never an exponent. */
const UNSIGNED = '(?:0|[1-9]\\d{0,18})(?:\\.\\d{1,18})?';
const hasDigitAboveZero = (text: string): boolean => /[1-9]/u.test(text);

/** Money and quantities, exact: a JSON number would be rounded by whoever reads it. */
export const DecimalString = z.string().regex(new RegExp(`^-?${UNSIGNED}$`, 'u'), 'expected decimal text such as "10000" or "0.25"');

export const PositiveDecimalString = z
  .string()
  .regex(new RegExp(`^${UNSIGNED}$`, 'u'), 'expected decimal text such as "10000" or "0.25"')
  .refine(hasDigitAboveZero, 'must be above zero');

/** Above zero: in; below: out. */
export const SignedDecimalString = DecimalString.refine(hasDigitAboveZero, 'must not be zero');
