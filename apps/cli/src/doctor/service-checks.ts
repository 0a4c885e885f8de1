import { Coverage, Readiness } from '#contracts';
import { missingMigrations } from '#persistence';
import type { z } from 'zod';
import { dataSourceOf, type DataSource } from '../database/open-database.js';
import type { ApiClient } from '../remote/api-client.js';
import type { Located, Settings } from '../settings/settings.js';
import { asFailure } from '../terminal/cli-failure.js';
import { duration, whole } from '../terminal/figures.js';
import { failed, passed, skipped, warned, type CheckResult } from './check.js';

const PROBE_MS = 5_000;
const CLOCK_TOLERANCE_MS = 5_000;

export async function checkDatabase(settings: Settings): Promise<readonly CheckResult[]> {
  const { database } = settings;
  if (database === null) return [failed('database', 'no address is known', 'npm start, or set DATABASE_URL')];
  let dataSource: DataSource | null = null;
  try {
    dataSource = await dataSourceOf(settings, database).initialize();
    const [row] = await dataSource.query<readonly { version: string }[]>("SELECT current_setting('server_version') AS version");
    return [passed('database', `PostgreSQL ${row?.version ?? ''}`.trim()), await checkMigrations(dataSource)];
  } catch (error) {
    return [
      failed('database', `${database.from}: ${reasonOf(error)}`, 'npm start, or set DATABASE_URL'),
      skipped('migrations', 'the database is not reachable'),
    ];
  } finally {
    if (dataSource?.isInitialized) await dataSource.destroy();
  }
}

async function checkMigrations(dataSource: DataSource): Promise<CheckResult> {
  const missing = await missingMigrations(dataSource);
  if (missing.length === 0) return passed('migrations', 'all applied');
  return failed('migrations', `not applied: ${missing.join(', ')}`, 'rebalancer migrate');
}

/** Live and ready are open to all; they are asked without the token, so that each check finds its own fault. */
export async function checkApi(api: Located): Promise<readonly CheckResult[]> {
  const live = await probe(api, '/livez');
  if (live instanceof Error)
    return [
      failed('api', `${api.value} (${api.from}): ${reasonOf(live)}`, 'npm start'),
      skipped('readiness', 'the API is not reachable'),
      skipped('clock', 'the API is not reachable'),
    ];
  if (live.status !== 200)
    return [
      failed('api', `${api.value}/livez answers ${live.status}: is this the API?`, 'npm start'),
      skipped('readiness', 'there is no API'),
      skipped('clock', 'there is no API'),
    ];
  return [passed('api', api.value), await checkReadiness(api), checkClock(live)];
}

async function checkReadiness(api: Located): Promise<CheckResult> {
  const response = await probe(api, '/readyz');
  if (response instanceof Error) return failed('readiness', reasonOf(response), 'npm start');
  const parsed = Readiness.safeParse(await response.json().catch(() => null));
  if (!parsed.success)
    return failed('readiness', `${api.value}/readyz answers ${response.status} in an unknown form`, 'npm run build && npm start');
  const { status, checks } = parsed.data;
  const troubles = Object.entries(checks)
    .filter(([, check]) => check.status !== 'ok')
    .map(([name, check]) => `${name} ${check.status}${check.detail ? ` (${check.detail})` : ''}`);
  if (status === 'ok') return passed('readiness', `${Object.keys(checks).join(', ')} in order`);
  // Backtests run without any exchange; what is wrong with it, its own checks tell.
  const isExchangeAlone = Object.entries(checks).every(([name, check]) => check.status === 'ok' || name === 'exchange');
  if (isExchangeAlone) return warned('readiness', troubles.join('; '), 'rebalancer exchange');
  return failed('readiness', `${status}: ${troubles.join('; ')}`, 'npm start');
}

/** Two clocks that disagree make cooldowns, leases and times of candles wrong. */
function checkClock(response: Response): CheckResult {
  const theirs = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(theirs)) return skipped('clock', 'the API told no time');
  const difference = Math.abs(Date.now() - theirs);
  // The header has whole seconds.
  if (difference <= CLOCK_TOLERANCE_MS) return passed('clock', 'agrees with the API');
  return failed('clock', `differs from the API's by ${duration(difference)}`, 'timedatectl set-ntp true');
}

export interface Access {
  readonly checks: readonly CheckResult[];
  /** What is stored, as far as the API could be asked. */
  readonly series: z.infer<typeof Coverage>['data'];
}

/** Whether the token opens the API, and what there is to simulate. */
export async function checkAccess(client: ApiClient): Promise<Access> {
  try {
    const { data } = (await client.call('/v1/candles/coverage', Coverage)).body;
    return { checks: [passed('token', 'accepted'), checkCandles(data)], series: data };
  } catch (error) {
    return { checks: refusedAccess(error), series: [] };
  }
}

function refusedAccess(error: unknown): readonly CheckResult[] {
  const { problem } = asFailure(error);
  // Told by the checks of the token's file and of the API already.
  if (/^(token-|api-)/.test(problem.code)) return [skipped('token', 'could not be tried'), skipped('candles', 'the API was not asked')];
  return [failed('token', problem.detail, problem.remedy ?? 'rebalancer token create'), skipped('candles', 'the API was not asked')];
}

function checkCandles(rows: readonly { readonly candles: number }[]): CheckResult {
  const count = rows.reduce((sum, { candles }) => sum + candles, 0);
  if (count === 0) return warned('candles', 'none are stored', 'rebalancer candles fetch --assets HANA,AIA,XAN --interval 1h --from 90d');
  return passed('candles', `${whole(count)} in ${rows.length} series`);
}

async function probe(api: Located, path: string): Promise<Response | Error> {
  try {
    return await fetch(new URL(path, api.value), { signal: AbortSignal.timeout(PROBE_MS), redirect: 'error' });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (error.cause !== undefined) return reasonOf(error.cause);
  return error.message || code || error.name;
}
