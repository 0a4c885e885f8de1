const NOTHING = '–';

/** 0.1234 as `12.3 %`; a gain carries its plus where `isSigned`. */
export function percent(fraction: number | null | undefined, isSigned = false): string {
  if (fraction === null || fraction === undefined) return NOTHING;
  const text = decimal(fraction * 100, 1);
  return `${isSigned && Number(text.replaceAll(',', '')) > 0 ? '+' : ''}${text} %`;
}

/** The distance of two returns. */
export const percentagePoints = (difference: number): string => percent(difference, true).replace('%', 'pp');

export function decimal(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined) return NOTHING;
  const text = Math.abs(value).toFixed(digits);
  const sign = value < 0 && Number(text) !== 0 ? '−' : '';
  return sign + text.replace(/^\d+/u, (whole) => whole.replaceAll(/\B(?=(\d{3})+$)/gu, ','));
}

export const whole = (value: number): string => decimal(value, 0);

/** `2024-01-31 12:05`, UTC. */
export function minute(instant: string | number | null | undefined): string {
  return instant === null || instant === undefined ? NOTHING : new Date(instant).toISOString().slice(0, 16).replace('T', ' ');
}

export const day = (instant: number): string => new Date(instant).toISOString().slice(0, 10);
