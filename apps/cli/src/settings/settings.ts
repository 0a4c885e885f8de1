import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../terminal/cli-failure.js';
import type { LocatedExchange } from './exchange-setting.js';
import type { Located } from './located.js';
import { readBounded } from './read-bounded.js';

export type { Located } from './located.js';

/** What `npm start` writes about the services it has started. */
export interface RuntimeFile {
  readonly apiUrl?: string;
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** simulator or mexc. */
  readonly exchange?: string;
  readonly exchangeUrl?: string;
}

export interface SettingFlags {
  readonly api?: string;
  readonly tokenFile?: string;
}

/** Where the services are: flag, then environment, then what `npm start` left behind, then the default. */
export interface Settings {
  readonly dataDir: string;
  readonly api: Located;
  readonly tokenFile: Located;
  readonly database: Located | null;
  readonly redis: Located | null;
  /** Null: none is known. */
  readonly exchange: LocatedExchange | null;
}

export const DEFAULT_API_URL = 'http://127.0.0.1:3000';
const MAX_TOKEN_BYTES = 4_096;

type Environment = Readonly<Record<string, string | undefined>>;

export function resolveSettings(flags: SettingFlags, environment: Environment, runtime: RuntimeFile, dataDir: string): Settings {
  const runtimePath = join(dataDir, 'runtime.json');
  return {
    dataDir,
    api: first(
      located(flags.api, '--api'),
      located(environment.REBALANCER_API_URL, 'REBALANCER_API_URL'),
      located(runtime.apiUrl, runtimePath),
    ) ?? { value: DEFAULT_API_URL, from: 'default' },
    tokenFile: first(located(flags.tokenFile, '--token-file'), located(environment.REBALANCER_TOKEN_FILE, 'REBALANCER_TOKEN_FILE')) ?? {
      value: join(dataDir, 'access-token'),
      from: 'default',
    },
    database: first(secretOf('DATABASE_URL', environment), located(runtime.databaseUrl, runtimePath)),
    redis: first(secretOf('REDIS_URL', environment), located(runtime.redisUrl, runtimePath)),
    exchange: exchangeOf(environment, runtime, runtimePath),
  };
}

/** Name and address belong together: where the environment names another exchange, the address of the started one is not its. */
function exchangeOf(environment: Environment, runtime: RuntimeFile, runtimePath: string): LocatedExchange | null {
  const name = first(located(environment.EXCHANGE, 'EXCHANGE'), located(runtime.exchange, runtimePath));
  if (name === null) return null;
  const started = name.value.toLowerCase() === runtime.exchange ? located(runtime.exchangeUrl, runtimePath) : null;
  const given = located(environment.EXCHANGE_URL, 'EXCHANGE_URL');
  const trustedHosts = [...(environment.EXCHANGE_TRUSTED_HOSTS ?? '').split(','), ...(given === null ? hostOf(started) : [])].filter((host) => host !== '');
  return { name, url: given ?? started, trustedHosts };
}

/** Of an address that `npm start` has looked at before it wrote it down. */
const hostOf = (address: Located | null): readonly string[] => (address !== null && URL.canParse(address.value) ? [new URL(address.value).hostname] : []);

/** A file that is missing or garbled only means that nothing is known from it; `doctor` looks at it closely. */
export function readRuntimeFile(dataDir: string): RuntimeFile {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(dataDir, 'runtime.json'), 'utf8'));
    return isRecord(parsed) ? stringsOf(parsed) : {};
  } catch {
    return {};
  }
}

/** The bearer token. It is never a flag: flags are seen by every process of the machine. */
export function readToken(settings: Settings): string {
  const { value: path, from } = settings.tokenFile;
  const token = readTokenText(path, from)?.trim() ?? '';
  if (token === '' || /\s/.test(token)) {
    throw failure('access', {
      code: 'token-malformed',
      title: 'Token file holds no token',
      detail: `${path} does not hold one token on one line`,
      remedy: 'rebalancer token create',
    });
  }
  return token;
}

function readTokenText(path: string, from: string): string | null {
  try {
    return readBounded(path, MAX_TOKEN_BYTES);
  } catch (cause) {
    const detail = `cannot read the access token from ${path} (${from}): ${reasonOf(cause)}`;
    const remedy = 'npm start writes it; or point --token-file at a file that holds it';
    throw failure('access', { code: 'token-missing', title: 'No access token', detail, remedy, cause });
  }
}

export function requireDatabase(settings: Settings): Located {
  if (settings.database) return settings.database;
  throw failure('unavailable', {
    code: 'database-unknown',
    title: 'No database known',
    detail: 'this command talks to the database, and none is known',
    remedy: 'start it with npm start, or set DATABASE_URL',
  });
}

/** NAME, or the content of the file that NAME_FILE names: how containers are handed their secrets. */
function secretOf(name: string, environment: Environment): Located | null {
  const given = located(environment[name], name);
  const file = environment[`${name}_FILE`];
  if (given !== null || !file) return given;
  try {
    return located(readFileSync(file, 'utf8').trim(), `${name}_FILE`);
  } catch (cause) {
    throw failure('usage', {
      code: 'secret-file-unreadable',
      title: 'Wrong use',
      detail: `${name}_FILE names ${file}, which cannot be read: ${reasonOf(cause)}`,
      cause,
    });
  }
}

function located(value: string | undefined, from: string): Located | null {
  return value === undefined || value === '' ? null : { value, from };
}

function first(...candidates: readonly (Located | null)[]): Located | null {
  return candidates.find((candidate) => candidate !== null) ?? null;
}

function stringsOf(record: Readonly<Record<string, unknown>>): RuntimeFile {
  const text = (name: string) => (typeof record[name] === 'string' ? record[name] : undefined);
  return { apiUrl: text('apiUrl'), databaseUrl: text('databaseUrl'), redisUrl: text('redisUrl'), exchange: text('exchange'), exchangeUrl: text('exchangeUrl') };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const reasonOf = (cause: unknown): string => (cause as Partial<NodeJS.ErrnoException> | null)?.code ?? String(cause);
