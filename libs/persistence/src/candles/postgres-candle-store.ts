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
import { CandleEdge } from './candle-edge.js';
import { candleStoreFailureOf } from './candle-store-failure.js';
import { ChunkWriter } from './chunk-writer.js';
import { loadColumns } from './column-loader.js';
import { DIGEST_SERIES, digestWithEdge, type SeriesDigest } from './fingerprint.js';
import { GapRows } from './gap-rows.js';
import { byPeriod } from './packed-columns.js';
import {
  coverageFromRow, FIND_SERIES, findSeries, inPlaces, lockSeries, placesOf, SERIES_COLUMNS, whereOf,
  type PlacedSeriesRow, type SeriesRow,
} from './series-rows.js';
import { overlapParameters } from './time-range.js';
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

/** Candles as packed columns in `candle_chunk`, the youngest as rows of `candle_edge`. What the database fails to do is a `StoreFailure`. */
export class PostgresCandleStore implements CandleStore {
  constructor(private readonly dataSource: DataSource) {}

  async upsertCandles(identity: SeriesIdentity, batches: AsyncIterable<CandleColumns>, source: string): Promise<UpsertCounts> {
    return this.transaction(WRITE, 'store candles', async (client) => {
      await client.query(IMPORT_SETTINGS);
      let writing: { readonly writer: ChunkWriter; readonly gaps: GapRows } | null = null;
      for await (const { periodStartMs, columns } of byPeriod(batches, identity.interval)) {
        // Only now: a file without a good row must not leave an empty series behind.
        writing ??= await beginWriting(client, identity, source);
        await writing.writer.write(periodStartMs, columns);
        await writing.gaps.fill(columns);
      }
      return (await writing?.writer.finish()) ?? { insertedCount: 0, unchangedCount: 0, correctedCount: 0 };
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
    const parameters = [...placesOf(identities), ...overlapParameters(range)];
    const rows = await withSession(this.dataSource, 'fingerprint candles', (sql) => sql.rows<SeriesDigest>(DIGEST_SERIES, parameters));
    const digests = rows.some((row) => row.hasEdge) ? await this.digestsWithEdges(identities, range, parameters) : rows.map((row) => row.digest);
    const hash = createHash('sha256').update(JSON.stringify([range.fromMs, range.toMs]));
    identities.forEach((identity, index) => hash.update(JSON.stringify([describeSeries(identity), digests[index] ?? null])));
    return hash.digest('hex');
  }

  /** Asked anew within one snapshot, since candles may have moved from the edge into chunks meanwhile. */
  private async digestsWithEdges(identities: readonly SeriesIdentity[], range: TimeRange, parameters: readonly unknown[]): Promise<(string | null)[]> {
    return this.transaction(READ_ONE_STATE, 'fingerprint candles', async (client) => {
      await client.query(LOAD_SETTINGS);
      const { rows } = await client.query<SeriesDigest>(DIGEST_SERIES, [...parameters]);
      const digests: (string | null)[] = [];
      for (const [index, { id, digest, hasEdge }] of rows.entries()) {
        digests.push(id !== null && hasEdge ? await digestWithEdge(client, { id, identity: identities[index]! }, range) : digest);
      }
      return digests;
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

async function beginWriting(client: PoolClient, identity: SeriesIdentity, source: string): Promise<{ readonly writer: ChunkWriter; readonly gaps: GapRows }> {
  const series = await lockSeries(client, identity);
  return { writer: new ChunkWriter(client, series, new CandleEdge(client, series.id), source), gaps: new GapRows(client, series) };
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
