import type { KnownMarket, LatestPrice, VenueName, VenueStatus } from '#application';
import type { ExchangeMarket, ExchangeStatus, Price } from '#contracts';
import { PRICE_LIMITS } from '#domain';
import { instantOf } from '../backtests/present-run.js';
import { clockInWords } from './exchange-health.js';

interface MarketCounts {
  readonly markets: number;
  readonly tradableMarkets: number;
}

export function presentStatus(venue: VenueName, status: VenueStatus | null, counts: MarketCounts): ExchangeStatus {
  return {
    venue,
    isSimulated: venue === 'SIMULATOR',
    origin: status?.origin ?? null,
    isReachable: status?.isReachable ?? false,
    lastAnswer: instantOf(status?.lastAnswerMs ?? null),
    problem: status === null ? 'no ingestor has reported yet' : (status.problem ?? clockInWords(status)),
    clockOffsetMs: status?.clockOffsetMs ?? null,
    roundTripMs: status?.roundTripMs ?? null,
    marketsLoaded: instantOf(status?.marketsLoadedMs ?? null),
    ...counts,
    updated: instantOf(status?.updatedAtMs ?? null),
  };
}

export const isTradable = ({ isListed, tradability }: KnownMarket): boolean => isListed && tradability.kind === 'tradable';

export function presentMarket(asset: string, quote: string, market: KnownMarket | null, didYouMean: readonly string[]): ExchangeMarket {
  const { rules = null } = market ?? {};
  return {
    asset,
    quote,
    marketId: rules?.marketId ?? null,
    isListed: market?.isListed ?? false,
    isTradable: market !== null && isTradable(market),
    ...whyNot(market),
    didYouMean: [...didYouMean],
    quantityStep: rules?.quantityStep ?? null,
    priceTick: rules?.priceTick ?? null,
    minQuantity: rules?.minQuantity ?? null,
    minNotional: rules?.minMarketNotional ?? null,
    maxMarketNotional: rules?.maxMarketNotional ?? null,
    takerFee: rules?.takerFee ?? null,
  };
}

function whyNot(market: KnownMarket | null): Pick<ExchangeMarket, 'reason' | 'detail'> {
  if (market === null || isTradable(market)) return { reason: null, detail: null };
  if (!market.isListed) return { reason: 'not-listed', detail: `${market.rules.marketId} is no longer listed; it was last seen ${instantOf(market.seenMs)}` };
  const { tradability } = market;
  return tradability.kind === 'tradable' ? { reason: null, detail: null } : { reason: tradability.reason, detail: tradability.detail };
}

export type PricedMarket = Pick<Price, 'asset' | 'quote' | 'marketId' | 'didYouMean'>;

/** Age is ours to judge: from when an ingestor received the quote to now, by the clock of this machine. */
export function presentPrice(market: PricedMarket, price: LatestPrice | null, nowMs: number): Price {
  const ageMs = price === null ? null : Math.max(0, Math.round(nowMs - price.receivedMs));
  return {
    ...market,
    bid: price?.bid ?? null,
    ask: price?.ask ?? null,
    mid: price?.mid ?? null,
    exchangeTime: instantOf(price?.exchangeMs ?? null),
    received: instantOf(price?.receivedMs ?? null),
    changed: instantOf(price?.changedMs ?? null),
    ageMs,
    flag: price === null || ageMs === null ? 'missing' : (price.flag ?? (ageMs > PRICE_LIMITS.staleMs ? 'stale' : null)),
  };
}
