import { replayWindow, type RecordedDecision, type ReplayedWindow } from '#backtest';
import type { EvaluationStore } from '../evaluation/evaluation-store.port.js';
import type { Evaluation } from '../evaluation/evaluation.js';
import type { ExecutionStore } from '../execution/execution-store.port.js';
import type { LedgerStore } from '../ledger/ledger-store.port.js';
import type { MarketStore } from '../markets/market-store.port.js';
import type { PortfolioStore } from '../portfolios/portfolio-store.port.js';
import type { Portfolio } from '../portfolios/portfolio.js';
import { recordedDecision, type MarketSteps } from './recorded-decision.js';

const PAGE = 200;
/** More decisions than this are not replayed at once: the newest of the window are. */
export const MAX_REPLAYED = 5_000;
const MAX_TRANSACTIONS = 10_000;

export interface ReplayPortfolioParts {
  readonly portfolios: Pick<PortfolioStore, 'find' | 'configurations'>;
  readonly evaluations: Pick<EvaluationStore, 'evaluations'>;
  readonly plans: Pick<ExecutionStore, 'plan'>;
  readonly ledger: Pick<LedgerStore, 'transactions'>;
  readonly markets: Pick<MarketStore, 'marketsOf'>;
}

export interface PortfolioReplay extends ReplayedWindow {
  readonly portfolio: Portfolio;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Decisions without a price for every asset: nothing can be replayed of them. */
  readonly unpriced: number;
  /** True: the window holds more decisions than are replayed at once. */
  readonly isCut: boolean;
}

/** Holds what paper or live trading decided and did beside what the backtest's engine makes of the same moments. */
export class ReplayPortfolio {
  constructor(private readonly parts: ReplayPortfolioParts) {}

  /** Null: no such portfolio. Both ends are included. @throws StoreFailure */
  async run(idOrName: string, fromMs: number, toMs: number): Promise<PortfolioReplay | null> {
    const portfolio = await this.parts.portfolios.find(idOrName);
    if (portfolio === null) return null;
    const { evaluations, isCut } = await this.evaluationsOf(portfolio.id, fromMs, toMs);
    const decisions = await this.decisionsOf(portfolio, evaluations);
    const [first, last] = [decisions[0], decisions.at(-1)];
    const hasFlows = first !== undefined && (await this.hasFlows(portfolio.id, first.timeMs, last!.timeMs));
    const window = replayWindow(decisions, hasFlows);
    return { ...window, portfolio, fromMs: first?.timeMs ?? null, toMs: last?.timeMs ?? null, unpriced: evaluations.length - decisions.length, isCut };
  }

  /** Ascending. */
  private async evaluationsOf(portfolioId: string, fromMs: number, toMs: number): Promise<{ readonly evaluations: readonly Evaluation[]; readonly isCut: boolean }> {
    const found: Evaluation[] = [];
    let beforeId: string | undefined;
    while (found.length < MAX_REPLAYED) {
      const page = await this.parts.evaluations.evaluations(portfolioId, { limit: PAGE, atMs: toMs, ...(beforeId === undefined ? {} : { beforeId }) });
      found.push(...page.filter(({ firstMs }) => firstMs >= fromMs && firstMs <= toMs));
      beforeId = page.at(-1)?.id;
      if (page.length < PAGE || page.at(-1)!.firstMs < fromMs) return { evaluations: found.toReversed(), isCut: false };
    }
    return { evaluations: found.toReversed(), isCut: true };
  }

  private async decisionsOf(portfolio: Portfolio, evaluations: readonly Evaluation[]): Promise<readonly RecordedDecision[]> {
    const configurations = new Map((await this.parts.portfolios.configurations(portfolio.id)).map(({ version, configuration }) => [version, configuration]));
    const stepsOf = await this.stepsOf(portfolio, [...configurations.values()].flatMap(({ assets }) => assets.map(({ base }) => base)));
    const decisions: RecordedDecision[] = [];
    for (const evaluation of evaluations) {
      const view = evaluation.planId === null ? null : await this.parts.plans.plan(evaluation.planId);
      const decision = recordedDecision(evaluation, configurations.get(evaluation.configVersion)!, view, stepsOf);
      if (decision !== null) decisions.push(decision);
    }
    return decisions;
  }

  private async stepsOf({ venue, configuration }: Portfolio, bases: readonly string[]): Promise<ReadonlyMap<string, MarketSteps>> {
    const wanted = [...new Set(bases)];
    const known = await this.parts.markets.marketsOf(venue, wanted, configuration.quote);
    return new Map(known.flatMap((market) => (market === null ? [] : [[market.rules.marketId, { quantityStep: Number(market.rules.quantityStep), valueStep: Number(market.rules.priceTick) }]])));
  }

  private async hasFlows(portfolioId: string, fromMs: number, toMs: number): Promise<boolean> {
    let beforeKey: string | undefined;
    for (let seen = 0; seen < MAX_TRANSACTIONS; seen += PAGE) {
      const page = await this.parts.ledger.transactions({ portfolioId, limit: PAGE, beforeKey });
      if (page.some(({ kind, occurredMs }) => kind !== 'fill' && occurredMs > fromMs && occurredMs <= toMs)) return true;
      if (page.length < PAGE || page.at(-1)!.occurredMs < fromMs) return false;
      beforeKey = page.at(-1)!.key;
    }
    return true;
  }
}
