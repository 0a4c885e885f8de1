import { sizePurchase, type StrategyParameters } from '#domain';
import type { Panel } from '../columns/panel.js';
import { equityAt, fillPurchase, fillSale, openAccount, type Account, type FillContext } from '../engine/account.js';
import { fillInitialAllocation } from '../engine/fill-plan.js';
import { firstBarFrom } from '../metrics/daily-returns.js';
import { markBars } from '../metrics/mark-bars.js';
import type { Trade } from '../report/backtest-report.js';

export interface PeriodicRun {
  readonly trades: readonly Trade[];
  readonly rebalanceCount: number;
}

/** Values as decided, on the close of the bar that was due. */
interface DueValues {
  readonly values: readonly number[];
  readonly mean: number;
  readonly cashFloor: number;
}

/**
 * The yardstick that restores equal weights at a fixed interval: every asset goes back to the mean asset value, sales
 * first, then purchases, both in listed order; the reserve is left as it is. Due is the first bar at or after each
 * multiple of the interval from the first bar's open time; several multiples inside one gap are one rebalance.
 * Writes the equity at every close into `equity`.
 */
export function runPeriodic(
  panel: Panel, parameters: StrategyParameters, everyMs: number, equity: Float64Array,
): PeriodicRun {
  const account = openAccount(panel.assets.length, parameters.initialCapital);
  const trades = [...fillInitialAllocation(account, contextOf(panel, 0, 'close', null), parameters)];
  let rebalanceCount = 0;
  let markedBars = 0;
  for (const dueBar of dueBars(panel, everyMs)) {
    const fillBar = parameters.fillAt === 'close' ? dueBar : dueBar + 1;
    if (fillBar >= panel.bars) break;
    markBars(panel.closes, account.quantities, account.cash, markedBars, fillBar, equity);
    markedBars = fillBar;
    const at = contextOf(panel, fillBar, parameters.fillAt === 'close' ? 'close' : 'open', rebalanceCount);
    const filled = restoreMean(valuesAt(account, panel, dueBar, parameters), account, at, parameters);
    trades.push(...filled);
    if (filled.length > 0) rebalanceCount++;
  }
  markBars(panel.closes, account.quantities, account.cash, markedBars, panel.bars, equity);
  return { trades, rebalanceCount };
}

function dueBars(panel: Panel, everyMs: number): readonly number[] {
  const due: number[] = [];
  const firstMs = panel.openTimesMs[0]!;
  let bar = firstBarFrom(panel.openTimesMs, firstMs + everyMs, 0);
  while (bar < panel.bars) {
    due.push(bar);
    const periods = Math.floor((panel.openTimesMs[bar]! - firstMs) / everyMs) + 1;
    bar = firstBarFrom(panel.openTimesMs, firstMs + periods * everyMs, bar);
  }
  return due;
}

function valuesAt(account: Account, panel: Panel, bar: number, parameters: StrategyParameters): DueValues {
  const values = panel.closes.map((column, asset) => account.quantities[asset]! * column[bar]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { values, mean, cashFloor: parameters.minReserve * equityAt(account, panel.closes, bar) };
}

function restoreMean(
  { values, mean, cashFloor }: DueValues, account: Account, at: FillContext, parameters: StrategyParameters,
): readonly Trade[] {
  const trades: Trade[] = [];
  values.forEach((value, asset) => {
    if (value - mean < parameters.minOrderValue) return;
    const quantity = account.quantities[asset]! * ((value - mean) / value);
    trades.push(fillSale(account, asset, quantity, at, parameters));
  });
  values.forEach((value, asset) => {
    if (mean - value < parameters.minOrderValue) return;
    const sized = sizePurchase(mean - value, account.cash, cashFloor, parameters);
    if (sized.take === 'buy') trades.push(fillPurchase(account, asset, sized.value, at, parameters));
  });
  return trades;
}

function contextOf(panel: Panel, bar: number, price: 'open' | 'close', rebalance: number | null): FillContext {
  const { assets, opens, closes, openTimesMs } = panel;
  return { assets, prices: price === 'open' ? opens : closes, bar, timeMs: openTimesMs[bar]!, rebalance };
}
