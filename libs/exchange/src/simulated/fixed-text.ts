import type { DecimalText } from '#domain';

/** How many decimals a step or tick such as '0.001' has. */
export function decimalsOf(step: DecimalText): number {
  const [, decimals = ''] = step.split('.');
  return decimals.replace(/0+$/, '').length;
}

/** A whole number of units of 10^-decimals as decimal text. */
export function fixedText(units: number, decimals: number): DecimalText {
  const digits = String(units);
  if (decimals === 0) return digits;
  if (digits.length > decimals) return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return `0.${'0'.repeat(decimals - digits.length)}${digits}`;
}
