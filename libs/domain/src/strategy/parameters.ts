/** On which price a backtest fills a plan: the open of the next bar, or the close it was decided on. */
export type FillAt = 'next-open' | 'close';

/**
 * Everything that steers the threshold cascade. Fractions are 0 to 1 (0.4 is 40 %), values are in the quote currency.
 * The meaning of each field is told in docs/strategy.md.
 */
export interface StrategyParameters {
  readonly upsideThreshold: number;
  readonly downsideThreshold: number;
  readonly sellPercentage: number;
  readonly usdtReserve: number;
  readonly minOrderValue: number;
  readonly cooldownMinutes: number;
  readonly maxPosition: number;
  readonly maxDonorSale: number;
  readonly minReserve: number;
  readonly initialCapital: number;
  readonly tradingFee: number;
  readonly slippage: number;
  readonly fillAt: FillAt;
  readonly evaluateEverySeconds: number;
}

export const DEFAULT_PARAMETERS: StrategyParameters = Object.freeze({
  upsideThreshold: 0.4,
  downsideThreshold: 0.35,
  sellPercentage: 0.2,
  usdtReserve: 0.3,
  minOrderValue: 15,
  cooldownMinutes: 30,
  maxPosition: 0.4,
  maxDonorSale: 0.25,
  minReserve: 0.05,
  initialCapital: 10_000,
  tradingFee: 0.001,
  slippage: 0,
  fillAt: 'next-open',
  evaluateEverySeconds: 60,
});

export interface NumberRule {
  readonly kind: 'number';
  readonly min: number;
  readonly minInclusive: boolean;
  readonly max: number;
  readonly maxInclusive: boolean;
  readonly description: string;
}

export interface EnumRule {
  readonly kind: 'enum';
  readonly values: readonly string[];
  readonly description: string;
}

export type ParameterRule = NumberRule | EnumRule;

export type ParameterName = keyof StrategyParameters;

/** What is wrong with one field: the rule in words, and what came instead (rendered, at most 80 characters). */
export interface ParameterFault {
  readonly field: string;
  readonly rule: string;
  readonly received: string;
}

export type ParsedParameters =
  | { readonly ok: true; readonly parameters: StrategyParameters }
  | { readonly ok: false; readonly faults: readonly ParameterFault[] };

/** The most assets one portfolio may hold. */
export const MAX_ASSETS = 200;

const HIGHEST_VALUE = 1e15;

const aboveZeroUpTo = (max: number, description: string): NumberRule => ({
  kind: 'number', min: 0, minInclusive: false, max, maxInclusive: true, description,
});

const zeroToBelowOne = (description: string): NumberRule => ({
  kind: 'number', min: 0, minInclusive: true, max: 1, maxInclusive: false, description,
});

const between = (min: number, max: number, description: string): NumberRule => ({
  kind: 'number', min, minInclusive: true, max, maxInclusive: true, description,
});

/** One rule a parameter; schemas elsewhere are built from this table, so that a range is written down once. */
export const PARAMETER_RULES: { readonly [Name in ParameterName]: Name extends 'fillAt' ? EnumRule : NumberRule } = {
  // With 200 assets no deviation exceeds 199, so 1,000 already means "never".
  upsideThreshold: aboveZeroUpTo(1_000, 'Deviation from the mean asset value above which an asset is an outperformer'),
  downsideThreshold: aboveZeroUpTo(1, 'Deviation below whose negative an asset is an underperformer'),
  sellPercentage: aboveZeroUpTo(1, 'Fraction of an outperforming position that is sold'),
  usdtReserve: zeroToBelowOne('Fraction of the capital, and of the net proceeds of an upside sale, kept in the quote currency'),
  minOrderValue: aboveZeroUpTo(HIGHEST_VALUE, 'Smallest order value in the quote currency'),
  cooldownMinutes: between(0, 52_560_000, 'Minutes before an asset that traded can trigger again'),
  maxPosition: aboveZeroUpTo(1, 'Largest fraction of the total value that one asset may hold'),
  maxDonorSale: aboveZeroUpTo(1, "Largest fraction of a position sold to fund another asset's purchase"),
  minReserve: zeroToBelowOne('Fraction of the total value below which purchases never take the cash'),
  initialCapital: aboveZeroUpTo(HIGHEST_VALUE, 'Capital at the start, in the quote currency'),
  tradingFee: zeroToBelowOne('Fee as a fraction of the traded value'),
  slippage: zeroToBelowOne('Fraction by which a fill is worse than its price'),
  fillAt: { kind: 'enum', values: ['next-open', 'close'], description: 'Price on which a backtest fills a plan' },
  evaluateEverySeconds: between(1, 86_400, 'Seconds between two evaluations in paper and live trading'),
};

/**
 * Completes the overrides with the defaults and checks every field. All faults are reported, not the first only;
 * a field that does not exist is a fault too. A field that is undefined counts as not given.
 */
export function parseParameters(overrides: Readonly<Record<string, unknown>>): ParsedParameters {
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  const faults = given.flatMap(([field, value]) => faultOf(field, value));
  if (faults.length > 0) return { ok: false, faults };
  const parameters: StrategyParameters = { ...DEFAULT_PARAMETERS, ...Object.fromEntries(given) };
  return { ok: true, parameters: Object.freeze(parameters) };
}

/** What is wrong with a basket of assets: none at all, too many, one twice, an empty name, the quote currency among them. */
export function checkBasket(assets: readonly string[], quote: string): readonly ParameterFault[] {
  const faults: ParameterFault[] = [];
  const fault = (rule: string, received: unknown) => faults.push({ field: 'assets', rule, received: rendered(received) });
  if (assets.length < 1) fault('must name at least one asset', assets);
  if (assets.length > MAX_ASSETS) fault(`must name at most ${MAX_ASSETS} assets`, assets.length);
  if (assets.includes('')) fault('must not hold an empty name', '');
  if (assets.includes(quote)) fault('must not hold the quote currency', quote);
  const twice = new Set(assets.filter((asset, index) => assets.indexOf(asset) !== index));
  for (const asset of twice) fault('must not name an asset twice', asset);
  return faults;
}

/** The rule in words, as a fault reports it: "must be a number above 0 and at most 1". */
export function ruleInWords(rule: ParameterRule): string {
  if (rule.kind === 'enum') return `must be one of ${rule.values.join(', ')}`;
  const lower = `${rule.minInclusive ? 'at least' : 'above'} ${rule.min}`;
  const upper = `${rule.maxInclusive ? 'at most' : 'below'} ${rule.max}`;
  return `must be a number ${lower} and ${upper}`;
}

function faultOf(field: string, value: unknown): readonly ParameterFault[] {
  if (!Object.hasOwn(PARAMETER_RULES, field)) {
    const rule = `is not a parameter; the parameters are ${Object.keys(PARAMETER_RULES).join(', ')}`;
    return [{ field, rule, received: rendered(value) }];
  }
  const rule: ParameterRule = PARAMETER_RULES[field as ParameterName];
  return obeys(rule, value) ? [] : [{ field, rule: ruleInWords(rule), received: rendered(value) }];
}

function obeys(rule: ParameterRule, value: unknown): boolean {
  if (rule.kind === 'enum') return typeof value === 'string' && rule.values.includes(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  const aboveMin = rule.minInclusive ? value >= rule.min : value > rule.min;
  return aboveMin && (rule.maxInclusive ? value <= rule.max : value < rule.max);
}

/** Short on purpose: what came may be huge or deep, and it goes into logs and error documents. */
function rendered(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 78));
  if (Array.isArray(value)) return `array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'object';
  return String(value).slice(0, 80);
}
