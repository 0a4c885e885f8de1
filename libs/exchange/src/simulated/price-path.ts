import { BarBlock, type Bar } from './bar-block.js';
import { RecentCache } from './recent-cache.js';


// Taken once: in a sandboxed context, such as a test's, each look at a global costs more than the arithmetic.
const { floor, max, min, round } = Math;

/** Prices are whole ticks, quantities whole steps, quote values whole units of 10^-4, so that sums are exact. */
export interface PathScale {
  readonly tick: number;
  readonly step: number;
  readonly tickTimesStep: number;
}

export const QUOTE_DECIMALS = 4;
const QUOTE_UNITS = 10 ** QUOTE_DECIMALS;

/** Where hours and minutes come from. Pure: the same arguments, the same bars. Days, hours, minutes count from the epoch. */
export interface PathSource {
  /** Fills a block of 24. */
  hours(day: number, block: BarBlock): void;
  /** Fills a block of 60, which aggregate to the hour's bar. */
  minutes(hour: number, hourBar: () => Bar, block: BarBlock): void;
}

/** A bar with its value in quote units. */
export interface ValuedBar extends Bar {
  quote: number;
}

interface Day {
  readonly hours: BarBlock;
  /** Quote units by hour, NaN while nobody has asked. */
  readonly quotes: Float64Array;
}

/** Shared by all paths of a venue, and as large as one look at all of them together needs: two days and two hours of each. */
export class PathCaches {
  readonly days: RecentCache<Day>;
  readonly hours: RecentCache<BarBlock>;

  constructor(markets: number) {
    this.days = new RecentCache(max(512, 3 * markets));
    this.hours = new RecentCache(max(512, 3 * markets));
  }
}

const scratch = new BarBlock(60);

/** A market's price over time, by minutes; any span of whole minutes is one bar. */
export class PricePath {
  private readonly quoteUnitsOfTickStep: number;

  constructor(
    private readonly source: PathSource,
    /** Tells this path's entries in the caches from others'. */
    private readonly index: number,
    private readonly caches: PathCaches,
    scale: PathScale,
  ) {
    this.quoteUnitsOfTickStep = scale.tickTimesStep * QUOTE_UNITS;
  }

  minute(minute: number): Bar {
    const hour = floor(minute / 60);
    return this.minutesOf(hour).at(minute - 60 * hour);
  }

  valueOf(bar: Bar): number {
    return round(bar.volume * ((bar.open + bar.high + bar.low + bar.close) / 4) * this.quoteUnitsOfTickStep);
  }

  /** Minutes [from, to) as one bar; null where there are none. By whole hours where they lie inside. */
  bar(from: number, to: number): ValuedBar | null {
    if (to <= from) return null;
    const sum: ValuedBar = { open: NaN, high: -Infinity, low: Infinity, close: NaN, volume: 0, quote: 0 };
    for (let minute = from; minute < to; ) {
      const hour = floor(minute / 60);
      const end = min(to, 60 * hour + 60);
      if (end - minute === 60) this.addHour(sum, hour);
      else this.addMinutes(sum, this.minutesOf(hour), minute - 60 * hour, end - 60 * hour);
      minute = end;
    }
    return sum;
  }

  /** The first minute of [from, to) whose low is at or under, or whose high is at or over, a price; null where none is. */
  firstReaching(from: number, to: number, side: 'low' | 'high', price: number): number | null {
    const reaches = (block: BarBlock, i: number) => (side === 'low' ? block.lows[i]! <= price : block.highs[i]! >= price);
    for (let minute = from; minute < to; ) {
      const hour = floor(minute / 60);
      const end = min(to, 60 * hour + 60);
      const { hours } = this.dayOf(floor(hour / 24));
      if (reaches(hours, hour % 24)) {
        const minutes = this.minutesOf(hour);
        for (let i = minute - 60 * hour; i < end - 60 * hour; i++) if (reaches(minutes, i)) return 60 * hour + i;
      }
      minute = end;
    }
    return null;
  }

  private addHour(sum: ValuedBar, hour: number): void {
    const { hours, quotes } = this.dayOf(floor(hour / 24));
    const i = hour % 24;
    if (Number.isNaN(quotes[i]!)) quotes[i] = this.quoteOfHour(hour, hours.at(i));
    addBar(sum, hours, i);
    sum.quote += quotes[i]!;
  }

  private addMinutes(sum: ValuedBar, block: BarBlock, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      addBar(sum, block, i);
      sum.quote += this.quoteAt(block, i);
    }
  }

  private quoteOfHour(hour: number, bar: Bar): number {
    if (bar.volume === 0) return 0;
    this.source.minutes(hour, () => bar, scratch);
    let sum = 0;
    for (let i = 0; i < 60; i++) sum += this.quoteAt(scratch, i);
    return sum;
  }

  private quoteAt(block: BarBlock, i: number): number {
    const middle = (block.opens[i]! + block.highs[i]! + block.lows[i]! + block.closes[i]!) / 4;
    return round(block.volumes[i]! * middle * this.quoteUnitsOfTickStep);
  }

  private dayOf(day: number): Day {
    return this.caches.days.get(this.index * 0x10_0000 + day, () => {
      const hours = new BarBlock(24);
      this.source.hours(day, hours);
      return { hours, quotes: new Float64Array(24).fill(NaN) };
    });
  }

  private minutesOf(hour: number): BarBlock {
    return this.caches.hours.get(this.index * 0x100_0000 + hour, () => {
      const block = new BarBlock(60);
      this.source.minutes(hour, () => this.dayOf(floor(hour / 24)).hours.at(hour % 24), block);
      return block;
    });
  }
}

function addBar(sum: Bar, block: BarBlock, i: number): void {
  if (Number.isNaN(sum.open)) sum.open = block.opens[i]!;
  if (block.highs[i]! > sum.high) sum.high = block.highs[i]!;
  if (block.lows[i]! < sum.low) sum.low = block.lows[i]!;
  sum.close = block.closes[i]!;
  sum.volume += block.volumes[i]!;
}

