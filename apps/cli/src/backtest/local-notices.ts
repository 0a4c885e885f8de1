import type { PanelWarning } from '#backtest';
import type { FeasibilityFinding } from '#domain';
import { decimal, minute, percent } from '../terminal/figures.js';

export interface Notice {
  readonly code: string;
  readonly detail: string;
}

/** What the user should know before trusting the figures: what the strategy cannot do, and prices that look wrong. */
export function noticesOf(findings: readonly FeasibilityFinding[], warnings: readonly PanelWarning[]): readonly Notice[] {
  return [
    ...findings.map((finding) => ({ code: finding.code, detail: findingInWords(finding) })),
    ...warnings.map((warning) => ({ code: warning.code, detail: warningInWords(warning) })),
  ];
}

type Words = { readonly [Code in FeasibilityFinding['code']]: (finding: Extract<FeasibilityFinding, { readonly code: Code }>) => string };

const WORDS: Words = {
  'single-asset': () => 'one asset alone never deviates from the mean: only the position limit can act',
  'initial-purchase-below-minimum': ({ purchaseValue, minOrderValue, smallestPortfolioValue }) =>
    `nothing is ever held: the initial purchase of ${decimal(purchaseValue)} an asset is below minOrderValue ${decimal(minOrderValue)}; ` +
    `the smallest portfolio that can start has ${decimal(smallestPortfolioValue)}`,
  'redistribution-below-minimum': ({ portfolioValue, smallestPortfolioValue }) =>
    smallestPortfolioValue === null
      ? 'an upside sale can never pay for an order: the cascade would only ever sell'
      : `an upside sale pays for no order at ${decimal(portfolioValue)}: the cascade would only ever sell below ${decimal(smallestPortfolioValue)}`,
  'upside-beyond-range': ({ largestDeviation, upsideThreshold }) =>
    `the upside rule cannot act: no deviation exceeds ${largestDeviation} with so few assets, and upsideThreshold is ${upsideThreshold}`,
  'downside-triggers-first': ({ upsideThreshold, largestUpsideThreshold }) =>
    `the downside rule always acts before the upside one: upsideThreshold ${upsideThreshold} is above ${decimal(largestUpsideThreshold)}`,
  'limit-triggers-first': ({ maxPosition, weightAtThreshold }) =>
    `an asset that rises alone meets the position limit (${percent(maxPosition)}) before the upside threshold, where its weight is ${percent(weightAtThreshold)}`,
  'downside-beyond-range': ({ downsideThreshold }) =>
    `the downside rule cannot act: no deviation is below -1, and downsideThreshold is ${downsideThreshold}`,
};

/** The code picks the words that were written for it. */
const findingInWords = (finding: FeasibilityFinding): string => (WORDS[finding.code] as (finding: FeasibilityFinding) => string)(finding);

function warningInWords({ asset, fromMs, toMs, ratio }: PanelWarning): string {
  const move = ratio >= 1 ? `× ${decimal(ratio, 1)}` : `÷ ${decimal(1 / ratio, 1)}`;
  return `${asset} jumps ${move} across the gap from ${minute(fromMs)} to ${minute(toMs)}: perhaps another asset under an old name; --from ${new Date(toMs).toISOString()} starts after it`;
}
