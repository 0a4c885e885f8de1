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

/** What a value is compared with: factors of the values' sum, and of the total value. */
interface Screen {
  readonly upside: number;
  readonly downside: number;
  readonly limit: number;
}

/**
 * The scan in plain TypeScript. The block's lowest and highest closes tell which assets can exceed a threshold in it at
 * all: most often none, and then only the equity is due. Sums are added up column by column, four at a time, which is
 * faster than one row-major block and needs no copy (docs/adr/0002-engine-columns.md).
 */
export const scanColumns: ScanBars = createColumnScan();

/** Called once, for the one function above: V8 then takes both arrays for constants. They mean nothing between calls. */
function createColumnScan(): ScanBars {
  const suspects: number[] = [];
  const isFlagged = new Uint8Array(MAX_SCAN_BARS);
  return (request) => {
    const count = request.toBar - request.fromBar;
    const screen = screenOf(request);
    findSuspects(request, screen, suspects);
    const sums = markBlock(request.closes, request.quantities, 0, request.fromBar, count);
    writeEquity(request, sums, count);
    if (suspects.length === 0) return 0;
    for (const asset of suspects) flagBarsOf(asset, request, screen, sums, isFlagged, count);
    return collectFlags(request, isFlagged, count);
  };
}

function screenOf({ upsideThreshold, downsideThreshold, maxPosition, closes }: ScanRequest): Screen {
  return {
    upside: (1 + upsideThreshold - SLACK) / closes.length,
    downside: (1 - downsideThreshold + SLACK) / closes.length,
    limit: maxPosition * (1 - SLACK),
  };
}

/** The assets that would exceed a threshold if all lowest, or all highest, closes of the block fell on one bar. */
function findSuspects(request: ScanRequest, screen: Screen, suspects: number[]): void {
  const { closeRanges, quantities, cash } = request;
  const block = Math.floor(request.fromBar / RANGE_BLOCK_BARS);
  let lowestSum = 0;
  let highestSum = 0;
  for (let asset = 0; asset < quantities.length; asset++) {
    lowestSum += quantities[asset]! * closeRanges.lows[asset]![block]!;
    highestSum += quantities[asset]! * closeRanges.highs[asset]![block]!;
  }
  const highestQuiet = Math.min(screen.upside * lowestSum, screen.limit * (lowestSum + cash));
  const lowestQuiet = screen.downside * highestSum;
  suspects.length = 0;
  for (let asset = 0; asset < quantities.length; asset++) {
    const low = quantities[asset]! * closeRanges.lows[asset]![block]!;
    const high = quantities[asset]! * closeRanges.highs[asset]![block]!;
    if (high > highestQuiet || low < lowestQuiet) suspects.push(asset);
  }
}

function writeEquity({ equity, cash, fromBar }: ScanRequest, sums: Float64Array, count: number): void {
  for (let k = 0, bar = fromBar; k < count; k++, bar++) equity[bar] = sums[k]! + cash;
}

function flagBarsOf(
  asset: number, request: ScanRequest, screen: Screen, sums: Float64Array, isFlagged: Uint8Array, count: number,
): void {
  const { cash, fromBar } = request;
  const { upside, downside, limit } = screen;
  const column = request.closes[asset]!;
  const quantity = request.quantities[asset]!;
  for (let k = 0, bar = fromBar; k < count; k++, bar++) {
    const value = quantity * column[bar]!;
    const sum = sums[k]!;
    if (value > upside * sum || value < downside * sum || value > limit * (sum + cash)) isFlagged[k] = 1;
  }
}

function collectFlags({ flaggedBars, fromBar }: ScanRequest, isFlagged: Uint8Array, count: number): number {
  let flagged = 0;
  for (let k = 0; k < count; k++) {
    if (isFlagged[k] === 0) continue;
    isFlagged[k] = 0;
    flaggedBars[flagged++] = fromBar + k;
  }
  return flagged;
}
