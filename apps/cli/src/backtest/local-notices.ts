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

function findingInWords(finding: FeasibilityFinding): string {
  switch (finding.code) {
    case 'single-asset':
      return 'one asset alone never deviates from the mean: only the position limit can act';
    case 'initial-purchase-below-minimum':
      return `nothing is ever held: the initial purchase of ${decimal(finding.purchaseValue)} an asset is below minOrderValue ${decimal(finding.minOrderValue)}; ` +
        `the smallest portfolio that can start has ${decimal(finding.smallestPortfolioValue)}`;
    case 'redistribution-below-minimum':
      return finding.smallestPortfolioValue === null
        ? 'an upside sale can never pay for an order: the cascade would only ever sell'
        : `an upside sale pays for no order at ${decimal(finding.portfolioValue)}: the cascade would only ever sell below ${decimal(finding.smallestPortfolioValue)}`;
    case 'upside-beyond-range':
      return `the upside rule cannot act: no deviation exceeds ${decimal(finding.largestDeviation)} with so few assets, and upsideThreshold is ${finding.upsideThreshold}`;
    case 'downside-triggers-first':
      return `the downside rule always acts before the upside one: upsideThreshold ${finding.upsideThreshold} is above ${decimal(finding.largestUpsideThreshold)}`;
    case 'limit-triggers-first':
      return `an asset that rises alone meets the position limit (${percent(finding.maxPosition)}) before the upside threshold, where its weight is ${percent(finding.weightAtThreshold)}`;
    case 'downside-beyond-range':
      return `the downside rule cannot act: no deviation is below -1, and downsideThreshold is ${finding.downsideThreshold}`;
  }
}

function warningInWords({ asset, fromMs, toMs, ratio }: PanelWarning): string {
  const move = ratio >= 1 ? `× ${decimal(ratio, 1)}` : `÷ ${decimal(1 / ratio, 1)}`;
  return `${asset} jumps ${move} across the gap from ${minute(fromMs)} to ${minute(toMs)}: perhaps another asset under an old name; --from ${new Date(toMs).toISOString()} starts after it`;
}
