import type { Portfolio, VenueName } from '#application';
import type { PortfolioConfiguration, PortfolioState, TradingMode } from '#domain';
import type { Sql } from '../session/sql.js';

export interface PortfolioRow {
  readonly id: string;
  readonly name: string;
  readonly mode: TradingMode;
  readonly venue: VenueName;
  readonly account_id: string;
  readonly state: PortfolioState;
  readonly reason: string | null;
  readonly shard: number;
  readonly config_version: number;
  readonly document: PortfolioConfiguration;
  readonly sha256: string;
  readonly capital: string;
  readonly is_allocated: boolean;
  readonly version: number;
  readonly created_ms: number;
  readonly changed_ms: number;
}

export const PORTFOLIOS = `
  SELECT portfolio.id, name, mode, venue, account_id, state, reason, shard::int AS shard, config_version, document, sha256,
         trim_scale(capital)::text AS capital, is_allocated, portfolio.version, portfolio.created_ms::float8 AS created_ms, changed_ms::float8 AS changed_ms
  FROM portfolio JOIN portfolio_configuration configuration ON (configuration.portfolio_id, configuration.version) = (portfolio.id, config_version)`;

export function toPortfolio(row: PortfolioRow): Portfolio {
  return {
    id: row.id, name: row.name, mode: row.mode, venue: row.venue, accountId: row.account_id, state: row.state, stateReason: row.reason, shard: row.shard,
    configVersion: row.config_version, configuration: row.document, configSha256: row.sha256, capital: row.capital, isAllocated: row.is_allocated,
    version: row.version, createdMs: row.created_ms, changedMs: row.changed_ms,
  };
}

export async function readPortfolio(sql: Sql, id: string): Promise<Portfolio | null> {
  const [row] = await sql.rows<PortfolioRow>(`${PORTFOLIOS} WHERE portfolio.id = $1`, [id]);
  return row === undefined ? null : toPortfolio(row);
}

/**
 * Kept from any other change until the transaction ends. A plan's row refers to it, so no plan comes into being meanwhile
 * either; what was decided before and comes later is overtaken by `overtakeLooks`.
 */
export async function lockPortfolio(sql: Sql, id: string): Promise<Portfolio | null> {
  await sql.rows('SELECT id FROM portfolio WHERE id = $1 FOR UPDATE', [id]);
  return readPortfolio(sql, id);
}

export async function openPlanOf(sql: Sql, portfolioId: string): Promise<string | null> {
  const [plan] = await sql.rows<{ readonly id: string }>(
    `SELECT id FROM rebalance_plan WHERE portfolio_id = $1 AND state IN ('draft', 'executing', 'settling', 'needs-human')`,
    [portfolioId],
  );
  return plan?.id ?? null;
}

/** Asks for a look, and takes a number: whatever was decided about the portfolio as it was before can no longer be stored. */
export function overtakeLooks(sql: Sql, portfolioId: string, atMs: number): Promise<number> {
  return sql.run(
    'UPDATE portfolio_look SET look_seq = look_seq + 1, look_requested_ms = greatest(look_requested_ms, $2) WHERE portfolio_id = $1',
    [portfolioId, atMs],
  );
}
