import {
  NO_FAILPOINT, SubmitBackfill, SubmitBacktest, verifyToken, type BacktestResultReader, type BacktestRunStore, type CandleBackfillStore,
  type Failpoint,
  type FollowedSeriesStore,
  type CandleStore, type LatestPrices, type MarketStore, type TokenIssue,
  type VenueName,
} from '#application';
import { BACKTEST_LIMITS } from '#contracts';
import { RedisLatestPrices, type BullJobQueue } from '#messaging';
import {
  createDataSource, missingMigrations, PostgresAccessTokenStore, PostgresBacktestResultReader, PostgresBacktestRunStore,
  PostgresCandleBackfillStore, PostgresCandleStore, PostgresFollowedSeriesStore, PostgresMarketStore, PostgresNotifications,
} from '#persistence';
import {
  canonicalSha256, EventStreams, HealthFailure, Readiness, systemClock, type Authenticate, type BuildInfo, type HealthCheck, type Logger,
} from '#platform';
import type { RunWatch } from './backtests/stream-run.js';
import { exchangeHealth, venueInWords } from './exchange/exchange-health.js';
import type { ApiConfiguration } from './configuration.js';
import { createTrading } from './portfolios/create-trading.js';
import type { TradingServices } from './portfolios/trading-services.js';
import { BACKFILL_JOBS, createDispatch, RUN_JOBS, type Database, type Dispatch } from './dispatch.js';
import { API_LIMITS } from './limits.js';
import { secretSource, ulidSource } from './system.js';

/** Everything that the routes need, made once; `stop` ends it after the server has stopped. */
export interface ApiServices {
  readonly log: Logger;
  readonly version: string;
  readonly candles: CandleStore;
  readonly venue: VenueName;
  readonly markets: MarketStore;
  readonly prices: LatestPrices;
  readonly runs: BacktestRunStore;
  readonly results: BacktestResultReader;
  readonly submitBacktest: Pick<SubmitBacktest, 'run'>;
  readonly backfills: CandleBackfillStore;
  readonly followedSeries: FollowedSeriesStore;
  readonly submitBackfill: Pick<SubmitBackfill, 'run'>;
  readonly trading: TradingServices;
  readonly runWatch: RunWatch;
  readonly eventStreams: EventStreams;
  readonly health: Readiness;
  readonly queues: BullJobQueue;
  readonly tokens: TokenIssue;
  readonly authenticate: Authenticate;
  stop(): Promise<void>;
}

/** Connects to Postgres, and begins to connect to Redis, which may be away. @throws where Postgres cannot be reached. */
export async function createApiServices(configuration: ApiConfiguration, build: BuildInfo, log: Logger, failpoint: Failpoint = NO_FAILPOINT): Promise<ApiServices> {
  const { databaseUrl: url } = configuration;
  const database = await createDataSource({
    url,
    poolSize: API_LIMITS.databaseConnections,
    applicationName: 'api',
    answerMs: API_LIMITS.databaseAnswerMs,
    onPoolError: (error) => log.warn({ event: 'database-connection-lost', error }, 'An idle database connection was lost'),
  }).initialize();
  const notifications = new PostgresNotifications({ url, applicationName: 'api-listener', onLost: warnOfListener(log) });
  await notifications.start();
  const runs = new PostgresBacktestRunStore(database, RUN_JOBS);
  const dispatch = createDispatch(database, notifications, configuration.redisUrl, failpoint, log);
  // That Redis is away, the queues' connection tells.
  const prices = new RedisLatestPrices({ redisUrl: configuration.redisUrl });
  return assemble({ database, notifications, runs, dispatch, prices, venue: configuration.venue, build, failpoint, log });
}

interface Parts {
  readonly database: Database;
  readonly notifications: PostgresNotifications;
  readonly runs: BacktestRunStore;
  readonly dispatch: Dispatch;
  readonly prices: RedisLatestPrices;
  readonly venue: VenueName;
  readonly build: BuildInfo;
  readonly failpoint: Failpoint;
  readonly log: Logger;
}

function assemble({ database, notifications, runs, dispatch, prices, venue, build, failpoint, log }: Parts): ApiServices {
  const tokens: TokenIssue = { store: new PostgresAccessTokenStore(database), clock: systemClock, ids: ulidSource, secrets: secretSource };
  const candles = new PostgresCandleStore(database);
  const markets = new PostgresMarketStore(database);
  const submitBacktest = new SubmitBacktest({
    store: runs, candles, clock: systemClock, ids: ulidSource, digest: canonicalSha256, codeVersion: build.codeVersion,
    maxAssetBars: BACKTEST_LIMITS.assetBars, onQueued: dispatch.kick, failpoint,
  });
  const backfills = new PostgresCandleBackfillStore(database, BACKFILL_JOBS);
  const submitBackfill = new SubmitBackfill({ store: backfills, markets, venue, clock: systemClock, ids: ulidSource, onQueued: dispatch.kick, failpoint });
  return {
    log, version: build.version, candles, venue, markets, prices, runs, backfills, submitBackfill, submitBacktest, tokens,
    followedSeries: new PostgresFollowedSeriesStore(database),
    trading: createTrading({ database, markets, prices, venue, onQueued: dispatch.kick, failpoint, log }),
    results: new PostgresBacktestResultReader(database),
    runWatch: { find: (id) => runs.find(id), feed: notifications.runs, recheckMs: API_LIMITS.streamRecheckMs },
    eventStreams: new EventStreams({ streams: API_LIMITS.streams, heartbeatMs: API_LIMITS.heartbeatMs }),
    health: new Readiness([...healthChecks(database, dispatch.queues), exchangeCheck(venue, markets)], API_LIMITS.healthCheckMs),
    queues: dispatch.queues,
    authenticate: async (token) => (await verifyToken(tokens, token))?.id ?? null,
    stop: async () => {
      prices.close();
      await Promise.allSettled([dispatch.stop(), notifications.close()]);
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

/** What this product talks to, said to whoever asks whether it is ready. It serves without. */
function exchangeCheck(venue: VenueName, markets: MarketStore): HealthCheck {
  const check = async (): Promise<string> => {
    const { isWell, detail } = exchangeHealth(venue, await markets.statusOf(venue), systemClock.nowMs());
    if (!isWell) throw new HealthFailure(detail);
    return detail;
  };
  return { name: 'exchange', need: 'optional', check, failure: `${venueInWords(venue)}: its state cannot be read` };
}

const warnOfListener = (log: Logger) => (error: Error): void =>
  log.warn({ event: 'listener-lost', error }, 'The database listener lost its connection, and is making a new one');
