const MS_PER_DAY = 86_400_000;
const DAYS_PER_YEAR = 365;

/**
 * The last bar of each UTC day that has bars, a bar belonging to the day of its open time. Searched, not scanned: a
 * year of minutes has 525,600 bars and 365 days.
 */
export function lastBarsOfDays(openTimesMs: Float64Array): Int32Array {
  const bars: number[] = [];
  for (let bar = 0; bar < openTimesMs.length; ) {
    const nextDayMs = (Math.floor(openTimesMs[bar]! / MS_PER_DAY) + 1) * MS_PER_DAY;
    const nextDayBar = firstBarFrom(openTimesMs, nextDayMs, bar);
    bars.push(nextDayBar - 1);
    bar = nextDayBar;
  }
  return Int32Array.from(bars);
}

/** The first bar at or after a time, from a bar on; the number of bars where there is none. */
export function firstBarFrom(openTimesMs: Float64Array, timeMs: number, fromBar: number): number {
  let low = fromBar;
  let high = openTimesMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (openTimesMs[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns between consecutive days that have bars; the initial capital is no base. */
export function dailyReturns(equity: Float64Array, lastBars: Int32Array): readonly number[] {
  const returns: number[] = [];
  for (let day = 1; day < lastBars.length; day++) returns.push(equity[lastBars[day]!]! / equity[lastBars[day - 1]!]! - 1);
  return returns;
}

/** Mean over sample standard deviation, × √365, risk-free 0; 0 with fewer than two returns or no deviation. */
export function sharpeOf(returns: readonly number[]): number {
  if (returns.length < 2) return 0;
  const mean = meanOf(returns);
  const squares = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return annualizedRatio(mean, Math.sqrt(squares / (returns.length - 1)));
}

/** As Sharpe, over the root of the mean squared loss (gains count as 0) of all days. */
export function sortinoOf(returns: readonly number[]): number {
  if (returns.length < 2) return 0;
  const squares = returns.reduce((sum, value) => sum + Math.min(0, value) ** 2, 0);
  return annualizedRatio(meanOf(returns), Math.sqrt(squares / returns.length));
}

/** (1 + total return)^(365 days / span) − 1; null under one day, or where that is not a finite number. */
export function annualizedReturnOf(totalReturn: number, spanMs: number): number | null {
  if (spanMs < MS_PER_DAY) return null;
  const annualized = (1 + totalReturn) ** ((DAYS_PER_YEAR * MS_PER_DAY) / spanMs) - 1;
  return Number.isFinite(annualized) ? annualized : null;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function annualizedRatio(mean: number, deviation: number): number {
  return deviation > 0 ? (mean / deviation) * Math.sqrt(DAYS_PER_YEAR) : 0;
}
