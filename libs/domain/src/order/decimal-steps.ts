import { ExactDecimal } from '../market/exact-decimal.js';
import type { DecimalText } from '../market/market-rules.js';

/**
 * The shortest plain text that reads back as the same float: no exponent, nothing rounded.
 * @throws RangeError for what is no finite number
 */
export function decimalText(value: number): DecimalText {
  if (!Number.isFinite(value)) throw new RangeError(`a decimal must be a finite number, got ${value}`);
  // Minus zero would come out with its sign.
  return new ExactDecimal(value === 0 ? 0 : value).toFixed();
}

/**
 * The largest whole multiple of the step that is not above the value.
 * @throws RangeError for a step of zero or below
 */
export function floorTo(value: DecimalText | number, step: DecimalText): DecimalText {
  return multipleOf(value, step, 'floor');
}

/** The smallest whole multiple of the step that is not below the value. @throws RangeError as `floorTo` */
export function ceilTo(value: DecimalText | number, step: DecimalText): DecimalText {
  return multipleOf(value, step, 'ceil');
}

/** How many decimals whole multiples of a step can have: 4 of '0.0005', 0 of '10'. */
export function decimalsOf(step: DecimalText): number {
  return new ExactDecimal(step).decimalPlaces();
}

function multipleOf(value: DecimalText | number, step: DecimalText, direction: 'floor' | 'ceil'): DecimalText {
  const size = new ExactDecimal(step);
  if (!size.gt(0)) throw new RangeError(`a step must be above zero, got ${step}`);
  return new ExactDecimal(value).div(size)[direction]().times(size).toFixed();
}
