import { Decimal } from 'decimal.js';
import { isCandlePage, isNumber } from './distort-prices.js';

type Rows = readonly (readonly unknown[])[];

/** Applies only to a page of candles that has rows; everything else passes as it is. */
export function ofCandles(value: unknown, change: (rows: Rows) => unknown): unknown {
  return isCandlePage(value) ? change(value) : value;
}

export function repeatEvery(rows: Rows, every: number): Rows {
  return rows.flatMap((row, index) => ((index + 1) % every === 0 ? [row, row] : [row]));
}

export function leaveOutEvery(rows: Rows, every: number): Rows {
  return rows.filter((_, index) => (index + 1) % every !== 0);
}

export function swapNeighbors(rows: Rows): Rows {
  return rows.map((row, index) => rows[index % 2 === 0 ? index + 1 : index - 1] ?? row);
}

/** The closed candle before the open one gets another close, and a high and a low that hold it. */
export function correctLastClosed(rows: Rows, factor: number): Rows {
  const index = rows.length - 2;
  return rows.map((row, at) => (at === index ? corrected(row, factor) : row));
}

function corrected(row: readonly unknown[], factor: number): readonly unknown[] {
  const [openMs, open, high, low, close, ...rest] = row as [number, string, string, string, string];
  if (![high, low, close].every(isNumber)) return row;
  const other = new Decimal(close).times(factor).toFixed();
  return [openMs, open, Decimal.max(high, other).toFixed(), Decimal.min(low, other).toFixed(), other, ...rest];
}

/** Behind the last row, one that has not begun yet. */
export function addFuture(rows: Rows, bars: number): Rows {
  const last = rows.at(-1) as [number, ...unknown[]];
  const closeMs = last[6] as number;
  const lengthMs = closeMs - last[0];
  const future = [last[0] + bars * lengthMs, ...last.slice(1, 6), closeMs + bars * lengthMs, last[7]];
  return [...rows, future];
}

export function openedUntil(rows: Rows, untilMs: number): Rows {
  return rows.filter(([openMs]) => (openMs as number) <= untilMs);
}
