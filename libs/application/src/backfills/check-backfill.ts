import { ceilToGrid, floorToGrid, INTERVAL_MS, isCandleInterval, lastClosedOpenMs, parseSeriesIdentity, type CandleInterval } from '#domain';
import type { SubmitFault } from '../backtests/check-submission.js';
import type { KnownMarket, VenueStatus } from '../markets/market-store.port.js';
import type { VenueName } from '../ports/market-data.port.js';
import { instant } from '../wording/instant.js';
import type { BackfillNotice } from './candle-backfill.js';

/** A wish for candles, before anything is known of the exchange. */
export interface BackfillCommand {
  /** Null: the one that this product talks to. */
  readonly exchange: VenueName | null;
  readonly quote: string;
  readonly assets: readonly string[];
  readonly interval: string;
  readonly fromMs: number;
  /** Null: up to the last closed candle. */
  readonly toMs: number | null;
  /** Append candles as they close from then on; without `toMs` alone. */
  readonly follow: boolean;
}

/** A range on the interval's grid, both ends included. */
export interface WantedRange {
  readonly interval: CandleInterval;
  readonly fromMs: number;
  readonly toMs: number;
}

export type Checked<Value> = { readonly kind: 'good'; readonly value: Value } | { readonly kind: 'bad'; readonly faults: readonly SubmitFault[] };

/** A candle is taken as closed this long after its end, so that it is final. */
export const CLOSE_DELAY_MS = 2_000;
/** In one request, over all assets: a hundred assets' minutes of nineteen weeks. */
export const MAX_BACKFILL_CANDLES = 20_000_000;

const good = <Value>(value: Value): Checked<Value> => ({ kind: 'good', value });
const bad = (pointer: string, code: string, detail: string): { readonly kind: 'bad'; readonly faults: readonly SubmitFault[] } => ({ kind: 'bad', faults: [{ pointer, code, detail }] });

/** Which exchange answers: the simulator stands in for MEXC, but nothing stands in for the simulator. */
export function checkExchange(asked: VenueName | null, running: VenueName): Checked<readonly BackfillNotice[]> {
  if (asked === null || asked === running) return good([]);
  if (running === 'SIMULATOR') {
    return good([{ code: 'simulator-answers', detail: `this product runs with the simulator in place of ${asked}: the candles are made ones, and stored as SIMULATOR; start it with EXCHANGE=mexc for real ones` }]);
  }
  return bad('/exchange', 'other-exchange', `this product talks to ${running}, not to ${asked}; leave the exchange out, or start it with EXCHANGE=${asked.toLowerCase()}`);
}

export function checkInterval(text: string, venue: VenueName, served: readonly CandleInterval[]): Checked<CandleInterval> {
  if (isCandleInterval(text) && served.includes(text)) return good(text);
  return bad('/interval', 'unsupported-interval', `${venue} serves no candles of ${text}; choose one of ${served.join(' ')}`);
}

/** What of a period is wrong by any interval. @param nowMs the exchange's clock, as far as it is known. */
export function checkPeriod({ fromMs, toMs }: BackfillCommand, nowMs: number): Checked<null> {
  if (toMs !== null && fromMs > toMs) return bad('/from', 'period-inverted', `from (${instant(fromMs)}) must not be after to (${instant(toMs)})`);
  if (fromMs > nowMs) return bad('/from', 'from-in-the-future', `from (${instant(fromMs)}) is in the future; it is ${instant(nowMs)} at the exchange`);
  return good(null);
}

/** The range of a good period on the interval's grid. */
export function checkRange({ fromMs, toMs, assets }: BackfillCommand, interval: CandleInterval, nowMs: number): Checked<WantedRange> {
  const closedMs = lastClosedOpenMs(nowMs - CLOSE_DELAY_MS, interval);
  const range = { interval, fromMs: ceilToGrid(Math.max(0, fromMs), interval), toMs: Math.min(closedMs, toMs === null ? closedMs : floorToGrid(toMs, interval)) };
  if (range.fromMs > range.toMs) {
    return bad('/from', 'no-closed-candle', `no ${interval} candle both opened at or after ${instant(fromMs)} and has closed; the last one that closed opened at ${instant(closedMs)}`);
  }
  return checkCount(range, assets.length);
}

