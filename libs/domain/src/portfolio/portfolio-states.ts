import type { PortfolioState } from './portfolio-configuration.js';

export const PORTFOLIO_TRANSITIONS: Readonly<Record<PortfolioState, readonly PortfolioState[]>> = {
  created: ['running', 'deleted'],
  running: ['buys-paused', 'paused', 'stopped'],
  'buys-paused': ['running', 'paused', 'stopped'],
  paused: ['running', 'buys-paused', 'stopped', 'deleted'],
  stopped: ['running', 'deleted'],
  deleted: [],
};

export const canChangeState = (from: PortfolioState, to: PortfolioState): boolean => PORTFOLIO_TRANSITIONS[from].includes(to);

/** One that was never started needs prices too: its first look must not wait for them. */
export const needsPrices = (state: PortfolioState): boolean => state !== 'stopped' && state !== 'deleted';
