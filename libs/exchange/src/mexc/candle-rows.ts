import { CANDLE_FAULTS, faultOf, INTERVAL_MS, readDecimal, type Candle, type CandleInterval } from '#domain';
import { AnswerFault } from './mexc-reader.js';

export interface RowRange {
  readonly interval: CandleInterval;
  /** First and last open time that was asked for. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The venue's clock, less what may be in doubt: a candle that ends later is not closed. */
  readonly closedByMs: number;
}

/** Longest page that any answer may have. */
const MAX_ROWS = 1_000;
const OPEN_MS = 0;

/**
 * The closed candles of an answer that were asked for, ascending, each open time once. Rows are `[open time, open, high, low,
 * close, base volume, close time, quote volume]`, numbers or text. A row beside the range is left out.
 * @throws AnswerFault for an answer that holds a row which is no candle, since leaving that out would make a hole, or nothing
 * but rows beside the range, since the question was not understood
 */
export function parseCandleRows(json: unknown, range: RowRange): Candle[] {
  const all = sortCandles(rowsOf(json).map(toCandle)).filter((candle) => !isOpen(candle, range));
  const within = all.filter(({ openTimeMs }) => openTimeMs >= range.fromMs && openTimeMs <= range.toMs);
  if (within.length === 0 && all.length > 0) throw new AnswerFault(`the candle of ${timeText(all[0]!.openTimeMs)} was not asked for`);
  const distinct = dropRepeated(within);
  distinct.forEach((candle, index) => checkCandle(candle, distinct[index - 1]?.openTimeMs ?? -Infinity, range));
  return distinct;
}

/** Open times alone, ascending: for finding where data are. */
export function parseOpenTimes(json: unknown): number[] {
  return rowsOf(json).map((row) => numberIn(row[OPEN_MS])).sort((a, b) => a - b);
}

function rowsOf(json: unknown): readonly (readonly unknown[])[] {
  if (!Array.isArray(json)) throw new AnswerFault('the answer is no list of candles');
  if (json.length > MAX_ROWS) throw new AnswerFault(`the answer has ${json.length} candles, more than ${MAX_ROWS}`);
  if (!json.every(isRow)) throw new AnswerFault('a row is not [open time, open, high, low, close, volume, ...]');
  return json;
}

function isRow(row: unknown): row is readonly unknown[] {
  return Array.isArray(row) && row.length >= 6 && Number.isSafeInteger(numberIn(row[OPEN_MS]));
}

function toCandle(row: readonly unknown[]): Candle {
  const [openTimeMs, open, high, low, close, volume] = row.map(numberIn) as [number, number, number, number, number, number];
  return { openTimeMs, open, high, low, close, volume };
}

function numberIn(value: unknown): number {
  return typeof value === 'number' ? value : typeof value === 'string' ? readDecimal(value) : Number.NaN;
}

function sortCandles(candles: Candle[]): Candle[] {
  const isSorted = candles.every((candle, index) => index === 0 || candles[index - 1]!.openTimeMs <= candle.openTimeMs);
  return isSorted ? candles : candles.sort((a, b) => a.openTimeMs - b.openTimeMs);
}

/** Not closed yet, or from the future. */
function isOpen({ openTimeMs }: Candle, { interval, closedByMs }: RowRange): boolean {
  return openTimeMs + INTERVAL_MS[interval] > closedByMs;
}

/** @throws AnswerFault where two rows of one open time differ: either may be the wrong one */
function dropRepeated(candles: readonly Candle[]): Candle[] {
  return candles.filter((candle, index) => {
    const before = candles[index - 1];
    if (before?.openTimeMs !== candle.openTimeMs) return true;
    const isSame = (['open', 'high', 'low', 'close', 'volume'] as const).every((field) => Object.is(before[field], candle[field]));
    if (!isSame) throw new AnswerFault(`two different candles open at ${timeText(candle.openTimeMs)}`);
    return false;
  });
}

function checkCandle(candle: Candle, previousOpenTimeMs: number, { interval, closedByMs }: RowRange): void {
  const fault = faultOf(candle, previousOpenTimeMs, { interval, nowMs: closedByMs });
  if (fault === null) return;
  const field = fault.field === null ? '' : `${fault.field} `;
  throw new AnswerFault(`the candle of ${timeText(candle.openTimeMs)}: ${field}${CANDLE_FAULTS[fault.reason]}`);
}

function timeText(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
