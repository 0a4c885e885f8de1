import { setTimeout as pause } from 'node:timers/promises';
import { ulid } from 'ulid';
import {
  AppendClosedCandles, BackfillCandles, GroupLeases, LivePrices, oncePerReason, OutboxDispatcher, OwnMarkets, RetryGaps, RunSweeper, VenueWatch, type Failpoint,
} from '#application';
import { candleBackfill, portfolioEvaluate, QUEUES } from '#contracts';
import { marketGroupOf } from '#domain';
import { BullJobQueue, RedisLatestPrices } from '#messaging';
import {
  connectDataSource, PostgresCandleBackfillStore, PostgresCandleBackfillSweep, PostgresCandleGapStore, PostgresFollowedSeriesStore, PostgresIngestLeaseStore,
  PostgresMarketStore, PostgresOutbox, PostgresPriceWatchStore,
} from '#persistence';
import { namesOfRejected, systemClock as clock, systemTimer as timer, type Logger } from '#platform';
import type { IngestorConfiguration } from './configuration.js';
import { openMarketData, type MarketDataSources } from './market-data.js';

type Database = Awaited<ReturnType<typeof connectDataSource>>;

/** Each backfill's steps and heartbeats, the loops' one each, and some to spare. */
const connectionsFor = (backfills: number): number => 2 * backfills + 8;
/** Longer than any statement may take in the database; a connection that says nothing at all ends here. */
const DATABASE_ANSWER_MS = 12_000;
/** A round that waits for an exchange that is away need not be waited for. */
const LAST_ROUND_MS = 3_000;
const GIVE_BACK_MS = 2_000;

const BACKFILL_JOBS = { queue: candleBackfill.name, priority: candleBackfill.policy.priorities.interactive };
const EVALUATION = { queue: portfolioEvaluate.name, priority: portfolioEvaluate.policy.priorities.price };

export interface IngestorServices {
  readonly backfillCandles: BackfillCandles;
  start(): void;
  /** Names of what does not answer now. */
  unready(): Promise<readonly string[]>;
  /** After the last job has ended. */
  stop(): Promise<void>;
}

interface Loop {
  start(): void;
  stop(): Promise<void>;
}

export async function createIngestorServices(
  configuration: IngestorConfiguration, ingestorId: string, failpoint: Failpoint, log: Logger, signal: AbortSignal,
): Promise<IngestorServices> {
  // Before anything waits: an address that cannot be right is a mistake to be told at once.
  const sources = openMarketData(configuration, log);
  const database = await connect(configuration, log, signal);
  const dispatch = createDispatch(configuration, database, failpoint, log);
  const prices = new RedisLatestPrices({ redisUrl: configuration.redisUrl });
  const watch = createVenueWatch(configuration, database, sources, log);
  const live = createLive(configuration, { ingestorId, database, sources, prices, watch, queues: dispatch.queues, log });
  const history = createHistory(configuration, { ingestorId, database, sources, watch, isOurs: live.isOurs, onQueued: dispatch.kick, failpoint, log });
  const loops: readonly Loop[] = [watch, ...live.loops, ...history.loops];
  const starters: readonly Loop[] = [dispatch, live.leases, ...loops];
  return {
    backfillCandles: history.backfillCandles,
    start: () => starters.forEach((loop) => loop.start()),
    unready: () => unreadyParts(database, dispatch.queues, watch),
    stop: async () => {
      await settled(LAST_ROUND_MS, loops.map((loop) => loop.stop()));
      await settled(GIVE_BACK_MS, [live.leases.stop(), dispatch.stop()]);
      await dispatch.queues.close();
      prices.close();
      sources.close();
      await database.destroy();
    },
  };
}

interface Dispatch extends Loop {
  readonly queues: BullJobQueue;
  readonly kick: () => void;
}

/** What moves jobs from the outbox to their queues, and brings back backfills that were lost. */
function createDispatch({ redisUrl, sweepEveryMs: everyMs }: IngestorConfiguration, database: Database, failpoint: Failpoint, log: Logger): Dispatch {
  const queues = new BullJobQueue({ redisUrl, contracts: QUEUES, onReady: () => dispatcher.kick() });
  const outbox = new PostgresOutbox(database);
  const dispatcher = new OutboxDispatcher({ outbox, jobs: queues, timer, log, failpoint });
  const kick = () => dispatcher.kick();
  const sweeper = new RunSweeper({ runs: new PostgresCandleBackfillSweep(database, BACKFILL_JOBS), outbox, jobs: queues, timer, log, onQueued: kick, everyMs });
  return {
    queues, kick,
    start: () => {
      dispatcher.start();
      sweeper.start();
    },
    stop: async () => void (await Promise.allSettled([sweeper.stop(), dispatcher.stop()])),
  };
}

