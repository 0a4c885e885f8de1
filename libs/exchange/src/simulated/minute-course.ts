import type { Bar } from './bar-block.js';
import { mix } from './chance.js';

const MINUTE_MS = 60_000;
const TRADES = 12;
const SLOT_MS = MINUTE_MS / TRADES;

/** One printed trade: ticks, steps, and its time on the path. */
export interface PathTrade {
  readonly price: number;
  readonly quantity: number;
  readonly pathMs: number;
}

/**
 * How the price goes inside a minute: straight from the open to one extreme, to the other, to the close, so that it has
 * touched both; and twelve trades on that way, which are the minute's volume.
 */
export class MinuteCourse {
  private readonly turnsMs: readonly [number, number];
  private readonly extremes: readonly [number, number];

  constructor(
    readonly bar: Bar,
    private readonly minute: number,
    private readonly seed: number,
  ) {
    const bits = mix(seed, minute);
    this.turnsMs = [6_000 + (bits & 0x3fff), 34_000 + ((bits >>> 14) & 0x3fff)];
    const isLowFirst = bar.close === bar.open ? (bits & 0x8000_0000) !== 0 : bar.close > bar.open;
    this.extremes = isLowFirst ? [bar.low, bar.high] : [bar.high, bar.low];
  }

  /** Ticks, `passedMs` (0 to 60000) after the minute began. */
  priceAt(passedMs: number): number {
    const { open, close, high, low } = this.bar;
    if (high === low) return close;
    const [first, second] = this.turnsMs;
    if (passedMs <= first) return onWay(open, this.extremes[0], passedMs / first);
    if (passedMs <= second) return onWay(this.extremes[0], this.extremes[1], (passedMs - first) / (second - first));
    return onWay(this.extremes[1], close, (passedMs - second) / (MINUTE_MS - second));
  }

  /** The bar as it stands so far. */
  barAt(passedMs: number): Bar {
    const { open } = this.bar;
    const close = this.priceAt(passedMs);
    let [high, low] = [Math.max(open, close), Math.min(open, close)];
    this.turnsMs.forEach((turnMs, i) => {
      if (passedMs < turnMs) return;
      high = Math.max(high, this.extremes[i]!);
      low = Math.min(low, this.extremes[i]!);
    });
    return { open, high, low, close, volume: this.volumeAt(passedMs) };
  }

  /** Ascending, up to that time. */
  tradesUntil(passedMs: number): readonly PathTrade[] {
    const trades: PathTrade[] = [];
    for (let slot = 0; slot < TRADES && this.bar.volume > 0; slot++) {
      const atMs = this.tradeMs(slot);
      const quantity = this.volumeBy(slot + 1) - this.volumeBy(slot);
      if (atMs > passedMs) break;
      if (quantity > 0) trades.push({ price: this.priceAt(atMs), quantity, pathMs: this.minute * MINUTE_MS + atMs });
    }
    return trades;
  }

  /**
   * When the price first comes to `price` or beyond it, in ms after the minute began and not before `sinceMs`; null if never.
   */
  firstReaching(side: 'low' | 'high', price: number, sinceMs: number): number | null {
    const isThere = (atMs: number) => (side === 'low' ? this.priceAt(atMs) <= price : this.priceAt(atMs) >= price);
    const corners = [sinceMs, ...this.turnsMs.filter((turnMs) => turnMs > sinceMs), MINUTE_MS];
    const reached = corners.findIndex(isThere);
    if (reached < 0) return null;
    return reached === 0 ? sinceMs : firstTrue(corners[reached - 1]!, corners[reached]!, isThere);
  }

  private volumeAt(passedMs: number): number {
    let slot = Math.floor(passedMs / SLOT_MS);
    if (slot < TRADES && this.tradeMs(slot) <= passedMs) slot += 1;
    return this.volumeBy(Math.min(slot, TRADES));
  }

  private volumeBy(slots: number): number {
    return Math.floor((this.bar.volume * slots) / TRADES);
  }

  private tradeMs(slot: number): number {
    return slot * SLOT_MS + 500 + (mix(this.seed ^ slot, this.minute) & 0xfff);
  }
}

function onWay(from: number, to: number, share: number): number {
  return Math.round(from + (to - from) * share);
}

/** The first whole number in (low, high] for which a claim that stays true is true; it is true for `high`. */
function firstTrue(low: number, high: number, isTrue: (value: number) => boolean): number {
  let [below, above] = [Math.floor(low), Math.ceil(high)];
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    if (isTrue(middle)) above = middle;
    else below = middle;
  }
  return above;
}
