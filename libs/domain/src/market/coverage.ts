import type { CandleColumns } from './candle-columns.js';

/** What a run of candles covers. A gap is an unbroken run of missing candles; `missingCount` counts the candles. */
export interface Coverage {
  readonly firstOpenMs: number;
  readonly lastOpenMs: number;
  readonly candleCount: number;
  readonly gapCount: number;
  readonly missingCount: number;
  readonly zeroVolumeCount: number;
}

/** Coverage of one run of at least one candle, ascending and on the grid. */
export function coverageOf(columns: CandleColumns, intervalMs: number): Coverage {
  const { openTimesMs, volumes } = columns;
  const candleCount = openTimesMs.length;
  if (candleCount === 0) throw new RangeError('coverage of no candles');
  let [gapCount, zeroVolumeCount] = [0, 0];
  for (let i = 0; i < candleCount; i++) {
    if (volumes[i] === 0) zeroVolumeCount += 1;
    if (i > 0 && openTimesMs[i]! - openTimesMs[i - 1]! > intervalMs) gapCount += 1;
  }
  const [firstOpenMs, lastOpenMs] = [openTimesMs[0]!, openTimesMs[candleCount - 1]!];
  const missingCount = slotsBetween(firstOpenMs, lastOpenMs, intervalMs) - candleCount;
  return { firstOpenMs, lastOpenMs, candleCount, gapCount, missingCount, zeroVolumeCount };
}

/** Coverage of a series from that of its parts, ascending and apart: no candle is looked at. Null for no parts. */
export function joinCoverage(parts: readonly Coverage[], intervalMs: number): Coverage | null {
  const [first, ...rest] = parts;
  if (first === undefined) return null;
  return rest.reduce((whole, part) => joinTwo(whole, part, intervalMs), first);
}

function joinTwo(left: Coverage, right: Coverage, intervalMs: number): Coverage {
  const missingBetween = slotsBetween(left.lastOpenMs, right.firstOpenMs, intervalMs) - 2;
  if (missingBetween < 0) throw new RangeError(`parts overlap: ${left.lastOpenMs}, then ${right.firstOpenMs}`);
  return {
    firstOpenMs: left.firstOpenMs,
    lastOpenMs: right.lastOpenMs,
    candleCount: left.candleCount + right.candleCount,
    gapCount: left.gapCount + right.gapCount + (missingBetween > 0 ? 1 : 0),
    missingCount: left.missingCount + right.missingCount + missingBetween,
    zeroVolumeCount: left.zeroVolumeCount + right.zeroVolumeCount,
  };
}

/** Grid slots from one open time to another, both counted. */
function slotsBetween(firstOpenMs: number, lastOpenMs: number, intervalMs: number): number {
  return (lastOpenMs - firstOpenMs) / intervalMs + 1;
}
