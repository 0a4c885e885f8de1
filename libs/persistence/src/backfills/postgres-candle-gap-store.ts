import type { DataSource } from 'typeorm';
import type { CandleGap, CandleGapStore, GapState, UpsertCounts, VenueName } from '#application';
import type { CandleColumns, CandleInterval, SeriesIdentity } from '#domain';
import { candleStoreFailureOf } from '../candles/candle-store-failure.js';
import { growStretch } from '../candles/contiguous-stretch.js';
import { GapRows } from '../candles/gap-rows.js';
import { lockSeries } from '../candles/series-rows.js';
import { upsertIntoChunks } from '../candles/write-candles.js';
import { after } from '../dispatch/outbox-jobs.js';
import { inTransaction, withSession, type Sql } from '../session/sql.js';

interface GapRow {
  readonly id: number;
  readonly exchange: string;
  readonly base: string;
  readonly quote: string;
  readonly candle_interval: CandleInterval;
  readonly market_id: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly state: GapState;
  readonly attempts: number;
}

const GAP_COLUMNS = `gap.id::float8 AS id, exchange, base, quote, candle_interval, market_id, from_ms::float8 AS from_ms,
  to_ms::float8 AS to_ms, state, attempts`;
/** Of markets that are others', as many again may stand before ours. */
const LOOKED_AT = 10_000;

export class PostgresCandleGapStore implements CandleGapStore {
  constructor(private readonly dataSource: DataSource) {}

  takeDue(venue: VenueName, limit: number, holdMs: number, isOurs: (marketId: string) => boolean): Promise<CandleGap[]> {
    return inTransaction(this.dataSource, 'look for gaps', async (sql) => {
      const markets = await sql.rows<{ readonly market_id: string }>(DUE_MARKETS, [venue, LOOKED_AT]);
      const ours = markets.map((row) => row.market_id).filter(isOurs);
      if (ours.length === 0) return [];
      const due = await sql.rows<GapRow>(DUE_GAPS, [venue, ours, limit]);
      await putOff(sql, due.map((gap) => gap.id), holdMs);
      return due.map(toGap);
    });
  }

  fill({ identity }: Pick<CandleGap, 'identity'>, columns: CandleColumns, source: string): Promise<UpsertCounts> {
    const doing = 'fill a gap';
    return inTransaction(this.dataSource, doing, async (sql) => {
      try {
        const client = await sql.client();
        const series = await lockSeries(client, identity);
        const counts = await upsertIntoChunks(client, series, columns, source);
        await new GapRows(client, series).fill(columns);
        return counts;
      } catch (error) {
        throw candleStoreFailureOf(error, doing);
      }
    });
  }

  settle(gaps: readonly { readonly id: number; readonly pauseMs: number | null }[]): Promise<void> {
    return inTransaction(this.dataSource, 'settle gaps', async (sql) => {
      const ids = gaps.map(({ id }) => id);
      // Before the gaps, as every writer of candles does.
      await sql.rows('SELECT FROM candle_series WHERE id IN (SELECT series_id FROM candle_gap WHERE id = ANY ($1::bigint[])) ORDER BY id FOR UPDATE', [ids]);
      const rows = await sql.rows<{ readonly series_id: number; readonly state: GapState }>(SETTLE, [ids, gaps.map(({ pauseMs }) => pauseMs)]);
      const passed = new Set(rows.filter((row) => row.state === 'accepted').map((row) => row.series_id));
      const client = await sql.client();
      for (const seriesId of [...passed].sort((one, other) => one - other)) await growStretch(client, seriesId, null);
    });
  }

  async putOff(ids: readonly number[], pauseMs: number): Promise<void> {
    await withSession(this.dataSource, 'put off gaps', (sql) => putOff(sql, ids, pauseMs));
  }

  gapsOf(identity: SeriesIdentity, limit: number): Promise<CandleGap[]> {
    return withSession(this.dataSource, 'read gaps', async (sql) => {
      const rows = await sql.rows<GapRow>(
        `SELECT ${GAP_COLUMNS} FROM candle_gap gap JOIN candle_series series ON series.id = series_id
         WHERE (exchange, base, quote, candle_interval) = ($1, $2, $3, $4) AND state <> 'filled' ORDER BY from_ms LIMIT $5`,
        [identity.exchange, identity.base, identity.quote, identity.interval, limit],
      );
      return rows.map(toGap);
    });
  }

  contiguousStretch({ exchange, base, quote, interval }: SeriesIdentity): Promise<{ readonly fromMs: number; readonly toMs: number } | null> {
    return withSession(this.dataSource, 'read the watermark', async (sql) => {
      const [row] = await sql.rows<{ readonly fromMs: number; readonly toMs: number }>(
        `SELECT contiguous_from_ms::float8 AS "fromMs", contiguous_to_ms::float8 AS "toMs" FROM candle_series
         WHERE (exchange, base, quote, candle_interval) = ($1, $2, $3, $4) AND contiguous_from_ms IS NOT NULL`,
        [exchange, base, quote, interval],
      );
      return row ?? null;
    });
  }
}

/** Without waiting for those that somebody is writing: two that waited for each other would end the other's import. */
function putOff(sql: Sql, ids: readonly number[], pauseMs: number): Promise<number> {
  return sql.run(
    `UPDATE candle_gap SET next_try_at = ${after('$2::float8')}
     WHERE id IN (SELECT id FROM candle_gap WHERE id = ANY ($1::bigint[]) AND state = 'open' FOR UPDATE SKIP LOCKED)`,
    [ids, pauseMs],
  );
}

function toGap(row: GapRow): CandleGap {
  const { exchange, base, quote, candle_interval: interval } = row;
  return {
    id: row.id, identity: { exchange, base, quote, interval }, marketId: row.market_id, fromMs: row.from_ms, toMs: row.to_ms,
    state: row.state, attempts: row.attempts,
  };
}

const DUE = `FROM candle_gap gap JOIN candle_series series ON series.id = series_id
  WHERE state = 'open' AND next_try_at <= now() AND exchange = $1`;

const DUE_MARKETS = `SELECT DISTINCT market_id FROM (SELECT market_id ${DUE} ORDER BY next_try_at LIMIT $2) due`;

/** Those that wait longest first, whatever series they are of, then by series, so that neighbors come together. */
const DUE_GAPS = `SELECT * FROM (
    SELECT ${GAP_COLUMNS}, series_id ${DUE} AND market_id = ANY ($2::text[]) ORDER BY next_try_at, series_id, from_ms LIMIT $3 FOR UPDATE OF gap SKIP LOCKED
  ) due ORDER BY series_id, from_ms`;

const SETTLE = `
  UPDATE candle_gap SET attempts = attempts + 1,
    state = CASE WHEN pause_ms IS NULL THEN 'accepted' ELSE 'open' END,
    next_try_at = CASE WHEN pause_ms IS NULL THEN NULL::timestamptz ELSE ${after('pause_ms')} END,
    settled_at = CASE WHEN pause_ms IS NULL THEN now() END
  FROM unnest($1::bigint[], $2::float8[]) AS tried (id, pause_ms)
  WHERE candle_gap.id = tried.id AND state = 'open' RETURNING series_id, state`;
