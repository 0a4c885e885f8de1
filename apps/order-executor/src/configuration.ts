import { z } from 'zod';
import { SCHEDULE_TIMES, type ScheduleTimes } from '#application';
import { DEAD_RULE } from '#domain';
import {
  ConfigurationError, databaseUrl, exchangeFields, logLevel, port, readConfig, redisUrl, selectExchange, wholeNumber, type Environment, type ExchangeSelection,
} from '#platform';

const LONGEST_MS = 86_400_000;
const anyMs = wholeNumber(50, LONGEST_MS);
const secret = z.string().regex(/^[\x21-\x7e]{1,256}$/u, 'expected up to 256 printable characters without blanks');

const ConfigurationSchema = z.object({
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  LOG_LEVEL: logLevel.default('info'),
  ...exchangeFields,
  /** The account that live portfolios trade with; without it, paper alone, but on the simulator its play strings. */
  EXCHANGE_API_KEY: secret.optional(),
  EXCHANGE_API_SECRET: secret.optional(),
  /** Nothing is sent while this file exists. */
  HALT_FILE: z.string().min(1).max(4_096).optional(),
  /** `off` only for a simulator: the real exchange bans who asks too often. */
  RATE_BUDGET: z.enum(['on', 'off'], 'expected on or off').default('on'),
  /** What the exchange allows all processes together; half of it is kept for execution. */
  RATE_REQUESTS_PER_SECOND: wholeNumber(2, 100_000).default(20),
  RATE_WEIGHT_PER_10S: wholeNumber(2, 1_000_000).default(300),
  /** Jobs of each queue that are worked on at the same time; of one account orders go out one at a time all the same. */
  EXECUTION_CONCURRENCY: wholeNumber(1, 32).default(4),
  /** Serves /livez and /readyz there; nowhere unless set. */
  HEALTH_PORT: port.optional(),
  HEALTH_HOST: z.string().regex(/^[\w.:-]{1,253}$/u, 'expected an address to listen on, such as 127.0.0.1 or 0.0.0.0').default('127.0.0.1'),
  /** After this without a word from whoever sends an order, another asks after it. */
  ORDER_LEASE_MS: wholeNumber(1_000, 600_000).default(30_000),
  /** Over so long at least an order is asked after in vain before it is given up; shorter only for a simulator. */
  DEAD_SPREAD_MS: wholeNumber(1_000, 600_000).default(DEAD_RULE.minSpreadMs),
  CLOCK_EVERY_MS: anyMs.default(30_000),
  HEARTBEAT_EVERY_MS: anyMs.default(10_000),
  /** Trades are fetched so often: of markets with an open plan, and of all. */
  ACTIVE_SWEEP_EVERY_MS: anyMs.default(SCHEDULE_TIMES.activeSweepMs),
  SWEEP_EVERY_MS: anyMs.default(SCHEDULE_TIMES.sweepMs),
  /** Balances are compared so often, and while they differ. */
  BALANCES_EVERY_MS: anyMs.default(SCHEDULE_TIMES.balancesMs),
  DIFFERING_EVERY_MS: anyMs.default(SCHEDULE_TIMES.differingMs),
  /** A difference that stays for so long is booked as a flow from outside. */
  DIFFERENCE_CONFIRM_MS: wholeNumber(0, LONGEST_MS).default(60_000),
  /** Plans and orders whose job is later than the grace are queued again. */
  REQUEUE_EVERY_MS: anyMs.default(SCHEDULE_TIMES.requeueMs),
  REQUEUE_GRACE_MS: anyMs.default(SCHEDULE_TIMES.requeueGraceMs),
  /** The queue's own lock and its check for lost jobs, where the contract's are not wanted. */
  JOB_LOCK_MS: wholeNumber(500, 3_600_000).optional(),
  JOB_STALLED_CHECK_MS: wholeNumber(250, 3_600_000).optional(),
});

type Values = z.infer<typeof ConfigurationSchema>;

