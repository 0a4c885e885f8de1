/** A run of open times on an interval's grid, both ends included. */
export interface OpenTimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The runs of open times within the span that have no candle. `openTimesMs` ascending; those outside of the span do not matter. */
export function holesIn(openTimesMs: Float64Array, span: OpenTimeSpan, intervalMs: number): OpenTimeSpan[] {
  const holes: OpenTimeSpan[] = [];
  let expectedMs = span.fromMs;
  for (let i = firstIndexFrom(openTimesMs, span.fromMs); i < openTimesMs.length; i++) {
    const openTimeMs = openTimesMs[i]!;
    if (openTimeMs > span.toMs) break;
    if (openTimeMs > expectedMs) holes.push({ fromMs: expectedMs, toMs: openTimeMs - intervalMs });
    expectedMs = openTimeMs + intervalMs;
  }
  if (expectedMs <= span.toMs) holes.push({ fromMs: expectedMs, toMs: span.toMs });
  return holes;
}

/** What is left of the spans without the others. Both ascending and apart; so is the result. */
export function spansWithout(spans: readonly OpenTimeSpan[], others: readonly OpenTimeSpan[], intervalMs: number): OpenTimeSpan[] {
  return spans.flatMap((span) => {
    const left: OpenTimeSpan[] = [];
    let fromMs = span.fromMs;
    for (const other of others) {
      if (other.toMs < fromMs || other.fromMs > span.toMs) continue;
      if (other.fromMs > fromMs) left.push({ fromMs, toMs: other.fromMs - intervalMs });
      fromMs = other.toMs + intervalMs;
    }
    return fromMs > span.toMs ? left : [...left, { fromMs, toMs: span.toMs }];
  });
}

/** Of the first time that is not before the given one; the length where all are. */
export function firstIndexFrom(timesMs: Float64Array, timeMs: number): number {
  let [low, high] = [0, timesMs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timesMs[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
