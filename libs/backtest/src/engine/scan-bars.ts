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
