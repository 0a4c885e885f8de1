import { Decimal } from 'decimal.js';
import { z } from 'zod';
import { LIMITS } from '../limits.js';
import type { RestRequest } from '../rest/rest-request.js';
import { defineFault, type FaultKind } from './define-fault.js';
import { addFuture, correctLastClosed, leaveOutEvery, ofCandles, openedUntil, repeatEvery, swapNeighbors } from './distort-candles.js';
import { distortPrices, isCandlePage, isNumber } from './distort-prices.js';
import type { DataContext } from './fault-effect.js';

const symbols = z.array(z.string().min(1).max(64)).max(1_000).optional();
const every = z.int().min(1).max(1_000).default(5);
const factor = z.number().positive().max(1_000_000);

/** Whether a row, or an answer without symbols, is about a market that is meant. */
function meant(wanted: readonly string[] | undefined, request: RestRequest): (symbol: string | null) => boolean {
  return (symbol) => wanted === undefined || wanted.includes(symbol ?? request.parameters.get('symbol') ?? '');
}

/** What another fault has made no price of stays what it is. */
const times = (by: number) => (price: string): string => (isNumber(price) ? new Decimal(price).times(by).toFixed() : price);

/** What was said first is said again, candles aside, which end at the time since when. */
function repeating(sinceMs: number, renew: (old: unknown, value: unknown) => unknown) {
  const said = new Map<string, unknown>();
  return (value: unknown, { request }: DataContext): unknown => {
    if (isCandlePage(value)) return openedUntil(value, sinceMs);
    const key = `${request.path}?${request.parameters.get('symbol') ?? ''}&${request.parameters.get('limit') ?? ''}`;
    if (said.has(key)) return renew(said.get(key), value);
    if (said.size < LIMITS.rememberedAnswers) said.set(key, value);
    return value;
  };
}

const TIMES = ['openTime', 'closeTime', 'timestamp', 'T', 'time', 'lastUpdateId'];

/** The old figures under the new times. */
function withTimesOf(old: unknown, value: unknown): unknown {
  if (Array.isArray(old) && Array.isArray(value)) return old.map((row, index) => withTimesOf(row, value[index]));
  if (typeof old !== 'object' || old === null || typeof value !== 'object' || value === null) return old;
  const fresh = Object.entries(value).filter(([name]) => TIMES.includes(name));
  return { ...old, ...Object.fromEntries(fresh) };
}

/** Wrong market data, of endpoints that need no key. */
export const DATA_FAULTS: readonly FaultKind[] = [
  defineFault({
    name: 'stale-feed', rows: [64], words: 'nothing new comes: answers repeat, times included; no candle opens any more', parameters: {},
    effectOf: (_, sinceMs) => ({ at: 'data', change: repeating(sinceMs, (old) => old) }),
  }),
  defineFault({
    name: 'frozen-price', rows: [65], words: 'answers repeat under new times', parameters: {},
    effectOf: () => ({ at: 'data', change: repeating(Number.POSITIVE_INFINITY, withTimesOf) }),
  }),
  defineFault({
    name: 'price-spike', rows: [66], words: 'prices times a factor, and of candles those of the last row', parameters: { factor: factor.default(10), symbols },
    effectOf: ({ factor: by, symbols: wanted }) => ({ at: 'data', change: (value, { request }) => distortPrices(value, times(by), meant(wanted, request)) }),
  }),
  defineFault({
    name: 'bad-price', rows: [67], words: 'this text in place of every price: 0, -1, NaN, Infinity, nothing, words', parameters: { price: z.string().max(40).default('0'), symbols },
    effectOf: ({ price, symbols: wanted }) => ({ at: 'data', change: (value, { request }) => distortPrices(value, () => price, meant(wanted, request)) }),
  }),
  defineFault({
    name: 'duplicate-candles', rows: [68], words: 'every so many candles one comes twice', parameters: { every },
    effectOf: ({ every: step }) => ({ at: 'data', change: (value) => ofCandles(value, (rows) => repeatEvery(rows, step)) }),
  }),
  defineFault({
    name: 'corrected-candle', rows: [68], words: 'the last closed candle has another close than it had', parameters: { factor: factor.default(1.01) },
    effectOf: ({ factor: by }) => ({ at: 'data', change: (value) => ofCandles(value, (rows) => correctLastClosed(rows, by)) }),
  }),
  defineFault({
    name: 'unordered-candles', rows: [69], words: 'neighbors change places', parameters: {},
    effectOf: () => ({ at: 'data', change: (value) => ofCandles(value, swapNeighbors) }),
  }),
  defineFault({
    name: 'missing-candles', rows: [70], words: 'every so many candles one is not there', parameters: { every },
    effectOf: ({ every: step }) => ({ at: 'data', change: (value) => ofCandles(value, (rows) => leaveOutEvery(rows, step)) }),
  }),
  defineFault({
    name: 'no-candles', rows: [70], words: 'an empty page', parameters: {},
    effectOf: () => ({ at: 'data', change: (value) => ofCandles(value, () => []) }),
  }),
  defineFault({
    name: 'future-candle', rows: [72], words: 'behind the open candle comes one that has not begun', parameters: { bars: z.int().min(1).max(1_000).default(1) },
    effectOf: ({ bars }) => ({ at: 'data', change: (value) => ofCandles(value, (rows) => addFuture(rows, bars)) }),
  }),
  defineFault({
    name: 'premature-close', rows: [72], words: 'the open candle says that it has closed a while ago', parameters: {},
    effectOf: () => ({ at: 'data', change: (value, { serverMs }) => ofCandles(value, (rows) => [...rows.slice(0, -1), closedAlready(rows.at(-1)!, serverMs)]) }),
  }),
];

function closedAlready(row: readonly unknown[], serverMs: number): readonly unknown[] {
  return row.map((cell, index) => (index === 6 ? Math.min(cell as number, serverMs - 10_000) : cell));
}
