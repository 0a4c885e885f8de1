import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { to as copyTo } from 'pg-copy-streams';
import type { PoolClient } from 'pg';
import type { CandleColumnName, LoadedSeries, TimeRange } from '#application';
import { firstIndexFrom, INTERVAL_MS, type SeriesIdentity } from '#domain';
import { loadEdges, type EdgeColumns } from './edge-columns.js';
import { BinaryCopyReader, type BinaryCopySink } from './binary-copy.js';
import { CANDLES_PER_CHUNK } from './packed-columns.js';
import { overlapping, overlapParameters } from './time-range.js';

const STORED_NAMES: Record<CandleColumnName, string> = {
  open: 'opens',
  high: 'highs',
  low: 'lows',
  close: 'closes',
  volume: 'volumes',
};

/** A series to be loaded, with room for every candle of the chunks that the range touches, and of its recent edge. */
interface Room {
  readonly times: Float64Array;
  readonly values: readonly Float64Array[];
  readonly intervalMs: number;
  filledCount: number;
}

export interface StoredSeries {
  readonly id: number;
  readonly identity: SeriesIdentity;
}

/**
 * Loads columns over a connection that holds one snapshot (repeatable read). Candles are copied once, from the socket's
 * chunk into shared memory of the right size; whole chunks are loaded, the recent edge behind them, and the range is a view.
 */
export async function loadColumns(
  client: PoolClient,
  series: readonly StoredSeries[],
  range: TimeRange,
  names: readonly CandleColumnName[],
): Promise<LoadedSeries[]> {
  return load(client, series, range, names, await loadEdges(client, series.map(({ id }) => id), range, names));
}

/** The same of what is in chunks alone. */
export function loadChunkColumns(
  client: PoolClient,
  series: readonly StoredSeries[],
  range: TimeRange,
  names: readonly CandleColumnName[],
): Promise<LoadedSeries[]> {
  return load(client, series, range, names, new Map());
}

async function load(
  client: PoolClient,
  series: readonly StoredSeries[],
  range: TimeRange,
  names: readonly CandleColumnName[],
  edges: ReadonlyMap<number, EdgeColumns>,
): Promise<LoadedSeries[]> {
  const counts = await chunkCounts(client, series, range);
  const rooms = makeRooms(series, counts, edges, names.length);
  await copyChunks(client, [...counts.keys()], range, names, new ChunkSink(rooms));
  for (const [id, edge] of edges) appendEdge(rooms.get(id)!, edge);
  return series.map(({ id, identity }) => viewOf(identity, rooms.get(id), range, names));
}

async function chunkCounts(client: PoolClient, series: readonly StoredSeries[], range: TimeRange): Promise<Map<number, number>> {
  const counts = await client.query<{ series_id: number; candle_count: string }>(
    `SELECT series_id, sum(candle_count) AS candle_count FROM candle_chunk
      WHERE series_id = ANY($3::int[]) AND ${overlapping('$1', '$2')} GROUP BY series_id`,
    [...overlapParameters(range), series.map(({ id }) => id)],
  );
  return new Map(counts.rows.map((row) => [row.series_id, Number(row.candle_count)]));
}

function makeRooms(
  series: readonly StoredSeries[],
  counts: ReadonlyMap<number, number>,
  edges: ReadonlyMap<number, EdgeColumns>,
  valueCount: number,
): Map<number, Room> {
  const rooms = new Map<number, Room>();
  for (const { id, identity } of series) {
    const count = (counts.get(id) ?? 0) + (edges.get(id)?.openTimesMs.length ?? 0);
    if (count === 0) continue;
    const values = Array.from({ length: valueCount }, () => sharedColumn(count));
    rooms.set(id, { times: sharedColumn(count), values, intervalMs: INTERVAL_MS[identity.interval], filledCount: 0 });
  }
  return rooms;
}

function appendEdge(room: Room, { openTimesMs, values }: EdgeColumns): void {
  room.times.set(openTimesMs, room.filledCount);
  for (const [index, column] of values.entries()) room.values[index]!.set(column, room.filledCount);
  room.filledCount += openTimesMs.length;
}

function sharedColumn(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}

