import { setTimeout as pause } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { ENTITIES } from './entities/index.js';
import { MIGRATIONS } from './migrations/index.js';
import { AnsweringClient } from './session/answering-client.js';

/** What one process needs to reach the database. `applicationName` is what an operator sees in pg_stat_activity. */
export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly applicationName: string;
  /** After this a connection that says nothing at all fails its query; without it only the server ends long ones. */
  readonly answerMs?: number;
  /** Told of connections lost while idle; the pool itself opens new ones, so this is for the log only. */
  readonly onPoolError?: (error: Error) => void;
}

/**
 * A statement that outlives these has lost its caller or its mind. Bulk work (COPY, imports, migrations) lifts them
 * for its own transaction with SET LOCAL and gives its own bounds.
 */
export const DATABASE_LIMITS = {
  connectMs: 5_000,
  statementMs: 10_000,
  lockMs: 3_000,
  idleInTransactionMs: 15_000,
} as const;

/**
 * A TypeORM DataSource over a bounded pool, not yet initialized: call `initialize()`, and `destroy()` at the end.
 * Repositories here speak SQL through it; the schema comes from the migrations alone (`synchronize` is never on).
 */
export function createDataSource(options: DatabaseOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url: options.url,
    applicationName: options.applicationName,
    poolSize: options.poolSize,
    connectTimeoutMS: DATABASE_LIMITS.connectMs,
    entities: [...ENTITIES],
    migrations: [...MIGRATIONS],
    migrationsTableName: 'schema_migration',
    synchronize: false,
    logging: false,
    installExtensions: false,
    poolErrorHandler: options.onPoolError ?? ignoreLostConnection,
    extra: {
      ...(options.answerMs === undefined ? {} : { query_timeout: options.answerMs, Client: AnsweringClient }),
      statement_timeout: DATABASE_LIMITS.statementMs,
      lock_timeout: DATABASE_LIMITS.lockMs,
      idle_in_transaction_session_timeout: DATABASE_LIMITS.idleInTransactionMs,
    },
  });
}

const LONGEST_CONNECT_PAUSE_MS = 2_000;

/**
 * A DataSource that is connected. A database that is away is waited for, and `onWait` told of each attempt that failed.
 * @throws once the signal is aborted
 */
export async function connectDataSource(options: DatabaseOptions, signal: AbortSignal, onWait: (error: unknown) => void): Promise<DataSource> {
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await createDataSource(options).initialize();
    } catch (error) {
      onWait(error);
      await pause(Math.min(LONGEST_CONNECT_PAUSE_MS, 100 * 2 ** attempt), undefined, { signal });
    }
  }
}

/** The next query opens a new connection and reports what is wrong, so an idle one that died needs no action. */
function ignoreLostConnection(): void {}
