const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Every candle interval that can be stored, by its name. */
export const INTERVAL_MS = {
  '1m': MINUTE_MS,
  '3m': 3 * MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': HOUR_MS,
  '2h': 2 * HOUR_MS,
  '4h': 4 * HOUR_MS,
  '6h': 6 * HOUR_MS,
  '8h': 8 * HOUR_MS,
  '12h': 12 * HOUR_MS,
  '1d': DAY_MS,
  '1w': 7 * DAY_MS,
} as const satisfies Record<string, number>;

export type CandleInterval = keyof typeof INTERVAL_MS;

export const CANDLE_INTERVALS = Object.keys(INTERVAL_MS) as readonly CandleInterval[];

/** 1970-01-05, the first Monday of the epoch: weekly candles open on Mondays, all others divide the epoch. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

export function isCandleInterval(text: string): text is CandleInterval {
  return Object.hasOwn(INTERVAL_MS, text);
}

/** A time on the interval's grid; every other open time differs from it by a whole number of intervals. */
export function gridAnchorMs(interval: CandleInterval): number {
  return interval === '1w' ? FIRST_MONDAY_MS : 0;
}

export function isOnGrid(openTimeMs: number, interval: CandleInterval): boolean {
  return (openTimeMs - gridAnchorMs(interval)) % INTERVAL_MS[interval] === 0;
}

/** The last open time of the grid that is not after the time. */
export function floorToGrid(timeMs: number, interval: CandleInterval): number {
  const anchorMs = gridAnchorMs(interval);
  return anchorMs + Math.floor((timeMs - anchorMs) / INTERVAL_MS[interval]) * INTERVAL_MS[interval];
}

/** The first open time of the grid that is not before the time. */
export function ceilToGrid(timeMs: number, interval: CandleInterval): number {
  const floorMs = floorToGrid(timeMs, interval);
  return floorMs === timeMs ? timeMs : floorMs + INTERVAL_MS[interval];
}

/** Open time of the youngest candle that was closed by then. */
export function lastClosedOpenMs(nowMs: number, interval: CandleInterval): number {
  return floorToGrid(nowMs, interval) - INTERVAL_MS[interval];
}
