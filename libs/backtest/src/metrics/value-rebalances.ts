import type { Panel } from '../columns/panel.js';
import type { FilledRebalance } from '../engine/backtest-loop.js';
import type { Rebalance } from '../report/backtest-report.js';

/**
 * Values what each rebalance changed: at the closes on which the next one was decided (did it beat leaving the holdings
 * alone until then?), and at the last closes, where over all rebalances it sums to strategy minus never rebalanced.
 */
export function valueRebalances(rebalances: readonly FilledRebalance[], panel: Panel): readonly Rebalance[] {
  const indexOf = new Map(panel.assets.map((asset, index) => [asset, index]));
  const lastBar = panel.bars - 1;
  return rebalances.map((rebalance, index) => {
    const nextDecidedBar = rebalances[index + 1]?.decidedBar ?? lastBar;
    return {
      ...rebalance,
      interimGain: changeAt(rebalance, nextDecidedBar, panel, indexOf),
      attribution: changeAt(rebalance, lastBar, panel, indexOf),
    };
  });
}

/** Σ Δq × close + Δcash of one rebalance at one bar. */
function changeAt(
  rebalance: FilledRebalance, bar: number, panel: Panel, indexOf: ReadonlyMap<string, number>,
): number {
  return rebalance.legs.reduce((sum, leg) => {
    if (leg.status === 'skipped') return sum;
    const value = leg.quantity * panel.closes[indexOf.get(leg.asset)!]![bar]!;
    return leg.side === 'buy' ? sum + value : sum - value;
  }, rebalance.cashChange);
}
