import { parseParameterOptions } from '../backtest/parameter-options.js';
import { numberOption } from '../backtest/number-option.js';
import { failure } from '../terminal/cli-failure.js';
import { capsOf } from './name-value.js';

export interface SettingsOptions {
  readonly set?: readonly string[];
  readonly orderType?: string;
  readonly maxSlippage?: string;
  readonly maxPriceMove?: string;
  readonly cap?: readonly string[];
}

export interface GivenSettings {
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly execution: Readonly<Record<string, number | string>>;
  readonly caps: Readonly<Record<string, number | null>>;
}

/** Parameters, execution and limits as they were typed; their ranges are the API's to judge, all at once. */
export function settingsOf({ set = [], orderType, maxSlippage, maxPriceMove, cap = [] }: SettingsOptions): GivenSettings {
  const { parameters, faults } = parseParameterOptions(set);
  if (faults.length > 0) {
    throw failure('invalid', { code: 'invalid-parameters', title: 'Invalid parameters', detail: 'parameters break their rules', errors: faults });
  }
  const fractions = {
    maxSlippage: numberOption('--max-slippage', maxSlippage, { min: 0, max: 1 }),
    maxPriceMove: numberOption('--max-price-move', maxPriceMove, { min: 0, max: 1 }),
  };
  const given = Object.entries({ orderType, ...fractions }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const execution = Object.fromEntries(given);
  return { parameters, execution, caps: capsOf(cap) };
}
