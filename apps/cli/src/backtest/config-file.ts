import { readBounded } from '../settings/read-bounded.js';
import { closestName } from '../terminal/closest-name.js';
import { failure, type CliFailure, type CliFault } from '../terminal/cli-failure.js';
import { isParameterName, unknownParameter } from './parameter-options.js';

/** What a config file may say beside parameters: the fields of a submission. */
export const REQUEST_FIELDS = [
  'exchange',
  'quote',
  'interval',
  'assets',
  'from',
  'to',
  'parameters',
  'periodicRebalanceDays',
  'priority',
  'name',
  'tags',
  'note',
] as const;

export const CONFIG_LIMITS = { bytes: 1_048_576, depth: 8 } as const;

/** A submission in parts, not yet checked field by field. */
export type ConfigDocument = Readonly<Record<string, unknown>>;

/**
 * Reads `--config`. The file is either the parameters alone, `{"usdtReserve": 0.2}`, or a whole submission,
 * `{"assets": […], "exchange": "MEXC", "parameters": {…}}`; it is the latter as soon as it has one of its fields.
 */
export function readConfigFile(path: string): ConfigDocument {
  return parseConfig(readConfig(path), path);
}

export function parseConfig(text: string, path: string): ConfigDocument {
  if (depthOf(text) > CONFIG_LIMITS.depth) throw invalid('config-too-deep', path, `is nested deeper than ${CONFIG_LIMITS.depth} levels`);
  const value = parseJson(text, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('config-not-an-object', path, 'must hold one JSON object');
  }
  const fields = Object.keys(value);
  const isSubmission = fields.some((field) => (REQUEST_FIELDS as readonly string[]).includes(field));
  const document: ConfigDocument = isSubmission ? { ...value } : { parameters: { ...value } };
  const faults = isSubmission ? unknownFields(fields) : unknownParameters(fields);
  if (faults.length > 0) throw invalid('config-unknown-field', path, 'has fields that mean nothing here', faults);
  return document;
}

function readConfig(path: string): string {
  try {
    const text = readBounded(path, CONFIG_LIMITS.bytes);
    if (text === null) throw invalid('config-too-large', path, `has more than ${CONFIG_LIMITS.bytes} bytes`);
    return text;
  } catch (error) {
    throw isErrno(error) ? unreadable(path, error) : error;
  }
}

function unreadable(path: string, cause: NodeJS.ErrnoException): CliFailure {
  if (cause.code === 'ENOENT')
    return failure('notFound', { code: 'config-missing', title: 'Config file not found', detail: `there is no file ${path}`, cause });
  const reasons: Record<string, string> = {
    EISDIR: 'is a folder, not a file',
    EACCES: 'may not be read by this user',
    EPERM: 'may not be read by this user',
  };
  return invalid('config-unreadable', path, reasons[cause.code ?? ''] ?? `cannot be read: ${cause.code}`);
}

function parseJson(text: string, path: string): unknown {
  try {
    // A byte order mark is what some editors leave behind.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw invalid('config-not-json', path, `is not JSON: ${message.slice(0, 160)}`);
  }
}

/** How deep brackets nest outside strings; looked at before parsing, so that depth costs nothing. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]!;
    if (isInString && character === '\\') index += 1;
    else if (character === '"') isInString = !isInString;
    else if (!isInString && (character === '[' || character === '{')) deepest = Math.max(deepest, (depth += 1));
    else if (!isInString && (character === ']' || character === '}')) depth -= 1;
  }
  return deepest;
}

function unknownFields(fields: readonly string[]): readonly CliFault[] {
  return fields
    .filter((field) => !(REQUEST_FIELDS as readonly string[]).includes(field))
    .map((field) => {
      const closest = closestName(field, REQUEST_FIELDS);
      const remedy = isParameterName(field)
        ? 'is a parameter: put it under "parameters"'
        : `is not a field here${closest ? `; did you mean ${closest}?` : ''}`;
      return { pointer: `/${field.slice(0, 60)}`, code: 'unknown-field', detail: remedy };
    });
}

const unknownParameters = (fields: readonly string[]): readonly CliFault[] =>
  fields.filter((field) => !isParameterName(field)).map((field) => unknownParameter(field.slice(0, 60), `/${field.slice(0, 60)}`));

function invalid(code: string, path: string, what: string, errors?: readonly CliFault[]): CliFailure {
  return failure('invalid', { code, title: 'Config file refused', detail: `config file ${path} ${what}`, errors });
}

const isErrno = (error: unknown): error is NodeJS.ErrnoException => typeof error === 'object' && error !== null && 'syscall' in error;
