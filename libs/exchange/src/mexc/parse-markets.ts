import type { MarketRules } from '#domain';
import { isRecord } from './mexc-answer.js';
import { marketListSchema, marketSchema } from './venue-schemas.js';

export interface ReadMarkets {
  readonly markets: readonly MarketRules[];
  /** A line for each market that was left out: its id, the field and what is wrong with it. */
  readonly refused: readonly string[];
}

/** The markets of exchangeInfo. One that we do not understand is left out, and does not spoil the others. */
export function parseMarkets(json: unknown): ReadMarkets {
  const markets = new Map<string, MarketRules>();
  const refused: string[] = [];
  for (const raw of marketListSchema.parse(json).symbols) {
    const read = marketSchema.safeParse(raw);
    if (!read.success) refused.push(`${idOf(raw)}: ${read.error.issues[0]!.path.join('.')} ${read.error.issues[0]!.message}`);
    else if (markets.has(read.data.marketId)) refused.push(`${read.data.marketId}: is listed twice`);
    else markets.set(read.data.marketId, read.data);
  }
  return { markets: [...markets.values()], refused };
}

function idOf(raw: unknown): string {
  const symbol = isRecord(raw) ? raw['symbol'] : undefined;
  return typeof symbol === 'string' ? symbol.slice(0, 64) : 'a market without an id';
}
