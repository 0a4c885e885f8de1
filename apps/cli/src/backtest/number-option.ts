import { failure } from '../terminal/cli-failure.js';

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly isWhole?: boolean;
}

/** An option that is a number, or undefined where it was not given. */
export function numberOption(flag: string, text: string | undefined, { min, max, isWhole }: NumberRange): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value;
  const kind = isWhole ? 'a whole number' : 'a number';
  const detail = `${flag} must be ${kind} from ${min} to ${max} (received ${JSON.stringify(text.slice(0, 40))})`;
  throw failure('usage', { code: 'malformed-option', title: 'Wrong use', detail });
}
