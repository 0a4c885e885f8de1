import { z } from 'zod';
import { databaseUrl, logLevel, port, readConfig, redisUrl, wholeNumber, type Environment } from '#platform';

const ConfigurationSchema = z.object({
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  LOG_LEVEL: logLevel.default('info'),
  /** Runs that are computed at the same time, each by a thread of its own: the cores that this process may take. */
  BACKTEST_THREADS: wholeNumber(1, 64).default(1),
  /** Memory for panels that later runs may need again. */
  BACKTEST_CACHE_MB: wholeNumber(0, 65_536).default(128),
  /** Serves /livez and /readyz there; nowhere unless set. */
  HEALTH_PORT: port.optional(),
  HEALTH_HOST: z.string().regex(/^[\w.:-]{1,253}$/u, 'expected an address to listen on, such as 127.0.0.1 or 0.0.0.0').default('127.0.0.1'),
  /** After this without a sign of life from its runner, a run is given to another. */
  RUN_LEASE_MS: wholeNumber(1_000, 3_600_000).default(30_000),
  /** The queue's own lock and its check for lost jobs, where the contract's are not wanted. */
  JOB_LOCK_MS: wholeNumber(500, 3_600_000).optional(),
  JOB_STALLED_CHECK_MS: wholeNumber(250, 3_600_000).optional(),
  SWEEP_EVERY_MS: wholeNumber(250, 3_600_000).default(10_000),
  /** How long a computation may go on after SIGTERM before its run is given back. */
  STOP_GRACE_MS: wholeNumber(0, 3_600_000).default(7_000),
});

export interface RunnerConfiguration {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly logLevel: z.infer<typeof logLevel>;
  readonly threads: number;
  readonly cacheBytes: number;
  readonly health: { readonly host: string; readonly port: number } | null;
  readonly leaseMs: number;
  readonly jobLockMs: number | undefined;
  readonly jobStalledCheckMs: number | undefined;
  readonly sweepEveryMs: number;
  readonly stopGraceMs: number;
}

/** @throws ConfigurationError naming every variable at fault. */
export function readRunnerConfiguration(environment: Environment): RunnerConfiguration {
  const values = readConfig(ConfigurationSchema, environment);
  return {
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    logLevel: values.LOG_LEVEL,
    threads: values.BACKTEST_THREADS,
    cacheBytes: values.BACKTEST_CACHE_MB * 1_048_576,
    health: values.HEALTH_PORT === undefined ? null : { host: values.HEALTH_HOST, port: values.HEALTH_PORT },
    leaseMs: values.RUN_LEASE_MS,
    jobLockMs: values.JOB_LOCK_MS,
    jobStalledCheckMs: values.JOB_STALLED_CHECK_MS,
    sweepEveryMs: values.SWEEP_EVERY_MS,
    stopGraceMs: values.STOP_GRACE_MS,
  };
}
