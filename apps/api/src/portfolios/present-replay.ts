import type { PortfolioReplay } from '#application';
import type { PortfolioReplay as ReplayDocument } from '#contracts';
import { instantOf } from '../backtests/present-run.js';
import { at, presentHeader } from './present-portfolio.js';

export function presentReplay({ portfolio, fromMs, toMs, decisions, plans, unpriced, isCut, divergences, equity }: PortfolioReplay): ReplayDocument {
  return {
    portfolio: presentHeader(portfolio),
    from: instantOf(fromMs),
    to: instantOf(toMs),
    decisions, plans, unpriced, isCut,
    divergences: divergences.map(({ timeMs, ...divergence }) => ({ at: at(timeMs), ...divergence })),
    equity,
  };
}
