import {
  planInitialAllocation, planPurchases, sizePurchase,
  type PlannedPurchase, type RebalancePlan, type StrategyParameters,
} from '#domain';
import type { FilledLeg, RebalanceLeg, Trade } from '../report/backtest-report.js';
import { fillPurchase, fillSale, type Account, type FillContext } from './account.js';

/** What became of a plan's legs; trades are the filled ones. */
export interface FilledPlan {
  readonly legs: readonly RebalanceLeg[];
  readonly trades: readonly Trade[];
  readonly cashChange: number;
}

/** Fills a plan on one bar: all sales, then each purchase with the cash that is there when its turn comes. */
export function fillPlan(
  plan: RebalancePlan, account: Account, at: FillContext, parameters: StrategyParameters,
): FilledPlan {
  const cashBefore = account.cash;
  const sales = plan.sales.map((sale) => fillSale(account, sale.asset, sale.quantity, at, parameters));
  const netProceeds = sales.reduce((sum, { value }) => sum + value * (1 - parameters.tradingFee), 0);
  const planned = planPurchases(plan, netProceeds, parameters);
  const purchases = fillPurchases(planned, plan.cashFloor, account, at, parameters);
  return {
    legs: [...sales.map(legOf), ...purchases.legs],
    trades: [...sales, ...purchases.trades],
    cashChange: account.cash - cashBefore,
  };
}

/** The initial allocation: ordinary purchases, but down to no cash at all. */
export function fillInitialAllocation(
  account: Account, at: FillContext, parameters: StrategyParameters,
): readonly Trade[] {
  const planned = planInitialAllocation(at.assets.length, parameters);
  return fillPurchases(planned, 0, account, at, parameters).trades;
}

/** Each with the cash that is there when its turn comes, down to the floor. */
export function fillPurchases(
  planned: readonly PlannedPurchase[],
  cashFloor: number,
  account: Account,
  at: FillContext,
  parameters: StrategyParameters,
): { readonly legs: readonly RebalanceLeg[]; readonly trades: readonly Trade[] } {
  const legs: RebalanceLeg[] = [];
  const trades: Trade[] = [];
  for (const purchase of planned) {
    const sized = purchase.take === 'skip' ? purchase : sizePurchase(purchase.value, account.cash, cashFloor, parameters);
    if (sized.take === 'skip') {
      const asset = at.assets[purchase.asset]!;
      legs.push({ status: 'skipped', side: 'buy', asset, value: purchase.value, reason: sized.reason });
      continue;
    }
    const trade = fillPurchase(account, purchase.asset, sized.value, at, parameters);
    trades.push(trade);
    legs.push(legOf(trade));
  }
  return { legs, trades };
}

function legOf({ side, asset, quantity, price, value, fee }: Trade): FilledLeg {
  return { status: 'filled', side, asset, quantity, price, value, fee };
}
