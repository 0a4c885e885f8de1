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
}

export class PostgresFollowedSeriesStore implements FollowedSeriesStore {
  constructor(private readonly dataSource: DataSource) {}

  followed(venue: VenueName): Promise<FollowedSeries[]> {
    return withSession(this.dataSource, 'read the followed series', async (sql) => (await sql.rows<FollowedRow>(FOLLOWED, [venue])).map(toFollowed));
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
  return { identity: { exchange, base, quote, interval }, marketId: row.market_id, nextFromMs: row.next_from_ms, isBackfilling: row.is_backfilling };
}

const FOLLOWED = `
  SELECT followed.exchange, followed.base, followed.quote, followed.candle_interval, followed.market_id,
         greatest(upper(series.asked), series.last_open_ms + series.interval_ms)::float8 AS next_from_ms,
         EXISTS (SELECT FROM candle_backfill backfill WHERE backfill.status IN ('queued', 'running')
                 AND (backfill.exchange, backfill.base, backfill.quote, backfill.candle_interval) =
                     (followed.exchange, followed.base, followed.quote, followed.candle_interval)) AS is_backfilling
  FROM followed_series followed LEFT JOIN candle_series series
    ON (series.exchange, series.base, series.quote, series.candle_interval) =
       (followed.exchange, followed.base, followed.quote, followed.candle_interval) AND series.candle_count > 0
  WHERE followed.exchange = $1 ORDER BY followed.base, followed.quote, followed.interval_ms`;
