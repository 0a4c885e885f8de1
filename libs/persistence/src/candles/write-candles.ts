import type { PoolClient } from 'pg';
import type { UpsertCounts } from '#application';
import {
  coverageOf, INTERVAL_MS, joinCoverage, type CandleColumns,
} from '#domain';
import { CandleEdge } from './candle-edge.js';
import { ChunkWriter } from './chunk-writer.js';
import { periodsOf } from './packed-columns.js';
import { storeCoverage, type LockedSeries } from './series-rows.js';

/** As many candles at the recent edge become part of the chunks. */
export const MAX_EDGE_CANDLES = 1_024;

/** Into chunks: for closed history, in long runs. Ascending; within a transaction that holds the series' row. */
export async function upsertIntoChunks(client: PoolClient, series: LockedSeries, columns: CandleColumns, source: string): Promise<UpsertCounts> {
  const writer = new ChunkWriter(client, series, new CandleEdge(client, series.id), source);
  for (const { startMs, columns: part } of periodsOf(columns, series.identity.interval)) await writer.write(startMs, part);
  return writer.finish();
}

/**
 * New candles behind all that is stored become rows of the recent edge, and the edge becomes chunks once it is long
 * enough. Everything else (candles known already, or older ones, or very many) goes the way of an upsert.
 */
export async function appendCandles(client: PoolClient, series: LockedSeries, columns: CandleColumns, source: string): Promise<UpsertCounts> {
  const count = columns.openTimesMs.length;
  const isBehindAll = columns.openTimesMs[0]! > (series.coverage?.lastOpenMs ?? -Infinity);
  if (!isBehindAll || count > MAX_EDGE_CANDLES) return upsertIntoChunks(client, series, columns, source);
  const intervalMs = INTERVAL_MS[series.identity.interval];
  const edge = new CandleEdge(client, series.id);
  await edge.store(columns);
  const coverage = joinCoverage([...(series.coverage === null ? [] : [series.coverage]), coverageOf(columns, intervalMs)], intervalMs);
  await storeCoverage(client, series.id, coverage!);
  if ((await edge.count()) >= MAX_EDGE_CANDLES) await new ChunkWriter(client, series, edge, source).fold();
  return { insertedCount: count, unchangedCount: 0, correctedCount: 0 };
}
