import type { CandleInterval, SeriesIdentity } from '#domain';
import type { SubmitFault } from '../backtests/check-submission.js';
import type { KnownMarket, MarketStore, VenueStatus } from '../markets/market-store.port.js';
import { NO_FAILPOINT, type Failpoint } from '../failpoints/failpoint.js';
import type { Clock, IdSource } from '../ports/clock.port.js';
import type { VenueName } from '../ports/market-data.port.js';
import type { CandleBackfillStore, NewBackfill } from './candle-backfill-store.port.js';
import type { BackfillNotice, CandleBackfill } from './candle-backfill.js';
import {
  awayNotices, checkExchange, checkInterval, checkNames, checkPeriod, checkRange, ignoranceOf, notListedFault, tradabilityNotices, unknownMarketFault,
  type BackfillCommand, type Checked, type WantedRange,
} from './check-backfill.js';
import { SERVED_INTERVALS } from './served-intervals.js';

export type SubmitBackfillResult =
  | { readonly kind: 'accepted'; readonly backfills: readonly CandleBackfill[]; readonly notices: readonly BackfillNotice[] }
  | { readonly kind: 'refused'; readonly faults: readonly SubmitFault[] }
  /** Nothing is known of the exchange's markets yet. */
  | { readonly kind: 'exchange-unavailable'; readonly detail: string };

export interface SubmitBackfillParts {
  readonly store: Pick<CandleBackfillStore, 'submit'>;
  readonly markets: MarketStore;
  /** The exchange that this product talks to. */
  readonly venue: VenueName;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Called after the commit: the outbox has new jobs. */
  readonly onQueued: () => void;
  readonly failpoint?: Failpoint;
}

const MAX_SIMILAR = 3;

/** Asks for candles of an exchange: all that is wanted, or all that is wrong with it. */
export class SubmitBackfill {
  constructor(private readonly parts: SubmitBackfillParts) {}

  /** @throws StoreFailure where Postgres cannot be had; nothing is stored then. */
  async run(command: BackfillCommand): Promise<SubmitBackfillResult> {
    const { venue, markets, clock } = this.parts;
    const status = await markets.statusOf(venue);
    const exchange = checkExchange(command.exchange, venue);
    const range = rangeOf(command, venue, clock.nowMs() + (status?.clockOffsetMs ?? 0));
    const faults = [...faultsOf(exchange), ...faultsOf(range), ...checkNames(command, venue)];
    const ignorance = ignoranceOf(venue, status);
    if (ignorance !== null) return faults.length > 0 ? { kind: 'refused', faults } : { kind: 'exchange-unavailable', detail: ignorance };
    const known = await this.marketsOf(command, faults);
    if (exchange.kind === 'bad' || range.kind === 'bad' || known.kind === 'bad') {
      return { kind: 'refused', faults: [...faults, ...faultsOf(known)] };
    }
    return this.accept(command, range.value, known.value, [...exchange.value, ...awayNotices(status as VenueStatus)]);
  }

  /** Of assets whose names are names at all; each that is not listed is a fault. */
  private async marketsOf({ assets, quote }: BackfillCommand, faults: readonly SubmitFault[]): Promise<Checked<readonly KnownMarket[]>> {
    const { markets, venue } = this.parts;
    const nameless = new Set(faults.map((fault) => fault.pointer));
    const found = await markets.marketsOf(venue, assets, quote);
    const missing: SubmitFault[] = [];
    for (const [index, base] of assets.entries()) {
      const market = found[index] ?? null;
      if (market?.isListed === true || nameless.has('/quote') || nameless.has(`/assets/${index}`)) continue;
      missing.push(market === null ? unknownMarketFault(index, venue, base, quote, await markets.basesLike(venue, base, MAX_SIMILAR)) : notListedFault(index, venue, market));
    }
    if (missing.length > 0 || nameless.size > 0) return { kind: 'bad', faults: missing };
    return { kind: 'good', value: unique(found.filter((market) => market !== null)) };
  }

  private async accept(command: BackfillCommand, range: WantedRange, markets: readonly KnownMarket[], notices: readonly BackfillNotice[]): Promise<SubmitBackfillResult> {
    const { store, clock, ids, venue, onQueued, failpoint = NO_FAILPOINT } = this.parts;
    const isFollowed = command.follow && command.toMs === null;
    const wanted = markets.map(({ rules }): NewBackfill => ({
      id: ids.next('bf'), identity: identityOf(venue, rules, range.interval), marketId: rules.marketId,
      fromMs: range.fromMs, toMs: range.toMs, isFollowed, createdAtMs: clock.nowMs(),
    }));
    const backfills = await store.submit(wanted);
    await failpoint('api.after_outbox_commit');
    onQueued();
    return { kind: 'accepted', backfills, notices: [...notices, ...markets.flatMap(tradabilityNotices)] };
  }
}

function rangeOf(command: BackfillCommand, venue: VenueName, nowMs: number): Checked<WantedRange> {
  const interval = checkInterval(command.interval, venue, SERVED_INTERVALS[venue]);
  const period = checkPeriod(command, nowMs);
  if (interval.kind === 'good' && period.kind === 'good') return checkRange(command, interval.value, nowMs);
  return { kind: 'bad', faults: [...faultsOf(interval), ...faultsOf(period)] };
}

const faultsOf = (checked: Checked<unknown>): readonly SubmitFault[] => (checked.kind === 'bad' ? checked.faults : []);

const identityOf = (exchange: VenueName, { base, quote }: KnownMarket['rules'], interval: CandleInterval): SeriesIdentity => ({ exchange, base, quote, interval });

/** An asset that was named twice is fetched once. */
function unique(markets: readonly KnownMarket[]): KnownMarket[] {
  return [...new Map(markets.map((market) => [market.rules.marketId, market])).values()];
}
