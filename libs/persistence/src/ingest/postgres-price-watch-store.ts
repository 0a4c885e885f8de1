import type { DataSource } from 'typeorm';
import type { PriceWatchStore, VenueName, WatchedMarket } from '#application';
import { inTransaction, withSession } from '../session/sql.js';
import { replaceWatches, type WatchedPrice } from './price-watch-rows.js';

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

  async replace(venue: VenueName, watcher: string, markets: readonly WatchedPrice[]): Promise<void> {
    await inTransaction(this.dataSource, 'store which prices are needed', (sql) => replaceWatches(sql, venue, watcher, markets));
  }
}
