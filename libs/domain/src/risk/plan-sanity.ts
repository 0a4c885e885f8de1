import { decimalText } from '../order/decimal-steps.js';
import { cashFloorOf, purchasesOf, salesOf } from '../planning/legs-of-plan.js';
import { sizePurchase } from '../planning/plan-purchases.js';
import type { PlanDecision } from '../planning/plan-states.js';
import type { PortfolioConfiguration } from '../portfolio/portfolio-configuration.js';
import type { PortfolioSnapshot } from '../portfolio/portfolio-snapshot.js';
import { valueHoldings } from '../portfolio/valuation.js';
import type { StrategyParameters } from '../strategy/parameters.js';

/** What a plan would do if every leg filled as a whole at the decision's prices, by asset, in quote. */
interface ExpectedTrades {
  readonly sold: readonly number[];
  readonly bought: readonly number[];
  readonly cash: number;
}

/** The portfolio around it. */
interface Surroundings extends ExpectedTrades {
  readonly before: readonly number[];
  readonly cashBefore: number;
  readonly totalValue: number;
  readonly assets: readonly string[];
}

type Check = (decision: PlanDecision, around: Surroundings, configuration: PortfolioConfiguration) => string | null;

/** Sums of floats differ in their last digits with the order of their terms. */
const HAIR = 1e-9;

/**
 * Why a plan must be the fruit of a bug, or null. It repeats no arithmetic of the decision: it asks what any sane plan
 * achieves. The triggering asset ends no further outside its threshold than before, no purchase ends above the position
 * limit or takes the cash below the reserve, nothing is sold that is not held, and no more is traded than a plan may.
 */
export function insaneBecause(
  decision: PlanDecision, configuration: PortfolioConfiguration, snapshot: PortfolioSnapshot,
): string | null {
  const malformed = malformedBecause(decision, snapshot);
  if (malformed !== null) return malformed;
  const { values, totalValue } = valueHoldings(snapshot);
  const expected = expectedTrades(decision, configuration.parameters, snapshot);
  const around = { ...expected, before: values, cashBefore: snapshot.cash, totalValue, assets: snapshot.assets };
  for (const check of CHECKS) {
    const reason = check(decision, around, configuration);
    if (reason !== null) return reason;
  }
  return null;
}

function malformedBecause(decision: PlanDecision, { assets }: PortfolioSnapshot): string | null {
  const trigger = decision.kind === 'initial' ? null : decision.plan.trigger;
  if (trigger !== null && assets[trigger.asset] === undefined) return `it was triggered ${trigger.kind} by asset ${trigger.asset} of ${assets.length}`;
  const wrong = amountsOf(decision).find(({ asset, amount }) => assets[asset] === undefined || !(Number.isFinite(amount) && amount > 0));
  return wrong === undefined ? null : `it asks for ${wrong.amount} of asset ${wrong.asset} of ${assets.length}`;
}

/** All that it asks for: quantities of sales, values of purchases. */
function amountsOf(decision: PlanDecision): readonly { readonly asset: number; readonly amount: number }[] {
  if (decision.kind === 'initial') return decision.purchases.map(({ asset, value }) => ({ asset, amount: value }));
  const { sales, aim } = decision.plan;
  const sold = sales.map(({ asset, quantity }) => ({ asset, amount: quantity }));
  return aim.kind === 'top-up' ? [...sold, { asset: aim.asset, amount: aim.value }] : sold;
}

function expectedTrades(decision: PlanDecision, parameters: StrategyParameters, snapshot: PortfolioSnapshot): ExpectedTrades {
  const sold = snapshot.assets.map(() => 0);
  const bought = snapshot.assets.map(() => 0);
  for (const { asset, quantity } of salesOf(decision)) sold[asset]! += Number(quantity) * snapshot.prices[asset]!;
  const netProceeds = sold.reduce((sum, value) => sum + value, 0) * (1 - parameters.tradingFee);
  let cash = snapshot.cash + netProceeds;
  // A purchase of exactly the minimum counts, whatever the last digit of the cash here.
  const sizing = { ...parameters, minOrderValue: parameters.minOrderValue * (1 - HAIR) };
  for (const purchase of purchasesOf(decision, decimalText(netProceeds), parameters)) {
    const sized = purchase.take === 'skip' ? purchase : sizePurchase(purchase.value, cash, cashFloorOf(decision), sizing);
    if (sized.take === 'skip') continue;
    bought[purchase.asset]! += sized.value;
    cash -= sized.value * (1 + parameters.tradingFee);
  }
  return { sold, bought, cash };
}

