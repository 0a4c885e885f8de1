import type { DecimalText } from '../market/market-rules.js';
import type { RiskCaps } from '../portfolio/portfolio-configuration.js';

/** What a portfolio has done by now, without the order that is asked about. The plan that it belongs to counts as one. */
export interface CapUsage {
  readonly notionalOfPlan: DecimalText;
  readonly notionalLastHour: DecimalText;
  readonly notionalLastDay: DecimalText;
  readonly ordersLastMinute: number;
  readonly plansLastDay: number;
}

export interface ExceededCap {
  readonly cap: keyof RiskCaps;
  /** In words, with both numbers. */
  readonly detail: string;
}

/** An order of exactly what a cap allows must not fail it for the rounding of a float. */
const HAIR = 1e-9;

/** The first cap that one more order would exceed; null: it may go out. A value that is no number allows nothing. */
export function exceededCap(usage: CapUsage, orderNotional: DecimalText, totalValue: number, caps: RiskCaps): ExceededCap | null {
  const order = Number(orderNotional);
  const traded = (before: DecimalText): number => Number(before) + order;
  return (
    aboveFraction('maxOrderFraction', 'the order', order, totalValue, caps) ??
    aboveFraction('maxPlanFraction', 'the plan', traded(usage.notionalOfPlan), totalValue, caps) ??
    aboveFraction('maxHourlyTurnover', 'the last hour', traded(usage.notionalLastHour), totalValue, caps) ??
    aboveFraction('maxDailyTurnover', 'the last day', traded(usage.notionalLastDay), totalValue, caps) ??
    aboveCount('maxPlansPerDay', 'plans in a day', usage.plansLastDay, caps) ??
    aboveCount('maxOrdersPerMinute', 'orders in a minute', usage.ordersLastMinute + 1, caps)
  );
}

/** Of each cap the lower one: where two versions of a configuration meet, neither may be exceeded. */
export function stricterCaps(a: RiskCaps, b: RiskCaps): RiskCaps {
  return {
    maxOrderFraction: Math.min(a.maxOrderFraction, b.maxOrderFraction),
    maxPlanFraction: Math.min(a.maxPlanFraction, b.maxPlanFraction),
    maxHourlyTurnover: Math.min(a.maxHourlyTurnover, b.maxHourlyTurnover),
    maxDailyTurnover: Math.min(a.maxDailyTurnover, b.maxDailyTurnover),
    maxPlansPerDay: Math.min(a.maxPlansPerDay, b.maxPlansPerDay),
    maxOrdersPerMinute: Math.min(a.maxOrdersPerMinute, b.maxOrdersPerMinute),
    maxDrawdown: a.maxDrawdown === null || b.maxDrawdown === null ? (a.maxDrawdown ?? b.maxDrawdown) : Math.min(a.maxDrawdown, b.maxDrawdown),
  };
}

function aboveFraction(
  cap: 'maxOrderFraction' | 'maxPlanFraction' | 'maxHourlyTurnover' | 'maxDailyTurnover',
  what: string, value: number, totalValue: number, caps: RiskCaps,
): ExceededCap | null {
  const most = caps[cap] * totalValue;
  if (value <= most * (1 + HAIR)) return null;
  return { cap, detail: `${what} would come to ${value.toFixed(2)}, ${cap} ${caps[cap]} of ${totalValue.toFixed(2)} allows ${most.toFixed(2)}` };
}

function aboveCount(cap: 'maxPlansPerDay' | 'maxOrdersPerMinute', what: string, count: number, caps: RiskCaps): ExceededCap | null {
  if (count <= caps[cap]) return null;
  return { cap, detail: `it would be ${count} ${what}, ${cap} allows ${caps[cap]}` };
}
