import { setTimeout as pause } from 'node:timers/promises';
import { ulid } from 'ulid';
import { oncePerReason, OutboxDispatcher, type Failpoint, type StartupGate } from '#application';
import { QUEUES } from '#contracts';
import { BullJobQueue, RedisLatestPrices, RedisRateBudget } from '#messaging';
import { connectDataSource, PostgresNotifications, PostgresOutbox } from '#persistence';
import { namesOfRejected, systemClock as clock, systemTimer as timer, type Logger } from '#platform';
import type { ExecutorConfiguration } from './configuration.js';
import type { Effects } from './effects.js';
import { createExecutorCore } from './executor-core.js';
import { haltFileAt } from './halt-file.js';
import { openVenue, type VenueAccess } from './live-venue.js';
import type { ExecutorProcessorParts } from './order-executor.module.js';
import { createStores, type Database } from './stores.js';

/** Looks at plans and orders, the loops' one each, and some to spare. */
const connectionsFor = (concurrency: number): number => 3 * concurrency + 8;
/** Longer than any statement may take in the database; a connection that says nothing at all ends here. */
const DATABASE_ANSWER_MS = 12_000;
/** A round that waits for an exchange that is away need not be waited for. */
const LAST_ROUND_MS = 5_000;
const DISPATCH_MS = 2_000;

export interface ExecutorServices {
  readonly processors: ExecutorProcessorParts;
  /** Reads clock and balances once, registers the account, and tries its gate. */
  open(): Promise<void>;
  start(): void;
  unready(): Promise<readonly string[]>;
  facts(): { readonly account: string | null; readonly gate: string };
  /** From now on nothing is claimed. */
  refuseClaims(): void;
  /** After the last job has ended. */
  stop(): Promise<void>;
}

interface Running {
  readonly access: VenueAccess;
  readonly database: Database;
  readonly queues: BullJobQueue;
  readonly gate: StartupGate;
}

const EFFECTS: Effects = { clock, timer, monotonicMs: () => performance.now(), random: Math.random, ids: { next: (prefix) => `${prefix}_${ulid()}` } };

export async function createExecutorServices(
  configuration: ExecutorConfiguration, executorId: string, failpoint: Failpoint, log: Logger, signal: AbortSignal,
): Promise<ExecutorServices> {
  const budget = openBudget(configuration, log);
  // Before anything waits: an address that cannot be right is a mistake to be told at once.
  const access = openVenue(configuration, budget, EFFECTS, log);
  const database = await connect(configuration, log, signal);
  const stores = createStores(database);
  const prices = new RedisLatestPrices({ redisUrl: configuration.redisUrl });
  const dispatch = createDispatch(configuration, database, failpoint, log);
  const shutdown = new AbortController();
  const core = createExecutorCore({
    configuration, executorId, stores, prices, access, queues: dispatch.queues, onQueued: dispatch.kick, isStopping: () => shutdown.signal.aborted,
    haltFile: haltFileAt(configuration.haltFile), effects: EFFECTS, failpoint, log,
  });
  const running: Running = { access, database, queues: dispatch.queues, gate: core.gate };
  let isOpened = false;
  return {
    processors: { ...core, accounts: stores.accounts, log },
    open: () => core.open().finally(() => {
      isOpened = true;
    }),
    start: () => [dispatch, core].forEach((part) => part.start()),
    unready: () => unreadyParts(running, isOpened),
    facts: () => factsOf(running),
    refuseClaims: () => shutdown.abort(),
    stop: async () => {
      await settled(LAST_ROUND_MS, core.stops());
      await settled(DISPATCH_MS, [dispatch.stop()]);
      await dispatch.queues.close();
      prices.close();
      budget?.close();
      await database.destroy();
    },
  };
}

function createDispatch({ redisUrl, databaseUrl: url }: ExecutorConfiguration, database: Database, failpoint: Failpoint, log: Logger) {
  const queues = new BullJobQueue({ redisUrl, contracts: QUEUES, onReady: () => dispatcher.kick() });
  const notifications = new PostgresNotifications({ url, applicationName: 'order-executor-listen' });
  const dispatcher = new OutboxDispatcher({ outbox: new PostgresOutbox(database), jobs: queues, timer, log, failpoint, signal: notifications.outbox });
  return {
    queues,
    kick: () => dispatcher.kick(),
    start: () => dispatcher.start(),
    stop: async () => {
      await dispatcher.stop();
      await notifications.close();
    },
  };
}

/** A closed gate stops the live account alone, and is told among the facts; one that was not tried yet, everything. */
function unreadyParts({ database, queues, access }: Running, isOpened: boolean): Promise<readonly string[]> {
  return namesOfRejected({
    postgres: database.query('SELECT 1'), redis: queues.ping(), clock: claim(access.signingClock.doubt() === null, 'in doubt'), gate: claim(isOpened, 'not tried yet'),
  });
}

const claim = (isSo: boolean, problem: string): Promise<void> => (isSo ? Promise.resolve() : Promise.reject(new Error(problem)));

function factsOf({ access: { live }, gate }: Running) {
  if (live === null) return { account: null, gate: 'none: paper alone' };
  const state = gate.stateOf(live.accountId);
  return { account: live.accountId, gate: state.isOpen ? 'open' : `closed: ${state.reason}` };
}

/** Null where none is wanted. */
function openBudget({ rates, redisUrl, exchange }: ExecutorConfiguration, log: Logger): RedisRateBudget | null {
  const onError = oncePerReason((error: Error) => log.warn({ event: 'budget-away', error }, 'The shared budget of requests is away; a small share of its own goes on'));
  return rates === null ? null : new RedisRateBudget({ redisUrl, scope: exchange.venue, limits: rates, onError });
}

/** A database that is away now may come later; an executor waits for it. */
function connect(configuration: ExecutorConfiguration, log: Logger, signal: AbortSignal): Promise<Database> {
  const options = {
    url: configuration.databaseUrl,
    poolSize: connectionsFor(configuration.concurrency),
    applicationName: 'order-executor',
    answerMs: DATABASE_ANSWER_MS,
    onPoolError: (error: Error) => log.warn({ event: 'database-connection-lost', error }, 'An idle database connection was lost'),
  };
  const onWait = oncePerReason((error) => log.warn({ event: 'waiting-for-database', error }, 'The database cannot be reached; trying again'));
  return connectDataSource(options, signal, onWait);
}

/** Ended, well or not, or not waited for any longer. */
async function settled(limitMs: number, work: readonly Promise<unknown>[]): Promise<void> {
  await Promise.race([Promise.allSettled(work), pause(limitMs, undefined, { ref: false })]);
}
