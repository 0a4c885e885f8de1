import { RANGE_BLOCK_BARS } from './panel.js';

export interface ColumnRanges {
  readonly lows: Float64Array;
  readonly highs: Float64Array;
  /** Every close is above zero and finite. */
  readonly isSound: boolean;
}

/** Lowest and highest close of each block, and whether all are sound, in one pass. */
export function rangesOf(closes: Float64Array): ColumnRanges {
  const blocks = Math.ceil(closes.length / RANGE_BLOCK_BARS);
  const lows = new Float64Array(blocks);
  const highs = new Float64Array(blocks);
  let isSound = true;
  for (let block = 0, bar = 0; block < blocks; block++) {
    const end = Math.min(bar + RANGE_BLOCK_BARS, closes.length);
    let low = Infinity;
    let high = 0;
    for (; bar < end; bar++) {
      const close = closes[bar]!;
      if (close < low) low = close;
      if (close > high) high = close;
      // A NaN is neither lower nor higher than anything, so it is caught here.
      if (!(close > 0)) isSound = false;
    }
    if (high === Infinity) isSound = false;
    lows[block] = low;
    highs[block] = high;
  }
  return { lows, highs, isSound };
}
