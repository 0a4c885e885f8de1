import { RANGE_BLOCK_BARS } from './panel.js';

/** Lowest close of each block. */
export function blockLows(closes: Float64Array): Float64Array {
  const lows = new Float64Array(Math.ceil(closes.length / RANGE_BLOCK_BARS));
  for (let block = 0, bar = 0; block < lows.length; block++) {
    const end = Math.min(bar + RANGE_BLOCK_BARS, closes.length);
    let low = Infinity;
    for (; bar < end; bar++) if (closes[bar]! < low) low = closes[bar]!;
    lows[block] = low;
  }
  return lows;
}

/** Highest close of each block. */
export function blockHighs(closes: Float64Array): Float64Array {
  const highs = new Float64Array(Math.ceil(closes.length / RANGE_BLOCK_BARS));
  for (let block = 0, bar = 0; block < highs.length; block++) {
    const end = Math.min(bar + RANGE_BLOCK_BARS, closes.length);
    let high = 0;
    for (; bar < end; bar++) if (closes[bar]! > high) high = closes[bar]!;
    highs[block] = high;
  }
  return highs;
}
