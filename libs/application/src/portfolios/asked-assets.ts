import type { MarketStore } from '../markets/market-store.port.js';
import type { VenueName } from '../ports/market-data.port.js';
import { ignoranceOf } from '../backfills/check-backfill.js';
import type { AskedAsset } from './check-configuration.js';

const MAX_SIMILAR = 3;

export type AskedAssets = { readonly kind: 'known'; readonly assets: readonly AskedAsset[] } | { readonly kind: 'exchange-unavailable'; readonly detail: string };

/** In the order of `bases`. */
export async function askedAssets(markets: MarketStore, venue: VenueName, bases: readonly string[], quote: string): Promise<AskedAssets> {
  const ignorance = ignoranceOf(venue, await markets.statusOf(venue));
  if (ignorance !== null) return { kind: 'exchange-unavailable', detail: ignorance };
  const found = await markets.marketsOf(venue, bases, quote);
  const assets = await Promise.all(bases.map(async (base, index) => {
    const market = found[index] ?? null;
    return { base, market, similar: market === null ? await markets.basesLike(venue, base, MAX_SIMILAR) : [] };
  }));
  return { kind: 'known', assets };
}
