import type { PoolClient } from 'pg';
import type { UpsertCounts } from '#application';
import {
  coverageOf,
  INTERVAL_MS,
  joinCoverage,
  mergeCandles,
  type CandleColumns,
  type Coverage,
} from '#domain';
import type { CandleEdge } from './candle-edge.js';
import { loadChunkColumns, type StoredSeries } from './column-loader.js';
import { recordCorrections } from './correction-rows.js';
import { CANDLES_PER_CHUNK, contentSha256, packed, PACKED_COLUMNS, periodsOf } from './packed-columns.js';
import { storeCoverage } from './series-rows.js';

const ALL_VALUES = ['open', 'high', 'low', 'close', 'volume'] as const;
const NO_COUNTS: UpsertCounts = { insertedCount: 0, unchangedCount: 0, correctedCount: 0 };

/**
 * Writes one series' chunks within a transaction that holds the series' row. What reaches into the recent edge brings
 * the edge into chunks first, so that the edge stays younger than every chunk.
 */
export class ChunkWriter {
  private counts: UpsertCounts = NO_COUNTS;
  private edgeFromMs: number | null = null;

  constructor(
    private readonly client: PoolClient,
    private readonly series: StoredSeries,
    private readonly edge: CandleEdge,
    private readonly source: string,
  ) {}

  async write(periodStartMs: number, incoming: CandleColumns): Promise<void> {
    this.edgeFromMs ??= await this.edge.firstOpenMs();
    if (incoming.openTimesMs.at(-1)! >= this.edgeFromMs) await this.fold();
    return this.writePeriod(periodStartMs, incoming);
  }

  /** The recent edge becomes part of the chunks; no candle comes or goes. */
  async fold(): Promise<void> {
    const { counts } = this;
    const columns = await this.edge.load();
    if (columns === null) return;
    await this.edge.clear();
    for (const { startMs, columns: part } of periodsOf(columns, this.series.identity.interval)) await this.writePeriod(startMs, part);
    this.counts = counts;
    this.edgeFromMs = Infinity;
  }

  private async writePeriod(periodStartMs: number, incoming: CandleColumns): Promise<void> {
    const storedSha256 = await this.storedSha256(periodStartMs);
    const incomingCount = incoming.openTimesMs.length;
    if (storedSha256 === null) {
      await this.store(periodStartMs, incoming);
      return this.add({ ...NO_COUNTS, insertedCount: incomingCount });
    }
    // The usual second import: equal bytes need not be read.
    if (storedSha256.equals(contentSha256(incoming))) return this.add({ ...NO_COUNTS, unchangedCount: incomingCount });
    return this.merge(periodStartMs, incoming);
  }

  /** Brings the series' figures up to date from the chunks' headers and the edge, if anything changed. */
  async finish(): Promise<UpsertCounts> {
    if (this.counts.insertedCount + this.counts.correctedCount > 0) {
      const edge = await this.edge.coverage(this.intervalMs);
      const coverage = joinCoverage([...(await this.chunkCoverages()), ...(edge === null ? [] : [edge])], this.intervalMs);
      if (coverage !== null) await storeCoverage(this.client, this.series.id, coverage);
    }
    return this.counts;
  }

  private get intervalMs(): number {
    return INTERVAL_MS[this.series.identity.interval];
  }

  private add(more: UpsertCounts): void {
    this.counts = {
      insertedCount: this.counts.insertedCount + more.insertedCount,
      unchangedCount: this.counts.unchangedCount + more.unchangedCount,
      correctedCount: this.counts.correctedCount + more.correctedCount,
    };
  }

  private async storedSha256(periodStartMs: number): Promise<Buffer | null> {
    const found = await this.client.query<{ content_sha256: Buffer }>(
      'SELECT content_sha256 FROM candle_chunk WHERE series_id = $1 AND period_start_ms = $2',
      [this.series.id, periodStartMs],
    );
    return found.rows[0]?.content_sha256 ?? null;
  }

  private async merge(periodStartMs: number, incoming: CandleColumns): Promise<void> {
    const { columns, insertedCount, unchangedCount, corrections } = mergeCandles(await this.load(periodStartMs), incoming);
    if (insertedCount + corrections.length > 0) await this.store(periodStartMs, columns);
    if (corrections.length > 0) await recordCorrections(this.client, this.series.id, this.source, corrections);
    this.add({ insertedCount, unchangedCount, correctedCount: corrections.length });
  }

  private async load(periodStartMs: number): Promise<CandleColumns> {
    const range = { fromMs: periodStartMs, toMs: periodStartMs + CANDLES_PER_CHUNK * this.intervalMs - 1 };
    const [loaded] = await loadChunkColumns(this.client, [this.series], range, ALL_VALUES);
    const { open, high, low, close, volume } = loaded!.columns;
    return { openTimesMs: loaded!.openTimesMs, opens: open!, highs: high!, lows: low!, closes: close!, volumes: volume! };
  }

  private async store(periodStartMs: number, columns: CandleColumns): Promise<void> {
    const header = coverageOf(columns, this.intervalMs);
    const sha256 = contentSha256(columns);
    const bytes = PACKED_COLUMNS.map(([name]) => packed(columns[name]));
    await this.client.query(STORE_CHUNK, [
      this.series.id,
      periodStartMs,
      header.firstOpenMs,
      header.lastOpenMs,
      header.candleCount,
      header.gapCount,
      header.zeroVolumeCount,
      sha256,
      ...bytes,
    ]);
  }

  private async chunkCoverages(): Promise<Coverage[]> {
    const headers = await this.client.query<Record<'first' | 'last' | 'candles' | 'gaps' | 'zeros', number>>(
      `SELECT first_open_ms::float8 AS first, last_open_ms::float8 AS last, candle_count AS candles, gap_count AS gaps,
              zero_volume_count AS zeros FROM candle_chunk WHERE series_id = $1 ORDER BY period_start_ms`,
      [this.series.id],
    );
    return headers.rows.map(({ first, last, candles, gaps, zeros }) => ({
      firstOpenMs: first,
      lastOpenMs: last,
      candleCount: candles,
      gapCount: gaps,
      missingCount: (last - first) / this.intervalMs + 1 - candles,
      zeroVolumeCount: zeros,
    }));
  }
}

const STORE_CHUNK = `INSERT INTO candle_chunk
  (series_id, period_start_ms, first_open_ms, last_open_ms, candle_count, gap_count, zero_volume_count, content_sha256,
   open_times, opens, highs, lows, closes, volumes)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
  ON CONFLICT (series_id, period_start_ms) DO UPDATE SET
    (first_open_ms, last_open_ms, candle_count, gap_count, zero_volume_count, content_sha256,
     open_times, opens, highs, lows, closes, volumes) =
    (EXCLUDED.first_open_ms, EXCLUDED.last_open_ms, EXCLUDED.candle_count, EXCLUDED.gap_count, EXCLUDED.zero_volume_count,
     EXCLUDED.content_sha256, EXCLUDED.open_times, EXCLUDED.opens, EXCLUDED.highs, EXCLUDED.lows, EXCLUDED.closes,
     EXCLUDED.volumes)`;
