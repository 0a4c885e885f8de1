import { createDataSource, type DatabaseOptions } from '#persistence';
import { requireDatabase, type Located, type Settings } from '../settings/settings.js';
import { failure, type CliFailure } from '../terminal/cli-failure.js';

export type DataSource = ReturnType<typeof createDataSource>;

const APPLICATION_NAME = 'rebalancer-cli';

export function databaseOptions(settings: Settings, poolSize = 2): DatabaseOptions {
  return { url: requireDatabase(settings).value, poolSize, applicationName: APPLICATION_NAME };
}

/** Opens the database, hands it over, and closes it again whatever happens. */
export async function withDatabase<Result>(settings: Settings, use: (dataSource: DataSource) => Promise<Result>): Promise<Result> {
  const located = requireDatabase(settings);
  const dataSource = dataSourceOf(settings, located);
  try {
    await dataSource.initialize();
  } catch (error) {
    throw databaseUnreachable(located, error);
  }
  try {
    return await use(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** Made but not yet connected. An address that is none is a fault of the setting, not of the database. */
export function dataSourceOf(settings: Settings, located: Located): DataSource {
  const isAddress = URL.canParse(located.value) && /^postgres(ql)?:$/.test(new URL(located.value).protocol);
  if (isAddress) return createDataSource(databaseOptions(settings));
  throw failure('usage', {
    code: 'database-address',
    title: 'Not an address',
    detail: `${located.from} is not an address of the form postgres://user:password@host:port/name`,
  });
}

export function databaseUnreachable({ value, from }: Located, cause: unknown): CliFailure {
  const detail = `cannot reach the database at ${placeOf(value)} (${from}): ${reasonOf(cause)}`;
  return failure('unavailable', {
    code: 'database-unreachable',
    title: 'Database not reachable',
    detail,
    remedy: 'start it with npm start, or set DATABASE_URL',
    cause,
  });
}

/** Host, port and name: an address carries a password, which no message may. */
function placeOf(address: string): string {
  const { host, pathname } = new URL(address);
  return `${host}${pathname}`;
}

function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  const { code, message } = (cause ?? {}) as { code?: string; message?: string };
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  return message || code || String(cause);
}