function checkCount(range: WantedRange, assetCount: number): Checked<WantedRange> {
  const perAsset = (range.toMs - range.fromMs) / INTERVAL_MS[range.interval] + 1;
  const count = perAsset * assetCount;
  if (count <= MAX_BACKFILL_CANDLES) return good(range);
  return bad('/assets', 'too-many-candles', `${assetCount} assets × ${perAsset} candles are ${count}, the limit of one request is ${MAX_BACKFILL_CANDLES}; take a shorter period, a longer interval or fewer assets`);
}

export function checkNames(command: BackfillCommand, venue: VenueName): readonly SubmitFault[] {
  const faults = new Map<string, SubmitFault>();
  for (const [index, base] of command.assets.entries()) {
    const parsed = parseSeriesIdentity({ exchange: venue, base, quote: command.quote, interval: '1h' });
    if (parsed.kind === 'valid') continue;
    for (const { field, rule } of parsed.faults) {
      const pointer = field === 'base' ? `/assets/${index}` : `/${field}`;
      faults.set(pointer, { pointer, code: field === 'base' ? 'invalid-asset' : `invalid-${field}`, detail: `${field} ${rule}` });
    }
  }
  if (command.assets.length === 0) faults.set('/assets', { pointer: '/assets', code: 'no-assets', detail: 'name at least one asset, such as HANA' });
  return [...faults.values()];
}

export const unknownMarketFault = (index: number, venue: VenueName, base: string, quote: string, similar: readonly string[]): SubmitFault => ({
  pointer: `/assets/${index}`,
  code: 'unknown-market',
  detail: `${venue} lists no market of ${base} in ${quote}${similar.length > 0 ? `; did you mean ${similar.join(' or ')}?` : ': mistyped, delisted, or traded against another quote'}`,
});

export const notListedFault = (index: number, venue: VenueName, { rules, seenMs }: KnownMarket): SubmitFault => ({
  pointer: `/assets/${index}`,
  code: 'not-listed',
  detail: `${venue} no longer lists ${rules.marketId}, which it did until ${instant(seenMs)}; what is stored of ${rules.base} stands, and nothing more can be fetched`,
});

/** Candles can be fetched all the same; a portfolio could not hold it. */
export function tradabilityNotices({ rules, tradability }: KnownMarket): readonly BackfillNotice[] {
  if (tradability.kind === 'tradable') return [];
  return [{ code: 'market-not-tradable', detail: `${rules.base}: ${tradability.detail} (${tradability.reason}); its candles can be fetched, orders would be refused` }];
}

/** Why nothing can be said of the exchange's markets; null where it can. */
export function ignoranceOf(venue: VenueName, status: VenueStatus | null): string | null {
  if (status === null) return `no ingestor has looked at ${venue} yet; is a price-ingestor running? \`rebalancer doctor\` tells`;
  if (status.marketsLoadedMs !== null) return null;
  const last = status.lastAnswerMs === null ? 'it was never reached' : `it last answered at ${instant(status.lastAnswerMs)}`;
  return `nothing is known of the markets of ${venue} at ${status.origin} yet: ${last}${status.problem === null ? '' : ` (${status.problem})`}`;
}

/** The exchange is away just now: the backfills wait for it. */
export function awayNotices({ venue, isReachable, lastAnswerMs, problem }: VenueStatus): readonly BackfillNotice[] {
  if (isReachable) return [];
  const since = lastAnswerMs === null ? '' : ` since ${instant(lastAnswerMs)}`;
  return [{ code: 'exchange-away', detail: `${venue} has not answered${since} (${problem ?? 'no reason is known'}); the candles are fetched once it does` }];
}
