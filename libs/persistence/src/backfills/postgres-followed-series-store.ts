import type { DataSource } from 'typeorm';
import type { FollowedSeries, FollowedSeriesStore, SeriesStep, UpsertCounts, VenueName } from '#application';
import type { CandleInterval, SeriesIdentity } from '#domain';
import { inTransaction, withSession } from '../session/sql.js';
import { storeSeriesStep } from './store-step.js';

interface FollowedRow {
  readonly exchange: string;
  readonly base: string;
  readonly quote: string;
  readonly candle_interval: CandleInterval;
  readonly market_id: string;
  readonly next_from_ms: number | null;
  readonly is_backfilling: boolean;
  readonly is_listed: boolean;
  readonly followed_at: Date;
}

export class PostgresFollowedSeriesStore implements FollowedSeriesStore {
  constructor(private readonly dataSource: DataSource) {}

  followed(venue: VenueName): Promise<FollowedSeries[]> {
    return withSession(this.dataSource, 'read the followed series', async (sql) => (await sql.rows<FollowedRow>(FOLLOWED, [venue])).map(toFollowed));
  }

  stop({ exchange, base, quote, interval }: SeriesIdentity): Promise<boolean> {
    return inTransaction(this.dataSource, 'stop following the series', async (sql) => {
      const key = [exchange, base, quote, interval];
      // Backfills first: one that completes just now has followed by the time its row can be had.
      const open = await sql.run(FOLLOW_NO_MORE, key);
      const followed = await sql.run('DELETE FROM followed_series WHERE (exchange, base, quote, candle_interval) = ($1, $2, $3, $4)', key);
      return open + followed > 0;
    });
  }

  append({ identity, marketId }: { readonly identity: SeriesIdentity; readonly marketId: string }, step: SeriesStep, source: string): Promise<UpsertCounts> {
    const doing = 'append candles';
    return inTransaction(this.dataSource, doing, async (sql) => {
      const { counts } = await storeSeriesStep(sql, doing, { identity, marketId, step, source, by: 'append' });
      return counts;
    });
  }
}

function toFollowed(row: FollowedRow): FollowedSeries {
  const { exchange, base, quote, candle_interval: interval } = row;
  return {
    identity: { exchange, base, quote, interval }, marketId: row.market_id, nextFromMs: row.next_from_ms, isBackfilling: row.is_backfilling, isListed: row.is_listed,
    followedAtMs: row.followed_at.getTime(),
  };
}

/** Where the same range is fetched without following as well, that one goes on alone. */
const FOLLOW_NO_MORE = `
  UPDATE candle_backfill backfill SET is_followed = false, status = CASE WHEN has_twin THEN 'canceled' ELSE status END,
    lease_until = CASE WHEN has_twin THEN NULL ELSE lease_until END, next_action_at = CASE WHEN has_twin THEN NULL ELSE next_action_at END,
    finished_at = CASE WHEN has_twin THEN now() END
  FROM (SELECT id AS open_id, EXISTS (
          SELECT FROM candle_backfill twin WHERE twin.status IN ('queued', 'running') AND NOT twin.is_followed
            AND (twin.exchange, twin.base, twin.quote, twin.candle_interval, twin.from_ms, twin.to_ms) =
                (one.exchange, one.base, one.quote, one.candle_interval, one.from_ms, one.to_ms)) AS has_twin
        FROM candle_backfill one WHERE is_followed AND status IN ('queued', 'running')
          AND (exchange, base, quote, candle_interval) = ($1, $2, $3, $4)) open
  WHERE id = open_id AND status IN ('queued', 'running') AND is_followed`;

const FOLLOWED = `
  SELECT followed.exchange, followed.base, followed.quote, followed.candle_interval, followed.market_id,
         coalesce(upper(series.asked), series.last_open_ms + series.interval_ms)::float8 AS next_from_ms, followed_at,
         coalesce((SELECT is_listed FROM market WHERE market.venue = followed.exchange AND market.market_id = followed.market_id), true) AS is_listed,
         EXISTS (SELECT FROM candle_backfill backfill WHERE backfill.status IN ('queued', 'running')
                 AND (backfill.exchange, backfill.base, backfill.quote, backfill.candle_interval) =
                     (followed.exchange, followed.base, followed.quote, followed.candle_interval)) AS is_backfilling
  FROM followed_series followed LEFT JOIN candle_series series
    ON (series.exchange, series.base, series.quote, series.candle_interval) =
       (followed.exchange, followed.base, followed.quote, followed.candle_interval)
  WHERE followed.exchange = $1 ORDER BY followed.base, followed.quote, followed.interval_ms`;
