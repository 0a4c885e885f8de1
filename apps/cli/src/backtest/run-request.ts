import { SubmitBacktest } from '#contracts';
import { CANDLE_INTERVALS, checkBasket, isCandleInterval } from '#domain';
import type { z } from 'zod';
import { failure, type CliFault } from '../terminal/cli-failure.js';
import type { ConfigDocument } from './config-file.js';
import { parseInstant } from './instants.js';
import { isParameterName, parseParameterOptions, unknownParameter } from './parameter-options.js';

/** The flags of `backtest run` that say what is to be simulated. */
export interface RequestFlags {
  readonly assets?: string;
  readonly exchange?: string;
  readonly quote?: string;
  readonly interval?: string;
  readonly from?: string;
  readonly to?: string;
  readonly set?: readonly string[];
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly note?: string;
  readonly priority?: string;
}

export type RunRequest = z.infer<typeof SubmitBacktest>;

const REQUIRED = ['assets', 'exchange', 'interval'] as const;

/** Flags win over the config file, field by field; parameters one by one. Throws with every fault, not the first only. */
export function buildRunRequest(flags: RequestFlags, config: ConfigDocument): RunRequest {
  const { fields, faults } = fieldsOfFlags(flags);
  const { parameters, faults: optionFaults } = parseParameterOptions(flags.set ?? []);
  const merged: Record<string, unknown> = { ...config, ...fields, parameters: mergedParameters(config.parameters, parameters) };
  refuseMissing(merged);
  const parsed = SubmitBacktest.safeParse(merged);
  const all = [...faults, ...optionFaults, ...(parsed.success ? faultsAcross(parsed.data) : faultsOf(parsed.error.issues))];
  if (all.length > 0 || !parsed.success) throw refused(all);
  return parsed.data;
}

interface FlagFields {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly faults: readonly CliFault[];
}

function fieldsOfFlags(flags: RequestFlags): FlagFields {
  const from = instantOf('from', flags.from);
  const to = instantOf('to', flags.to);
  const fields = {
    assets: flags.assets === undefined ? undefined : namesOf(flags.assets),
    exchange: flags.exchange?.toUpperCase(),
    quote: flags.quote?.toUpperCase(),
    interval: flags.interval,
    from: from.iso,
    to: to.iso,
    name: flags.name,
    tags: flags.tag,
    note: flags.note,
    priority: flags.priority,
  };
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { fields: given, faults: [...from.faults, ...to.faults] };
}

/** `HANA, truth` names HANA and TRUTH: exchanges know upper case names only. */
function namesOf(list: string): readonly string[] {
  if (list.trim() === '') return [];
  return list.split(',').map((name) => name.trim().toUpperCase());
}

function instantOf(flag: 'from' | 'to', text: string | undefined): { readonly iso?: string; readonly faults: readonly CliFault[] } {
  if (text === undefined) return { faults: [] };
  const parsed = parseInstant(text);
  if (parsed.ok) return { iso: new Date(parsed.ms).toISOString(), faults: [] };
  return {
    faults: [
      { pointer: `/${flag}`, code: 'not-an-instant', detail: `--${flag} ${parsed.rule} (received ${JSON.stringify(text.slice(0, 40))})` },
    ],
  };
}

/** Left as it is where it is no object: the schema then says so. */
function mergedParameters(fromFile: unknown, fromFlags: Readonly<Record<string, unknown>>): unknown {
  if (fromFile === undefined) return fromFlags;
  if (typeof fromFile !== 'object' || fromFile === null || Array.isArray(fromFile)) return fromFile;
  return { ...fromFile, ...fromFlags };
}

function refuseMissing(merged: Readonly<Record<string, unknown>>): void {
  const missing = REQUIRED.filter((name) => merged[name] === undefined).map((name) => `--${name}`);
  if (missing.length === 0) return;
  const detail = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
  const remedy = 'rebalancer backtest run --assets HANA,TRUTH --exchange MEXC --interval 1m';
  throw failure('usage', { code: 'missing-option', title: 'Option missing', detail, remedy });
}

/** What no field shows by itself. */
function faultsAcross(request: RunRequest): readonly CliFault[] {
  const basket = checkBasket(request.assets, request.quote);
  const faults: CliFault[] = basket.map(({ rule, received }) => ({
    pointer: '/assets',
    code: 'basket',
    detail: `${rule} (received ${received})`,
  }));
  if (!isCandleInterval(request.interval)) {
    faults.push({
      pointer: '/interval',
      code: 'interval',
      detail: `must be one of ${CANDLE_INTERVALS.join(' ')} (received ${JSON.stringify(request.interval)})`,
    });
  }
  if (request.from !== undefined && request.to !== undefined && Date.parse(request.from) > Date.parse(request.to)) {
    faults.push({ pointer: '/from', code: 'period', detail: `must not be after to (${request.from} > ${request.to})` });
  }
  return faults;
}

function faultsOf(issues: readonly z.core.$ZodIssue[]): readonly CliFault[] {
  return issues.flatMap((issue) => {
    const pointer = issue.path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(pointer, key));
    return [{ pointer, code: issue.code, detail: issue.message }];
  });
}

function unknownKey(parent: string, key: string): CliFault {
  const pointer = `${parent}/${key.slice(0, 60)}`;
  if (parent === '/parameters' && !isParameterName(key)) return unknownParameter(key.slice(0, 60), pointer);
  return { pointer, code: 'unknown-field', detail: 'is not a field here' };
}

function refused(errors: readonly CliFault[]): Error {
  const detail =
    errors.length === 1 ? 'the backtest asked for is not valid' : `the backtest asked for is not valid in ${errors.length} places`;
  return failure('invalid', { code: 'validation-failed', title: 'Backtest refused', detail, errors });
}
