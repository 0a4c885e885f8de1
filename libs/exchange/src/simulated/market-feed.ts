import type { Bar } from './bar-block.js';
import { MinuteCourse, type PathTrade } from './minute-course.js';
import type { PathClock } from './path-clock.js';
import type { PricePath, ValuedBar } from './price-path.js';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

export interface TimedTrade extends PathTrade {
  readonly timeMs: number;
}

export interface DaySummary extends ValuedBar {
  readonly openMs: number;
  readonly trades: number;
}

/** A market's prices as the clock sees them: the path's, from the market's first minute on. Numbers in ticks and steps. */
export class MarketFeed {
  constructor(
    private readonly path: PricePath,
    private readonly clock: PathClock,
    /** Before it there is no price. */
    private readonly firstPathMs: number,
    private readonly seed: number,
  ) {}

  /** The last price; null before the first. */
  priceAt(nowMs: number): number | null {
    const pathMs = this.clock.pathMs(nowMs);
    if (pathMs < this.firstPathMs) return null;
    return this.course(Math.floor(pathMs / MINUTE_MS)).priceAt(pathMs % MINUTE_MS);
  }

  /** What the clock's span [fromMs, toMs) has shown until `nowMs`; null where the market had no price in it. */
  barOf(fromMs: number, toMs: number, nowMs: number): ValuedBar | null {
    const start = Math.max(this.clock.pathMs(fromMs), this.firstPathMs);
    const end = this.clock.pathMs(Math.min(toMs, nowMs));
    if (fromMs > nowMs || start > end || (start === end && toMs <= nowMs)) return null;
    const whole = this.path.bar(start / MINUTE_MS, Math.floor(end / MINUTE_MS));
    if (toMs <= nowMs && end % MINUTE_MS === 0) return whole;
    return joined(whole, this.barSoFar(end));
  }

  /** When the market had its first price, on the clock. */
  get firstMs(): number {
    return this.clock.clockMs(this.firstPathMs);
  }

  /** The last 24 hours by whole minutes of the clock, the open one included. */
  daySummary(nowMs: number): DaySummary | null {
    const endMs = (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS;
    const openMs = Math.max(endMs - DAY_MS, Math.floor(this.firstMs / MINUTE_MS) * MINUTE_MS);
    const bar = this.barOf(openMs, endMs, nowMs);
    if (bar === null) return null;
    // A usual trade is put at about 40 in quote; nothing but this count depends on it.
    return { ...bar, openMs, trades: bar.volume === 0 ? 0 : 1 + Math.round(bar.quote / 400_000) };
  }

  /** The newest `limit` trades, newest first, of the last day at the longest. */
  trades(limit: number, nowMs: number): readonly TimedTrade[] {
    const pathMs = this.clock.pathMs(nowMs);
    const found: TimedTrade[] = [];
    const oldest = Math.max(this.firstPathMs, pathMs - DAY_MS) / MINUTE_MS;
    for (let minute = Math.floor(pathMs / MINUTE_MS); minute >= oldest && found.length < limit; minute--) {
      const passedMs = Math.min(MINUTE_MS, pathMs - minute * MINUTE_MS);
      const trades = this.course(minute).tradesUntil(passedMs).toReversed();
      for (const trade of trades) found.push({ ...trade, timeMs: this.clock.clockMs(trade.pathMs) });
    }
    return found.slice(0, limit);
  }

  /** When the price first comes to a price or beyond it in (sinceMs, nowMs]; null where it does not. */
  firstReaching(side: 'low' | 'high', price: number, sinceMs: number, nowMs: number): number | null {
    const start = Math.max(this.clock.pathMs(sinceMs), this.firstPathMs);
    const end = this.clock.pathMs(nowMs);
    let minute = Math.floor(start / MINUTE_MS);
    while (minute * MINUTE_MS <= end) {
      const reached = this.path.firstReaching(minute, Math.floor(end / MINUTE_MS) + 1, side, price);
      if (reached === null) return null;
      const passedMs = Math.max(0, start - reached * MINUTE_MS);
      const atMs = this.course(reached).firstReaching(side, price, passedMs);
      if (atMs !== null) return this.inTime(reached * MINUTE_MS + atMs, end);
      minute = reached + 1; // It was there before `start`, in the same minute.
    }
    return null;
  }

  private inTime(pathMs: number, endPathMs: number): number | null {
    return pathMs <= endPathMs ? this.clock.clockMs(pathMs) : null;
  }

  private barSoFar(pathMs: number): ValuedBar {
    const bar = this.course(Math.floor(pathMs / MINUTE_MS)).barAt(pathMs % MINUTE_MS);
    return { ...bar, quote: this.path.valueOf(bar) };
  }

  private course(minute: number): MinuteCourse {
    return new MinuteCourse(this.path.minute(minute), minute, this.seed);
  }
}

function joined(first: ValuedBar | null, second: ValuedBar): ValuedBar {
  if (first === null) return second;
  const { open, high, low, volume, quote }: Bar & { quote: number } = first;
  return {
    open,
    high: Math.max(high, second.high),
    low: Math.min(low, second.low),
    close: second.close,
    volume: volume + second.volume,
    quote: quote + second.quote,
  };
}
