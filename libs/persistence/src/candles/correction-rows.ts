import type { PoolClient } from 'pg';
import type { Candle, CandleCorrection } from '#domain';

/** Keeps the figures that were stored, beside those that now stand, and who says so. */
export async function recordCorrections(
  client: Pick<PoolClient, 'query'>,
  seriesId: number,
  source: string,
  corrections: readonly CandleCorrection[],
): Promise<void> {
  const figures = corrections.map(({ before, after }) => [before.openTimeMs, ...figuresOf(before), ...figuresOf(after)]);
  const columns = Array.from({ length: 11 }, (_none, column) => figures.map((row) => row[column]!));
  await client.query(RECORD_CORRECTIONS, [seriesId, source, ...columns]);
}

function figuresOf({ open, high, low, close, volume }: Candle): number[] {
  return [open, high, low, close, volume];
}

const RECORD_CORRECTIONS = `INSERT INTO candle_correction
  (series_id, source, open_time_ms, old_open, old_high, old_low, old_close, old_volume,
   new_open, new_high, new_low, new_close, new_volume)
  SELECT $1, $2, * FROM unnest($3::bigint[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[],
    $9::float8[], $10::float8[], $11::float8[], $12::float8[], $13::float8[])`;
