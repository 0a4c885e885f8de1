const PRICE_FIELDS = new Set([
  'price', 'lastPrice', 'bidPrice', 'askPrice', 'openPrice', 'highPrice', 'lowPrice', 'prevClosePrice', 'p',
]);
/** Of a candle row: open, high, low, close. */
const CANDLE_PRICES = [1, 2, 3, 4];

type Words = Readonly<Record<string, unknown>>;

/** An answer with its prices changed: all of a ticker's and a book's, and of candles those of the last row. */
export function distortPrices(value: unknown, change: (price: string) => string, isMeant: (symbol: string | null) => boolean): unknown {
  if (isCandlePage(value)) return isMeant(null) ? [...value.slice(0, -1), distortCandle(value.at(-1)!, change)] : value;
  if (Array.isArray(value)) return value.map((row: Words) => distortRow(row, change, isMeant));
  return distortRow(value as Words, change, isMeant);
}

export function isNumber(price: string): boolean {
  return price.trim() !== '' && Number.isFinite(Number(price));
}

export function isCandlePage(value: unknown): value is readonly (readonly unknown[])[] {
  return Array.isArray(value) && value.length > 0 && Array.isArray(value[0]);
}

function distortRow(row: Words, change: (price: string) => string, isMeant: (symbol: string | null) => boolean): Words {
  if (!isMeant(typeof row['symbol'] === 'string' ? row['symbol'] : null)) return row;
  return Object.fromEntries(Object.entries(row).map(([name, member]) => [name, distortMember(name, member, change)]));
}

function distortMember(name: string, member: unknown, change: (price: string) => string): unknown {
  if (PRICE_FIELDS.has(name) && typeof member === 'string') return change(member);
  if ((name === 'bids' || name === 'asks') && Array.isArray(member)) return member.map(([price, quantity]: [string, string]) => [change(price), quantity]);
  return member;
}

function distortCandle(row: readonly unknown[], change: (price: string) => string): readonly unknown[] {
  return row.map((cell, index) => (CANDLE_PRICES.includes(index) && typeof cell === 'string' ? change(cell) : cell));
}
