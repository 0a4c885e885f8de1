import type { StrategyParameters } from '#domain';
import type { Panel } from '../columns/panel.js';
import { copyAccount, type Account, type FillContext } from '../engine/account.js';
import type { BacktestReport, Trade, YardstickFigures } from '../report/backtest-report.js';
import { periodicDates, restoreMean } from './periodic-rebalance.js';
import { YardstickCurve } from './yardstick-curve.js';

export interface YardstickStart {
  /** The initial allocation's fills and what they left, both yardsticks' start. */
  readonly trades: readonly Trade[];
  readonly account: Account;
}

/**
 * The two yardsticks of strategy.md: the initial allocation never touched, and the mean restored at a fixed interval.
 * They go side by side from date to date, so that the second finds in the cache what the first has read.
 * @param start is left as it is
 */
export function runYardsticks(
  panel: Panel, parameters: StrategyParameters, everyMs: number, lastBarsOfDays: Int32Array, start: YardstickStart,
): BacktestReport['benchmarks'] {
  const hold = new YardstickCurve(panel, lastBarsOfDays);
  const periodic = new YardstickCurve(panel, lastBarsOfDays);
  const account = copyAccount(start.account);
  const trades = [...start.trades];
  let rebalanceCount = 0;
  let followedBars = 0;
  const follow = (toBar: number): void => {
    hold.follow(start.account, followedBars, toBar);
    periodic.follow(account, followedBars, toBar);
    followedBars = toBar;
  };
  for (const { decidedBar, filledBar } of periodicDates(panel, everyMs, parameters)) {
    follow(filledBar);
    const at = fillContextOf(panel, filledBar, rebalanceCount, parameters);
    const filled = restoreMean(account, panel, decidedBar, at, parameters);
    trades.push(...filled);
    if (filled.length > 0) rebalanceCount++;
  }
  follow(panel.bars);
  return {
    hold: figuresOf(hold, start.trades, 0, parameters),
    periodic: figuresOf(periodic, trades, rebalanceCount, parameters),
  };
}

function fillContextOf(panel: Panel, bar: number, rebalance: number, { fillAt }: StrategyParameters): FillContext {
  const prices = fillAt === 'close' ? panel.closes : panel.opens;
  return { assets: panel.assets, prices, bar, timeMs: panel.openTimesMs[bar]!, rebalance };
}

function figuresOf(
  curve: YardstickCurve, trades: readonly Trade[], rebalanceCount: number, { initialCapital }: StrategyParameters,
): YardstickFigures {
  const feesPaid = trades.reduce((sum, { fee }) => sum + fee, 0);
  return { ...curve.figures(initialCapital), feesPaid, tradeCount: trades.length, rebalanceCount };
}
