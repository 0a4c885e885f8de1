import type { PoolClient } from 'pg';
import { prepared, SOFT_COMMIT } from '../session/sql.js';

/** `soft`: the commit need not wait for the disk, since what a crash takes back is only fetched again. */
export type Durability = 'hard' | 'soft';

/** Notes that all open times of [fromMs, nextFromMs) have been asked for and are stored or known as gaps. */
export async function markAsked(client: Pick<PoolClient, 'query'>, seriesId: number, fromMs: number, nextFromMs: number, durability: Durability): Promise<void> {
  const text = `UPDATE candle_series SET asked = asked + int8multirange(int8range($2, $3)) WHERE id = $1${durability === 'soft' ? ` RETURNING ${SOFT_COMMIT}` : ''}`;
  await client.query(prepared(text, [seriesId, fromMs, nextFromMs]));
}

/**
 * Moves both ends of the contiguous stretch as far outward as what was asked for reaches without an open gap. A series
 * that has none yet begins it at `anchorMs`, a stored candle; null: nothing begins.
 */
export async function growStretch(client: Pick<PoolClient, 'query'>, seriesId: number, anchorMs: number | null): Promise<void> {
  await client.query(prepared(GROW_STRETCH, [seriesId, anchorMs]));
}

const GROW_STRETCH = `
  UPDATE candle_series series SET contiguous_from_ms = grown.from_ms, contiguous_to_ms = grown.to_ms
  FROM (
    SELECT known.id, greatest(lower(part), (SELECT max(gap.to_ms) + interval_ms FROM candle_gap gap
                                      WHERE gap.series_id = known.id AND state = 'open' AND gap.to_ms < now_from)) AS from_ms,
           least(upper(part), (SELECT min(gap.from_ms) FROM candle_gap gap
                               WHERE gap.series_id = known.id AND state = 'open' AND gap.from_ms > now_to)) - interval_ms AS to_ms
    FROM (SELECT id, interval_ms, asked, coalesce(contiguous_from_ms, $2::bigint) AS now_from, coalesce(contiguous_to_ms, $2::bigint) AS now_to
          FROM candle_series WHERE id = $1) known, unnest(asked) AS part
    WHERE part @> now_from
  ) grown
  WHERE series.id = grown.id AND (contiguous_from_ms, contiguous_to_ms) IS DISTINCT FROM (grown.from_ms, grown.to_ms)`;
