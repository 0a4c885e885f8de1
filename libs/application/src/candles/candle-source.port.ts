import type { CandleColumns, CandleFault, CandleField, SeriesIdentity } from '#domain';

export interface RefusedRow {
  /** Counted from one, the header included. */
  readonly line: number;
  readonly reason: CandleFault;
  readonly field: CandleField | null;
}

/** What was met in a file: complete once its batches have been read to the end. */
export interface CandleFileTally {
  /** Rows with data, good or bad. */
  readonly rowCount: number;
  readonly acceptedCount: number;
  /** Good rows outside the asked-for range, left out. */
  readonly leftOutCount: number;
  readonly refusedCount: number;
  readonly refusedByReason: Readonly<Partial<Record<CandleFault, number>>>;
  /** The first few, in order. */
  readonly firstRefused: readonly RefusedRow[];
}

/** A file of one series' candles, read once, in batches of checked rows. */
export interface CandleFile {
  readonly path: string;
  readonly identity: SeriesIdentity;
  /** Ascending, without duplicates, never empty. Throws a `CandleFileFailure` where the file as a whole is unfit. */
  batches(): AsyncIterable<CandleColumns>;
  tally(): CandleFileTally;
}
