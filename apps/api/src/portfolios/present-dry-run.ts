import type { ChangePreview, DryRunResult, Portfolio } from '#application';
import type { ChangePreview as ChangePreviewDocument, DryRun } from '#contracts';
import type { PortfolioConfiguration } from '#domain';
import { at, labelsOf, presentDeclined } from './present-portfolio.js';

const BPS = 10_000;

/** @param configuration the one that was looked at with */
export function presentDryRun(portfolio: Portfolio, configuration: Pick<PortfolioConfiguration, 'assets'>, result: DryRunResult): DryRun {
  const { timeMs, outcome, blockedBy, totalValue, plan, declined } = result;
  return {
    portfolioId: portfolio.id,
    ...labelsOf(portfolio),
    at: at(timeMs),
    kind: outcome.kind,
    reason: outcome.reason,
    detail: outcome.detail,
    declined: presentDeclined(declined, configuration as PortfolioConfiguration),
    obstacles: blockedBy === null ? [] : [{ code: blockedBy.reason, detail: blockedBy.detail ?? blockedBy.reason }],
    totalValue,
    legs: (plan?.legs ?? []).map((leg, index) => presentLeg(leg, index, result)),
    tradedValue: plan?.turnover ?? 0,
    expectedFees: plan?.estimatedFees ?? 0,
  };
}

type PlannedLeg = NonNullable<DryRunResult['plan']>['legs'][number];

function presentLeg({ asset, marketId, side, wantedValue, terms, estimatedFee, expectedSlippage, skipReason }: PlannedLeg, leg: number, { assets }: DryRunResult): DryRun['legs'][number] {
  return {
    leg, asset, marketId, side,
    value: wantedValue,
    quantity: terms === null || terms.kind === 'market-buy' ? null : terms.quantity,
    quoteValue: terms?.kind === 'market-buy' ? terms.quoteValue : null,
    price: assets.find((one) => one.asset === asset)?.price ?? 0,
    expectedFee: estimatedFee ?? 0,
    expectedSlippageBps: expectedSlippage === null ? null : expectedSlippage * BPS,
    skipReason,
  };
}

export function presentPreview(portfolio: Portfolio, { token, why, tradedFraction, addedAssets, removedAssets, dryRun }: ChangePreview): ChangePreviewDocument {
  // Names of the new configuration's assets stand with the look itself.
  const configuration = { assets: dryRun.assets.map(({ asset, marketId }) => ({ base: asset, marketId })) };
  return {
    token, why: [...why], tradedFraction, addedAssets: [...addedAssets], removedAssets: [...removedAssets],
    dryRun: presentDryRun(portfolio, configuration, dryRun),
  };
}
