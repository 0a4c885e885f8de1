import {
  isInCooldown, rankTriggers, triggerPrices, valueHoldings,
  type DeclinedTrigger, type PlannedPurchase, type PortfolioConfiguration, type PortfolioSnapshot, type PriceFlag, type RebalancePlan, type Trigger, type TriggerPrices, type Valuation,
} from '#domain';
import { decideFromInput, decidingParameters } from '../evaluation/decide-from-input.js';
import type { EvaluationHold, EvaluationInput } from '../evaluation/evaluation.js';

export interface ExplainedAsset {
  readonly asset: string;
  readonly marketId: string;
  readonly quantity: number;
  readonly price: number | null;
  readonly priceMs: number | null;
  readonly flag: PriceFlag | null;
  readonly value: number | null;
  readonly weight: number | null;
  readonly deviation: number | null;
  readonly triggers: TriggerPrices;
  /** Null: it can set off a plan. */
  readonly cooldownUntilMs: number | null;
  readonly exceeds: readonly Trigger[];
}

/** What the strategy says of an input, whatever else stands against trading. */
export interface StrategyVerdict {
  readonly kind: 'hold' | 'plan';
  readonly reason: string;
  /** Index of the asset that sets off the plan. */
  readonly asset: number | null;
  readonly declined: readonly DeclinedTrigger[];
  readonly detail: string;
}

export interface ExplainedInput {
  readonly totalValue: number | null;
  readonly meanValue: number | null;
  readonly cashFloor: number | null;
  readonly assets: readonly ExplainedAsset[];
  /** Null: a price is missing, or must not be acted upon. */
  readonly verdict: StrategyVerdict | null;
}

const MS_PER_MINUTE = 60_000;
const NO_TRIGGERS: TriggerPrices = { upsideAbove: null, downsideBelow: null, limitAbove: null };

/** Computes anew what the strategy makes of an input: of a stored one the same today as then. */
export function explainInput(input: EvaluationInput, configuration: PortfolioConfiguration): ExplainedInput {
  const parameters = decidingParameters(input, configuration);
  const snapshot = snapshotOf(input, configuration);
  if (snapshot === null) return { totalValue: null, meanValue: null, cashFloor: null, assets: configuration.assets.map((_, asset) => unpriced(asset, input, configuration)), verdict: null };
  const valuation = valueHoldings(snapshot);
  const exceeded = valuation.meanValue > 0 ? rankTriggers(valuation, parameters) : [];
  const prices = triggerPrices(snapshot, parameters);
  return {
    totalValue: valuation.totalValue,
    meanValue: valuation.meanValue,
    cashFloor: parameters.minReserve * valuation.totalValue,
    assets: configuration.assets.map((_, asset) => ({
      ...unpriced(asset, input, configuration), ...standing(asset, valuation), triggers: prices[asset] ?? NO_TRIGGERS, exceeds: exceeded.filter((trigger) => trigger.asset === asset),
    })),
    verdict: verdictOf(input, configuration),
  };
}

/** With prices that must not be acted upon too, since people want to see what they come to. Null where one is missing. */
function snapshotOf({ prices, quantities, cash, timeMs, lastFillMs }: EvaluationInput, { assets }: PortfolioConfiguration): PortfolioSnapshot | null {
  const mids = prices.flatMap(({ mid }) => (mid !== null && mid > 0 ? [mid] : []));
  if (mids.length < assets.length) return null;
  return { assets: assets.map(({ base }) => base), quantities, prices: mids, cash, timeMs, lastFillMs: lastFillMs.map((atMs) => atMs ?? -Infinity) };
}

