import type { CandleColumns, Coverage, SeriesIdentity } from '#domain';

/** The figures that a reader may ask for; open times always come along. */
export type CandleColumnName = 'open' | 'high' | 'low' | 'close' | 'volume';

/** First and last open time, both included; null: no bound. */
export interface TimeRange {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

export interface UpsertCounts {
  readonly insertedCount: number;
  /** Candles that stood there with the same figures already. */
  readonly unchangedCount: number;
  /** Closed candles whose figures changed: the old ones are on record, the new ones stand. */
  readonly correctedCount: number;
}

export interface SeriesCoverage extends Coverage {
  readonly identity: SeriesIdentity;
  readonly updatedAtMs: number;
}

export interface SeriesFilter {
  readonly exchange?: string;
  readonly base?: string;
  readonly quote?: string;
  readonly interval?: string;
}

/** One series' candles in a range: arrays of equal length over shared memory, so that threads need no copies. */
export interface LoadedSeries {
  readonly identity: SeriesIdentity;
  /** Epoch ms UTC, ascending. Empty where the series is unknown or has no candle in the range. */
  readonly openTimesMs: Float64Array;
  /** Exactly the columns asked for. */
  readonly columns: Readonly<Partial<Record<CandleColumnName, Float64Array>>>;
}

/** Closed candles, kept as packed columns. */
export interface CandleStore {
  /**
   * Stores all batches (each ascending, and each after the one before) in one transaction: where reading or storing
   * fails, nothing of them is kept. Two calls for one series wait for each other. `source` is what corrections name.
   */
  upsertCandles(identity: SeriesIdentity, batches: AsyncIterable<CandleColumns>, source: string): Promise<UpsertCounts>;
  /** In the order of `identities`. Reads one consistent state of all of them. */
  loadColumns(
    identities: readonly SeriesIdentity[],
    range: TimeRange,
    columns: readonly CandleColumnName[],
  ): Promise<LoadedSeries[]>;
  /** What is stored, by exchange, base, quote and interval. From a table, so at once. */
  coverage(filter: SeriesFilter): Promise<SeriesCoverage[]>;
  /** In the order of `identities`; null where nothing of a series is stored. */
  coverageOf(identities: readonly SeriesIdentity[]): Promise<(SeriesCoverage | null)[]>;
  /**
   * 64 hex digits that change when a candle in the range changes, and only when the data near the range do (a chunk
   * is the smallest unit; of the youngest candles, which are in none yet, each). Depends on the order of identities, and on
   * nothing that a second database with the same candles in chunks would not share.
   */
  fingerprint(identities: readonly SeriesIdentity[], range: TimeRange): Promise<string>;
}
