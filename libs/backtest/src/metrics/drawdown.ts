import type { Drawdown } from '../report/backtest-report.js';

export interface DrawdownFigures {
  /** Lowest equity over the highest before it, less 1: zero or negative. */
  readonly maxDrawdown: number;
  readonly drawdown: Drawdown | null;
}

/** Maximum drawdown on bar closes, with the times of its peak, its trough and the first bar back at the peak. */
export function drawdownOf(equity: Float64Array, openTimesMs: Float64Array): DrawdownFigures {
  const { peakBar, troughBar } = deepestFall(equity);
  if (troughBar === peakBar) return { maxDrawdown: 0, drawdown: null };
  const peak = equity[peakBar]!;
  let recoveryBar = troughBar;
  while (recoveryBar < equity.length && equity[recoveryBar]! < peak) recoveryBar++;
  const drawdown = {
    peakMs: openTimesMs[peakBar]!,
    troughMs: openTimesMs[troughBar]!,
    recoveryMs: recoveryBar < equity.length ? openTimesMs[recoveryBar]! : null,
  };
  return { maxDrawdown: equity[troughBar]! / peak - 1, drawdown };
}

/** One pass that divides only where a deeper trough is found: `trough` is the equity at which the fall equals the deepest. */
function deepestFall(equity: Float64Array): { readonly peakBar: number; readonly troughBar: number } {
  let highest = equity[0]!;
  let highestBar = 0;
  let deepest = 1;
  let trough = highest;
  let found = { peakBar: 0, troughBar: 0 };
  for (let bar = 1; bar < equity.length; bar++) {
    const value = equity[bar]!;
    if (value > highest) {
      highest = value;
      highestBar = bar;
      trough = highest * deepest;
    } else if (value < trough) {
      trough = value;
      deepest = value / highest;
      found = { peakBar: highestBar, troughBar: bar };
    }
  }
  return found;
}
