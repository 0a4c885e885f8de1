import type { BookLevel, BookTicker } from '#application';
import { isPlainDecimal } from '../dialect/decimal-text.js';
import { isRecord } from './mexc-answer.js';
import { AnswerFault } from './mexc-reader.js';

export interface ReadTickers {
  readonly tickers: readonly BookTicker[];
  /** Rows of wanted markets that are no quotes. */
  readonly refusedCount: number;
}

/** A bulk answer has some 3,000 rows each second: they are checked by hand, and only those that are wanted. */
export function parseBookTickers(json: unknown, wanted: ReadonlySet<string>): ReadTickers {
  const rows = Array.isArray(json) ? json : isRecord(json) ? [json] : null;
  if (rows === null) throw new AnswerFault('the answer is no list of quotes');
  const tickers: BookTicker[] = [];
  let refusedCount = 0;
  for (const row of rows as readonly (Readonly<Record<string, unknown>> | null)[]) {
    const symbol = row?.['symbol'];
    if (typeof symbol !== 'string' || !wanted.has(symbol)) continue;
    const ticker = toTicker(symbol, row!);
    if (ticker === null) refusedCount += 1;
    else tickers.push(ticker);
  }
  return { tickers, refusedCount };
}

function toTicker(marketId: string, row: Readonly<Record<string, unknown>>): BookTicker | null {
  const { bidPrice, bidQty, askPrice, askQty } = row;
  const isQuoted = isPlainDecimal(bidPrice) && isPlainDecimal(askPrice);
  if (!isQuoted) return null;
  const [bidQuantity, askQuantity] = [quantityIn(bidQty), quantityIn(askQty)];
  return bidQuantity === null || askQuantity === null ? null : { marketId, bidPrice, bidQuantity, askPrice, askQuantity };
}

/** MEXC leaves a quantity empty where nothing is offered. */
function quantityIn(value: unknown): string | null {
  if (value === '' || value === null) return '0';
  return isPlainDecimal(value) ? value : null;
}

export interface ReadBook {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  readonly venueMs: number | null;
}

/** @throws AnswerFault for an answer that is no book: a level that is no price, or one out of its order */
export function parseOrderBook(json: unknown, depth: number): ReadBook {
  if (!isRecord(json)) throw new AnswerFault('the answer is no order book');
  const [bids, asks] = [levelsIn(json['bids'], 'bids'), levelsIn(json['asks'], 'asks')];
  if (!isOrdered(bids, -1)) throw new AnswerFault('bids are not ordered from the highest down');
  if (!isOrdered(asks, 1)) throw new AnswerFault('asks are not ordered from the lowest up');
  const timestamp = Number(json['timestamp']);
  const venueMs = Number.isSafeInteger(timestamp) && timestamp > 0 ? timestamp : null;
  return { bids: bids.slice(0, depth), asks: asks.slice(0, depth), venueMs };
}

function levelsIn(value: unknown, name: string): BookLevel[] {
  if (!Array.isArray(value)) throw new AnswerFault(`${name} are no list`);
  return value.map((level: unknown) => {
    const [price, quantity] = Array.isArray(level) ? (level as unknown[]) : [];
    if (isPlainDecimal(price) && isPlainDecimal(quantity) && Number(price) > 0) return { price, quantity };
    throw new AnswerFault(`${name} hold a level that is no [price, quantity]`);
  });
}

function isOrdered(levels: readonly BookLevel[], direction: 1 | -1): boolean {
  return levels.every((level, index) => index === 0 || (Number(level.price) - Number(levels[index - 1]!.price)) * direction > 0);
}
