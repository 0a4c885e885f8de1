import { parseParameterOptions } from '../backtest/parameter-options.js';
import { numberOption } from '../backtest/number-option.js';
import { failure } from '../terminal/cli-failure.js';
import { capsOf } from './name-value.js';

export interface SettingsOptions {
  readonly set?: readonly string[];
  readonly orderType?: string;
  readonly maxSlippage?: string;
  readonly cap?: readonly string[];
}

export interface GivenSettings {
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly execution: Readonly<Record<string, number | string>>;
  readonly caps: Readonly<Record<string, number | null>>;
}

/** Parameters, execution and limits as they were typed; their ranges are the API's to judge, all at once. */
export function settingsOf({ set = [], orderType, maxSlippage, cap = [] }: SettingsOptions): GivenSettings {
  const { parameters, faults } = parseParameterOptions(set);
  if (faults.length > 0) {
    throw failure('invalid', { code: 'invalid-parameters', title: 'Invalid parameters', detail: 'parameters break their rules', errors: faults });
  }
  const slippage = numberOption('--max-slippage', maxSlippage, { min: 0, max: 1 });
  const execution = { ...(orderType !== undefined && { orderType }), ...(slippage !== undefined && { maxSlippage: slippage }) };
  return { parameters, execution, caps: capsOf(cap) };
}
