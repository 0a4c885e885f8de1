/** A move across a gap above this ratio (or below its inverse) is rarely a market: most often a name was given anew. */
export const SUSPECT_JUMP_RATIO = 10;

/** Two neighboring candles with missing ones between them, whose prices do not look like those of one asset. */
export interface GapJump {
  readonly lastOpenMs: number;
  readonly nextOpenMs: number;
  readonly closeBefore: number;
  readonly openAfter: number;
  /** openAfter over closeBefore. */
  readonly ratio: number;
}

export interface GapSide {
  readonly openTimeMs: number;
  readonly open: number;
  readonly close: number;
}

/** The jump from one candle to the next, or null where no candle is missing between them or the move is below 10×. */
export function gapJumpBetween(before: GapSide, after: GapSide, intervalMs: number): GapJump | null {
  if (after.openTimeMs - before.openTimeMs <= intervalMs) return null;
  const ratio = after.open / before.close;
  if (ratio <= SUSPECT_JUMP_RATIO && ratio >= 1 / SUSPECT_JUMP_RATIO) return null;
  return {
    lastOpenMs: before.openTimeMs,
    nextOpenMs: after.openTimeMs,
    closeBefore: before.close,
    openAfter: after.open,
    ratio,
  };
}

/**
 * Every suspect jump of a series given as columns, ascending. Where opens were not loaded, hand in the closes twice:
 * the first close after the gap then stands for the open.
 */
export function findGapJumps(
  series: { readonly openTimesMs: Float64Array; readonly opens: Float64Array; readonly closes: Float64Array },
  intervalMs: number,
): GapJump[] {
  const { openTimesMs, opens, closes } = series;
  const jumps: GapJump[] = [];
  for (let i = 1; i < openTimesMs.length; i++) {
    if (openTimesMs[i]! - openTimesMs[i - 1]! <= intervalMs) continue;
    const jump = gapJumpBetween(sideAt(i - 1), sideAt(i), intervalMs);
    if (jump !== null) jumps.push(jump);
  }
  return jumps;

  function sideAt(index: number): GapSide {
    return { openTimeMs: openTimesMs[index]!, open: opens[index]!, close: closes[index]! };
  }
}
