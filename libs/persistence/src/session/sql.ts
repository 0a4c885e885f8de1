import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { PoolClient, QueryResultRow } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { StoreFailure } from '#application';
import { asStoreFailure } from './store-failure.js';

const MAX_TRIES = 5;
const LONGEST_PAUSE_MS = 200;

/**
 * An expression that lets the surrounding transaction's commit return before it is on disk; for a statement's RETURNING
 * or SELECT list, so that it costs no round trip. A crash of the server may take back the last moments of such commits,
 * never a part of one: for changes that are only done again then (a delivery noted, a lease taken or extended).
 */
export const SOFT_COMMIT = `set_config('synchronous_commit', 'off', true)`;

/** SQL on one connection: a transaction's, or one borrowed for the time of `withSession`. Throws StoreFailure. */
export class Sql {
  /** `doing` completes "the database could not …". */
  constructor(
    private readonly runner: QueryRunner,
    private readonly doing: string,
  ) {}

  /** The driver's connection, for what statements with parameters cannot do (COPY). Its failures are not translated. */
  async client(): Promise<PoolClient> {
    return (await this.runner.connect()) as PoolClient;
  }

  /** The rows that the statement returns; of an UPDATE too, where TypeORM's own `query` would return a pair. */
  async rows<Row>(text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.query(text, parameters);
    return rows as Row[];
  }

  /** The number of rows that the statement changed. */
  async run(text: string, parameters: readonly unknown[] = []): Promise<number> {
    const { rowCount } = await this.query(text, parameters);
    return rowCount ?? 0;
  }

  private async query(text: string, parameters: readonly unknown[]) {
    try {
      const client = await this.client();
      return await client.query<QueryResultRow>(prepared(text, parameters));
    } catch (error) {
      throw asStoreFailure(error, this.doing);
    }
  }
}

/** A statement for the driver's own connection, prepared as those of `Sql` are. */
export const prepared = (text: string, parameters: readonly unknown[]) => ({ name: statementName(text), text, values: [...parameters] });

const statementNames = new Map<string, string>();

/**
 * Every statement is prepared under a name of its own, once on each connection: planning some of them takes longer than
 * doing them. The texts here are few; what varies in them (filters, a number of columns) has few values too.
 */
function statementName(text: string): string {
  const known = statementNames.get(text);
  if (known !== undefined) return known;
  const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
  statementNames.set(text, name);
  return name;
}

/** One connection without a transaction: every statement commits by itself. `doing` is for the error's words. */
export async function withSession<Value>(dataSource: DataSource, doing: string, work: (sql: Sql) => Promise<Value>): Promise<Value> {
  const runner = dataSource.createQueryRunner();
  try {
    return await work(new Sql(runner, doing));
  } finally {
    await runner.release();
  }
}

/**
 * One transaction, READ COMMITTED. What the database ended for a deadlock or a serialization fault is tried again from
 * the beginning, so `work` must change nothing outside of it.
 * @throws StoreFailure; an error that `work` throws by itself is passed on as it is, after the rollback.
 */
export async function inTransaction<Value>(dataSource: DataSource, doing: string, work: (sql: Sql) => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryTransaction(dataSource, doing, work);
    } catch (error) {
      const isContended = error instanceof StoreFailure && error.kind === 'contended';
      if (!isContended || attempt >= MAX_TRIES) throw error;
      await pause(Math.random() * LONGEST_PAUSE_MS);
    }
  }
}

async function tryTransaction<Value>(dataSource: DataSource, doing: string, work: (sql: Sql) => Promise<Value>): Promise<Value> {
  const runner = dataSource.createQueryRunner();
  try {
    await translated(runner.startTransaction(), doing);
    const value = await work(new Sql(runner, doing));
    await translated(runner.commitTransaction(), doing);
    return value;
  } catch (error) {
    await rollBack(runner);
    throw error;
  } finally {
    await runner.release();
  }
}

async function translated(step: Promise<void>, doing: string): Promise<void> {
  try {
    await step;
  } catch (error) {
    throw asStoreFailure(error, doing);
  }
}

/** A connection that is gone has rolled back already; the first error is the one that matters. */
async function rollBack(runner: QueryRunner): Promise<void> {
  if (!runner.isTransactionActive) return;
  await runner.rollbackTransaction().catch(() => undefined);
}
