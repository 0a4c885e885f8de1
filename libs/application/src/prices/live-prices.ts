import { judgeQuote, priceStateFrom, readDecimal, type LatestPrice, type PriceLimits, type PriceState, type RawQuote } from '#domain';
import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { JobQueue } from '../ports/job-queue.port.js';
import type { BookTicker, BookTickers, MarketDataPort } from '../ports/market-data.port.js';
import type { Timer } from '../ports/timer.port.js';
import { RoundLoop } from '../rounds/round-loop.js';
import type { LatestPrices } from './latest-prices.port.js';
import type { PriceHintSource } from './price-hint-source.port.js';
import type { WatchedMarket } from './price-watch-store.port.js';

export interface LivePricesParts {
  readonly marketData: Pick<MarketDataPort, 'venue' | 'bookTickers'>;
  readonly prices: LatestPrices;
  readonly jobs: Pick<JobQueue, 'add'>;
  /** Markets that are ours to look at now. */
  readonly watched: () => readonly WatchedMarket[];
  /** Venue's clock minus ours; null: not known yet. */
  readonly clockOffsetMs: () => number | null;
  /** Where looks at portfolios are queued. */
  readonly evaluation: { readonly queue: string; readonly priority: number };
  readonly limits: PriceLimits;
  readonly ingestorId: string;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: EventLog;
  readonly hints?: PriceHintSource;
}

/**
 * Every second the quotes of our markets by one call, judged, published, and then one look for each shard of portfolios of
 * which a fresh price came in. While the venue is away nothing is published: readers see prices grow stale by themselves.
 */
export class LivePrices {
  private readonly loop: RoundLoop;
  private states = new Map<string, PriceState>();
  private endHints: (() => void) | null = null;

  constructor(private readonly parts: LivePricesParts) {
    const { timer, log, everyMs } = parts;
    this.loop = new RoundLoop({ name: 'live-prices', everyMs, round: () => this.refresh(), timer, log });
  }

  start(): void {
    this.endHints = this.parts.hints?.subscribe(() => this.loop.kick()) ?? null;
    this.loop.start();
  }

  /** New markets have come: no need to wait for the second to pass. */
  kick(): void {
    this.loop.kick();
  }

  async stop(): Promise<void> {
    this.endHints?.();
    await this.loop.stop();
  }

  /** One round. @throws VenueFailure, or the failure of whatever carries prices and jobs */
  async refresh(): Promise<void> {
    const watched = this.parts.watched();
    await this.remember(watched.map(({ marketId }) => marketId));
    if (watched.length === 0) return;
    const { marketData, prices } = this.parts;
    const answer = await marketData.bookTickers([...this.states.keys()]);
    const before = new Map(this.states);
    const judged = this.judge(answer);
    await prices.publish(marketData.venue, judged);
    const moves = new Map(judged.filter(({ flag }) => flag === null).map(({ marketId, mid }) => [marketId, moveOf(before.get(marketId)?.accepted?.mid, mid)]));
    await this.askForLooks(watched, moves, answer.exchangeMs);
  }

  /** What was known of markets that are no longer ours is dropped; of new ones it is what others have published. */
  private async remember(marketIds: readonly string[]): Promise<void> {
    const unknown = marketIds.filter((marketId) => !this.states.has(marketId));
    if (unknown.length === 0 && marketIds.length === this.states.size) return;
    const { prices, marketData } = this.parts;
    const published = await prices.read(marketData.venue, unknown);
    const begun = new Map(unknown.map((marketId, index) => [marketId, priceStateFrom(published[index] ?? null)]));
    this.states = new Map(marketIds.map((marketId) => [marketId, this.states.get(marketId) ?? begun.get(marketId)!]));
  }

  private judge({ tickers, exchangeMs, receivedMs }: BookTickers): LatestPrice[] {
    const byId = new Map(tickers.map((ticker) => [ticker.marketId, ticker]));
    const { clock, clockOffsetMs, limits } = this.parts;
    const nowMs = clock.nowMs();
    // Without a reading of its clock, the venue's own word at the answer is the best there is.
    const venueNowMs = nowMs + (clockOffsetMs() ?? exchangeMs - receivedMs);
    return [...this.states].flatMap(([marketId, state]) => {
      const ticker = byId.get(marketId);
      const quote = ticker === undefined ? null : toQuote(ticker, exchangeMs, receivedMs);
      const verdict = judgeQuote(marketId, state, quote, venueNowMs, limits);
      this.states.set(marketId, verdict.state);
      return verdict.price ?? [];
    });
  }

  /** Where a price has moved most, something is most likely to be done: that shard is looked at first. */
  private async askForLooks(watched: readonly WatchedMarket[], moves: ReadonlyMap<string, number>, exchangeMs: number): Promise<void> {
    const { jobs, evaluation, ingestorId } = this.parts;
    const asOfMs = Math.floor(exchangeMs);
    const fresh = watched.filter(({ marketId }) => moves.has(marketId)).toSorted((one, other) => moves.get(other.marketId)! - moves.get(one.marketId)!);
    const shards = [...new Set(fresh.flatMap((market) => market.shards))];
    await Promise.all(shards.map((shard) => jobs.add({
      queue: evaluation.queue, priority: evaluation.priority, payload: { shard, asOfMs },
      jobId: `${evaluation.queue}-${shard}-${asOfMs}-${ingestorId}`, coalesceKey: `shard-${shard}`,
    })));
  }
}

/** As a fraction; a first price is no move. */
const moveOf = (before: number | undefined, mid: number): number => (before === undefined ? 0 : Math.abs(mid / before - 1));

function toQuote({ bidPrice, askPrice, bidQuantity, askQuantity }: BookTicker, exchangeMs: number, receivedMs: number): RawQuote {
  return {
    bid: readDecimal(bidPrice), ask: readDecimal(askPrice), bidQuantity: readDecimal(bidQuantity), askQuantity: readDecimal(askQuantity),
    exchangeMs, receivedMs,
  };
}
