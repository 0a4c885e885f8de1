import type { StrategyParameters } from '#domain';
import type { Trade } from '../report/backtest-report.js';

/** Quantities by the asset's index, and cash. */
export interface Holdings {
  readonly quantities: Float64Array;
  readonly cash: number;
}

/** The holdings' worth at one index of columns of prices. */
export function equityAt({ quantities, cash }: Holdings, columns: readonly Float64Array[], index: number): number {
  let sum = 0;
  for (let asset = 0; asset < columns.length; asset++) sum += quantities[asset]! * columns[asset]![index]!;
  return sum + cash;
}

/** Holdings of one run. Changed in place: a run fills thousands of legs and scans between them. */
export interface Account {
  readonly quantities: Float64Array;
  readonly lastFillMs: Float64Array;
  cash: number;
}

export function openAccount(assetCount: number, initialCapital: number): Account {
  return {
    quantities: new Float64Array(assetCount),
    lastFillMs: new Float64Array(assetCount).fill(-Infinity),
    cash: initialCapital,
  };
}

export function copyAccount({ quantities, lastFillMs, cash }: Account): Account {
  return { quantities: quantities.slice(), lastFillMs: lastFillMs.slice(), cash };
}

/** Where and when a leg fills, and to which rebalance it belongs. */
export interface FillContext {
  readonly assets: readonly string[];
  /** Opens or closes of the filling bar, by fill mode. */
  readonly prices: readonly Float64Array[];
  readonly bar: number;
  readonly timeMs: number;
  /** Null for the initial allocation. */
  readonly rebalance: number | null;
}

/** Sells a quantity at the bar's price less slippage; the cash gains its value less the fee. */
export function fillSale(
  account: Account, asset: number, quantity: number, at: FillContext, { slippage, tradingFee }: StrategyParameters,
): Trade {
  const price = at.prices[asset]![at.bar]! * (1 - slippage);
  const value = quantity * price;
  account.quantities[asset] = Math.max(0, account.quantities[asset]! - quantity);
  account.cash += value * (1 - tradingFee);
  account.lastFillMs[asset] = at.timeMs;
  return tradeOf('sell', asset, { quantity, price, value, fee: value * tradingFee }, at);
}

/** Buys for a value at the bar's price plus slippage; the cash loses the value and the fee. */
export function fillPurchase(
  account: Account, asset: number, value: number, at: FillContext, { slippage, tradingFee }: StrategyParameters,
): Trade {
  const price = at.prices[asset]![at.bar]! * (1 + slippage);
  const quantity = value / price;
  account.quantities[asset] = account.quantities[asset]! + quantity;
  // A purchase for all of the cash can round to a hair below zero.
  account.cash = Math.max(0, account.cash - value * (1 + tradingFee));
  account.lastFillMs[asset] = at.timeMs;
  return tradeOf('buy', asset, { quantity, price, value, fee: value * tradingFee }, at);
}

function tradeOf(
  side: Trade['side'],
  asset: number,
  fill: Pick<Trade, 'quantity' | 'price' | 'value' | 'fee'>,
  at: FillContext,
): Trade {
  return { time: at.timeMs, side, asset: at.assets[asset]!, ...fill, rebalance: at.rebalance };
}
