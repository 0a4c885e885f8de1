import { z } from 'zod';
import { always, bySymbol, known, type Call, type Endpoint } from './call.js';
import { klines } from './candle-pages.js';
import { DialectRefusal } from './dialect-refusal.js';
import { bookTickerWords, dayTickerWords, marketWords } from './market-words.js';
import { readParameters, rowLimit, symbolText, timeText } from './parameters.js';

const OptionalSymbol = z.object({ symbol: symbolText.optional() });
const OptionalSymbols = z.object({ symbol: symbolText.optional(), symbols: z.string().max(10_000).optional() });
const DepthQuery = z.object({ symbol: symbolText, limit: rowLimit(100, 5_000) });
const MOST_SYMBOLS = 5_000;

/** What needs no key. */
export const MARKET_ENDPOINTS: readonly Endpoint[] = [
  { method: 'GET', path: '/api/v3/ping', access: 'public', weight: always(1), handle: () => ({}) },
  { method: 'GET', path: '/api/v3/time', access: 'public', weight: always(1), handle: ({ serverMs }) => ({ serverTime: serverMs }) },
  { method: 'GET', path: '/api/v3/exchangeInfo', access: 'public', weight: always(10), handle: exchangeInfo },
  { method: 'GET', path: '/api/v3/defaultSymbols', access: 'public', weight: always(1), handle: apiSymbols },
  { method: 'GET', path: '/api/v3/klines', access: 'public', weight: always(1), handle: klines },
  { method: 'GET', path: '/api/v3/ticker/24hr', access: 'public', weight: bySymbol(1, 40), handle: dayTickers },
  { method: 'GET', path: '/api/v3/ticker/price', access: 'public', weight: bySymbol(1, 2), handle: lastPrices },
  { method: 'GET', path: '/api/v3/ticker/bookTicker', access: 'public', weight: always(1), handle: bookTickers },
  { method: 'GET', path: '/api/v3/depth', access: 'public', weight: always(1), handle: depth },
  { method: 'GET', path: '/api/v3/aggTrades', access: 'public', weight: always(1), handle: aggregateTrades },
  { method: 'GET', path: '/api/v3/trades', access: 'public', weight: always(5), handle: recentTrades },
  { method: 'GET', path: '/api/v3/historicalTrades', access: 'public', weight: always(5), handle: recentTrades },
  // Of the futures' API: loadMarkets asks it, and gets no contracts.
  { method: 'GET', path: '/api/v1/contract/detail', access: 'public', weight: always(1), handle: () => ({ success: true, code: 0, data: [] }) },
];

function exchangeInfo({ request, venue, serverMs }: Call): unknown {
  const { symbol, symbols } = readParameters(OptionalSymbols, request);
  const wanted = symbol === undefined ? symbols?.split(',') : [symbol];
  const markets = venue.markets();
  const chosen = wanted === undefined ? markets : wanted.map((id) => known(markets.find(({ rules }) => rules.marketId === id)));
  return { timezone: 'CST', serverTime: serverMs, rateLimits: [], exchangeFilters: [], symbols: chosen.map(marketWords) };
}

/** Markets whose orders the API takes; the account's own list is the same here. */
export function apiSymbols({ venue }: Call): unknown {
  const open = venue.markets().filter(({ rules }) => rules.isApiTradingAllowed && rules.status === 'online');
  return { code: 200, data: open.map(({ rules }) => rules.marketId), msg: null };
}

/** One market's object, or all markets' in a list, those without a price or taken off left out. */
function ofOneOrAll<Value>(call: Call, valueOf: (marketId: string) => Value | null, words: (value: Value) => unknown): unknown {
  const { symbol } = readParameters(OptionalSymbol, call.request);
  const listed = call.venue.markets().filter(({ rules }) => rules.status !== 'offline');
  if (symbol !== undefined) return words(known(listed.some(({ rules }) => rules.marketId === symbol) ? valueOf(symbol) : null));
  const priced = listed.slice(0, MOST_SYMBOLS).map(({ rules }) => valueOf(rules.marketId));
  return priced.flatMap((value) => (value === null ? [] : [words(value)]));
}

function dayTickers(call: Call): unknown {
  return ofOneOrAll(call, (marketId) => call.venue.dayTicker(marketId, call.nowMs), dayTickerWords);
}

function lastPrices(call: Call): unknown {
  return ofOneOrAll(call, (marketId) => call.venue.dayTicker(marketId, call.nowMs), ({ marketId, lastPrice }) => ({ symbol: marketId, price: lastPrice }));
}

function bookTickers(call: Call): unknown {
  return ofOneOrAll(call, (marketId) => call.venue.bestQuotes(marketId, call.nowMs), bookTickerWords);
}

function depth({ request, venue, nowMs, serverMs }: Call): unknown {
  const { symbol, limit } = readParameters(DepthQuery, request);
  const { bids, asks, updateId } = known(venue.orderBook(symbol, limit, nowMs));
  return { lastUpdateId: updateId, bids, asks, timestamp: serverMs };
}

const TradesQuery = z.object({ symbol: symbolText, limit: rowLimit(500, 1_000), startTime: timeText.optional(), endTime: timeText.optional() });

function aggregateTrades({ request, venue, nowMs }: Call): unknown {
  const { symbol, limit, startTime, endTime } = readParameters(TradesQuery, request);
  if ((startTime === undefined) !== (endTime === undefined)) throw new DialectRefusal(-1128, 'Combination of optional parameters invalid.');
  const trades = known(venue.publicTrades(symbol, limit, nowMs));
  return trades
    .filter(({ timeMs }) => timeMs >= (startTime ?? 0) && timeMs <= (endTime ?? Number.MAX_SAFE_INTEGER))
    .map(({ price, quantity, timeMs, isBuyerMaker }) => ({ a: null, f: null, l: null, p: price, q: quantity, T: timeMs, m: isBuyerMaker, M: true }));
}

function recentTrades({ request, venue, nowMs }: Call): unknown {
  const { symbol, limit } = readParameters(TradesQuery, request);
  return known(venue.publicTrades(symbol, limit, nowMs)).map(({ price, quantity, timeMs, isBuyerMaker }) => ({
    id: null, price, qty: quantity, quoteQty: null, time: timeMs, isBuyerMaker, isBestMatch: true, tradeType: isBuyerMaker ? 'ASK' : 'BID',
  }));
}
