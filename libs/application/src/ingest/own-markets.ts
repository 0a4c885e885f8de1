import { marketGroupOf } from '#domain';
import type { EventLog } from '../ports/event-log.port.js';
import type { VenueName } from '../ports/market-data.port.js';
import type { Timer } from '../ports/timer.port.js';
import type { PriceWatchStore, WatchedMarket } from '../prices/price-watch-store.port.js';
import { RoundLoop } from '../rounds/round-loop.js';

export interface OwnMarketsParts {
  readonly watches: Pick<PriceWatchStore, 'watched'>;
  readonly venue: VenueName;
  /** Groups that are ours now. */
  readonly groups: () => ReadonlySet<number>;
  readonly everyMs: number;
  readonly timer: Timer;
  readonly log: EventLog;
}

/** The watched markets of our groups. While the database is away they are those that were watched last. */
export class OwnMarkets {
  private watched: readonly WatchedMarket[] = [];
  private readonly loop: RoundLoop;

  constructor(private readonly parts: OwnMarketsParts) {
    const { watches, venue, everyMs, timer, log } = parts;
    const round = async () => {
      this.watched = await watches.watched(venue);
    };
    this.loop = new RoundLoop({ name: 'watched-markets', everyMs, round, timer, log });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  list(): readonly WatchedMarket[] {
    const groups = this.parts.groups();
    return this.watched.filter(({ marketId }) => groups.has(marketGroupOf(marketId)));
  }
}