function createVenueWatch(configuration: IngestorConfiguration, database: Database, { live, history }: MarketDataSources, log: Logger): VenueWatch {
  const { exchange, statusEveryMs, marketsEveryMs } = configuration;
  return new VenueWatch({
    marketData: { venue: live.venue, serverTime: () => live.serverTime(), markets: () => history.markets(), apiMarketIds: () => history.apiMarketIds() },
    origin: exchange.origin, store: new PostgresMarketStore(database), clock, timer, log, statusEveryMs, marketsEveryMs,
  });
}

interface Shared {
  readonly ingestorId: string;
  readonly database: Database;
  readonly sources: MarketDataSources;
  readonly watch: VenueWatch;
  readonly log: Logger;
}

function createLive(configuration: IngestorConfiguration, shared: Shared & { readonly prices: RedisLatestPrices; readonly queues: BullJobQueue }) {
  const { ingestorId, database, sources, prices, watch, queues, log } = shared;
  const { groupLeaseMs: leaseMs, watchEveryMs, priceEveryMs: everyMs, priceLimits: limits } = configuration;
  const { venue } = sources.live;
  const leases = new GroupLeases({ store: new PostgresIngestLeaseStore(database), venue, ingestorId, leaseMs, onChange: () => livePrices.kick(), timer, log });
  const own = new OwnMarkets({ watches: new PostgresPriceWatchStore(database), venue, groups: () => leases.groups, everyMs: watchEveryMs, timer, log });
  const livePrices = new LivePrices({
    marketData: sources.live, prices, jobs: queues, watched: () => own.list(), clockOffsetMs: () => watch.clockOffsetMs,
    evaluation: EVALUATION, limits, ingestorId, everyMs, clock, timer, log,
  });
  return { leases, loops: [own, livePrices], isOurs: (marketId: string) => leases.groups.has(marketGroupOf(marketId)) };
}

function createHistory(configuration: IngestorConfiguration, shared: Shared & { readonly isOurs: (marketId: string) => boolean; readonly onQueued: () => void; readonly failpoint: Failpoint }) {
  const { ingestorId, database, sources, watch, isOurs, onQueued, failpoint, log } = shared;
  const source = sources.history;
  const backfills = new PostgresCandleBackfillStore(database, BACKFILL_JOBS);
  const backfillCandles = new BackfillCandles({ store: backfills, source, clock, timer, log, workerId: ingestorId, leaseMs: configuration.backfill.leaseMs, failpoint });
  const append = new AppendClosedCandles({
    source, series: new PostgresFollowedSeriesStore(database), backfills, clock, timer, log, isOurs, onQueued, failpoint,
    ids: { next: (prefix) => `${prefix}_${ulid()}` }, clockOffsetMs: () => watch.clockOffsetMs,
  });
  const retryGaps = new RetryGaps({ source, gaps: new PostgresCandleGapStore(database), timer, log, isOurs });
  return { backfillCandles, loops: [append, retryGaps] };
}

/** A database that is away now may come later; an ingestor waits for it. */
function connect(configuration: IngestorConfiguration, log: Logger, signal: AbortSignal): Promise<Database> {
  const options = {
    url: configuration.databaseUrl,
    poolSize: connectionsFor(configuration.backfill.concurrency),
    applicationName: 'price-ingestor',
    answerMs: DATABASE_ANSWER_MS,
    onPoolError: (error: Error) => log.warn({ event: 'database-connection-lost', error }, 'An idle database connection was lost'),
  };
  const onWait = oncePerReason((error) => log.warn({ event: 'waiting-for-database', error }, 'The database cannot be reached; trying again'));
  return connectDataSource(options, signal, onWait);
}

function unreadyParts(database: Database, queues: BullJobQueue, watch: VenueWatch): Promise<readonly string[]> {
  const exchange = watch.isReachable ? Promise.resolve() : Promise.reject(new Error('the exchange does not answer'));
  return namesOfRejected({ postgres: database.query('SELECT 1'), redis: queues.ping(), exchange });
}

/** Ended, well or not, or not waited for any longer. */
async function settled(limitMs: number, work: readonly Promise<unknown>[]): Promise<void> {
  await Promise.race([Promise.allSettled(work), pause(limitMs, undefined, { ref: false })]);
}
