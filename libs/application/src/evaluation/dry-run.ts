import { describeStandings, type AssetStanding, type LatestPrice, type PortfolioConfiguration } from '#domain';
import type { Clock } from '../ports/clock.port.js';
import type { LatestPrices } from '../prices/latest-prices.port.js';
import type { MarketStore } from '../markets/market-store.port.js';
import { decideFromInput } from './decide-from-input.js';
import type { DryRunAsset, DryRunResult } from './dry-run-result.js';
import { evaluatePortfolio, type EvaluationLimits } from './evaluate-portfolio.js';
import type { EvaluatedPortfolio, EvaluationStore } from './evaluation-store.port.js';
import type { EvaluationInput, EvaluationOutcome } from './evaluation.js';
import { previewPlan } from './preview-plan.js';

export interface DryRunParts {
  readonly store: Pick<EvaluationStore, 'load'>;
  readonly prices: Pick<LatestPrices, 'read'>;
  readonly markets: Pick<MarketStore, 'statusOf'>;
  readonly clock: Clock;
  readonly limits: EvaluationLimits;
}

/** Evaluates a portfolio now, due or not, and shows the plan as the market's rules would have it. */
export class DryRun {
  constructor(private readonly parts: DryRunParts) {}

  /**
   * With another configuration where one is given, and then as if no asset were in cooldown: what the change does once those
   * have ended belongs to it. Null: there is no such portfolio. @throws StoreFailure, or the failure of whatever carries prices
   */
  async run(portfolioId: string, configuration?: PortfolioConfiguration): Promise<DryRunResult | null> {
    const { store, prices, markets, clock, limits } = this.parts;
    const stored = await store.load(portfolioId, clock.nowMs(), configuration);
    if (stored === null) return null;
    const status = await markets.statusOf(stored.venue);
    // Without a reading of the venue's clock ours is the best there is: nothing is done by it here.
    const timeMs = Math.floor(clock.nowMs() + (status?.clockOffsetMs ?? 0));
    const latest = await prices.read(stored.venue, stored.configuration.assets.map(({ marketId }) => marketId));
    if (configuration === undefined) return previewEvaluation(stored, latest, timeMs, limits);
    const rested = { ...stored, lastFillMs: stored.lastFillMs.map(() => null) };
    return { ...previewEvaluation(rested, latest, timeMs, limits), configVersion: null };
  }
}

/** Pure. @param prices in listed order; null: none is known */
export function previewEvaluation(portfolio: EvaluatedPortfolio, prices: readonly (LatestPrice | null)[], timeMs: number, limits: EvaluationLimits): DryRunResult {
  const { input, outcome } = evaluatePortfolio(portfolio, prices, timeMs, limits);
  const wanted = decideFromInput(input, portfolio.configuration);
  const standings = standingsOf(portfolio, input);
  return {
    portfolioId: portfolio.id, timeMs, configVersion: portfolio.configVersion, outcome,
    blockedBy: blockedBy(outcome, wanted),
    totalValue: standings === null ? null : standings.reduce((sum, { value }) => sum + value, input.cash),
    cash: portfolio.cash,
    assets: assetsOf(portfolio, input, standings),
    declined: wanted?.declined ?? [],
    plan: wanted?.kind === 'plan' ? previewPlan(portfolio, input, wanted) : null,
  };
}

function blockedBy(outcome: EvaluationOutcome, wanted: EvaluationOutcome | null): DryRunResult['blockedBy'] {
  const isStrategys = wanted !== null && wanted.kind === outcome.kind && wanted.reason === outcome.reason;
  return isStrategys ? null : { reason: outcome.reason, detail: outcome.detail };
}

/** By prices that may be too old to act upon: they are shown with their flags. Null: one is missing. */
function standingsOf({ configuration }: EvaluatedPortfolio, { prices, quantities, cash, timeMs }: EvaluationInput): readonly AssetStanding[] | null {
  const mids = prices.flatMap(({ mid }) => mid ?? []);
  if (mids.length < prices.length) return null;
  return describeStandings({ assets: configuration.assets.map(({ base }) => base), quantities, prices: mids, cash, timeMs, lastFillMs: [] });
}

function assetsOf(portfolio: EvaluatedPortfolio, input: EvaluationInput, standings: readonly AssetStanding[] | null): readonly DryRunAsset[] {
  return portfolio.configuration.assets.map(({ base, marketId }, asset) => {
    const { mid: price, exchangeMs: priceMs, flag } = input.prices[asset]!;
    const standing = standings?.[asset] ?? null;
    return {
      asset: base, marketId, quantity: portfolio.quantities[asset]!, price, priceMs, flag,
      value: price === null ? null : input.quantities[asset]! * price,
      weight: standing?.weight ?? null, deviation: standing?.deviation ?? null, lastFillMs: input.lastFillMs[asset]!,
    };
  });
}
