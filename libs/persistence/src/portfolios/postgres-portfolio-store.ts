import type { DataSource } from 'typeorm';
import type { ChangeOutcome, ConfigurationVersion, CreateOutcome, EquityPoint, FundsOutcome, Holding, NewPortfolio, Portfolio, PortfolioFilter, PortfolioStore } from '#application';
import { portfolioName, type DecimalText, type PortfolioConfiguration, type PortfolioState } from '#domain';
import { inTransaction, withSession } from '../session/sql.js';
import { changeConfiguration, changeState, moveFunds } from './change-portfolio.js';
import { createPortfolio } from './create-portfolio.js';
import { equityPoints } from './equity-points.js';
import { PORTFOLIOS, toPortfolio, type PortfolioRow } from './portfolio-row.js';

export class PostgresPortfolioStore implements PortfolioStore {
  constructor(private readonly dataSource: DataSource) {}

  create(portfolio: NewPortfolio): Promise<CreateOutcome> {
    return inTransaction(this.dataSource, 'create the portfolio', (sql) => createPortfolio(sql, portfolio));
  }

  find(idOrName: string): Promise<Portfolio | null> {
    return withSession(this.dataSource, 'read the portfolio', async (sql) => {
      const [row] = await sql.rows<PortfolioRow>(`${PORTFOLIOS} WHERE portfolio.id = $1 OR (name = $2 AND state <> 'deleted')`, [idOrName, portfolioName(idOrName)]);
      return row === undefined ? null : toPortfolio(row);
    });
  }

  list({ mode, state, afterId, limit }: PortfolioFilter): Promise<Portfolio[]> {
    return withSession(this.dataSource, 'list the portfolios', async (sql) => {
      const rows = await sql.rows<PortfolioRow>(
        `${PORTFOLIOS} WHERE mode = coalesce($1, mode) AND CASE WHEN $2::text IS NULL THEN state <> 'deleted' ELSE state = $2 END AND portfolio.id > $3
         ORDER BY portfolio.id LIMIT $4`,
        [mode ?? null, state ?? null, afterId ?? '', limit],
      );
      return rows.map(toPortfolio);
    });
  }

  configurations(portfolioId: string): Promise<ConfigurationVersion[]> {
    return withSession(this.dataSource, "read the portfolio's configurations", (sql) =>
      sql.rows<ConfigurationVersion>(
        `SELECT version, document AS configuration, sha256, created_ms::float8 AS "createdMs", created_by AS "createdBy"
         FROM portfolio_configuration WHERE portfolio_id = $1 ORDER BY version`,
        [portfolioId],
      ),
    );
  }

  changeConfiguration(id: string, expectedVersion: number, configuration: PortfolioConfiguration, sha256: string, atMs: number, by: string): Promise<ChangeOutcome> {
    return inTransaction(this.dataSource, "change the portfolio's configuration", (sql) =>
      changeConfiguration(sql, id, expectedVersion, { configuration, sha256 }, { atMs, by }),
    );
  }

  changeState(id: string, expectedVersion: number, state: PortfolioState, reason: string | null, atMs: number, by: string): Promise<ChangeOutcome> {
    return inTransaction(this.dataSource, "change the portfolio's state", (sql) => changeState(sql, id, expectedVersion, { state, reason }, { atMs, by }));
  }

  moveFunds(id: string, quantity: DecimalText, atMs: number, by: string, moveId: string): Promise<FundsOutcome> {
    return inTransaction(this.dataSource, "move the portfolio's funds", (sql) => moveFunds(sql, id, quantity, moveId, { atMs, by }));
  }

  holdings(portfolioId: string): Promise<Holding[]> {
    return withSession(this.dataSource, "read the portfolio's holdings", (sql) =>
      sql.rows<Holding>(
        `SELECT account_id AS "accountId", portfolio_id AS "portfolioId", asset, trim_scale(quantity)::text AS quantity, last_fill_ms::float8 AS "lastFillMs"
         FROM holding WHERE portfolio_id = $1 AND portfolio_id <> '' ORDER BY asset`,
        [portfolioId],
      ),
    );
  }

  equity(portfolioId: string, fromMs: number, toMs: number, limit: number): Promise<EquityPoint[]> {
    return withSession(this.dataSource, "read the portfolio's equity", (sql) => equityPoints(sql, portfolioId, fromMs, toMs, limit));
  }

  async requestLook(portfolioId: string, atMs: number): Promise<boolean> {
    const asked = await withSession(this.dataSource, 'ask for a look at the portfolio', (sql) =>
      sql.run('UPDATE portfolio_look SET look_requested_ms = greatest(look_requested_ms, $2) WHERE portfolio_id = $1', [portfolioId, atMs]),
    );
    return asked === 1;
  }
}
