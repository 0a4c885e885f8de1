import type { PoolClient } from 'pg';
import type { CandleColumnName, TimeRange } from '#application';
import { overlapParameters } from './time-range.js';

/** Candles of one series that are still plain rows, ascending. */
export interface EdgeColumns {
  readonly openTimesMs: Float64Array;
  /** In the order of the names asked for. */
  readonly values: readonly Float64Array[];
}

/** What of the recent edge of these series lies in the range; a series without any is left out. */
export async function loadEdges(
  client: Pick<PoolClient, 'query'>,
  seriesIds: readonly number[],
  range: TimeRange,
  names: readonly CandleColumnName[],
): Promise<Map<number, EdgeColumns>> {
  const columns = ['open_time_ms', ...names];
  const packed = columns.map((column, place) => `string_agg(float8send(${column}::float8), ''::bytea ORDER BY open_time_ms) AS c${place}`);
  const { rows } = await client.query<{ readonly series_id: number } & Readonly<Record<string, Buffer>>>(
    `SELECT series_id, ${packed.join(', ')} FROM candle_edge
      WHERE series_id = ANY($3::int[]) AND open_time_ms BETWEEN $1 AND $2 GROUP BY series_id`,
    [...overlapParameters(range), seriesIds],
  );
  return new Map(
    rows.map((row) => {
      const [openTimesMs, ...values] = columns.map((_column, place) => fromNetworkOrder(row[`c${place}`]!));
      return [row.series_id, { openTimesMs: openTimesMs!, values }];
    }),
  );
}

/** `float8send` writes big-endian. */
function fromNetworkOrder(bytes: Buffer): Float64Array {
  const count = bytes.length / Float64Array.BYTES_PER_ELEMENT;
  return Float64Array.from({ length: count }, (_none, index) => bytes.readDoubleBE(index * Float64Array.BYTES_PER_ELEMENT));
}
