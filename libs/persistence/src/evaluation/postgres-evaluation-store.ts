import type { DataSource } from 'typeorm';
import {
  StoreFailure, type EvaluatedPortfolio, type Evaluation, type EvaluationStore, type LastEquity, type LookTaken, type NewEvaluation, type RecordOutcome, type VenueName,
} from '#application';
import type { PortfolioConfiguration } from '#domain';
import { inTransaction, withSession, type Sql } from '../session/sql.js';
import { DUE_PORTFOLIOS, ONE_PORTFOLIO, OVERDUE_SHARDS, type PortfolioRow } from './due-portfolios.js';
import { toEvaluatedPortfolio } from './evaluated-portfolio.js';
import { EVALUATIONS_OF, toEvaluation, type EvaluationRow } from './evaluation-row.js';
import { KnownConfigurations } from './known-configurations.js';
import { MarketRulesCache } from './known-rules.js';
import { foldLooks, insertPlan, storeEvaluation, type PlanJobPolicy } from './store-looks.js';

/** Thrown to roll back; never leaves this file. */
class Overtaken extends Error {}

export class PostgresEvaluationStore implements EvaluationStore {
  private readonly configurations = new KnownConfigurations();
  private readonly rules = new MarketRulesCache();

  constructor(
    private readonly dataSource: DataSource,
    private readonly planJobs: PlanJobPolicy,
  ) {}

  loadDue(venue: VenueName, shard: number | null, nowMs: number): Promise<EvaluatedPortfolio[]> {
    return withSession(this.dataSource, 'read the portfolios that are due', async (sql) => {
      const rows = await sql.rows<PortfolioRow>(DUE_PORTFOLIOS, [nowMs, venue, shard]);
      if (rows.length === 0) return [];
      const configurations = await this.configurations.of(sql, rows);
      return this.toPortfolios(sql, venue, rows, configurations);
    });
  }

  load(portfolioId: string, nowMs: number, configuration?: PortfolioConfiguration): Promise<EvaluatedPortfolio | null> {
    return withSession(this.dataSource, 'read a portfolio', async (sql) => {
      const [row] = await sql.rows<PortfolioRow>(ONE_PORTFOLIO, [nowMs, portfolioId]);
      if (row === undefined) return null;
      const configurations = configuration === undefined ? await this.configurations.of(sql, [row]) : [configuration];
      const [portfolio] = await this.toPortfolios(sql, row.venue, [row], configurations);
      return configuration === undefined ? portfolio! : { ...portfolio!, lastEquity: ofOtherBasket(portfolio!.lastEquity) };
    });
  }

  async recordFolded(looks: readonly LookTaken[]): Promise<ReadonlySet<string>> {
    if (looks.length === 0) return new Set();
    return withSession(this.dataSource, 'note looks at portfolios', (sql) => foldLooks(sql, looks));
  }

  async record(evaluation: NewEvaluation): Promise<RecordOutcome> {
    try {
      return await inTransaction<RecordOutcome>(this.dataSource, 'store an evaluation', async (sql) => {
        if (!(await storeEvaluation(sql, evaluation))) throw new Overtaken();
        if (evaluation.plan !== null) await insertPlan(sql, this.planJobs, evaluation.plan);
        return 'recorded';
      });
    } catch (error) {
      if (error instanceof Overtaken) return 'overtaken';
      const constraint = violatedUnique(error);
      if (constraint === 'one_open_plan') return 'plan-open';
      // Both are on the tick of a portfolio: of two that write it, one does.
      if (constraint === 'evaluation_portfolio_id_look_seq_key' || constraint === 'evaluation_portfolio_id_first_ms_key') return 'overtaken';
      throw error;
    }
  }

  overdueShards(venue: VenueName, nowMs: number): Promise<number[]> {
    return withSession(this.dataSource, 'look for portfolios that were not looked at', async (sql) => {
      const rows = await sql.rows<{ readonly shard: number }>(OVERDUE_SHARDS, [venue, nowMs]);
      return rows.map(({ shard }) => shard);
    });
  }

  evaluations(portfolioId: string, options: { readonly atMs?: number; readonly limit: number; readonly beforeId?: string }): Promise<Evaluation[]> {
    return withSession(this.dataSource, 'read evaluations', async (sql) => {
      const rows = await sql.rows<EvaluationRow>(EVALUATIONS_OF, [portfolioId, options.atMs ?? null, options.beforeId ?? null, options.limit]);
      return rows.map(toEvaluation);
    });
  }

  private async toPortfolios(sql: Sql, venue: VenueName, rows: readonly PortfolioRow[], configurations: readonly PortfolioConfiguration[]): Promise<EvaluatedPortfolio[]> {
    const marketIds = new Set(configurations.flatMap(({ assets }) => assets.map(({ marketId }) => marketId)));
    const rules = await this.rules.of(sql, venue, marketIds);
    return rows.map((row, index) => toEvaluatedPortfolio(row, configurations[index]!, rules));
  }
}

/** What it was worth with the assets that it has is no measure for others. */
const ofOtherBasket = (last: LastEquity | null): LastEquity | null => (last === null ? null : { ...last, isOfOtherBasket: true });

/** The unique constraint that a statement ran against; null for any other failure. */
function violatedUnique(error: unknown): string | null {
  if (!(error instanceof StoreFailure)) return null;
  const { code, constraint } = (error.cause ?? {}) as { readonly code?: unknown; readonly constraint?: unknown };
  return code === '23505' && typeof constraint === 'string' ? constraint : null;
}
