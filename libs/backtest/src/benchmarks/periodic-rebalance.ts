import { sizePurchase, type StrategyParameters } from '#domain';
import type { Panel } from '../columns/panel.js';
import { equityAt, fillPurchase, fillSale, type Account, type FillContext } from '../engine/account.js';
import { firstBarFrom } from '../metrics/daily-returns.js';
import type { Trade } from '../report/backtest-report.js';

/** A bar on whose close the mean is to be restored, and the bar on which that fills. */
export interface PeriodicDate {
  readonly decidedBar: number;
  readonly filledBar: number;
}

/**
 * Due is the first bar at or after each multiple of the interval from the first bar's open time; several multiples
 * inside one gap are one date. A date with no bar left to fill on is dropped.
 */
export function periodicDates(panel: Panel, everyMs: number, { fillAt }: StrategyParameters): readonly PeriodicDate[] {
  const dates: PeriodicDate[] = [];
  const firstMs = panel.openTimesMs[0]!;
  let bar = firstBarFrom(panel.openTimesMs, firstMs + everyMs, 0);
  while (bar < panel.bars) {
    const filledBar = fillAt === 'close' ? bar : bar + 1;
    if (filledBar < panel.bars) dates.push({ decidedBar: bar, filledBar });
    const periods = Math.floor((panel.openTimesMs[bar]! - firstMs) / everyMs) + 1;
    bar = firstBarFrom(panel.openTimesMs, firstMs + periods * everyMs, bar + 1);
  }
  return dates;
}

/**
 * Brings every asset back to the mean asset value as decided: sales first, then purchases, both in listed order, none
 * below the minimum; the reserve is left as it is.
 */
export function restoreMean(
  account: Account, panel: Panel, decidedBar: number, at: FillContext, parameters: StrategyParameters,
): readonly Trade[] {
  const values = panel.closes.map((column, asset) => account.quantities[asset]! * column[decidedBar]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const cashFloor = parameters.minReserve * equityAt(account, panel.closes, decidedBar);
  const trades: Trade[] = [];
  values.forEach((value, asset) => {
    if (value - mean < parameters.minOrderValue) return;
    const quantity = (value - mean) / panel.closes[asset]![decidedBar]!;
    trades.push(fillSale(account, asset, quantity, at, parameters));
  });
  values.forEach((value, asset) => {
    if (mean - value < parameters.minOrderValue) return;
    const sized = sizePurchase(mean - value, account.cash, cashFloor, parameters);
    if (sized.take === 'buy') trades.push(fillPurchase(account, asset, sized.value, at, parameters));
  });
  return trades;
}