function unpriced(asset: number, input: EvaluationInput, { assets, parameters }: PortfolioConfiguration): ExplainedAsset {
  const { base, marketId } = assets[asset]!;
  const price = input.prices[asset];
  const lastFillMs = input.lastFillMs[asset] ?? -Infinity;
  const isCooling = isInCooldown(lastFillMs, input.timeMs, parameters);
  return {
    asset: base, marketId, quantity: input.quantities[asset] ?? 0, price: price?.mid ?? null, priceMs: price?.exchangeMs ?? null, flag: price?.flag ?? null,
    value: null, weight: null, deviation: null, triggers: NO_TRIGGERS,
    cooldownUntilMs: isCooling ? lastFillMs + parameters.cooldownMinutes * MS_PER_MINUTE : null,
    exceeds: [],
  };
}

function standing(asset: number, { values, totalValue, meanValue }: Valuation): Pick<ExplainedAsset, 'value' | 'weight' | 'deviation'> {
  const value = values[asset]!;
  return { value, weight: totalValue > 0 ? value / totalValue : 0, deviation: meanValue > 0 ? (value - meanValue) / meanValue : null };
}

function verdictOf(input: EvaluationInput, configuration: PortfolioConfiguration): StrategyVerdict | null {
  const outcome = decideFromInput(input, configuration);
  if (outcome === null) return null;
  const { kind, reason, declined } = outcome;
  const names = configuration.assets.map(({ base }) => base);
  if (outcome.kind === 'hold') return { kind, reason, asset: null, declined, detail: holdInWords(outcome, names) };
  const { decision } = outcome;
  if (decision.kind === 'initial') return { kind, reason, asset: null, declined, detail: startInWords(decision.purchases, configuration) };
  return { kind, reason, asset: decision.plan.trigger.asset, declined, detail: planInWords(decision.plan, configuration) };
}

function startInWords(purchases: readonly PlannedPurchase[], { assets, quote }: PortfolioConfiguration): string {
  return `the start: ${purchases.map(({ asset, value }) => `buy ${money(value)} ${quote} of ${assets[asset]!.base}`).join(', ')}`;
}

function planInWords({ trigger, sales, aim }: RebalancePlan, { assets, quote, parameters }: PortfolioConfiguration): string {
  const names = assets.map(({ base }) => base);
  const sold = sales.map(({ asset, value }) => `sell ${money(value)} ${quote} of ${names[asset]!}`);
  const bought = aim.kind === 'top-up' ? `buy up to ${money(aim.value)} ${quote} of ${names[aim.asset]!}` : `share ${percent(1 - parameters.usdtReserve)} of the proceeds among the other assets`;
  return `${triggerInWords(trigger, names)}: ${[...sold, bought].join(', ')}`;
}

export function triggerInWords({ kind, asset, ratio }: Trigger, assets: readonly string[]): string {
  const name = assets[asset] ?? `asset ${asset}`;
  const by = `${ratio.toFixed(2)} times the threshold`;
  if (kind === 'upside') return `${name} is above the mean by ${by}`;
  return kind === 'downside' ? `${name} is below the mean by ${by}` : `${name} has ${by} of the largest position`;
}

const DECLINED: Readonly<Record<DeclinedTrigger['reason'], string>> = {
  cooldown: 'it traded too recently',
  'sale-below-minimum': 'the sale would be below the smallest order',
  'purchase-below-minimum': 'the purchase would be below the smallest order',
  'funds-below-minimum': 'what could be raised would be below the smallest order',
};

export const declinedInWords = (declined: DeclinedTrigger, assets: readonly string[]): string => `${triggerInWords(declined, assets)}, but ${DECLINED[declined.reason]}`;

function holdInWords({ reason, detail, declined }: EvaluationHold, assets: readonly string[]): string {
  if (reason === 'no-value') return 'the assets are worth nothing, so there is no mean to deviate from';
  if (reason === 'within-thresholds') return 'no threshold is exceeded';
  return declined.length === 0 ? (detail ?? reason) : declined.map((one) => declinedInWords(one, assets)).join('; ');
}

const money = (value: number): string => value.toFixed(2);
const percent = (fraction: number): string => `${(fraction * 100).toFixed(0)} %`;
