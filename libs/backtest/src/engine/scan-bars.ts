import { RANGE_BLOCK_BARS, type CloseRanges } from '../columns/panel.js';
import { markBlock } from './mark-block.js';

/** A scan covers at most one block of the panel's close ranges. */
export const MAX_SCAN_BARS = RANGE_BLOCK_BARS;

/**
 * Holdings that do not change over the scanned bars, and where the results go. One object is reused for all scans of a
 * run, hence the mutable fields.
 */
export interface ScanRequest {
  /** One column of closes per asset. */
  readonly closes: readonly Float64Array[];
  readonly closeRanges: CloseRanges;
  readonly quantities: Float64Array;
  cash: number;
  /** First bar, and the bar after the last: all inside one block of the close ranges. */
  fromBar: number;
  toBar: number;
  readonly upsideThreshold: number;
  readonly downsideThreshold: number;
  readonly maxPosition: number;
  /** Equity of the scanned bars goes here, at their index in the panel. */
  readonly equity: Float64Array;
  /** The bars on which a threshold may be exceeded go here, ascending, from index 0. */
  readonly flaggedBars: Int32Array;
}

/**
 * The engine's inner loop: writes the equity of every bar and flags those on which `decideRebalance` must be asked.
 * Returns how many bars it flagged. It may flag too many (the decision then holds) and must never flag too few; a
 * compiled kernel may take its place.
 */
export type ScanBars = (request: ScanRequest) => number;

/**
 * Slack, as a fraction of the mean (or of the total), by which a bar may miss a threshold and still be flagged. The scan
 * adds and divides in another order than the decision, which moves a value by about 1e-15 of itself.
 */
const SLACK = 1e-9;

/**
 * The scan in plain TypeScript, column by column over a block of bars, so that what is summed up stays in the nearest
 * cache and each inner loop reads straight down two columns. Faster than one row-major block, and without the copy that
 * such a block needs (docs/adr/0002-engine-columns.md).
 */
export const scanColumns: ScanBars = createColumnScan();

/**
 * Called once, for the one function above: V8 then takes the three arrays for constants, which makes the loops half as
 * fast again. Nobody reads them between two calls, and every thread has its own.
 */
function createColumnScan(): ScanBars {
  const sums = new Float64Array(MAX_SCAN_BARS);
  const lowest = new Float64Array(MAX_SCAN_BARS);
  const highest = new Float64Array(MAX_SCAN_BARS);
  return (request) => {
    const count = request.toBar - request.fromBar;
    if (isQuiet(request)) {
      const block = markBlock(request.closes, request, request.fromBar, count);
      request.equity.set(count === block.length ? block : block.subarray(0, count), request.fromBar);
      return 0;
    }
    startColumn(request, sums, lowest, highest, count);
    let asset = 1;
    for (; asset + 1 < request.closes.length; asset += 2) addTwoColumns(request, asset, sums, lowest, highest, count);
    if (asset < request.closes.length) addColumn(request, asset, sums, lowest, highest, count);
    return flagBars(request, sums, lowest, highest, count);
  };
}

/** No threshold can be exceeded even if the lowest and highest closes of the block fell on one bar: only equity is due. */
function isQuiet(request: ScanRequest): boolean {
  const { closes, closeRanges, quantities, cash, fromBar } = request;
  const block = Math.floor(fromBar / RANGE_BLOCK_BARS);
  let lowestSum = 0;
  let highestSum = 0;
  let lowest = Infinity;
  let highest = 0;
  for (let asset = 0; asset < closes.length; asset++) {
    const low = quantities[asset]! * closeRanges.lows[asset]![block]!;
    const high = quantities[asset]! * closeRanges.highs[asset]![block]!;
    lowestSum += low;
    highestSum += high;
    if (low < lowest) lowest = low;
    if (high > highest) highest = high;
  }
  const { upside, downside, limit } = screenOf(request, closes.length);
  return highest <= upside * lowestSum && lowest >= downside * highestSum && highest <= limit * (lowestSum + cash);
}

interface Screen {
  /** Factors of the values' sum. */
  readonly upside: number;
  readonly downside: number;
  /** Factor of the total value. */
  readonly limit: number;
}

function screenOf(
  thresholds: Pick<ScanRequest, 'upsideThreshold' | 'downsideThreshold' | 'maxPosition'>, assetCount: number,
): Screen {
  return {
    upside: (1 + thresholds.upsideThreshold - SLACK) / assetCount,
    downside: (1 - thresholds.downsideThreshold + SLACK) / assetCount,
    limit: thresholds.maxPosition * (1 - SLACK),
  };
}

function startColumn(
  request: ScanRequest, sums: Float64Array, lowest: Float64Array, highest: Float64Array, count: number,
): void {
  const column = request.closes[0]!;
  const quantity = request.quantities[0]!;
  for (let k = 0, bar = request.fromBar; k < count; k++, bar++) {
    const value = quantity * column[bar]!;
    sums[k] = value;
    lowest[k] = value;
    highest[k] = value;
  }
}

function addColumn(
  request: ScanRequest, asset: number, sums: Float64Array, lowest: Float64Array, highest: Float64Array, count: number,
): void {
  const column = request.closes[asset]!;
  const quantity = request.quantities[asset]!;
  for (let k = 0, bar = request.fromBar; k < count; k++, bar++) {
    const value = quantity * column[bar]!;
    sums[k] = sums[k]! + value;
    if (value < lowest[k]!) lowest[k] = value;
    if (value > highest[k]!) highest[k] = value;
  }
}

function addTwoColumns(
  request: ScanRequest, asset: number, sums: Float64Array, lowest: Float64Array, highest: Float64Array, count: number,
): void {
  const columnA = request.closes[asset]!;
  const columnB = request.closes[asset + 1]!;
  const quantityA = request.quantities[asset]!;
  const quantityB = request.quantities[asset + 1]!;
  for (let k = 0, bar = request.fromBar; k < count; k++, bar++) {
    const a = quantityA * columnA[bar]!;
    const b = quantityB * columnB[bar]!;
    sums[k] = sums[k]! + a + b;
    const low = a < b ? a : b;
    const high = a < b ? b : a;
    if (low < lowest[k]!) lowest[k] = low;
    if (high > highest[k]!) highest[k] = high;
  }
}

function flagBars(
  request: ScanRequest, sums: Float64Array, lowest: Float64Array, highest: Float64Array, count: number,
): number {
  const { cash, equity, flaggedBars, fromBar } = request;
  const { upside, downside, limit } = screenOf(request, request.closes.length);
  let flagged = 0;
  for (let k = 0; k < count; k++) {
    const sum = sums[k]!;
    const total = sum + cash;
    equity[fromBar + k] = total;
    const high = highest[k]!;
    if (high > upside * sum || lowest[k]! < downside * sum || high > limit * total) flaggedBars[flagged++] = fromBar + k;
  }
  return flagged;
}
