/** The lowest equity over the highest equity so far, less 1. */
export function deepestDrawdown(equity: readonly number[]): number {
  let deepest = 0;
  let highest = -Infinity;
  for (const value of equity) {
    highest = Math.max(highest, value);
    deepest = Math.min(deepest, value / highest - 1);
  }
  return deepest;
}

/** Sharpe on the equity of each UTC day's last bar, annualized by the root of 365. */
export function annualSharpe(times: readonly number[], equity: readonly number[]): number {
  const lastOfDay = new Map<string, number>();
  times.forEach((time, bar) => lastOfDay.set(new Date(time).toISOString().slice(0, 10), equity[bar]!));
  const closes = [...lastOfDay.values()];
  const returns = closes.slice(1).map((close, day) => close / closes[day]! - 1);
  if (returns.length < 2) return 0;
  const mean = returns.reduce((a, b) => a + b, 0) / returns.length;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (returns.length - 1);
  return variance === 0 ? 0 : (mean / Math.sqrt(variance)) * Math.sqrt(365);
}
