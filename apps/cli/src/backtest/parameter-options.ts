import { PARAMETER_RULES, ruleInWords, type ParameterName, type ParameterRule } from '#domain';
import type { CliFault } from '../terminal/cli-failure.js';
import { closestName } from '../terminal/closest-name.js';

export interface ParsedOptions {
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly faults: readonly CliFault[];
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** `--set name=value`, any number of times; a later one of the same name wins. Ranges are checked with everything else. */
export function parseParameterOptions(options: readonly string[]): ParsedOptions {
  const parameters: Record<string, number | string> = {};
  const faults: CliFault[] = [];
  for (const option of options) {
    const parsed = parseOption(option);
    if ('fault' in parsed) faults.push(parsed.fault);
    else parameters[parsed.name] = parsed.value;
  }
  return { parameters, faults };
}

type ParsedOption = { readonly name: ParameterName; readonly value: number | string } | { readonly fault: CliFault };

function parseOption(option: string): ParsedOption {
  const equals = option.indexOf('=');
  if (equals < 1) return faultAt('--set', 'syntax', `must be name=value, such as usdtReserve=0.2 (received ${quoted(option)})`);
  const name = option.slice(0, equals).trim();
  const text = option.slice(equals + 1).trim();
  if (!isParameterName(name)) return { fault: unknownParameter(name) };
  return parseValue(name, text);
}

function parseValue(name: ParameterName, text: string): ParsedOption {
  const rule: ParameterRule = PARAMETER_RULES[name];
  if (rule.kind === 'enum') return { name, value: text };
  if (NUMBER.test(text)) return { name, value: Number(text) };
  const percent = /^([\d.]+)\s*%$/.exec(text);
  const asFraction = percent ? `; ${text} is written ${Number(percent[1]) / 100}` : '';
  return faultAt(`/parameters/${name}`, 'not-a-number', `${ruleInWords(rule)} (received ${quoted(text)}${asFraction})`);
}

/** Also used for the names in a config file. */
export function unknownParameter(name: string, pointer = `/parameters/${name}`): CliFault {
  const names = Object.keys(PARAMETER_RULES);
  const closest = closestName(name, names);
  const remedy = closest ? `did you mean ${closest}?` : `the parameters are ${names.join(', ')}`;
  return { pointer, code: 'unknown-parameter', detail: `is not a parameter; ${remedy}` };
}

export const isParameterName = (name: string): name is ParameterName => Object.hasOwn(PARAMETER_RULES, name);

const faultAt = (pointer: string, code: string, detail: string): ParsedOption => ({ fault: { pointer, code, detail } });

const quoted = (text: string): string => JSON.stringify(text.slice(0, 60));
