import { createHash } from 'node:crypto';
import type { BackfillDatabase } from './backfill-fixtures.js';

interface SeriesFigures {
  readonly id: number;
  readonly interval_ms: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly candles: number;
  readonly gaps: number;
  readonly missing: number;
  readonly zeros: number;
  readonly from_ms: number | null;
  readonly to_ms: number | null;
}

interface ChunkRow {
  readonly period: number;
  readonly columns: readonly Buffer[];
  readonly sha: Buffer;
  readonly candles: number;
}

type Candles = Map<number, number>;

/**
 * What the tables say of each series, counted anew from the bytes of chunks and the rows of edges by other means than the
 * store's: differences in words, none where all is right.
 */
export async function recount(database: BackfillDatabase): Promise<string[]> {
  const wrong: string[] = [];
  for (const series of await database.query<SeriesFigures>(SERIES)) {
    const say = (words: string) => wrong.push(`series ${series.id}: ${words}`);
    const volumes = await readCandles(database, series, say);
    const counted = countOf(volumes, series.interval_ms);
    const { first, last, candles, gaps, missing, zeros } = series;
    const told = { first, last, candles, gaps, missing, zeros };
    if (JSON.stringify(told) !== JSON.stringify(counted)) say(`coverage ${JSON.stringify(told)}, counted ${JSON.stringify(counted)}`);
    await checkGaps(database, series, volumes, say);
  }
  return wrong;
}

const SERIES = `SELECT id, interval_ms::float8 AS interval_ms, first_open_ms::float8 AS first, last_open_ms::float8 AS last, candle_count::float8 AS candles,
  gap_count::float8 AS gaps, missing_count::float8 AS missing, zero_volume_count::float8 AS zeros, contiguous_from_ms::float8 AS from_ms,
  contiguous_to_ms::float8 AS to_ms FROM candle_series ORDER BY id`;

async function readCandles(database: BackfillDatabase, { id, interval_ms: intervalMs }: SeriesFigures, say: (words: string) => void): Promise<Candles> {
  const found: Candles = new Map();
  const chunks = await database.query<Omit<ChunkRow, 'columns'> & Record<string, Buffer>>(
    `SELECT period_start_ms::float8 AS period, candle_count AS candles, content_sha256 AS sha, open_times AS c0, opens AS c1, highs AS c2, lows AS c3,
            closes AS c4, volumes AS c5 FROM candle_chunk WHERE series_id = $1 ORDER BY period_start_ms`, [id]);
  let youngest = -Infinity;
  for (const chunk of chunks) {
    const columns = [0, 1, 2, 3, 4, 5].map((n) => chunk[`c${n}`]!);
    if (!createHash('sha256').update(Buffer.concat(columns)).digest().equals(chunk.sha)) say(`hash of the chunk of ${chunk.period}`);
    for (let i = 0; i < chunk.candles; i++) {
      const timeMs = columns[0]!.readDoubleLE(8 * i);
      if (timeMs <= youngest || timeMs < chunk.period || timeMs >= chunk.period + 16_384 * intervalMs || timeMs % intervalMs !== 0) say(`${timeMs} in the chunk of ${chunk.period}`);
      youngest = timeMs;
      found.set(timeMs, columns[5]!.readDoubleLE(8 * i));
    }
  }
  const edge = await database.query<{ time: number; volume: number }>('SELECT open_time_ms::float8 AS time, volume FROM candle_edge WHERE series_id = $1 ORDER BY 1', [id]);
  for (const { time, volume } of edge) {
    if (time <= youngest) say(`${time} at the edge, ${youngest} in a chunk`);
    found.set(time, volume);
  }
  return found;
}

function countOf(volumes: Candles, intervalMs: number) {
  const times = [...volumes.keys()];
  const [first, last] = [times[0] ?? null, times.at(-1) ?? null];
  const gaps = times.filter((timeMs, i) => i > 0 && timeMs - times[i - 1]! > intervalMs).length;
  const slots = first === null ? 0 : (last! - first) / intervalMs + 1;
  return { first, last, candles: times.length, gaps, missing: slots - times.length, zeros: [...volumes.values()].filter((volume) => volume === 0).length };
}

/** Each time that was asked for is a candle or lies in one gap; no gap holds a candle; the stretch holds no open gap. */
async function checkGaps(database: BackfillDatabase, series: SeriesFigures, volumes: Candles, say: (words: string) => void): Promise<void> {
  const { id, interval_ms: intervalMs, from_ms: fromMs, to_ms: toMs } = series;
  const asked = await database.query<{ from: number; next: number }>(
    'SELECT lower(part)::float8 AS "from", upper(part)::float8 AS next FROM candle_series, unnest(asked) AS part WHERE id = $1', [id]);
  const gaps = await database.query<{ from: number; to: number; state: string }>(
    `SELECT from_ms::float8 AS "from", to_ms::float8 AS "to", state FROM candle_gap WHERE series_id = $1 AND state <> 'filled'`, [id]);
  const missing = new Map<number, string>();
  for (const gap of gaps) {
    for (let timeMs = gap.from; timeMs <= gap.to; timeMs += intervalMs) {
      if (missing.has(timeMs) || volumes.has(timeMs)) say(`gap over ${timeMs}, which is ${missing.has(timeMs) ? 'in two' : 'stored'}`);
      missing.set(timeMs, gap.state);
    }
  }
  for (const { from, next } of asked) {
    for (let timeMs = from; timeMs < next; timeMs += intervalMs) if (!volumes.has(timeMs) && !missing.has(timeMs)) say(`${timeMs} was asked for, and is neither stored nor a gap`);
  }
  for (let timeMs = fromMs ?? 0; timeMs <= (toMs ?? -1); timeMs += intervalMs) if (missing.get(timeMs) === 'open') say(`the stretch passes the open gap at ${timeMs}`);
}
