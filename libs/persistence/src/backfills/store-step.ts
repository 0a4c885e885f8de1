import type { PoolClient } from 'pg';
import type { SeriesStep, UpsertCounts } from '#application';
import { holesIn, INTERVAL_MS, type OpenTimeSpan, type SeriesIdentity } from '#domain';
import { candleStoreFailureOf } from '../candles/candle-store-failure.js';
import { loadColumns, type StoredSeries } from '../candles/column-loader.js';
import { growStretch, markAsked } from '../candles/contiguous-stretch.js';
import { GapRows } from '../candles/gap-rows.js';
import { lockSeries } from '../candles/series-rows.js';
import { appendCandles, upsertIntoChunks } from '../candles/write-candles.js';
import type { Sql } from '../session/sql.js';

export interface StepOfSeries {
  readonly identity: SeriesIdentity;
  readonly marketId: string;
  readonly step: SeriesStep;
  /** What corrections name. */
  readonly source: string;
  /** `upsert`: long runs of history; `append`: the few candles that have closed just now. */
  readonly by: 'upsert' | 'append';
}

export interface StoredStep {
  readonly counts: UpsertCounts;
  /** Holes that no gap told of before. */
  readonly newGapCount: number;
}

const NOTHING: UpsertCounts = { insertedCount: 0, unchangedCount: 0, correctedCount: 0 };

/** Candles, the gaps that they fill, the gaps that they leave, and the watermark, in the caller's transaction. */
export async function storeSeriesStep(sql: Sql, doing: string, work: StepOfSeries): Promise<StoredStep> {
  try {
    return await storeOver(await sql.client(), work);
  } catch (error) {
    throw candleStoreFailureOf(error, doing);
  }
}

async function storeOver(client: PoolClient, { identity, marketId, step, source, by }: StepOfSeries): Promise<StoredStep> {
  const { columns, fromMs, nextFromMs } = step;
  const series = await lockSeries(client, identity);
  const gaps = new GapRows(client, series);
  const write = by === 'append' ? appendCandles : upsertIntoChunks;
  const counts = columns.openTimesMs.length === 0 ? NOTHING : await write(client, series, columns, source);
  await gaps.fill(columns);
  const newGapCount = await gaps.note(await holesAfter(client, series, step), marketId);
  await markAsked(client, series.id, fromMs, nextFromMs, by === 'append' ? 'soft' : 'hard');
  await growStretch(client, series.id, columns.openTimesMs[0] ?? null);
  return { counts, newGapCount };
}

/** What of the step's open times is not stored, by whatever source. Read back only where the step itself left holes. */
async function holesAfter(client: PoolClient, series: StoredSeries, { columns, fromMs, nextFromMs }: SeriesStep): Promise<OpenTimeSpan[]> {
  const intervalMs = INTERVAL_MS[series.identity.interval];
  const span = { fromMs, toMs: nextFromMs - intervalMs };
  if (span.toMs < span.fromMs || holesIn(columns.openTimesMs, span, intervalMs).length === 0) return [];
  const [stored] = await loadColumns(client, [series], span, []);
  return holesIn(stored!.openTimesMs, span, intervalMs);
}