const sellsMoreThanHeld: Check = (_decision, { before, sold, assets }) => {
  const asset = sold.findIndex((value, index) => value > before[index]! * (1 + HAIR));
  return asset === -1 ? null : `it sells ${sold[asset]!.toFixed(2)} of ${assets[asset]}, of which ${before[asset]!.toFixed(2)} is held`;
};

const tradesNothing: Check = (_decision, { sold, bought }) =>
  sold.some((value) => value > 0) || bought.some((value) => value > 0) ? null : 'none of its legs can be filled';

const movesTriggerAway: Check = (decision, around) => {
  if (decision.kind === 'initial') return null;
  const { asset, kind } = decision.plan.trigger;
  const [sold, bought] = [around.sold[asset]!, around.bought[asset]!];
  const isItsSide = kind === 'downside' ? bought > 0 && sold === 0 : sold > 0 && bought === 0;
  if (!isItsSide) return `it was triggered ${kind} by ${around.assets[asset]} and does not ${kind === 'downside' ? 'buy' : 'sell'} it`;
  const [before, after] = distances(kind === 'limit' ? 'weight' : 'ratio to the mean', asset, around);
  const isFurther = kind === 'downside' ? after < before * (1 - HAIR) : after > before * (1 + HAIR);
  return isFurther ? `it moves ${around.assets[asset]} from ${before.toFixed(4)} to ${after.toFixed(4)} times what ${kind} measures` : null;
};

const buysAboveLimit: Check = (_decision, { before, sold, bought, totalValue, assets }, { parameters }) => {
  const most = parameters.maxPosition * totalValue;
  const asset = bought.findIndex((value, index) => value > 0 && before[index]! - sold[index]! + value > most * (1 + HAIR));
  return asset === -1 ? null : `it buys ${assets[asset]} up to ${(before[asset]! + bought[asset]!).toFixed(2)}, above the position limit of ${most.toFixed(2)}`;
};

const takesReserve: Check = (decision, { bought, cash, totalValue }, { parameters }) => {
  const floor = decision.kind === 'initial' ? 0 : parameters.minReserve * totalValue;
  if (cash >= floor - HAIR * totalValue || bought.every((value) => value === 0)) return null;
  return `its purchases leave ${cash.toFixed(2)} in cash, below the reserve of ${floor.toFixed(2)}`;
};

const tradesTooMuch: Check = (_decision, { sold, bought, totalValue }, { caps }) => {
  const turnover = [...sold, ...bought].reduce((sum, value) => sum + value, 0);
  if (turnover <= caps.maxPlanFraction * totalValue * (1 + HAIR)) return null;
  return `it trades ${turnover.toFixed(2)}, more than maxPlanFraction ${caps.maxPlanFraction} of ${totalValue.toFixed(2)}`;
};

const CHECKS: readonly Check[] = [sellsMoreThanHeld, tradesNothing, movesTriggerAway, buysAboveLimit, takesReserve, tradesTooMuch];

/** What the trigger's threshold is about, before and after. */
function distances(measure: 'weight' | 'ratio to the mean', asset: number, around: Surroundings): readonly [number, number] {
  const { before, sold, bought, cash, cashBefore } = around;
  const after = before.map((value, index) => value - sold[index]! + bought[index]!);
  const share = (values: readonly number[], extra: number): number => values[asset]! / (values.reduce((sum, value) => sum + value, 0) + extra);
  if (measure === 'weight') return [share(before, cashBefore), share(after, cash)];
  return [share(before, 0) * before.length, share(after, 0) * before.length];
}
