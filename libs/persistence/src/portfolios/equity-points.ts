import type { EquityPoint } from '#application';
import type { Sql } from '../session/sql.js';

/** The first point stands alone; the rest of the time is dealt into equal stretches of which the last point stands, with the flows and the worst drawdown of all. */
export function equityPoints(sql: Sql, portfolioId: string, fromMs: number, toMs: number, limit: number): Promise<EquityPoint[]> {
  return sql.rows<EquityPoint>(THINNED, [portfolioId, fromMs, toMs, limit]);
}

// Grouped, not windowed: a year of minutes is half a million points, and sorting them takes seconds.
const THINNED = `
  WITH asked AS (
    SELECT min(at_ms) AS first_ms, max(at_ms) - min(at_ms) AS span_ms, count(*) AS total FROM equity_point WHERE portfolio_id = $1 AND at_ms BETWEEN $2 AND $3),
  dealt AS (
    SELECT max(at_ms) AS at_ms, sum(flows) AS flows, max(1 - return_index / nullif(peak_index, 0)) AS drawdown
    FROM equity_point, asked WHERE portfolio_id = $1 AND at_ms BETWEEN $2 AND $3
    GROUP BY CASE WHEN total <= $4::int THEN at_ms - first_ms ELSE ceil((at_ms - first_ms)::float8 * ($4::int - 1) / span_ms) END)
  SELECT at_ms::float8 AS "atMs", equity, cash, dealt.flows, return_index AS "returnIndex", coalesce(drawdown, 0) AS drawdown
  FROM dealt JOIN equity_point USING (at_ms) WHERE portfolio_id = $1 ORDER BY at_ms`;
