import type { PanelWarning } from '#backtest';
import { checkFeasibility, type FeasibilityFinding } from '#domain';
import { instant } from '../wording/instant.js';
import type { BacktestSpec, RunNotice } from './backtest-run.js';

/** What the strategy cannot do with these parameters and so many assets, said before anything runs. */
export function feasibilityNotices({ parameters, assets }: Pick<BacktestSpec, 'parameters' | 'assets'>): readonly RunNotice[] {
  return feasibilityInWords(checkFeasibility(parameters, assets.length, parameters.initialCapital).findings);
}

export const feasibilityInWords = (findings: readonly FeasibilityFinding[]): readonly RunNotice[] =>
  findings.map((finding) => ({ code: finding.code, detail: findingInWords(finding) }));

/** Prices that leap across a gap: the name may have been given to another asset. */
export const warningNotices = (warnings: readonly PanelWarning[]): readonly RunNotice[] =>
  warnings.map((warning) => ({ code: warning.code, detail: warningInWords(warning) }));

type Words = { readonly [Code in FeasibilityFinding['code']]: (finding: Extract<FeasibilityFinding, { readonly code: Code }>) => string };

const WORDS: Words = {
  'single-asset': () => 'one asset alone never deviates from the mean: only the position limit can act',
  'initial-purchase-below-minimum': ({ purchaseValue, minOrderValue, smallestPortfolioValue }) =>
    `nothing is ever held: the initial purchase of ${figure(purchaseValue)} an asset is below minOrderValue ${figure(minOrderValue)}; ` +
    `the smallest portfolio that can start has ${figure(smallestPortfolioValue)}`,
  'redistribution-below-minimum': ({ portfolioValue, smallestPortfolioValue }) =>
    smallestPortfolioValue === null
      ? 'an upside sale can never pay for an order: the cascade would only ever sell'
      : `an upside sale pays for no order at ${figure(portfolioValue)}: the cascade would only ever sell below ${figure(smallestPortfolioValue)}`,
  'upside-beyond-range': ({ largestDeviation, upsideThreshold }) =>
    `the upside rule cannot act: no deviation exceeds ${figure(largestDeviation)} with so few assets, and upsideThreshold is ${figure(upsideThreshold)}`,
  'downside-triggers-first': ({ upsideThreshold, largestUpsideThreshold }) =>
    `the downside rule always acts before the upside one: upsideThreshold ${figure(upsideThreshold)} is above ${figure(largestUpsideThreshold)}`,
  'limit-triggers-first': ({ maxPosition, weightAtThreshold }) =>
    `an asset that rises alone meets the position limit (${figure(maxPosition)}) before the upside threshold, where its weight is ${figure(weightAtThreshold)}`,
  'downside-beyond-range': ({ downsideThreshold }) =>
    `the downside rule cannot act: no deviation is below -1, and downsideThreshold is ${figure(downsideThreshold)}`,
};

/** The code picks the words that were written for it. */
const findingInWords = (finding: FeasibilityFinding): string => (WORDS[finding.code] as (finding: FeasibilityFinding) => string)(finding);

function warningInWords({ asset, fromMs, toMs, ratio }: PanelWarning): string {
  const move = ratio >= 1 ? `× ${figure(ratio)}` : `÷ ${figure(1 / ratio)}`;
  return `${asset} jumps ${move} across the gap from ${instant(fromMs)} to ${instant(toMs)}: perhaps another asset under an old name; a run from ${instant(toMs)} starts after it`;
}

/** Four figures say enough to people. */
const figure = (value: number): string => String(Number(value.toPrecision(4)));
