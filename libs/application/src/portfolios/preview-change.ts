import type { PortfolioConfiguration } from '#domain';
import type { DryRunResult } from '../evaluation/dry-run-result.js';
import type { Digest } from '../ports/digest.port.js';
import type { Portfolio } from './portfolio.js';

/** A change that trades more of the total value at once than this is looked at before it is made. */
export const PREVIEWED_FRACTION = 0.25;

export interface ChangePreview {
  /** Sent back, it confirms this change. */
  readonly token: string;
  readonly why: readonly string[];
  /** Null: not known, since a price is missing or not to be trusted. */
  readonly tradedFraction: number | null;
  readonly addedAssets: readonly string[];
  readonly removedAssets: readonly string[];
  readonly dryRun: DryRunResult;
}

export interface PreviewedChange {
  readonly preview: ChangePreview;
  readonly isNeeded: boolean;
  readonly isConfirmed: boolean;
}

/** What the change would do at once, and whether somebody has to look at that first. `dryRun` is of the new configuration. */
export function previewChange(portfolio: Portfolio, next: PortfolioConfiguration, dryRun: DryRunResult, digest: Digest, confirm: string | null): PreviewedChange {
  const [before, after] = [basesOf(portfolio.configuration), basesOf(next)];
  const addedAssets = after.filter((base) => !before.includes(base));
  const removedAssets = before.filter((base) => !after.includes(base));
  const tradedFraction = tradedFractionOf(dryRun);
  const why = [...basketReasons(addedAssets, removedAssets), ...tradeReasons(portfolio, tradedFraction)];
  const tokens = tokensOf(portfolio, next, dryRun, tradedFraction, digest);
  return {
    preview: { token: tokens[0], why, tradedFraction, addedAssets, removedAssets, dryRun },
    isNeeded: why.length > 0,
    isConfirmed: confirm !== null && tokens.includes(confirm),
  };
}

const basesOf = ({ assets }: PortfolioConfiguration): readonly string[] => assets.map(({ base }) => base);

/** With a price that must not be acted upon there is no plan to tell it by. */
function tradedFractionOf({ plan, totalValue, assets }: DryRunResult): number | null {
  if (totalValue === null || assets.some(({ flag }) => flag !== null)) return null;
  return plan === null || totalValue <= 0 ? 0 : plan.turnover / totalValue;
}

function basketReasons(added: readonly string[], removed: readonly string[]): readonly string[] {
  if (added.length + removed.length === 0) return [];
  return [
    ...(added.length > 0 ? [`adds ${added.join(', ')} to the basket`] : []),
    ...(removed.length > 0 ? [`takes ${removed.join(', ')} out of the basket: what is held of it stays, and is no longer traded`] : []),
  ];
}

/** Of one that was never started the start itself is the act. */
function tradeReasons({ state }: Portfolio, tradedFraction: number | null): readonly string[] {
  if (state === 'created') return [];
  if (tradedFraction === null) return ['would trade nobody knows how much: a price is missing, or not to be trusted'];
  if (tradedFraction <= PREVIEWED_FRACTION) return [];
  return [`trades ${(tradedFraction * 100).toFixed(1)} % of the total value at once, which is more than ${PREVIEWED_FRACTION * 100} %`];
}

const TENTHS = 10;

/**
 * Of what would be done: the change, the legs, and how much of the portfolio they trade, in tenths. Prices move between the
 * preview and its confirmation, so the token of the tenth above counts too: less is traded then than was agreed to.
 */
function tokensOf(portfolio: Portfolio, next: PortfolioConfiguration, { plan }: DryRunResult, tradedFraction: number | null, digest: Digest): readonly [string, string] {
  const legs = (plan?.legs ?? []).filter(({ terms }) => terms !== null).map(({ side, asset }) => [side, asset]);
  const tokenOf = (tenths: number | null) =>
    digest({ portfolioId: portfolio.id, configVersion: portfolio.configVersion, next, reason: plan?.reason ?? null, triggerAsset: plan?.triggerAsset ?? null, legs, tenths });
  if (tradedFraction === null) return [tokenOf(null), tokenOf(null)];
  const tenths = Math.ceil(tradedFraction * TENTHS);
  return [tokenOf(tenths), tokenOf(tenths + 1)];
}
