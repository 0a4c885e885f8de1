import type { KnownMarket, MarketStore, VenueName } from '#application';
import { exchangeUnavailable } from '../problems.js';

/** Names that a name which is none may have meant. */
export const SUGGESTIONS = 3;

/** In the order of `assets`; null where the exchange has no such market. @throws a problem where none of its markets is known at all. */
export async function marketsOrRefuse(store: MarketStore, venue: VenueName, assets: readonly string[], quote: string): Promise<readonly (KnownMarket | null)[]> {
  const found = await store.marketsOf(venue, assets, quote);
  if (found.some((market) => market !== null)) return found;
  const status = await store.statusOf(venue);
  if (status !== null && status.marketsLoadedMs !== null) return found;
  const why = status === null ? 'no ingestor has reported' : (status.problem ?? 'its markets were not loaded');
  throw exchangeUnavailable(`nothing is known of the markets of ${venue} yet (${why}); try again in a moment`);
}
