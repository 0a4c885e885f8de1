import { z } from 'zod';
import { PRICE_LIMITS, type PriceLimits } from '#domain';
import {
  ConfigurationError, databaseUrl, exchangeFields, logLevel, port, readConfig, redisUrl, selectExchange, wholeNumber, type Environment, type ExchangeSelection,
} from '#platform';

const LONGEST_MS = 86_400_000;
const anyMs = wholeNumber(1, LONGEST_MS);

const ConfigurationSchema = z.object({
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  LOG_LEVEL: logLevel.default('info'),
  ...exchangeFields,
  /** `off` only for a simulator: the real exchange bans who asks too often. */
  RATE_BUDGET: z.enum(['on', 'off'], 'expected on or off').default('on'),
  /** What the exchange allows all processes together; ingestion takes half of it at most. */
  RATE_REQUESTS_PER_SECOND: wholeNumber(2, 100_000).default(20),
  RATE_WEIGHT_PER_10S: wholeNumber(2, 1_000_000).default(300),
  /** Backfills that are worked on at the same time. */
  BACKFILL_CONCURRENCY: wholeNumber(1, 64).default(4),
  /** Serves /livez and /readyz there; nowhere unless set. */
  HEALTH_PORT: port.optional(),
  HEALTH_HOST: z.string().regex(/^[\w.:-]{1,253}$/u, 'expected an address to listen on, such as 127.0.0.1 or 0.0.0.0').default('127.0.0.1'),
  PRICE_EVERY_MS: wholeNumber(50, 60_000).default(1_000),
  /** Beyond these a price is flagged: age, and time without any change. */
  PRICE_STALE_MS: anyMs.default(PRICE_LIMITS.staleMs),
  PRICE_FROZEN_MS: anyMs.default(PRICE_LIMITS.frozenMs),
  /** A market that somebody begins to need is looked at so soon. */
  WATCH_EVERY_MS: wholeNumber(100, 60_000).default(2_000),
  STATUS_EVERY_MS: wholeNumber(250, 60_000).default(10_000),
  MARKETS_EVERY_MS: anyMs.default(600_000),
  /** After this without a sign of life from an ingestor, others take its markets. */
  GROUP_LEASE_MS: wholeNumber(400, 600_000).default(8_000),
  /** After this without a sign of life from its ingestor, a backfill is given to another. */
  BACKFILL_LEASE_MS: wholeNumber(1_000, 3_600_000).default(30_000),
  /** The queue's own lock and its check for lost jobs, where the contract's are not wanted. */
  JOB_LOCK_MS: wholeNumber(500, 3_600_000).optional(),
  JOB_STALLED_CHECK_MS: wholeNumber(250, 3_600_000).optional(),
  SWEEP_EVERY_MS: wholeNumber(250, 3_600_000).default(10_000),
});

export interface IngestorConfiguration {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly logLevel: z.infer<typeof logLevel>;
  readonly exchange: ExchangeSelection;
  /** Null: no budget at all. */
  readonly rates: { readonly requestsPerSecond: number; readonly weightPerTenSeconds: number } | null;
  readonly health: { readonly host: string; readonly port: number } | null;
  readonly priceLimits: PriceLimits;
  readonly priceEveryMs: number;
  readonly watchEveryMs: number;
  readonly statusEveryMs: number;
  readonly marketsEveryMs: number;
  readonly groupLeaseMs: number;
  readonly backfill: { readonly concurrency: number; readonly leaseMs: number; readonly jobLockMs: number | undefined; readonly jobStalledCheckMs: number | undefined };
  readonly sweepEveryMs: number;
}

/** @throws ConfigurationError naming every variable at fault. */
export function readIngestorConfiguration(environment: Environment): IngestorConfiguration {
  const values = readConfig(ConfigurationSchema, environment);
  const exchange = selectExchange(values);
  return {
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    logLevel: values.LOG_LEVEL,
    exchange,
    rates: ratesOf(values, exchange),
    health: values.HEALTH_PORT === undefined ? null : { host: values.HEALTH_HOST, port: values.HEALTH_PORT },
    priceLimits: { ...PRICE_LIMITS, staleMs: values.PRICE_STALE_MS, frozenMs: values.PRICE_FROZEN_MS },
    priceEveryMs: values.PRICE_EVERY_MS,
    watchEveryMs: values.WATCH_EVERY_MS,
    statusEveryMs: values.STATUS_EVERY_MS,
    marketsEveryMs: values.MARKETS_EVERY_MS,
    groupLeaseMs: values.GROUP_LEASE_MS,
    backfill: {
      concurrency: values.BACKFILL_CONCURRENCY, leaseMs: values.BACKFILL_LEASE_MS,
      jobLockMs: values.JOB_LOCK_MS, jobStalledCheckMs: values.JOB_STALLED_CHECK_MS,
    },
    sweepEveryMs: values.SWEEP_EVERY_MS,
  };
}

function ratesOf(values: z.infer<typeof ConfigurationSchema>, exchange: ExchangeSelection): IngestorConfiguration['rates'] {
  if (values.RATE_BUDGET === 'on') return { requestsPerSecond: values.RATE_REQUESTS_PER_SECOND, weightPerTenSeconds: values.RATE_WEIGHT_PER_10S };
  if (exchange.venue === 'SIMULATOR') return null;
  throw new ConfigurationError(['RATE_BUDGET: may be off for a simulator only, since the real exchange bans who asks too often; remove it']);
}
