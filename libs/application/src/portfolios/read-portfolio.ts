import type { LatestPrice } from '#domain';
import { inputOf } from '../evaluation/evaluation-input.js';
import type { EvaluatedPortfolio, EvaluationStore } from '../evaluation/evaluation-store.port.js';
import type { Evaluation, EvaluationInput } from '../evaluation/evaluation.js';
import type { ExecutionStore } from '../execution/execution-store.port.js';
import type { PlanRecord } from '../execution/plan.js';
import type { MarketStore } from '../markets/market-store.port.js';
import type { Clock } from '../ports/clock.port.js';
import type { LatestPrices } from '../prices/latest-prices.port.js';
import { explainInput, type ExplainedInput } from './explain-input.js';
import { obstaclesOf, type Obstacle } from './obstacles.js';
import type { PortfolioStore } from './portfolio-store.port.js';
import type { Portfolio } from './portfolio.js';

/** A portfolio as it stands now, at the prices of now. */
export interface PortfolioPicture {
  readonly portfolio: Portfolio;
  readonly evaluated: EvaluatedPortfolio;
  readonly nowMs: number;
  /** What an evaluation would see now. */
  readonly input: EvaluationInput;
  readonly explained: ExplainedInput;
  readonly prices: readonly (LatestPrice | null)[];
  readonly obstacles: readonly Obstacle[];
  readonly lastLook: Evaluation | null;
  readonly openPlan: PlanRecord | null;
}

export interface ReadPortfolioParts {
  readonly store: Pick<PortfolioStore, 'find'>;
  readonly evaluations: Pick<EvaluationStore, 'load' | 'evaluations'>;
  readonly plans: Pick<ExecutionStore, 'plan'>;
  readonly markets: Pick<MarketStore, 'statusOf'>;
  readonly prices: Pick<LatestPrices, 'read'>;
  readonly clock: Clock;
}

export class ReadPortfolio {
  constructor(private readonly parts: ReadPortfolioParts) {}

  /** Null: there is none, or it is deleted. Where no price can be had, it is a picture without. @throws StoreFailure */
  async run(idOrName: string): Promise<PortfolioPicture | null> {
    const portfolio = await this.parts.store.find(idOrName);
    if (portfolio === null || portfolio.state === 'deleted') return null;
    const nowMs = await this.venueNowMs(portfolio);
    const evaluated = await this.parts.evaluations.load(portfolio.id, nowMs);
    if (evaluated === null) return null;
    const [prices, [lastLook], open] = await Promise.all([
      this.pricesOf(evaluated),
      this.parts.evaluations.evaluations(portfolio.id, { limit: 1 }),
      evaluated.openPlanId === null ? null : this.parts.plans.plan(evaluated.openPlanId),
    ]);
    const input = inputOf(evaluated, prices, nowMs);
    return {
      portfolio, evaluated, nowMs, input, prices,
      explained: explainInput(input, evaluated.configuration),
      obstacles: obstaclesOf(evaluated, input.prices.map(({ flag }) => flag), nowMs),
      lastLook: lastLook ?? null,
      openPlan: open?.plan ?? null,
    };
  }

  /** Decisions go by the exchange's clock; where its distance is not known, ours is the best there is. */
  private async venueNowMs({ venue }: Portfolio): Promise<number> {
    const status = await this.parts.markets.statusOf(venue);
    return Math.round(this.parts.clock.nowMs() + (status?.clockOffsetMs ?? 0));
  }

  private async pricesOf({ venue, configuration }: EvaluatedPortfolio): Promise<readonly (LatestPrice | null)[]> {
    try {
      return await this.parts.prices.read(venue, configuration.assets.map(({ marketId }) => marketId));
    } catch {
      // The prices' cache is away. What is held is in the database, and is told without them.
      return configuration.assets.map(() => null);
    }
  }
}