async function copyChunks(
  client: PoolClient,
  seriesIds: readonly number[],
  range: TimeRange,
  names: readonly CandleColumnName[],
  sink: ChunkSink,
): Promise<void> {
  if (seriesIds.length === 0) return;
  const [fromMs, toMs] = overlapParameters(range);
  // COPY takes no parameters; everything here is a number of ours or a name from the table above. Open times of a chunk
  // without gaps follow from its first one, so they stay where they are.
  const sql = `COPY (SELECT series_id, candle_count, first_open_ms::float8,
      CASE WHEN gap_count > 0 THEN open_times END${names.map((name) => `, ${STORED_NAMES[name]}`).join('')}
      FROM candle_chunk WHERE series_id IN (${seriesIds.join(',')}) AND ${overlapping(`${fromMs}`, `${toMs}`)}
      ORDER BY series_id, period_start_ms) TO STDOUT (FORMAT binary)`;
  await drain(client.query(copyTo(sql)), new BinaryCopyReader(sink));
}

/**
 * Reads to the end even where the reader gives up, because a connection in the middle of a COPY is of no use to anybody.
 * By events: a promise for each of the thousands of chunks would cost a tenth of the time.
 */
async function drain(stream: Readable, reader: BinaryCopyReader): Promise<void> {
  let failure: unknown = null;
  stream.on('data', (chunk: Uint8Array) => {
    if (failure !== null) return;
    try {
      reader.push(chunk);
    } catch (error) {
      failure = error;
    }
  });
  await finished(stream);
  if (failure !== null) throw failure;
  reader.end();
}

const [SERIES_ID, CANDLE_COUNT, FIRST_OPEN, OPEN_TIMES, FIRST_VALUE] = [0, 1, 2, 3, 4] as const;

/** Knows the fields of the COPY above: three numbers, then the open times where needed, then the columns asked for. */
class ChunkSink implements BinaryCopySink {
  private readonly header = new DataView(new ArrayBuffer(16));
  private readonly seriesId = new Uint8Array(this.header.buffer, 0, 4);
  private readonly candleCount = new Uint8Array(this.header.buffer, 4, 4);
  private readonly firstOpen = new Uint8Array(this.header.buffer, 8, 8);

  private staged: Float64Array = new Float64Array(CANDLES_PER_CHUNK);

  constructor(private readonly rooms: ReadonlyMap<number, Room>) {}

  target(field: number, byteLength: number): Uint8Array {
    if (field === SERIES_ID) return this.seriesId;
    if (field === CANDLE_COUNT) return this.candleCount;
    if (field === FIRST_OPEN) return this.firstOpen;
    const count = byteLength / Float64Array.BYTES_PER_ELEMENT;
    if (count > this.staged.length) this.staged = new Float64Array(count);
    return new Uint8Array(this.staged.buffer, 0, byteLength);
  }

  /**
   * Into shared memory V8 copies word by word where both sides are aligned, and else byte by byte, four times as slow. The
   * socket's chunks are never aligned, so each value is put together in a place that is, and stays in the cache.
   */
  endField(field: number): void {
    if (field < OPEN_TIMES) return;
    const { times, values, filledCount } = this.room();
    const column = field === OPEN_TIMES ? times : values[field - FIRST_VALUE]!;
    column.set(this.staged.subarray(0, this.header.getInt32(4)), filledCount);
  }

  missing(field: number): void {
    if (field !== OPEN_TIMES) throw new Error(`field ${field} of a candle chunk is NULL`);
    const { times, intervalMs, filledCount } = this.room();
    const [count, firstOpenMs] = [this.header.getInt32(4), this.header.getFloat64(8)];
    for (let i = 0; i < count; i++) times[filledCount + i] = firstOpenMs + i * intervalMs;
  }

  endRow(): void {
    this.room().filledCount += this.header.getInt32(4);
  }

  private room(): Room {
    const room = this.rooms.get(this.header.getInt32(0));
    if (room === undefined) throw new Error(`chunk of series ${this.header.getInt32(0)}, which was not asked for`);
    return room;
  }
}

function viewOf(
  identity: SeriesIdentity,
  room: Room | undefined,
  range: TimeRange,
  names: readonly CandleColumnName[],
): LoadedSeries {
  const times = room?.times ?? sharedColumn(0);
  if (room !== undefined && room.filledCount !== times.length) {
    throw new Error(`expected ${times.length} candles of one snapshot, got ${room.filledCount}`);
  }
  const start = range.fromMs === null ? 0 : firstIndexFrom(times, range.fromMs);
  const end = range.toMs === null ? times.length : firstIndexFrom(times, range.toMs + 1);
  const columns = names.map((name, index) => [name, (room?.values[index] ?? sharedColumn(0)).subarray(start, end)] as const);
  return { identity, openTimesMs: times.subarray(start, end), columns: Object.fromEntries(columns) };
}
