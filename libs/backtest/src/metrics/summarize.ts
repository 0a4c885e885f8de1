import type { StrategyParameters, TriggerKind } from '#domain';
import type { Panel } from '../columns/panel.js';
import type { AssetReturn, BacktestSummary, Rebalance, Trade } from '../report/backtest-report.js';
import { annualizedReturnOf, dailyReturns, sharpeOf, sortinoOf } from './daily-returns.js';
import { drawdownOf } from './drawdown.js';

export interface RunRecord {
  readonly equity: Float64Array;
  readonly trades: readonly Trade[];
  readonly rebalances: readonly Rebalance[];
}

/** The figures of strategy.md for one run. */
export function summarize(
  run: RunRecord, panel: Panel, lastBars: Int32Array, { initialCapital }: StrategyParameters,
): BacktestSummary {
  const finalValue = run.equity.at(-1)!;
  const totalReturn = finalValue / initialCapital - 1;
  const returns = dailyReturns(run.equity, lastBars);
  const { maxDrawdown, drawdown } = drawdownOf(run.equity, panel.openTimesMs);
  const annualizedReturn = annualizedReturnOf(totalReturn, panel.openTimesMs.at(-1)! - panel.openTimesMs[0]!);
  const assets = assetReturns(panel);
  return {
    initialCapital, finalValue, totalReturn, annualizedReturn, maxDrawdown, drawdown,
    sharpe: sharpeOf(returns),
    sortino: sortinoOf(returns),
    calmar: annualizedReturn === null || maxDrawdown === 0 ? null : annualizedReturn / Math.abs(maxDrawdown),
    ...activityOf(run),
    bestAsset: assets.reduce((best, asset) => (asset.return > best.return ? asset : best)),
    worstAsset: assets.reduce((worst, asset) => (asset.return < worst.return ? asset : worst)),
  };
}

function activityOf({ equity, trades, rebalances }: RunRecord) {
  const kinds: Record<TriggerKind, number> = { upside: 0, downside: 0, limit: 0 };
  for (const { kind } of rebalances) kinds[kind]++;
  const wins = rebalances.filter(({ interimGain }) => interimGain > 0).length;
  const tradedValue = trades.reduce((sum, { rebalance, value }) => (rebalance === null ? sum : sum + value), 0);
  return {
    rebalanceCount: rebalances.length,
    winRate: rebalances.length > 0 ? wins / rebalances.length : null,
    feesPaid: trades.reduce((sum, { fee }) => sum + fee, 0),
    tradeCount: trades.length,
    kinds,
    turnover: tradedValue / meanOf(equity),
  };
}

/** Four sums side by side: each addition to a single one would wait for the one before. */
function meanOf(equity: Float64Array): number {
  const whole = equity.length - (equity.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let bar = 0; bar < whole; bar += 4) {
    a += equity[bar]!;
    b += equity[bar + 1]!;
    c += equity[bar + 2]!;
    d += equity[bar + 3]!;
  }
  for (let bar = whole; bar < equity.length; bar++) a += equity[bar]!;
  return (a + b + (c + d)) / equity.length;
}

function assetReturns(panel: Panel): readonly AssetReturn[] {
  return panel.assets.map((asset, index) => {
    const closes = panel.closes[index]!;
    return { asset, return: closes.at(-1)! / closes[0]! - 1 };
  });
}
