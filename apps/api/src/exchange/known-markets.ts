import type { KnownMarket, MarketStore, VenueName } from '#application';
import { exchangeUnavailable } from '../problems.js';

/** Names that a name which is none may have meant. */
const SUGGESTIONS = 3;

export interface AskedMarket {
  readonly asset: string;
  /** Null where the exchange has no such market; `didYouMean` then names some that it has. */
  readonly market: KnownMarket | null;
  readonly didYouMean: readonly string[];
}

/** In the order of `assets`. @throws a problem where none of the exchange's markets is known at all. */
export async function marketsOrRefuse(store: MarketStore, venue: VenueName, assets: readonly string[], quote: string): Promise<readonly AskedMarket[]> {
  const found = await knownOrRefuse(store, venue, assets, quote);
  return Promise.all(assets.map(async (asset, index) => {
    const market = found[index] ?? null;
    return { asset, market, didYouMean: market === null ? await store.basesLike(venue, asset, SUGGESTIONS) : [] };
  }));
}

async function knownOrRefuse(store: MarketStore, venue: VenueName, assets: readonly string[], quote: string): Promise<readonly (KnownMarket | null)[]> {
  const found = await store.marketsOf(venue, assets, quote);
  if (found.some((market) => market !== null)) return found;
  const status = await store.statusOf(venue);
  if (status !== null && status.marketsLoadedMs !== null) return found;
  const why = status === null ? 'no ingestor has reported' : (status.problem ?? 'its markets were not loaded');
  throw exchangeUnavailable(`nothing is known of the markets of ${venue} yet (${why}); try again in a moment`);
}
