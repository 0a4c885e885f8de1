import type { CandleColumns } from '#domain';
import { splitBar, type Bar, type BarBlock } from './bar-block.js';
import { Chance, mix } from './chance.js';
import type { PathScale, PathSource } from './price-path.js';
import type { Replay, ReplayedMarket } from './venue-types.js';

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
const DAY_MS = 1_440 * MINUTE_MS;
const WHOLE = { activity: 1, leastVolume: 0 } as const;
/** What a spread needs under the price. */
const LEAST_TICKS = 2;

/** Recorded time plus this is the path's time. */
export function replayShiftMs({ cursorMs }: Replay, speedFromMs: number): number {
  return Math.floor((speedFromMs - cursorMs) / DAY_MS) * DAY_MS;
}

/** @throws Error where a record cannot be replayed, naming the market and the rule */
export function checkReplayed({ marketId, intervalMs, columns }: ReplayedMarket): void {
  const minutes = intervalMs / MINUTE_MS;
  const isEven = Number.isInteger(minutes) && minutes >= 1 && 1_440 % minutes === 0;
  if (!isEven || (minutes % HOUR_MINUTES !== 0 && HOUR_MINUTES % minutes !== 0)) {
    throw new Error(`replay of ${marketId}: the interval must be 1m to 1d and divide an hour or be whole hours, was ${intervalMs} ms`);
  }
  if (columns.openTimesMs.length === 0) throw new Error(`replay of ${marketId}: there are no candles`);
  const isOff = columns.openTimesMs.some((openMs, i) => openMs % intervalMs !== 0 || (i > 0 && openMs <= columns.openTimesMs[i - 1]!));
  if (isOff) throw new Error(`replay of ${marketId}: open times must lie on the interval's grid and ascend`);
}

/**
 * Recorded candles as a path. Where bars are missing, and after the last one, the price stands at the last close without
 * volume. What is inside a bar is made up, by the same split as made days.
 */
export class ReplayedPath implements PathSource {
  private readonly barMinutes: number;
  private readonly columns: CandleColumns;
  private readonly shiftDays: number;

  constructor(
    private readonly seed: number,
    { intervalMs, columns }: ReplayedMarket,
    private readonly scale: PathScale,
    shiftMs: number,
  ) {
    this.barMinutes = intervalMs / MINUTE_MS;
    this.columns = columns;
    this.shiftDays = shiftMs / DAY_MS;
  }

  hours(day: number, block: BarBlock): void {
    const hour = 24 * (day - this.shiftDays);
    if (this.barMinutes < HOUR_MINUTES) {
      for (let i = 0; i < 24; i++) this.gatherHour(hour + i, block, i);
      return;
    }
    const hours = this.barMinutes / HOUR_MINUTES;
    for (let i = 0; i < 24; i += hours) this.splitAt(HOUR_MINUTES * (hour + i), hours, block, i);
  }

  minutes(hour: number, hourBar: () => Bar, block: BarBlock): void {
    const recordedHour = hour - 24 * this.shiftDays;
    if (this.barMinutes >= HOUR_MINUTES) {
      splitBar(hourBar(), HOUR_MINUTES, WHOLE, new Chance(mix(this.seed ^ 0x2, recordedHour)), block, 0);
      return;
    }
    for (let i = 0; i < HOUR_MINUTES; i += this.barMinutes) {
      this.splitAt(HOUR_MINUTES * recordedHour + i, this.barMinutes, block, i);
    }
  }

  /** The bar that opens at a recorded minute, in `parts` parts. */
  private splitAt(minute: number, parts: number, block: BarBlock, at: number): void {
    splitBar(this.barAt(minute), parts, WHOLE, new Chance(mix(this.seed ^ 0x1, minute)), block, at);
  }

  private gatherHour(hour: number, block: BarBlock, at: number): void {
    const bars = Array.from({ length: HOUR_MINUTES / this.barMinutes }, (_none, i) => this.barAt(HOUR_MINUTES * hour + i * this.barMinutes));
    block.opens[at] = bars[0]!.open;
    block.highs[at] = Math.max(...bars.map(({ high }) => high));
    block.lows[at] = Math.min(...bars.map(({ low }) => low));
    block.closes[at] = bars.at(-1)!.close;
    block.volumes[at] = bars.reduce((sum, { volume }) => sum + volume, 0);
  }

  /** The recorded bar, or a flat one at the last close before; in ticks and steps. */
  private barAt(minute: number): Bar {
    const i = lastAtOrBefore(this.columns.openTimesMs, minute * MINUTE_MS);
    const { opens, highs, lows, closes, volumes, openTimesMs } = this.columns;
    if (i < 0) return flat(this.ticks(opens[0]!));
    if (openTimesMs[i] !== minute * MINUTE_MS) return flat(this.ticks(closes[i]!));
    return {
      open: this.ticks(opens[i]!),
      high: this.ticks(highs[i]!),
      low: this.ticks(lows[i]!),
      close: this.ticks(closes[i]!),
      volume: Math.round(volumes[i]! / this.scale.step),
    };
  }

  private ticks(price: number): number {
    return Math.max(LEAST_TICKS, Math.round(price / this.scale.tick));
  }
}

function flat(price: number): Bar {
  return { open: price, high: price, low: price, close: price, volume: 0 };
}

/** Index of the last value that is not above `wanted`; -1 where all are. */
function lastAtOrBefore(values: Float64Array, wanted: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
