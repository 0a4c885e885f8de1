import type { EquityPoint } from '#application';
import type { Sql } from '../session/sql.js';

/** The first point stands alone; the others are dealt into buckets of which the last one stands, with the flows and the worst drawdown of all. */
export function equityPoints(sql: Sql, portfolioId: string, fromMs: number, toMs: number, limit: number): Promise<EquityPoint[]> {
  return sql.rows<EquityPoint>(THINNED, [portfolioId, fromMs, toMs, limit]);
}

const THINNED = `
  WITH placed AS (
    SELECT at_ms, equity, cash, flows, return_index, 1 - return_index / nullif(peak_index, 0) AS drawdown,
           row_number() OVER (ORDER BY at_ms) AS place, count(*) OVER () AS total
    FROM equity_point WHERE portfolio_id = $1 AND at_ms BETWEEN $2 AND $3),
  dealt AS (
    SELECT *, CASE WHEN total <= $4::int THEN place ELSE ceil((place - 1)::numeric * ($4::int - 1) / (total - 1)) END AS bucket FROM placed)
  SELECT DISTINCT ON (bucket) at_ms::float8 AS "atMs", equity, cash, sum(flows) OVER points AS flows, return_index AS "returnIndex",
         coalesce(max(drawdown) OVER points, 0) AS drawdown
  FROM dealt WINDOW points AS (PARTITION BY bucket) ORDER BY bucket, place DESC`;
