import { parse } from 'csv-parse/sync';
import { readOpenTimeMs } from './open-time.js';
import { CANDLE_FILE_LIMITS } from './limits.js';

/** Where a file keeps the fields of a candle. */
export interface Dialect {
  readonly delimiter: string;
  readonly hasHeader: boolean;
  readonly columnCount: number;
  readonly places: Readonly<Record<CandlePlace, number>>;
  /** The column that names the symbol, if there is one. */
  readonly tickerPlace: number | null;
}

export type CandlePlace = 'openTimeMs' | 'open' | 'high' | 'low' | 'close' | 'volume';

const NAMES: Readonly<Record<CandlePlace, readonly string[]>> = {
  openTimeMs: ['open_time', 'opentime', 'open time', 'time', 'timestamp', 'date', 'datetime'],
  open: ['open', 'open_price'],
  high: ['high', 'high_price'],
  low: ['low', 'low_price'],
  close: ['close', 'close_price'],
  volume: ['volume', 'base_volume'],
};
const TICKER_NAMES = ['ticker', 'symbol'];
/** Without a header the order is that of every exchange's API: time, open, high, low, close, volume, and then anything. */
const WITHOUT_HEADER = { openTimeMs: 0, open: 1, high: 2, low: 3, close: 4, volume: 5 } as const;
const DELIMITERS = [',', ';', '\t'] as const;
const SIX = 6;

export type FoundDialect = { readonly kind: 'found'; readonly dialect: Dialect } | { readonly kind: 'unknown'; readonly reason: string };

/** Reads the form of a file from its first line that is not empty. */
export function findDialect(firstLine: string): FoundDialect {
  const delimiter = mostFrequent(firstLine);
  const fields = splitRow(firstLine, delimiter);
  if (fields === null) return { kind: 'unknown', reason: 'its first line has an open quote' };
  if (fields.length < SIX || fields.length > CANDLE_FILE_LIMITS.columns) {
    return { kind: 'unknown', reason: `its first line has ${fields.length} columns, and candles have ${SIX} to ${CANDLE_FILE_LIMITS.columns}` };
  }
  if (!Number.isNaN(readOpenTimeMs(fields[0]!))) {
    const form = { delimiter, hasHeader: false, columnCount: fields.length, places: WITHOUT_HEADER, tickerPlace: null };
    return { kind: 'found', dialect: form };
  }
  return fromHeader(delimiter, fields);
}

function fromHeader(delimiter: string, fields: readonly string[]): FoundDialect {
  const names = fields.map((field) => field.trim().toLowerCase());
  const placeOf = (known: readonly string[]) => names.findIndex((name) => known.includes(name));
  const places = {
    openTimeMs: placeOf(NAMES.openTimeMs),
    open: placeOf(NAMES.open),
    high: placeOf(NAMES.high),
    low: placeOf(NAMES.low),
    close: placeOf(NAMES.close),
    volume: placeOf(NAMES.volume),
  };
  const absent = Object.entries(places).find(([, place]) => place === -1)?.[0];
  if (absent !== undefined) {
    const wanted = NAMES[absent as CandlePlace].slice(0, 4).join(', ');
    return { kind: 'unknown', reason: `its first line is neither a candle nor a header with a column ${wanted}` };
  }
  const tickerPlace = placeOf(TICKER_NAMES);
  const form = { delimiter, hasHeader: true, columnCount: fields.length, places, tickerPlace: tickerPlace === -1 ? null : tickerPlace };
  return { kind: 'found', dialect: form };
}

function mostFrequent(line: string): string {
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

/**
 * The fields of a row, or null where its quotes do not match. No known source quotes a field, and a plain split is five
 * times as fast as a CSV parser; one that quotes nevertheless is read by a parser, line by line.
 */
export function splitRow(line: string, delimiter: string): readonly string[] | null {
  if (!line.includes('"')) return line.split(delimiter);
  try {
    return parse(line, { delimiter })[0] ?? null;
  } catch {
    return null;
  }
}
