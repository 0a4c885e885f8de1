import type { DataSource } from 'typeorm';
import type { IngestLeaseStore, LeaseTable, VenueName } from '#application';
import { MARKET_GROUPS, type GroupHolder } from '#domain';
import { after } from '../dispatch/outbox-jobs.js';
import { inTransaction, SOFT_COMMIT, withSession, type Sql } from '../session/sql.js';

export class PostgresIngestLeaseStore implements IngestLeaseStore {
  constructor(private readonly dataSource: DataSource) {}

  beat(venue: VenueName, ingestorId: string, leaseMs: number): Promise<LeaseTable> {
    return inTransaction(this.dataSource, 'renew the leases of market groups', async (sql) => {
      await showUp(sql, venue, ingestorId, leaseMs);
      // One that has run out and that nobody took goes on; one that was given up does not.
      await sql.run(
        `UPDATE ingest_lease SET lease_until = ${after('$3::float8')} WHERE venue = $1 AND holder = $2 AND lease_until > '-infinity'`,
        [venue, ingestorId, leaseMs],
      );
      const ingestors = await sql.rows<{ readonly ingestor: string }>(
        'SELECT ingestor FROM ingest_presence WHERE venue = $1 AND seen_until >= now() ORDER BY ingestor', [venue],
      );
      const groups = await sql.rows<GroupHolder>(
        `SELECT number AS group, lease.holder FROM generate_series(0, $2::int - 1) AS number
         LEFT JOIN ingest_lease lease ON lease.venue = $1 AND lease.group_number = number AND lease.lease_until >= now() ORDER BY number`,
        [venue, MARKET_GROUPS],
      );
      return { groups, ingestors: ingestors.map(({ ingestor }) => ingestor) };
    });
  }

  async take(venue: VenueName, ingestorId: string, groups: readonly number[], leaseMs: number): Promise<number[]> {
    const rows = await withSession(this.dataSource, 'take market groups', (sql) =>
      sql.rows<{ readonly group_number: number }>(
        `INSERT INTO ingest_lease (venue, group_number, holder, lease_until)
         SELECT $1, number, $2, ${after('$4::float8')} FROM unnest($3::int[]) AS number ORDER BY number
         ON CONFLICT (venue, group_number) DO UPDATE
           SET holder = EXCLUDED.holder, epoch = ingest_lease.epoch + 1, lease_until = EXCLUDED.lease_until
           WHERE ingest_lease.lease_until < now()
         RETURNING group_number, ${SOFT_COMMIT}`,
        [venue, ingestorId, groups, leaseMs],
      ),
    );
    return rows.map(({ group_number: group }) => group);
  }

  async giveUp(venue: VenueName, ingestorId: string, groups: readonly number[]): Promise<void> {
    await withSession(this.dataSource, 'give up market groups', (sql) => end(sql, venue, ingestorId, groups));
  }

  leave(venue: VenueName, ingestorId: string): Promise<void> {
    return inTransaction(this.dataSource, 'give up all market groups', async (sql) => {
      await end(sql, venue, ingestorId, null);
      await sql.run('DELETE FROM ingest_presence WHERE venue = $1 AND ingestor = $2', [venue, ingestorId]);
    });
  }
}

/** Whoever has not shown up for long is forgotten, so that names of processes do not pile up. */
async function showUp(sql: Sql, venue: VenueName, ingestorId: string, leaseMs: number): Promise<void> {
  await sql.run(
    `INSERT INTO ingest_presence (venue, ingestor, seen_until) VALUES ($1, $2, ${after('$3::float8')})
     ON CONFLICT (venue, ingestor) DO UPDATE SET seen_until = EXCLUDED.seen_until RETURNING ${SOFT_COMMIT}`,
    [venue, ingestorId, leaseMs],
  );
  await sql.run(
    `DELETE FROM ingest_presence WHERE (venue, ingestor) IN (
       SELECT venue, ingestor FROM ingest_presence WHERE venue = $1 AND seen_until < now() - interval '1 hour' FOR UPDATE SKIP LOCKED)`,
    [venue],
  );
}

/** `groups` null: all of them. */
async function end(sql: Sql, venue: VenueName, ingestorId: string, groups: readonly number[] | null): Promise<void> {
  await sql.run(
    `UPDATE ingest_lease SET lease_until = '-infinity'
     WHERE venue = $1 AND holder = $2 AND ($3::int[] IS NULL OR group_number = ANY ($3::int[]))`,
    [venue, ingestorId, groups],
  );
}
