import type { SimulatedCandle } from '#exchange';
import { INTERVAL_MS } from '#domain';
import { z } from 'zod';
import type { RestRequest } from '../rest/rest-request.js';
import { known, type Call } from './call.js';
import { DialectRefusal } from './dialect-refusal.js';
import { readParameters, rowLimit, symbolText, timeText } from './parameters.js';

type CandleRow = readonly [openMs: number, open: string, high: string, low: string, close: string, volume: string, closeMs: number, quoteVolume: string];

const MONTH = 'month';
/** MEXC's names; 1h, 1w, 3m and 8h are not among them. */
const INTERVALS: Readonly<Record<string, number | typeof MONTH>> = {
  '1m': INTERVAL_MS['1m'], '5m': INTERVAL_MS['5m'], '15m': INTERVAL_MS['15m'], '30m': INTERVAL_MS['30m'], '60m': INTERVAL_MS['1h'],
  '4h': INTERVAL_MS['4h'], '1d': INTERVAL_MS['1d'], '1W': INTERVAL_MS['1w'], '1M': MONTH,
};
const LONGEST_MONTH_MS = 31 * INTERVAL_MS['1d'];
const USUAL_ROWS = 500;

interface Page {
  readonly fromMs: number;
  /** The last open time that may be in it. */
  readonly toMs: number;
  readonly rows: number;
}

const CandlesQuery = z.object({ symbol: symbolText, interval: z.string() });

/** GET /api/v3/klines: ascending, the last bar that is still open included, the end exclusive. */
export function klines(call: Call): readonly CandleRow[] {
  const { symbol, interval } = readParameters(CandlesQuery, call.request);
  const intervalMs = Object.hasOwn(INTERVALS, interval) ? INTERVALS[interval] : undefined;
  if (intervalMs === undefined) throw new DialectRefusal(-1121, 'Invalid interval.');
  if (intervalMs === MONTH) return monthRows(call, symbol);
  const { fromMs, toMs, rows } = pageOf(call.request, call, intervalMs);
  const candles = known(call.venue.candles(symbol, intervalMs, fromMs, toMs, rows, call.nowMs));
  return candles.map((candle) => rowOf(candle, candle.openMs + intervalMs));
}

const PageQuery = z.object({ startTime: timeText.optional(), endTime: timeText.optional(), limit: rowLimit(USUAL_ROWS, Number.MAX_SAFE_INTEGER) });

/** A start without an end is ignored (ccxt issue 17483): the latest rows come back. */
function pageOf(request: RestRequest, { nowMs, klinesCap, lookup }: Call, intervalMs: number): Page {
  const { startTime, endTime, limit: wanted } = readParameters(PageQuery, request);
  const limit = Math.min(wanted, klinesCap, lookup.mostRows);
  if (endTime === undefined) return { fromMs: nowMs - limit * intervalMs + 1, toMs: nowMs, rows: limit };
  const toMs = Math.min(endTime - 1, nowMs);
  if (startTime === undefined) return { fromMs: toMs - limit * intervalMs + 1, toMs, rows: limit };
  if (startTime > endTime) throw new DialectRefusal(-1128, 'Combination of optional parameters invalid.');
  return { fromMs: startTime, toMs, rows: limit };
}

function rowOf(candle: SimulatedCandle, closeMs: number): CandleRow {
  return [candle.openMs, candle.open, candle.high, candle.low, candle.close, candle.volume, closeMs, candle.quoteVolume];
}

/** Months are not all as long as another, so the latest page is cut from a span that surely holds it. */
function monthRows(call: Call, symbol: string): readonly CandleRow[] {
  const { fromMs, toMs, rows } = pageOf(call.request, call, LONGEST_MONTH_MS);
  const months = known(call.venue.monthCandles(symbol, fromMs, toMs, 2 * rows + 2, call.nowMs));
  const isFromStart = call.request.parameters.get('startTime') !== undefined && call.request.parameters.get('endTime') !== undefined;
  const page = isFromStart ? months.slice(0, rows) : months.slice(-rows);
  return page.map((candle) => rowOf(candle, nextMonthMs(candle.openMs)));
}

function nextMonthMs(openMs: number): number {
  const date = new Date(openMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}
