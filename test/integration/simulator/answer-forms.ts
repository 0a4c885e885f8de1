/** In which form MEXC writes a member of an answer: stricter than its kind, for text that must stay text, ids and words. */
export type Form =
  | 'null' | 'flag' | 'list' | 'object' | 'order id' | 'trade id' | 'time' | 'whole number' | 'decimal text' | 'text' | 'number'
  | `one of ${string}`;

const TIMES = new Set(['time', 'updateTime', 'transactTime', 'openTime', 'closeTime', 'timestamp', 'T', 'serverTime']);
/** Whether these are numbers or text cannot be told from ccxt's samples, in which all numbers are text; so either will do. */
const WHOLE = new Set([
  'orderListId', 'lastUpdateId', 'tradeSideType', 'status', 'baseAssetPrecision', 'quotePrecision', 'quoteAssetPrecision', 'baseCommissionPrecision', 'quoteCommissionPrecision',
]);
const WORDS: Readonly<Record<string, readonly string[]>> = {
  side: ['BUY', 'SELL'],
  type: ['LIMIT', 'MARKET', 'LIMIT_MAKER', 'IMMEDIATE_OR_CANCEL', 'FILL_OR_KILL'],
  status: ['NEW', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'PARTIALLY_CANCELED'],
};

export function formOf(name: string, value: unknown): Form {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'flag';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return 'object';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (name === 'orderId' && /^C\d\d__\d+$/u.test(text)) return 'order id';
  if (name === 'id' && /^[0-9a-f]{32}$/u.test(text)) return 'trade id';
  if (TIMES.has(name) && /^1\d{12}$/u.test(text)) return 'time';
  if (WHOLE.has(name) && /^-?\d+$/u.test(text)) return 'whole number';
  if (WORDS[name]?.includes(text)) return `one of ${WORDS[name].join(', ')}`;
  if (typeof value === 'number') return 'number';
  return /^-?\d+(?:\.\d+)?$/u.test(text) ? 'decimal text' : 'text';
}

type Members = Readonly<Record<string, unknown>>;

/** Names that are missing or too many, and forms that are others. A null in the sample tells no form. */
export function formDifferences(ours: unknown, sample: unknown): readonly string[] {
  const [mine, theirs] = [ours as Members, sample as Members];
  const missing = Object.keys(theirs).filter((name) => !(name in mine)).map((name) => `${name} is missing`);
  const extra = Object.keys(mine).filter((name) => !(name in theirs)).map((name) => `${name} is too much`);
  const others = Object.entries(theirs).filter(([name, value]) => name in mine && value !== null && formOf(name, value) !== formOf(name, mine[name]));
  return [...missing, ...extra, ...others.map(([name, value]) => `${name} is ${formOf(name, mine[name])}, not ${formOf(name, value)}`)];
}

/** What ccxt has made of an answer, by name: undefined where it found nothing, else the kind; words by themselves. */
export function unifiedKinds(unified: object): Readonly<Record<string, string>> {
  const told = Object.entries(unified).filter(([name, value]) => name !== 'info' && value !== undefined && value !== null);
  return Object.fromEntries(told.map(([name, value]) => [name, kindOf(value)]));
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return `list of ${[...new Set(value.map(kindOf))].join(' and ')}`;
  return typeof value === 'object' ? JSON.stringify(unifiedKinds(value as object)) : typeof value;
}
