import { tradabilityOf } from '#domain';
import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { MarketDataPort } from '../ports/market-data.port.js';
import type { Timer } from '../ports/timer.port.js';
import { RoundLoop } from '../rounds/round-loop.js';
import type { MarketStore, VenueStatus } from './market-store.port.js';

export interface VenueWatchParts {
  readonly marketData: Pick<MarketDataPort, 'venue' | 'serverTime' | 'markets' | 'apiMarketIds'>;
  /** Scheme and host of the venue. */
  readonly origin: string;
  readonly store: Pick<MarketStore, 'storeMarkets' | 'storeStatus'>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: EventLog;
  /** How often the venue's clock is read, and markets are tried again that could not be had. */
  readonly statusEveryMs: number;
  readonly marketsEveryMs: number;
}

/** Keeps what everybody else knows of the venue: whether it answers, how its clock goes, and its markets. */
export class VenueWatch {
  private readonly loops: readonly RoundLoop[];
  private status: Omit<VenueStatus, 'venue' | 'origin' | 'marketsLoadedMs' | 'updatedAtMs'> = {
    isReachable: false, lastAnswerMs: null, problem: 'not asked yet', clockOffsetMs: null, roundTripMs: null,
  };
  private marketsLoadedMs: number | null = null;

  constructor(private readonly parts: VenueWatchParts) {
    const { timer, log, statusEveryMs: everyMs } = parts;
    this.loops = [
      new RoundLoop({ name: 'venue-status', everyMs, round: () => this.look(), timer, log }),
      new RoundLoop({ name: 'venue-markets', everyMs, round: () => this.loadMarketsWhenDue(), timer, log }),
    ];
  }

  get isReachable(): boolean {
    return this.status.isReachable;
  }

  /** Venue's clock minus ours, as last read; null: never. */
  get clockOffsetMs(): number | null {
    return this.status.clockOffsetMs;
  }

  start(): void {
    for (const loop of this.loops) loop.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  /** What failed is stored before it is told in the log, since others read it there. */
  private async look(): Promise<void> {
    const { marketData, clock } = this.parts;
    const failure = await marketData.serverTime().then(
      ({ offsetMs, roundTripMs }) => {
        this.status = { isReachable: true, lastAnswerMs: clock.nowMs(), problem: null, clockOffsetMs: offsetMs, roundTripMs };
        return null;
      },
      (error: unknown) => {
        this.status = { ...this.status, isReachable: false, problem: error instanceof Error ? error.message : String(error) };
        return error;
      },
    );
    await this.storeStatus();
    if (failure !== null) throw failure;
  }

  private async storeStatus(): Promise<void> {
    const { marketData, origin, store, clock } = this.parts;
    const { marketsLoadedMs } = this;
    await store.storeStatus({ venue: marketData.venue, origin, ...this.status, marketsLoadedMs, updatedAtMs: clock.nowMs() });
  }

  private async loadMarketsWhenDue(): Promise<void> {
    const { clock, marketsEveryMs } = this.parts;
    if (this.marketsLoadedMs !== null && clock.nowMs() - this.marketsLoadedMs < marketsEveryMs) return;
    await this.loadMarkets();
  }

  private async loadMarkets(): Promise<void> {
    const { marketData, store, clock, log } = this.parts;
    const markets = await marketData.markets();
    const apiMarketIds = await marketData.apiMarketIds();
    const seenMs = clock.nowMs();
    const judged = markets.map((rules) => ({ rules, tradability: tradabilityOf(rules, apiMarketIds) }));
    await store.storeMarkets(marketData.venue, judged, seenMs);
    this.marketsLoadedMs = seenMs;
    // At once, since candles may be asked for from now on; the first look at the clock stores it otherwise.
    if (this.status.isReachable) await this.storeStatus();
    const tradable = judged.filter(({ tradability }) => tradability.kind === 'tradable').length;
    log.info({ event: 'markets-loaded', venue: marketData.venue, markets: markets.length, tradable }, 'Knows the markets of the venue');
  }
}
