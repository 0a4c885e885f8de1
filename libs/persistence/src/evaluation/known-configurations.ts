import type { PortfolioConfiguration } from '#domain';
import type { Sql } from '../session/sql.js';

/** A version never changes, so it need not be read twice; the oldest are forgotten. */
const MOST_KEPT = 10_000;

type Wanted = { readonly id: string; readonly config_version: number };

/** Versions of configurations, read once by each process. */
export class KnownConfigurations {
  private readonly known = new Map<string, PortfolioConfiguration>();

  /** In the order of the rows. */
  async of(sql: Sql, wanted: readonly Wanted[]): Promise<readonly PortfolioConfiguration[]> {
    await this.read(sql, wanted.filter((row) => !this.known.has(keyOf(row.id, row.config_version))));
    const found = wanted.map((row) => this.known.get(keyOf(row.id, row.config_version))!);
    this.forgetOldest();
    return found;
  }

  private async read(sql: Sql, missing: readonly Wanted[]): Promise<void> {
    if (missing.length === 0) return;
    const rows = await sql.rows<{ readonly portfolio_id: string; readonly version: number; readonly document: PortfolioConfiguration }>(
      `SELECT portfolio_id, version, document FROM portfolio_configuration
       WHERE (portfolio_id, version) IN (SELECT * FROM unnest($1::text[], $2::int[]))`,
      [missing.map(({ id }) => id), missing.map(({ config_version: version }) => version)],
    );
    for (const row of rows) this.known.set(keyOf(row.portfolio_id, row.version), row.document);
  }

  private forgetOldest(): void {
    for (const key of this.known.keys()) {
      if (this.known.size <= MOST_KEPT) return;
      this.known.delete(key);
    }
  }
}

const keyOf = (portfolioId: string, version: number): string => `${portfolioId}|${version}`;
