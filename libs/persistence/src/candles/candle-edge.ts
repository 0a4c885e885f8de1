import type { PoolClient } from 'pg';
import { coverageOf, type CandleColumns, type Coverage } from '#domain';
import { prepared } from '../session/sql.js';
import { loadEdges, type EdgeColumns } from './edge-columns.js';

const EVERYTHING = { fromMs: null, toMs: null } as const;
export const EDGE_VALUES = ['open', 'high', 'low', 'close', 'volume'] as const;

/**
 * The recent edge of one series: candles as plain rows, all of them younger than those in chunks, so that appending one
 * costs a row and not a chunk. Within a transaction that holds the series' row.
 */
export class CandleEdge {
  constructor(
    private readonly client: PoolClient,
    private readonly seriesId: number,
  ) {}

  /** Infinity where there is none. */
  async firstOpenMs(): Promise<number> {
    const { rows } = await this.client.query<{ readonly first: number | null }>(
      'SELECT min(open_time_ms)::float8 AS first FROM candle_edge WHERE series_id = $1',
      [this.seriesId],
    );
    return rows[0]?.first ?? Infinity;
  }

  async count(): Promise<number> {
    const { rows } = await this.client.query<{ readonly n: number }>(prepared('SELECT count(*)::int AS n FROM candle_edge WHERE series_id = $1', [this.seriesId]));
    return rows[0]!.n;
  }

  async load(): Promise<CandleColumns | null> {
    const loaded = await loadEdges(this.client, [this.seriesId], EVERYTHING, EDGE_VALUES);
    return columnsOfEdge(loaded.get(this.seriesId));
  }

  async coverage(intervalMs: number): Promise<Coverage | null> {
    const columns = await this.load();
    return columns === null ? null : coverageOf(columns, intervalMs);
  }

  /** A candle that is there already takes the new figures. */
  async store({ openTimesMs, opens, highs, lows, closes, volumes }: CandleColumns): Promise<void> {
    await this.client.query(prepared(STORE_EDGE, [this.seriesId, ...[openTimesMs, opens, highs, lows, closes, volumes].map((column) => [...column])]));
  }

  async clear(): Promise<void> {
    await this.client.query('DELETE FROM candle_edge WHERE series_id = $1', [this.seriesId]);
  }
}

export function columnsOfEdge(edge: EdgeColumns | undefined): CandleColumns | null {
  if (edge === undefined) return null;
  const [opens, highs, lows, closes, volumes] = edge.values;
  return { openTimesMs: edge.openTimesMs, opens: opens!, highs: highs!, lows: lows!, closes: closes!, volumes: volumes! };
}

const STORE_EDGE = `INSERT INTO candle_edge (series_id, open_time_ms, open, high, low, close, volume)
  SELECT $1, * FROM unnest($2::bigint[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[])
  ON CONFLICT (series_id, open_time_ms) DO UPDATE SET (open, high, low, close, volume) =
    (EXCLUDED.open, EXCLUDED.high, EXCLUDED.low, EXCLUDED.close, EXCLUDED.volume)`;
