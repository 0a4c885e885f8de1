import { runBacktest, type Rebalance } from '#backtest';
import type { StrategyParameters } from '#domain';
import { aPanel } from '#testing';
import type { PriceStep } from '../e2e/trading/recorded-prices.js';

/** So many bars stand for one step: as a live portfolio, the engine looks again until there is nothing left to do. */
export const BARS_OF_STEP = 6;

export interface ComparedLeg {
  readonly side: 'buy' | 'sell';
  readonly base: string;
  readonly quantity: number;
}

export interface ComparedPlan {
  readonly step: number;
  /** What set it off, such as "upside of HANA"; of the start "initial". */
  readonly cause: string;
  readonly legs: readonly ComparedLeg[];
}

export interface ComparedRun {
  readonly plans: readonly ComparedPlan[];
  /** By asset, the quote currency among them. */
  readonly holdings: Readonly<Record<string, number>>;
}

/** The steps through the backtest's engine, filled on the closes that it decides on. */
export function engineRun(steps: readonly PriceStep[], bases: readonly string[], parameters: StrategyParameters): ComparedRun {
  const closes = Object.fromEntries(bases.map((base) => [base, steps.flatMap((step) => Array.from({ length: BARS_OF_STEP }, () => step[base]!))]));
  const { trades, rebalances, equity } = runBacktest(aPanel(closes), { ...parameters, fillAt: 'close' });
  const legOf = ({ side, asset, quantity }: (typeof trades)[number]): ComparedLeg => ({ side, base: asset, quantity });
  const initial = { step: 0, cause: 'initial', legs: trades.filter(({ rebalance }) => rebalance === null).map(legOf) };
  const quantities = Object.fromEntries(bases.map((base) => [base, trades.filter(({ asset }) => asset === base).reduce((sum, { side, quantity }) => sum + (side === 'buy' ? quantity : -quantity), 0)]));
  const invested = bases.reduce((sum, base) => sum + quantities[base]! * steps.at(-1)![base]!, 0);
  return { plans: [initial, ...rebalances.map(planOf)], holdings: { ...quantities, USDT: equity.at(-1)! - invested } };
}

function planOf({ decidedBar, asset, kind, legs }: Rebalance): ComparedPlan {
  const filled = legs.flatMap((leg) => (leg.status === 'filled' ? [{ side: leg.side, base: leg.asset, quantity: leg.quantity }] : []));
  return { step: Math.floor(decidedBar / BARS_OF_STEP), cause: `${kind} of ${asset}`, legs: filled };
}
