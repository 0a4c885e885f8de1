import type { ChangeOutcome, ConfigurationVersion, CreateOutcome, EquityPoint, FundsOutcome, Holding, NewPortfolio, Portfolio, PortfolioFilter, PortfolioStore } from '#application';
import { portfolioName, type DecimalText, type PortfolioConfiguration, type PortfolioState } from '#domain';
import { thinnedEquity } from './equity-points.js';
import type { MemoryDatabase } from './memory-database.js';
import { changeConfiguration, changeState, createPortfolio, moveFunds } from './portfolio-changes.js';
import { readPortfolio } from './read-portfolio.js';

export class MemoryPortfolioStore implements PortfolioStore {
  constructor(private readonly database: MemoryDatabase) {}

  async create(portfolio: NewPortfolio): Promise<CreateOutcome> {
    return this.database.transaction(() => createPortfolio(this.database, portfolio));
  }

  async find(idOrName: string): Promise<Portfolio | null> {
    const name = portfolioName(idOrName);
    const [named] = name === null ? [] : this.database.indexes.portfolioOfName(name);
    return readPortfolio(this.database, idOrName) ?? (named === undefined ? null : readPortfolio(this.database, named.id));
  }

  async list({ mode, state, afterId = '', limit }: PortfolioFilter): Promise<Portfolio[]> {
    const wanted = this.database.portfolios.filter((row) =>
      row.mode === (mode ?? row.mode) && (state === undefined ? row.state !== 'deleted' : row.state === state) && row.id > afterId);
    const page = wanted.map(({ id }) => id).toSorted().slice(0, limit);
    return page.map((id) => readPortfolio(this.database, id)!);
  }

  async configurations(portfolioId: string): Promise<ConfigurationVersion[]> {
    const rows = this.database.indexes.configurationsOf(portfolioId).toSorted((one, other) => one.version - other.version);
    return rows.map(({ version, configuration, sha256, createdMs, createdBy }) => ({ version, configuration, sha256, createdMs, createdBy }));
  }

  async changeConfiguration(id: string, expectedVersion: number, configuration: PortfolioConfiguration, sha256: string, atMs: number, by: string): Promise<ChangeOutcome> {
    return this.database.transaction(() => changeConfiguration(this.database, id, expectedVersion, { configuration, sha256 }, { atMs, by }));
  }

  async changeState(id: string, expectedVersion: number, state: PortfolioState, reason: string | null, atMs: number, by: string): Promise<ChangeOutcome> {
    return this.database.transaction(() => changeState(this.database, id, expectedVersion, { state, reason }, { atMs, by }));
  }

  async moveFunds(id: string, quantity: DecimalText, atMs: number, by: string, moveId: string): Promise<FundsOutcome> {
    return this.database.transaction(() => moveFunds(this.database, id, quantity, moveId, { atMs, by }));
  }

  async holdings(portfolioId: string): Promise<Holding[]> {
    if (portfolioId === '') return [];
    return this.database.indexes.holdingsOfPortfolio(portfolioId).toSorted((one, other) => (one.asset < other.asset ? -1 : 1));
  }

  async equity(portfolioId: string, fromMs: number, toMs: number, limit: number): Promise<EquityPoint[]> {
    const rows = this.database.indexes.equityOf(portfolioId).filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
    return thinnedEquity(rows.toSorted((one, other) => one.atMs - other.atMs), limit);
  }

  async requestLook(portfolioId: string, atMs: number): Promise<boolean> {
    return this.database.transaction(() => {
      const look = this.database.looks.get(portfolioId);
      if (look === undefined) return false;
      this.database.looks.update(portfolioId, { lookRequestedMs: Math.max(look.lookRequestedMs ?? atMs, atMs) });
      return true;
    });
  }
}
