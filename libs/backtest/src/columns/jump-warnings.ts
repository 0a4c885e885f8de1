import type { PanelWarning } from './panel.js';

const LARGEST_QUIET_RATIO = 10;

/**
 * Warns of every jump by more than 10×, up or down, from a close to the next used bar's open where bars are missing
 * between the two. The step between bars is taken to be the smallest one in the panel.
 */
export function jumpsAcrossGaps(
  assets: readonly string[],
  openTimesMs: Float64Array,
  opens: readonly Float64Array[],
  closes: readonly Float64Array[],
): readonly PanelWarning[] {
  const gaps = barsAfterGaps(openTimesMs);
  return assets.flatMap((asset, index) => gaps.flatMap((bar) => {
    const ratio = opens[index]![bar]! / closes[index]![bar - 1]!;
    if (ratio <= LARGEST_QUIET_RATIO && ratio >= 1 / LARGEST_QUIET_RATIO) return [];
    const fromMs = openTimesMs[bar - 1]!;
    return [{ code: 'jump-across-gap' as const, asset, fromMs, toMs: openTimesMs[bar]!, ratio }];
  }));
}

function barsAfterGaps(openTimesMs: Float64Array): readonly number[] {
  let stepMs = Infinity;
  for (let bar = 1; bar < openTimesMs.length; bar++) {
    stepMs = Math.min(stepMs, openTimesMs[bar]! - openTimesMs[bar - 1]!);
  }
  const gaps: number[] = [];
  for (let bar = 1; bar < openTimesMs.length; bar++) {
    if (openTimesMs[bar]! - openTimesMs[bar - 1]! > stepMs) gaps.push(bar);
  }
  return gaps;
}
