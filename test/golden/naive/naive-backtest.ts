/**
 * The strategy's specification, read literally and written plainly: one bar after the other, names instead of indexes,
 * everything valued anew wherever it is needed. It shares no code with the product on purpose. Slow is fine here.
 */
import type { CandleFile, GoldenConfig, GoldenSummary, GoldenTrade } from '../golden-file.js';
import { annualSharpe, deepestDrawdown } from './naive-figures.js';
import { chooseNaivePlan, type NaivePlan } from './naive-plan.js';
import type { NaiveBar, NaiveState } from './naive-state.js';

interface DonePlan {
  readonly kind: NaivePlan['kind'];
  readonly decidedAtBar: number;
  readonly heldChange: ReadonlyMap<string, number>;
  readonly cashChange: number;
}

export interface NaiveResult {
  readonly bars: number;
  readonly summary: GoldenSummary;
  readonly trades: readonly GoldenTrade[];
}

export function runNaiveBacktest(candles: readonly CandleFile[], config: GoldenConfig): NaiveResult {
  const assets = candles.map((file) => file.asset);
  const bars = joinBars(candles);
  const state: NaiveState = {
    cash: config.initialCapital,
    held: new Map(assets.map((asset) => [asset, 0])),
    lastFill: new Map(),
    trades: [],
  };
  buyInitialAllocation(state, assets, bars[0]!, config);
  const equity: number[] = [];
  const done: DonePlan[] = [];
  let pending: { plan: NaivePlan; decidedAtBar: number } | null = null;
  bars.forEach((bar, index) => {
    if (pending !== null) {
      done.push(execute(pending.plan, pending.decidedAtBar, state, assets, bar.open, bar.time, config));
      pending = null;
    }
    const plan = chooseNaivePlan(state, assets, bar, config);
    if (plan !== null && config.fillAt === 'close') {
      done.push(execute(plan, index, state, assets, bar.close, bar.time, config));
    } else if (plan !== null) {
      pending = { plan, decidedAtBar: index };
    }
    equity.push(worth(state, bar.close));
  });
  return { bars: bars.length, summary: summaryOf(bars, equity, done, state, config), trades: bareTrades(state) };
}

/** The bars whose open time every asset has. */
function joinBars(candles: readonly CandleFile[]): readonly NaiveBar[] {
  const rowOf = candles.map((file) => new Map(file.openTimesMs.map((time, row) => [time, row])));
  const times = candles[0]!.openTimesMs.filter((time) => rowOf.every((rows) => rows.has(time)));
  return times.map((time) => ({
    time,
    open: new Map(candles.map((file, which) => [file.asset, file.open[rowOf[which]!.get(time)!]!])),
    close: new Map(candles.map((file, which) => [file.asset, file.close[rowOf[which]!.get(time)!]!])),
  }));
}

function buyInitialAllocation(
  state: NaiveState, assets: readonly string[], bar: NaiveBar, config: GoldenConfig,
): void {
  for (const asset of assets) {
    const fraction = Math.min((1 - config.usdtReserve) / assets.length, config.maxPosition);
    buy(state, asset, fraction * config.initialCapital, 0, bar.close.get(asset)!, bar.time, config, true);
  }
}

/** All sales, then the purchases that the plan wants now that the proceeds are known. */
function execute(
  plan: NaivePlan, decidedAtBar: number, state: NaiveState, assets: readonly string[],
  price: ReadonlyMap<string, number>, time: number, config: GoldenConfig,
): DonePlan {
  const heldBefore = new Map(state.held);
  const cashBefore = state.cash;
  for (const asset of assets) {
    const quantity = plan.sellQuantity.get(asset);
    if (quantity !== undefined) sell(state, asset, quantity, price.get(asset)!, time, config);
  }
  const wanted = plan.purchasesFor(state.cash - cashBefore);
  for (const asset of assets) {
    const value = wanted.get(asset);
    if (value !== undefined) buy(state, asset, value, plan.cashToKeep, price.get(asset)!, time, config, false);
  }
  const heldChange = new Map(assets.map((asset) => [asset, state.held.get(asset)! - heldBefore.get(asset)!]));
  return { kind: plan.kind, decidedAtBar, heldChange, cashChange: state.cash - cashBefore };
}

function sell(
  state: NaiveState, asset: string, quantity: number, price: number, time: number, config: GoldenConfig,
): void {
  const fillPrice = price * (1 - config.slippage);
  const value = quantity * fillPrice;
  state.cash += value * (1 - config.tradingFee);
  state.held.set(asset, state.held.get(asset)! - quantity);
  state.lastFill.set(asset, time);
  const fee = value * config.tradingFee;
  state.trades.push({ time, side: 'sell', asset, quantity, price: fillPrice, value, fee, initial: false });
}

function buy(
  state: NaiveState, asset: string, wanted: number, cashToKeep: number, price: number, time: number,
  config: GoldenConfig, initial: boolean,
): void {
  const value = Math.min(wanted, (state.cash - cashToKeep) / (1 + config.tradingFee));
  if (value < config.minOrderValue) return;
  const fillPrice = price * (1 + config.slippage);
  const quantity = value / fillPrice;
  state.cash -= value * (1 + config.tradingFee);
  state.held.set(asset, state.held.get(asset)! + quantity);
  state.lastFill.set(asset, time);
  const fee = value * config.tradingFee;
  state.trades.push({ time, side: 'buy', asset, quantity, price: fillPrice, value, fee, initial });
}

function worth(state: NaiveState, price: ReadonlyMap<string, number>): number {
  let total = state.cash;
  for (const [asset, quantity] of state.held) total += quantity * price.get(asset)!;
  return total;
}

function summaryOf(
  bars: readonly NaiveBar[], equity: readonly number[], done: readonly DonePlan[], state: NaiveState,
  config: GoldenConfig,
): GoldenSummary {
  const finalValue = equity.at(-1)!;
  const wins = done.filter((plan, index) => {
    const valuedAt = index + 1 < done.length ? done[index + 1]!.decidedAtBar : bars.length - 1;
    let gain = plan.cashChange;
    for (const [asset, change] of plan.heldChange) gain += change * bars[valuedAt]!.close.get(asset)!;
    return gain > 0;
  });
  const countOf = (kind: NaivePlan['kind']): number => done.filter((plan) => plan.kind === kind).length;
  return {
    finalValue,
    totalReturn: finalValue / config.initialCapital - 1,
    maxDrawdown: deepestDrawdown(equity),
    sharpe: annualSharpe(bars.map((bar) => bar.time), equity),
    rebalanceCount: done.length,
    winRate: done.length === 0 ? null : wins.length / done.length,
    feesPaid: state.trades.reduce((sum, trade) => sum + trade.fee, 0),
    tradeCount: state.trades.length,
    kinds: { upside: countOf('upside'), downside: countOf('downside'), limit: countOf('limit') },
  };
}

function bareTrades(state: NaiveState): readonly GoldenTrade[] {
  return state.trades.map(({ time, side, asset, quantity, price, value }) => ({
    time, side, asset, quantity, price, value,
  }));
}