export interface ExecutorConfiguration {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly logLevel: z.infer<typeof logLevel>;
  readonly exchange: ExchangeSelection;
  /** Null: paper alone. */
  readonly credentials: { readonly apiKey: string; readonly secret: string } | null;
  readonly haltFile: string | null;
  /** Null: no budget at all. */
  readonly rates: { readonly requestsPerSecond: number; readonly weightPerTenSeconds: number } | null;
  readonly concurrency: number;
  readonly health: { readonly host: string; readonly port: number } | null;
  readonly orderLeaseMs: number;
  readonly deadSpreadMs: number;
  readonly clockEveryMs: number;
  readonly heartbeatEveryMs: number;
  readonly schedule: ScheduleTimes;
  readonly confirmAfterMs: number;
  readonly jobs: { readonly lockMs: number | undefined; readonly stalledCheckMs: number | undefined };
}

/** @throws ConfigurationError naming every variable at fault. */
export function readExecutorConfiguration(environment: Environment): ExecutorConfiguration {
  const values = readConfig(ConfigurationSchema, environment);
  const exchange = selectExchange(values);
  return {
    databaseUrl: values.DATABASE_URL, redisUrl: values.REDIS_URL, logLevel: values.LOG_LEVEL, exchange,
    credentials: credentialsOf(values, exchange),
    haltFile: values.HALT_FILE ?? null,
    rates: ratesOf(values, exchange),
    concurrency: values.EXECUTION_CONCURRENCY,
    health: values.HEALTH_PORT === undefined ? null : { host: values.HEALTH_HOST, port: values.HEALTH_PORT },
    orderLeaseMs: values.ORDER_LEASE_MS, deadSpreadMs: deadSpreadOf(values, exchange), clockEveryMs: values.CLOCK_EVERY_MS, heartbeatEveryMs: values.HEARTBEAT_EVERY_MS,
    schedule: {
      activeSweepMs: values.ACTIVE_SWEEP_EVERY_MS, sweepMs: values.SWEEP_EVERY_MS, balancesMs: values.BALANCES_EVERY_MS,
      differingMs: values.DIFFERING_EVERY_MS, requeueMs: values.REQUEUE_EVERY_MS, requeueGraceMs: values.REQUEUE_GRACE_MS,
    },
    confirmAfterMs: values.DIFFERENCE_CONFIRM_MS,
    jobs: { lockMs: values.JOB_LOCK_MS, stalledCheckMs: values.JOB_STALLED_CHECK_MS },
  };
}

/** What the simulator takes unless it was told otherwise: no secret, everybody may know it. */
const PLAY_CREDENTIALS = { apiKey: 'simulator-key', secret: 'simulator-secret' };

function credentialsOf({ EXCHANGE_API_KEY: apiKey, EXCHANGE_API_SECRET: given }: Values, { venue }: ExchangeSelection): ExecutorConfiguration['credentials'] {
  if (apiKey === undefined && given === undefined) return venue === 'SIMULATOR' ? PLAY_CREDENTIALS : null;
  if (apiKey !== undefined && given !== undefined) return { apiKey, secret: given };
  const missing = apiKey === undefined ? 'EXCHANGE_API_KEY' : 'EXCHANGE_API_SECRET';
  throw new ConfigurationError([`${missing}: is not set, and the other half of the key is; set ${missing} or ${missing}_FILE, or neither for paper alone`]);
}

function deadSpreadOf({ DEAD_SPREAD_MS: spreadMs }: Values, { venue }: ExchangeSelection): number {
  if (spreadMs >= DEAD_RULE.minSpreadMs || venue === 'SIMULATOR') return spreadMs;
  throw new ConfigurationError([`DEAD_SPREAD_MS: may be below ${DEAD_RULE.minSpreadMs} for a simulator only, since a real order may be found late; remove it`]);
}

function ratesOf(values: Values, exchange: ExchangeSelection): ExecutorConfiguration['rates'] {
  if (values.RATE_BUDGET === 'on') return { requestsPerSecond: values.RATE_REQUESTS_PER_SECOND, weightPerTenSeconds: values.RATE_WEIGHT_PER_10S };
  if (exchange.venue === 'SIMULATOR') return null;
  throw new ConfigurationError(['RATE_BUDGET: may be off for a simulator only, since the real exchange bans who asks too often; remove it']);
}
