/**
 * Holdings that do not change over the scanned bars, and where the results go. One object is reused for all scans of a
 * run, hence the mutable fields.
 */
export interface ScanRequest {
  /** One column of closes per asset. */
  readonly closes: readonly Float64Array[];
  readonly quantities: Float64Array;
  cash: number;
  /** First bar, and the bar after the last. At most `MAX_SCAN_BARS` apart. */
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

export const MAX_SCAN_BARS = 512;

/**
 * Slack, as a fraction of the mean (or of the total), by which a bar may miss a threshold and still be flagged. The scan
 * adds and divides in another order than the decision, which moves a value by about 1e-15 of itself.
 */
const SLACK = 1e-9;

/**
 * The scan in plain TypeScript, column by column over a block of bars: the block's sums, lowest and highest values stay
 * in the nearest cache, and each inner loop reads straight down two columns. Faster than one row-major block, and
 * without the copy that such a block needs (docs/adr/0002-engine-columns.md).
 */
export function createColumnScan(): ScanBars {
  const sums = new Float64Array(MAX_SCAN_BARS);
  const lowest = new Float64Array(MAX_SCAN_BARS);
  const highest = new Float64Array(MAX_SCAN_BARS);
  return (request) => {
    const count = request.toBar - request.fromBar;
    startColumn(request, sums, lowest, highest, count);
    let asset = 1;
    for (; asset + 1 < request.closes.length; asset += 2) addTwoColumns(request, asset, sums, lowest, highest, count);
    if (asset < request.closes.length) addColumn(request, asset, sums, lowest, highest, count);
    return flagBars(request, sums, lowest, highest, count);
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
  const upside = (1 + request.upsideThreshold - SLACK) / request.closes.length;
  const downside = (1 - request.downsideThreshold + SLACK) / request.closes.length;
  const limit = request.maxPosition * (1 - SLACK);
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
