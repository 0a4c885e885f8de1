import { CANDLE_INTERVALS, isCandleInterval, type CandleInterval } from './interval.js';

/** One series of candles; with an open time it names one candle. */
export interface SeriesIdentity {
  readonly exchange: string;
  readonly base: string;
  readonly quote: string;
  readonly interval: CandleInterval;
}

export type IdentityField = keyof SeriesIdentity;

export interface IdentityFault {
  readonly field: IdentityField;
  /** What the field must be, for people. */
  readonly rule: string;
}

export type ParsedIdentity =
  | { readonly kind: 'valid'; readonly identity: SeriesIdentity }
  | { readonly kind: 'invalid'; readonly faults: readonly IdentityFault[] };

const EXCHANGE = /^[A-Z0-9]{1,20}$/;
// Letters without case are names too: MEXC lists assets in Chinese. No underscore: it parts the fields of a file name.
const ASSET = /^[\p{Lu}\p{Lo}\p{N}.-]{1,32}$/u;

const RULES: Record<IdentityField, string> = {
  exchange: 'must be 1 to 20 upper case letters or digits, such as MEXC',
  base: 'must be 1 to 32 upper case letters, digits, dots or dashes, such as HANA',
  quote: 'must be an asset name such as USDT, and not the base itself',
  interval: `must be one of ${CANDLE_INTERVALS.join(' ')}`,
};

export function parseSeriesIdentity(raw: Readonly<Record<IdentityField, string>>): ParsedIdentity {
  const { exchange, base, quote, interval } = raw;
  const isValid: Record<IdentityField, boolean> = {
    exchange: EXCHANGE.test(exchange),
    base: ASSET.test(base),
    quote: ASSET.test(quote) && quote !== base,
    interval: isCandleInterval(interval),
  };
  const fields = Object.keys(RULES) as IdentityField[];
  const faults = fields.filter((field) => !isValid[field]).map((field) => ({ field, rule: RULES[field] }));
  if (faults.length > 0 || !isCandleInterval(interval)) return { kind: 'invalid', faults };
  return { kind: 'valid', identity: { exchange, base, quote, interval } };
}

/** `MEXC HANA/USDT 1m`: for people, and unique, since no part holds a blank or a slash. */
export function describeSeries({ exchange, base, quote, interval }: SeriesIdentity): string {
  return `${exchange} ${base}/${quote} ${interval}`;
}
