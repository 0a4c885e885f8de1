import type { PortfolioCharge } from '#domain';
import type { PortfolioStore } from '../portfolios/portfolio-store.port.js';
import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';

/** Somebody else may change the portfolio at the same moment. */
const TRIES = 3;

export interface PausePortfoliosParts {
  readonly portfolios: Pick<PortfolioStore, 'find' | 'changeState'>;
  readonly clock: Clock;
  readonly log: EventLog;
}

/** Pauses portfolios that lost something to the outside world: a person looks at them and lets them go on. */
export class PausePortfolios {
  constructor(private readonly parts: PausePortfoliosParts) {}

  /** @throws StoreFailure */
  async pause(charges: readonly PortfolioCharge[], reason: string): Promise<void> {
    for (const portfolioId of new Set(charges.map((charge) => charge.portfolioId))) {
      const lost = charges.filter((charge) => charge.portfolioId === portfolioId).map(({ asset, quantity }) => `${quantity} ${asset}`);
      await this.pauseOne(portfolioId, `${reason}: ${lost.slice(0, 10).join(', ')}`);
    }
  }

  private async pauseOne(portfolioId: string, reason: string): Promise<void> {
    const { portfolios, clock, log } = this.parts;
    for (let tries = 0; tries < TRIES; tries++) {
      const portfolio = await portfolios.find(portfolioId);
      if (portfolio === null || (portfolio.state !== 'running' && portfolio.state !== 'buys-paused')) return;
      const outcome = await portfolios.changeState(portfolioId, portfolio.version, 'paused', reason, clock.nowMs(), 'order-executor');
      if (outcome.kind === 'changed') return log.error({ event: 'portfolio-paused', portfolioId, reason }, 'Pauses a portfolio until a person lets it go on');
      if (outcome.kind !== 'version-mismatch') throw new Error(`the portfolio ${portfolioId} cannot be paused: ${outcome.kind}`);
    }
    throw new Error(`the portfolio ${portfolioId} could not be paused: it changes all the time`);
  }
}
