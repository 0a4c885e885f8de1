/** First, last, lowest and highest must fit. */
export const FEWEST_POINTS = 4;

/**
 * Ascending indexes of at most `points` values that look like all of them: the lowest and the highest of each bucket,
 * the first and the last value, and the lowest and highest of all. A fall of one bar is never smoothed away.
 */
export function extremeIndexes(values: Float64Array, points: number): number[] {
  checkPoints(points);
  if (values.length <= points) return Array.from(values.keys());
  const kept = new Set([0, values.length - 1, ...extremesBetween(values, 0, values.length)]);
  const bucketCount = Math.floor((points - FEWEST_POINTS) / 2);
  for (let bucket = 0; bucket < bucketCount; bucket += 1) {
    const from = Math.floor((bucket * values.length) / bucketCount);
    const to = Math.floor(((bucket + 1) * values.length) / bucketCount);
    for (const index of extremesBetween(values, from, to)) kept.add(index);
  }
  return [...kept].sort((left, right) => left - right);
}

/** Ascending indexes of at most `points` of `count` rows, evenly spread, the first and the last among them. */
export function evenIndexes(count: number, points: number): number[] {
  checkPoints(points);
  if (count <= points) return Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: points }, (_, index) => Math.round((index * (count - 1)) / (points - 1)));
}

/** Equity over its highest value so far, less 1: zero or negative at each point. */
export function drawdownsOf(equity: Float64Array): Float64Array {
  let peak = -Infinity;
  return equity.map((value) => {
    peak = Math.max(peak, value);
    return value / peak - 1;
  });
}

/** Of several equal ones the first. */
function extremesBetween(values: Float64Array, from: number, to: number): readonly [number, number] {
  let lowest = from;
  let highest = from;
  for (let index = from + 1; index < to; index += 1) {
    const value = values[index]!;
    if (value < values[lowest]!) lowest = index;
    if (value > values[highest]!) highest = index;
  }
  return [lowest, highest];
}

function checkPoints(points: number): void {
  if (!Number.isSafeInteger(points) || points < FEWEST_POINTS) throw new RangeError(`at least ${FEWEST_POINTS} points, not ${points}`);
}
