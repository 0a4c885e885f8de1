import { z } from 'zod';
import {
  databaseUrl, exchangeFields, logLevel, port, readConfig, redisUrl, selectExchange, wholeNumber, type Environment, type ExchangeSelection,
} from '#platform';

const ConfigurationSchema = z.object({
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  LOG_LEVEL: logLevel.default('info'),
  /** Whose prices and portfolios it looks at; it never talks to the exchange itself. */
  ...exchangeFields,
  /** Shards that are looked at at the same time. */
  EVALUATE_CONCURRENCY: wholeNumber(1, 16).default(1),
  /** For so long after a plan was aborted, a portfolio makes no other. */
  ABORT_PAUSE_MS: wholeNumber(0, 86_400_000).default(30_000),
  /** How often it looks for portfolios that no price led to. */
  TICK_EVERY_MS: wholeNumber(100, 60_000).default(1_000),
  /** Serves /livez and /readyz there; nowhere unless set. */
  HEALTH_PORT: port.optional(),
  HEALTH_HOST: z.string().regex(/^[\w.:-]{1,253}$/u, 'expected an address to listen on, such as 127.0.0.1 or 0.0.0.0').default('127.0.0.1'),
  /** The queue's own lock and its check for lost jobs, where the contract's are not wanted. */
  JOB_LOCK_MS: wholeNumber(500, 3_600_000).optional(),
  JOB_STALLED_CHECK_MS: wholeNumber(250, 3_600_000).optional(),
});

export interface EvaluatorConfiguration {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly logLevel: z.infer<typeof logLevel>;
  readonly exchange: ExchangeSelection;
  readonly concurrency: number;
  readonly abortPauseMs: number;
  readonly tickEveryMs: number;
  readonly health: { readonly host: string; readonly port: number } | null;
  readonly jobLockMs: number | undefined;
  readonly jobStalledCheckMs: number | undefined;
}

/** @throws ConfigurationError naming every variable at fault. */
export function readEvaluatorConfiguration(environment: Environment): EvaluatorConfiguration {
  const values = readConfig(ConfigurationSchema, environment);
  return {
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    logLevel: values.LOG_LEVEL,
    exchange: selectExchange(values),
    concurrency: values.EVALUATE_CONCURRENCY,
    abortPauseMs: values.ABORT_PAUSE_MS,
    tickEveryMs: values.TICK_EVERY_MS,
    health: values.HEALTH_PORT === undefined ? null : { host: values.HEALTH_HOST, port: values.HEALTH_PORT },
    jobLockMs: values.JOB_LOCK_MS,
    jobStalledCheckMs: values.JOB_STALLED_CHECK_MS,
  };
}
