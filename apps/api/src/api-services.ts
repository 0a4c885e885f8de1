import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import {
  verifyToken, type BacktestResultReader, type BacktestRunStore, type CandleStore, type Clock, type IdSource, type TokenIssue,
} from '#application';
import { backtestRun, QUEUES } from '#contracts';
import { BullJobQueue } from '#messaging';
import {
  createDataSource, missingMigrations, PostgresAccessTokenStore, PostgresBacktestResultReader, PostgresBacktestRunStore, PostgresCandleStore,
  PostgresNotifications,
} from '#persistence';
import { EventStreams, Readiness, type Authenticate, type BuildInfo, type HealthCheck, type Logger } from '#platform';
import type { SubmitBacktestUseCase } from './backtests/submit-request.js';
import type { RunWatch } from './backtests/stream-run.js';
import type { ApiConfiguration } from './configuration.js';
import { API_LIMITS } from './limits.js';

type Database = ReturnType<typeof createDataSource>;

/** Everything that the routes need, made once; `stop` ends it after the server has stopped. */
export interface ApiServices {
  readonly log: Logger;
  readonly version: string;
  readonly candles: CandleStore;
  readonly runs: BacktestRunStore;
  readonly results: BacktestResultReader;
  readonly submitBacktest: SubmitBacktestUseCase;
  readonly runWatch: RunWatch;
  readonly eventStreams: EventStreams;
  readonly health: Readiness;
  readonly queues: BullJobQueue;
  readonly tokens: TokenIssue;
  readonly authenticate: Authenticate;
  stop(): Promise<void>;
}

const clock: Clock = { nowMs: () => Date.now() };
const ids: IdSource = { next: (prefix) => `${prefix}_${ulid()}` };

/** Connects to Postgres, and begins to connect to Redis, which may be away. @throws where Postgres cannot be reached. */
export async function createApiServices(configuration: ApiConfiguration, build: BuildInfo, log: Logger): Promise<ApiServices> {
  const { databaseUrl: url, redisUrl } = configuration;
  const database = await createDataSource({
    url,
    poolSize: API_LIMITS.databaseConnections,
    applicationName: 'api',
    answerMs: API_LIMITS.databaseAnswerMs,
    onPoolError: (error) => log.warn({ event: 'database-connection-lost', error }, 'An idle database connection was lost'),
  }).initialize();
  const notifications = new PostgresNotifications({ url, applicationName: 'api-listener', onLost: warnOfListener(log) });
  await notifications.start();
  const queues = new BullJobQueue({ redisUrl, contracts: QUEUES, onError: warnOnce(log) });
  return assemble({ database, notifications, queues, build, log });
}

interface Parts {
  readonly database: Database;
  readonly notifications: PostgresNotifications;
  readonly queues: BullJobQueue;
  readonly build: BuildInfo;
  readonly log: Logger;
}

function assemble({ database, notifications, queues, build, log }: Parts): ApiServices {
  const { name: queue, policy } = backtestRun;
  const runs = new PostgresBacktestRunStore(database, { queue, priorities: policy.priorities });
  const tokens: TokenIssue = { store: new PostgresAccessTokenStore(database), clock, ids, secrets: { bytes: (count) => randomBytes(count) } };
  return {
    log,
    version: build.version,
    candles: new PostgresCandleStore(database),
    runs,
    results: new PostgresBacktestResultReader(database),
    submitBacktest: { run: () => Promise.reject(new Error('not wired yet')) },
    runWatch: { find: (id) => runs.find(id), feed: notifications.runs, recheckMs: API_LIMITS.streamRecheckMs },
    eventStreams: new EventStreams({ streams: API_LIMITS.streams, heartbeatMs: API_LIMITS.heartbeatMs }),
    health: new Readiness(healthChecks(database, queues), API_LIMITS.healthCheckMs),
    queues,
    tokens,
    authenticate: async (token) => (await verifyToken(tokens, token))?.id ?? null,
    stop: async () => {
      await Promise.allSettled([notifications.close(), queues.close()]);
      await database.destroy();
    },
  };
}

function healthChecks(database: Database, queues: BullJobQueue): readonly HealthCheck[] {
  const schema = async (): Promise<void> => {
    const missing = await missingMigrations(database);
    if (missing.length > 0) throw new Error(`missing ${missing.join(', ')}`);
  };
  return [
    { name: 'postgres', need: 'required', check: async () => void (await database.query('SELECT 1')), failure: 'the database does not answer' },
    { name: 'migrations', need: 'required', check: schema, failure: 'the schema is not known to be up to date; run `bin/rebalancer migrate`' },
    { name: 'redis', need: 'optional', check: () => queues.ping(), failure: 'Redis does not answer; runs are accepted and wait' },
  ];
}

const warnOfListener = (log: Logger) => (error: Error): void =>
  log.warn({ event: 'listener-lost', error }, 'The database listener lost its connection, and is making a new one');

/** Every attempt to reconnect fails anew; one line for each new reason is enough. */
function warnOnce(log: Logger): (error: Error) => void {
  let last = '';
  return (error) => {
    if (error.message === last) return;
    last = error.message;
    log.warn({ event: 'redis-unreachable', error }, 'Redis cannot be reached; runs are accepted and wait');
  };
}
