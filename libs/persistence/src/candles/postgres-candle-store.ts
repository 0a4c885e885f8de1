import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { PoolClient } from 'pg';
import type {
  CandleColumnName,
  CandleStore,
  LoadedSeries,
  SeriesCoverage,
  SeriesFilter,
  TimeRange,
  UpsertCounts,
} from '#application';
import { describeSeries, type CandleColumns, type SeriesIdentity } from '#domain';
import { candleStoreFailureOf } from './candle-store-failure.js';
import { ChunkWriter } from './chunk-writer.js';
import { loadColumns } from './column-loader.js';
import { byPeriod } from './packed-columns.js';
import {
  coverageFromRow, FIND_SERIES, findSeries, inPlaces, IS_WANTED, lockSeries, placesOf, SERIES_COLUMNS, WANTED_SERIES, whereOf,
  type PlacedSeriesRow, type SeriesRow,
} from './series-rows.js';
import { overlapParameters, overlapping } from './time-range.js';
import { withSession } from '../session/sql.js';

/**
 * An import may wait for another one of the same series, and takes as long as its file; but none of it for ever. The wait
 * for a lock counts as part of its statement. Between statements a file is read, perhaps one of bad rows only.
 */
const IMPORT_SETTINGS = `SET LOCAL lock_timeout = '5min'; SET LOCAL statement_timeout = '6min';
  SET LOCAL idle_in_transaction_session_timeout = '5min'`;
const LOAD_SETTINGS = `SET LOCAL statement_timeout = '2min'`;
const WRITE = 'BEGIN';
const READ_ONE_STATE = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** Candles as packed columns in `candle_chunk`. What the database fails to do is a `StoreFailure`. */
export class PostgresCandleStore implements CandleStore {
  constructor(private readonly dataSource: DataSource) {}

  async upsertCandles(identity: SeriesIdentity, batches: AsyncIterable<CandleColumns>, source: string): Promise<UpsertCounts> {
    return this.transaction(WRITE, 'store candles', async (client) => {
      await client.query(IMPORT_SETTINGS);
      let writer: ChunkWriter | null = null;
      for await (const { periodStartMs, columns } of byPeriod(batches, identity.interval)) {
        // Only now: a file without a good row must not leave an empty series behind.
        writer ??= new ChunkWriter(client, { id: await lockSeries(client, identity), identity }, source);
        await writer.write(periodStartMs, columns);
      }
      return (await writer?.finish()) ?? { insertedCount: 0, unchangedCount: 0, correctedCount: 0 };
    });
  }

  async loadColumns(
    identities: readonly SeriesIdentity[],
    range: TimeRange,
    columns: readonly CandleColumnName[],
  ): Promise<LoadedSeries[]> {
    return this.transaction(READ_ONE_STATE, 'load candles', async (client) => {
      await client.query(LOAD_SETTINGS);
      const rows = await findSeries(client, identities);
      // Unknown series keep their place under an id that no row has.
      const series = identities.map((identity, index) => ({ id: rows[index]?.id ?? -1 - index, identity }));
      return loadColumns(client, series, range, columns);
    });
  }

  async coverage(filter: SeriesFilter): Promise<SeriesCoverage[]> {
    const { sql, parameters } = whereOf(filter);
    return this.transaction(READ_ONE_STATE, 'read the coverage', async (client) => {
      const found = await client.query<SeriesRow>(
        `SELECT ${SERIES_COLUMNS} FROM candle_series WHERE ${sql} ORDER BY exchange, base, quote, interval_ms`,
        parameters,
      );
      return found.rows.map(coverageFromRow);
    });
  }

  async coverageOf(identities: readonly SeriesIdentity[]): Promise<(SeriesCoverage | null)[]> {
    return withSession(this.dataSource, 'read the coverage', async (sql) => {
      const rows = inPlaces(identities, await sql.rows<PlacedSeriesRow>(FIND_SERIES, placesOf(identities)));
      return rows.map((row) => (row === null ? null : coverageFromRow(row)));
    });
  }

  async fingerprint(identities: readonly SeriesIdentity[], range: TimeRange): Promise<string> {
    return withSession(this.dataSource, 'fingerprint candles', async (sql) => {
      const rows = await sql.rows<{ readonly digest: string | null }>(DIGEST_SERIES, [...placesOf(identities), ...overlapParameters(range)]);
      const hash = createHash('sha256').update(JSON.stringify([range.fromMs, range.toMs]));
      identities.forEach((identity, index) => hash.update(JSON.stringify([describeSeries(identity), rows[index]?.digest ?? null])));
      return hash.digest('hex');
    });
  }

  private async transaction<Result>(begin: string, doing: string, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as PoolClient;
      return await inTransaction(client, begin, work);
    } catch (error) {
      throw candleStoreFailureOf(error, doing);
    } finally {
      await runner.release();
    }
  }
}

async function inTransaction<Result>(client: PoolClient, begin: string, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  await client.query(begin);
  try {
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // On a lost connection this fails as well, and the first failure is the one that tells.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** For each wanted series, in order, one digest over its chunks in the range, from their stored hashes; null: no chunk. */
const DIGEST_SERIES = `SELECT (
    SELECT encode(sha256(string_agg(int8send(period_start_ms) || content_sha256, ''::bytea ORDER BY period_start_ms)), 'hex')
      FROM candle_chunk WHERE series_id = candle_series.id AND ${overlapping('$5', '$6')}) AS digest
  FROM ${WANTED_SERIES} LEFT JOIN candle_series ON ${IS_WANTED} AND candle_count > 0 ORDER BY place`;
