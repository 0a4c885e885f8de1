import type { DataSource } from 'typeorm';
import type { PriceWatchStore, VenueName, WatchedMarket } from '#application';
import { inTransaction, withSession } from '../session/sql.js';

export class PostgresPriceWatchStore implements PriceWatchStore {
  constructor(private readonly dataSource: DataSource) {}

  watched(venue: VenueName): Promise<WatchedMarket[]> {
    return withSession(this.dataSource, 'read which prices are needed', (sql) =>
      sql.rows<WatchedMarket>(
        `SELECT market_id AS "marketId",
                coalesce(array_agg(DISTINCT shard::int ORDER BY shard::int) FILTER (WHERE shard IS NOT NULL), '{}') AS shards
         FROM (SELECT market_id, shard FROM price_watch WHERE venue = $1
               UNION ALL SELECT market_id, NULL FROM followed_series WHERE exchange = $1) AS needed
         GROUP BY market_id ORDER BY market_id`,
        [venue],
      ),
    );
  }

  async replace(venue: VenueName, watcher: string, markets: readonly { readonly marketId: string; readonly shard: number | null }[]): Promise<void> {
    await inTransaction(this.dataSource, 'store which prices are needed', async (sql) => {
      const ids = markets.map(({ marketId }) => marketId);
      await sql.run('DELETE FROM price_watch WHERE venue = $1 AND watcher = $2 AND market_id <> ALL ($3::text[])', [venue, watcher, ids]);
      await sql.run(
        `INSERT INTO price_watch (venue, watcher, market_id, shard)
         SELECT DISTINCT ON (market_id) $1, $2, market_id, shard FROM unnest($3::text[], $4::smallint[]) AS needed (market_id, shard) ORDER BY market_id
         ON CONFLICT (venue, watcher, market_id) DO UPDATE SET shard = EXCLUDED.shard`,
        [venue, watcher, ids, markets.map(({ shard }) => shard)],
      );
    });
  }
}
