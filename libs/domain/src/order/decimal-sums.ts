import { ExactDecimal } from '../market/exact-decimal.js';
import type { DecimalText } from '../market/market-rules.js';

export function sumOf(values: readonly DecimalText[]): DecimalText {
  return values.reduce((sum, value) => sum.plus(value), new ExactDecimal(0)).toFixed();
}

export function minus(value: DecimalText, subtracted: DecimalText): DecimalText {
  return new ExactDecimal(value).minus(subtracted).toFixed();
}

/** Whether two texts say the same number: '1.50' and '1.5' do. */
export function isSameNumber(a: DecimalText, b: DecimalText): boolean {
  return new ExactDecimal(a).eq(b);
}
