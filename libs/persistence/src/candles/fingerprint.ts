import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { TimeRange } from '#application';
import { CandleColumnsBuilder, INTERVAL_MS, type CandleColumns } from '#domain';
import { columnsOfEdge, EDGE_VALUES } from './candle-edge.js';
import { loadChunkColumns, type StoredSeries } from './column-loader.js';
import { loadEdges } from './edge-columns.js';
import { CANDLES_PER_CHUNK, contentSha256, periodsOf } from './packed-columns.js';
import { IS_WANTED, WANTED_SERIES } from './series-rows.js';
import { overlapParameters, overlapping } from './time-range.js';

/**
 * For each wanted series, in order, one digest over its chunks in the range, from their stored hashes (null: no chunk), and
 * whether rows of its recent edge belong to it as well.
 */
export const DIGEST_SERIES = `SELECT id, (
    SELECT encode(sha256(string_agg(int8send(period_start_ms) || content_sha256, ''::bytea ORDER BY period_start_ms)), 'hex')
      FROM candle_chunk WHERE series_id = candle_series.id AND ${overlapping('$5', '$6')}) AS digest,
    EXISTS (SELECT FROM candle_edge WHERE series_id = candle_series.id AND open_time_ms BETWEEN $5 AND $6) AS "hasEdge"
  FROM ${WANTED_SERIES} LEFT JOIN candle_series ON ${IS_WANTED} AND candle_count > 0 ORDER BY place`;

export interface SeriesDigest {
  readonly id: number | null;
  readonly digest: string | null;
  readonly hasEdge: boolean;
}

interface DigestedPeriod {
  readonly startMs: number;
  readonly firstOpenMs: number;
  readonly lastOpenMs: number;
  readonly sha256: Buffer;
}

/**
 * The digest that the series would have if its recent edge, up to the end of the range, were part of its chunks already:
 * becoming so changes no fingerprint of a range without an end, and what is appended behind a range changes none of it.
 * Over a connection that holds one snapshot.
 */
export async function digestWithEdge(client: PoolClient, series: StoredSeries, range: TimeRange): Promise<string | null> {
  const periods = new Map((await storedPeriods(client, series.id)).map((period) => [period.startMs, period]));
  const edge = columnsOfEdge((await loadEdges(client, [series.id], { fromMs: null, toMs: range.toMs }, EDGE_VALUES)).get(series.id));
  for (const { startMs, columns } of edge === null ? [] : periodsOf(edge, series.identity.interval)) {
    const whole = periods.has(startMs) ? await joinedWithChunk(client, series, startMs, columns) : columns;
    const { openTimesMs } = whole;
    periods.set(startMs, { startMs, firstOpenMs: openTimesMs[0]!, lastOpenMs: openTimesMs.at(-1)!, sha256: contentSha256(whole) });
  }
  return digestOf([...periods.values()], range);
}

async function storedPeriods(client: PoolClient, seriesId: number): Promise<DigestedPeriod[]> {
  const { rows } = await client.query<DigestedPeriod>(
    `SELECT period_start_ms::float8 AS "startMs", first_open_ms::float8 AS "firstOpenMs", last_open_ms::float8 AS "lastOpenMs",
            content_sha256 AS sha256 FROM candle_chunk WHERE series_id = $1 ORDER BY period_start_ms`,
    [seriesId],
  );
  return rows;
}

async function joinedWithChunk(client: PoolClient, series: StoredSeries, startMs: number, edge: CandleColumns): Promise<CandleColumns> {
  const toMs = startMs + CANDLES_PER_CHUNK * INTERVAL_MS[series.identity.interval] - 1;
  const [chunk] = await loadChunkColumns(client, [series], { fromMs: startMs, toMs }, EDGE_VALUES);
  const { open, high, low, close, volume } = chunk!.columns;
  const joined = new CandleColumnsBuilder(chunk!.openTimesMs.length + edge.openTimesMs.length);
  joined.append({ openTimesMs: chunk!.openTimesMs, opens: open!, highs: high!, lows: low!, closes: close!, volumes: volume! });
  joined.append(edge);
  return joined.take();
}

/** As `DIGEST_SERIES` reckons. The edge is younger than all chunks, so its periods come last or replace the last one. */
function digestOf(periods: readonly DigestedPeriod[], range: TimeRange): string | null {
  const [fromMs, toMs] = overlapParameters(range);
  const inRange = periods.filter(({ firstOpenMs, lastOpenMs }) => lastOpenMs >= fromMs && firstOpenMs <= toMs);
  if (inRange.length === 0) return null;
  const hash = createHash('sha256');
  for (const { startMs, sha256 } of inRange) {
    const start = Buffer.alloc(8);
    start.writeBigInt64BE(BigInt(startMs));
    hash.update(start).update(sha256);
  }
  return hash.digest('hex');
}
