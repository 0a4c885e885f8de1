import type { Sql } from '../session/sql.js';

export interface WatchedPrice {
  readonly marketId: string;
  /** Whose portfolios are looked at when the price changes; null: nobody's. */
  readonly shard: number | null;
}

/** The markets that this watcher needs, instead of those that it needed. In the caller's transaction. */
export async function replaceWatches(sql: Sql, venue: string, watcher: string, markets: readonly WatchedPrice[]): Promise<void> {
  const ids = markets.map(({ marketId }) => marketId);
  await sql.run('DELETE FROM price_watch WHERE venue = $1 AND watcher = $2 AND market_id <> ALL ($3::text[])', [venue, watcher, ids]);
  await sql.run(
    `INSERT INTO price_watch (venue, watcher, market_id, shard)
     SELECT DISTINCT ON (market_id) $1, $2, market_id, shard FROM unnest($3::text[], $4::smallint[]) AS needed (market_id, shard) ORDER BY market_id
     ON CONFLICT (venue, watcher, market_id) DO UPDATE SET shard = EXCLUDED.shard`,
    [venue, watcher, ids, markets.map(({ shard }) => shard)],
  );
}
