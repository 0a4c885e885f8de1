import { setTimeout as pause } from 'node:timers/promises';
import { ulid } from 'ulid';
import { EvaluatePortfolios, EvaluationTicker, MeasuredClock, oncePerReason, OutboxDispatcher, type Failpoint } from '#application';
import { planAdvance, portfolioEvaluate, QUEUES } from '#contracts';
import { BullJobQueue, RedisLatestPrices } from '#messaging';
import { connectDataSource, PostgresEvaluationStore, PostgresKillSwitchStore, PostgresMarketStore, PostgresOutbox } from '#persistence';
import { canonicalSha256, namesOfRejected, readBuildInfo, systemClock as clock, systemTimer as timer, type Logger } from '#platform';
import type { EvaluatorConfiguration } from './configuration.js';

type Database = Awaited<ReturnType<typeof connectDataSource>>;

/** One for each shard that is looked at, the ticker's, the dispatcher's, and some to spare. */
const connectionsFor = (shards: number): number => shards + 4;
/** Longer than any statement may take in the database; a connection that says nothing at all ends here. */
const DATABASE_ANSWER_MS = 12_000;
/** A round that waits for Redis or Postgres need not be waited for. */
const LAST_ROUND_MS = 2_000;

const PLAN_JOBS = { queue: planAdvance.name, priority: planAdvance.policy.priorities.next };
const EVALUATION = { queue: portfolioEvaluate.name, priority: portfolioEvaluate.policy.priorities.price };

export interface EvaluatorServices {
  readonly evaluatePortfolios: EvaluatePortfolios;
  start(): void;
  /** Names of what does not answer now. */
  unready(): Promise<readonly string[]>;
  /** After the last job has ended. */
  stop(): Promise<void>;
}

export async function createEvaluatorServices(
  configuration: EvaluatorConfiguration, parts: { readonly evaluatorId: string; readonly failpoint: Failpoint; readonly log: Logger }, signal: AbortSignal,
): Promise<EvaluatorServices> {
  const { redisUrl, exchange: { venue }, tickEveryMs: everyMs, abortPauseMs } = configuration;
  const { evaluatorId, failpoint, log } = parts;
  const database = await connect(configuration, log, signal);
  const queues = new BullJobQueue({ redisUrl, contracts: QUEUES, onReady: () => dispatcher.kick() });
  const dispatcher = new OutboxDispatcher({ outbox: new PostgresOutbox(database), jobs: queues, timer, log, failpoint });
  const prices = new RedisLatestPrices({ redisUrl });
  const store = new PostgresEvaluationStore(database, PLAN_JOBS);
  const venueClock = new MeasuredClock({ store: new PostgresMarketStore(database), venue, clock });
  const evaluatePortfolios = new EvaluatePortfolios({
    store, prices, killSwitches: new PostgresKillSwitchStore(database), venue, venueClock, ids: { next: (prefix) => `${prefix}_${ulid()}` }, digest: canonicalSha256,
    codeVersion: readBuildInfo().codeVersion, limits: { abortPauseMs }, onPlanned: () => dispatcher.kick(), failpoint, log,
  });
  const ticker = new EvaluationTicker({
    store, venue, venueClock, jobs: queues, look: (shard) => evaluatePortfolios.lookAtShard(shard), evaluation: EVALUATION, evaluatorId, everyMs, timer, log,
  });
  return {
    evaluatePortfolios,
    start: () => [dispatcher, ticker].forEach((loop) => loop.start()),
    unready: () => namesOfRejected({ postgres: database.query('SELECT 1'), redis: Promise.all([queues.ping(), prices.ping()]) }),
    stop: async () => {
      await Promise.race([Promise.allSettled([ticker.stop(), dispatcher.stop()]), pause(LAST_ROUND_MS, undefined, { ref: false })]);
      await queues.close();
      prices.close();
      await database.destroy();
    },
  };
}

/** A database that is away now may come later; an evaluator waits for it. */
function connect(configuration: EvaluatorConfiguration, log: Logger, signal: AbortSignal): Promise<Database> {
  const options = {
    url: configuration.databaseUrl,
    poolSize: connectionsFor(configuration.concurrency),
    applicationName: 'strategy-evaluator',
    answerMs: DATABASE_ANSWER_MS,
    onPoolError: (error: Error) => log.warn({ event: 'database-connection-lost', error }, 'An idle database connection was lost'),
  };
  const onWait = oncePerReason((error) => log.warn({ event: 'waiting-for-database', error }, 'The database cannot be reached; trying again'));
  return connectDataSource(options, signal, onWait);
}
