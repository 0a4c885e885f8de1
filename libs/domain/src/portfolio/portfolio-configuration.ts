import type { NumberRule, StrategyParameters } from '../strategy/parameters.js';

/** `paper`: live prices, fills made by the backtest's fill model. `live`: orders go to the configured exchange. */
export type TradingMode = 'paper' | 'live';

/**
 * `created`: never started. `running`: evaluated and traded. `buys-paused`: sales only. `paused`: evaluated, not traded.
 * `stopped`: not looked at. `deleted`: gone for its users; its books stay.
 */
export type PortfolioState = 'created' | 'running' | 'buys-paused' | 'paused' | 'stopped' | 'deleted';

/** An asset of the basket and the market it is traded in. */
export interface PortfolioAsset {
  readonly base: string;
  readonly marketId: string;
}

/** `market`: a buy by quote value, a sale by quantity. `ioc`: a limit at the worst price allowed, of which nothing rests. */
export type OrderType = 'market' | 'ioc';

export interface ExecutionSettings {
  readonly orderType: OrderType;
  /** An order whose expected average price is further than this fraction from the decision's price waits. */
  readonly maxSlippage: number;
  /** A plan ends where the middle price has moved further than this fraction from the decision's before an order of it went out. */
  readonly maxPriceMove: number;
}

/** What one portfolio may do at most, whatever is decided. Fractions are of its total value at the decision; null: no limit. */
export interface RiskCaps {
  readonly maxOrderFraction: number;
  readonly maxPlanFraction: number;
  readonly maxHourlyTurnover: number;
  readonly maxDailyTurnover: number;
  readonly maxPlansPerDay: number;
  readonly maxOrdersPerMinute: number;
  /** Trading halts where the equity is further below its peak (net of deposits and withdrawals) than this fraction. */
  readonly maxDrawdown: number | null;
}

/** All that steers a portfolio, as one version of it. A plan keeps the version it was made with. */
export interface PortfolioConfiguration {
  /** In listed order; every array of a snapshot or a plan is indexed by it. */
  readonly assets: readonly PortfolioAsset[];
  readonly quote: string;
  readonly parameters: StrategyParameters;
  readonly execution: ExecutionSettings;
  readonly caps: RiskCaps;
}

export const DEFAULT_EXECUTION: ExecutionSettings = Object.freeze({ orderType: 'market', maxSlippage: 0.01, maxPriceMove: 0.02 });

/**
 * Above all that the cascade asks for with its own defaults: an asset that is nearly all of the value is cut back to 0.4 of
 * it, a sale of 0.6, and 0.7 of the proceeds are spent again.
 */
export const DEFAULT_CAPS: RiskCaps = Object.freeze({
  maxOrderFraction: 0.75,
  maxPlanFraction: 1.25,
  maxHourlyTurnover: 1.5,
  maxDailyTurnover: 4,
  maxPlansPerDay: 200,
  maxOrdersPerMinute: 60,
  maxDrawdown: null,
});

const above0 = (max: number, description: string): NumberRule => ({
  kind: 'number', min: 0, minInclusive: false, max, maxInclusive: true, description,
});

/** The ranges, written down once; schemas elsewhere are built from these tables. */
export const EXECUTION_RULES: Readonly<Record<'maxSlippage' | 'maxPriceMove', NumberRule>> = {
  maxSlippage: above0(0.5, "Largest distance of an order's expected average price from the decision's price, as a fraction"),
  maxPriceMove: above0(0.5, 'Furthest that the middle price may move from the decision before an order goes out, as a fraction'),
};

export const CAP_RULES: Readonly<Record<keyof RiskCaps, NumberRule>> = {
  maxOrderFraction: above0(1, 'Largest value of one order, as a fraction of the total value'),
  maxPlanFraction: above0(2, 'Largest value traded by one plan, as a fraction of the total value'),
  maxHourlyTurnover: above0(1_000, 'Largest value traded in an hour, as a multiple of the total value'),
  maxDailyTurnover: above0(1_000, 'Largest value traded in a day, as a multiple of the total value'),
  maxPlansPerDay: above0(86_400, 'Most plans in a day'),
  maxOrdersPerMinute: above0(10_000, 'Most orders in a minute'),
  maxDrawdown: above0(1, 'Drawdown from the peak at which trading halts, as a fraction'),
};
