import type { BackfillNotice, BackfillStatus, CandleBackfill } from '#application';
import type { CandleInterval } from '#domain';

/** What of the row its readers get; all whole numbers as floats, since the driver gives bigint as text. */
export const BACKFILL_COLUMNS = `id, status, exchange, base, quote, candle_interval, market_id, from_ms::float8 AS from_ms, to_ms::float8 AS to_ms,
  next_from_ms::float8 AS next_from_ms, inserted_count::float8 AS inserted_count, unchanged_count::float8 AS unchanged_count,
  corrected_count::float8 AS corrected_count, gap_count::float8 AS gap_count, is_followed, problem, notice, version,
  created_at, started_at, finished_at`;

export interface BackfillRow {
  readonly id: string;
  readonly status: BackfillStatus;
  readonly exchange: string;
  readonly base: string;
  readonly quote: string;
  readonly candle_interval: CandleInterval;
  readonly market_id: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly next_from_ms: number;
  readonly inserted_count: number;
  readonly unchanged_count: number;
  readonly corrected_count: number;
  readonly gap_count: number;
  readonly is_followed: boolean;
  readonly problem: BackfillNotice | null;
  readonly notice: BackfillNotice | null;
  readonly version: number;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

export function toBackfill(row: BackfillRow): CandleBackfill {
  return {
    id: row.id,
    identity: { exchange: row.exchange, base: row.base, quote: row.quote, interval: row.candle_interval },
    marketId: row.market_id,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    status: row.status,
    nextFromMs: row.next_from_ms,
    insertedCount: row.inserted_count,
    unchangedCount: row.unchanged_count,
    correctedCount: row.corrected_count,
    gapCount: row.gap_count,
    isFollowed: row.is_followed,
    problem: row.problem,
    notice: row.notice,
    createdAtMs: row.created_at.getTime(),
    startedAtMs: row.started_at?.getTime() ?? null,
    finishedAtMs: row.finished_at?.getTime() ?? null,
    version: row.version,
  };
}
