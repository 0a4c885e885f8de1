import type { PoolClient } from 'pg';
import type { SeriesCoverage, SeriesFilter } from '#application';
import { INTERVAL_MS, parseSeriesIdentity, type Coverage, type SeriesIdentity } from '#domain';
import { prepared } from '../session/sql.js';

/** A row of `candle_series` as pg returns it: bigint comes as text. */
export interface SeriesRow {
  readonly id: number;
  readonly exchange: string;
  readonly base: string;
  readonly quote: string;
  readonly candle_interval: string;
  readonly first_open_ms: string;
  readonly last_open_ms: string;
  readonly candle_count: string;
  readonly gap_count: string;
  readonly missing_count: string;
  readonly zero_volume_count: string;
  readonly updated_at: Date;
}

export const SERIES_COLUMNS = `id, exchange, base, quote, candle_interval, first_open_ms, last_open_ms,
  candle_count, gap_count, missing_count, zero_volume_count, updated_at`;

export function coverageFromRow(row: SeriesRow): SeriesCoverage {
  return {
    identity: identityFromRow(row),
    firstOpenMs: Number(row.first_open_ms),
    lastOpenMs: Number(row.last_open_ms),
    candleCount: Number(row.candle_count),
    gapCount: Number(row.gap_count),
    missingCount: Number(row.missing_count),
    zeroVolumeCount: Number(row.zero_volume_count),
    updatedAtMs: row.updated_at.getTime(),
  };
}

function identityFromRow(row: SeriesRow): SeriesIdentity {
  const parsed = parseSeriesIdentity({ exchange: row.exchange, base: row.base, quote: row.quote, interval: row.candle_interval });
  if (parsed.kind === 'invalid') throw new Error(`candle_series ${row.id}: ${parsed.faults[0]!.field} ${parsed.faults[0]!.rule}`);
  return parsed.identity;
}

/** The WHERE of a filter, all given parts to be met, with its parameters. */
export function whereOf(filter: SeriesFilter): { readonly sql: string; readonly parameters: string[] } {
  const columns = { exchange: 'exchange', base: 'base', quote: 'quote', interval: 'candle_interval' } as const;
  const conditions = ['candle_count > 0'];
  const parameters: string[] = [];
  for (const [field, column] of Object.entries(columns)) {
    const value = filter[field as keyof SeriesFilter];
    if (value === undefined) continue;
    parameters.push(value);
    conditions.push(`${column} = $${parameters.length}`);
  }
  return { sql: conditions.join(' AND '), parameters };
}

/** The wanted series, by the parameters that `placesOf` gives, each with its place from one. */
export const WANTED_SERIES = `unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
  AS wanted (w_exchange, w_base, w_quote, w_interval, place)`;
export const IS_WANTED = '(exchange, base, quote, candle_interval) = (w_exchange, w_base, w_quote, w_interval)';
export const FIND_SERIES = `SELECT wanted.place, ${SERIES_COLUMNS} FROM candle_series JOIN ${WANTED_SERIES} ON ${IS_WANTED} WHERE candle_count > 0`;

export const placesOf = (identities: readonly SeriesIdentity[]): string[][] =>
  (['exchange', 'base', 'quote', 'interval'] as const).map((part) => identities.map((identity) => identity[part]));

export interface PlacedSeriesRow extends SeriesRow {
  readonly place: string;
}

/** In the order of `identities`; null for a series of which nothing is stored. */
export function inPlaces(identities: readonly SeriesIdentity[], found: readonly PlacedSeriesRow[]): (SeriesRow | null)[] {
  const rows: (SeriesRow | null)[] = identities.map(() => null);
  for (const row of found) rows[Number(row.place) - 1] = row;
  return rows;
}

export async function findSeries(client: Pick<PoolClient, 'query'>, identities: readonly SeriesIdentity[]): Promise<(SeriesRow | null)[]> {
  const { rows } = await client.query<PlacedSeriesRow>(FIND_SERIES, placesOf(identities));
  return inPlaces(identities, rows);
}

/** A series whose row is held. */
export interface LockedSeries {
  readonly id: number;
  readonly identity: SeriesIdentity;
  /** Null while it has no candle. */
  readonly coverage: Coverage | null;
}

/** Makes sure that the series has a row, and holds that row until the transaction ends: writers of one series queue here. */
export async function lockSeries(client: Pick<PoolClient, 'query'>, identity: SeriesIdentity): Promise<LockedSeries> {
  // Looked for first: an insert that comes to nothing would still take a number of the ids, once for every candle appended.
  return (await lockKnown(client, identity)) ?? (await lockNew(client, identity));
}

async function lockNew(client: Pick<PoolClient, 'query'>, identity: SeriesIdentity): Promise<LockedSeries> {
  await client.query(
    `INSERT INTO candle_series (exchange, base, quote, candle_interval, interval_ms) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING`,
    [...keyOf(identity), INTERVAL_MS[identity.interval]],
  );
  const locked = await lockKnown(client, identity);
  if (locked === null) throw new Error(`candle_series has no ${keyOf(identity).join(' ')} just after it was inserted`);
  return locked;
}

async function lockKnown(client: Pick<PoolClient, 'query'>, identity: SeriesIdentity): Promise<LockedSeries | null> {
  const { rows } = await client.query<SeriesRow>(
    prepared(`SELECT ${SERIES_COLUMNS} FROM candle_series WHERE (exchange, base, quote, candle_interval) = ($1, $2, $3, $4) FOR UPDATE`, keyOf(identity)),
  );
  const [row] = rows;
  if (row === undefined) return null;
  return { id: row.id, identity, coverage: Number(row.candle_count) === 0 ? null : coverageFromRow(row) };
}

const keyOf = ({ exchange, base, quote, interval }: SeriesIdentity): string[] => [exchange, base, quote, interval];

export async function storeCoverage(client: Pick<PoolClient, 'query'>, seriesId: number, coverage: Coverage): Promise<void> {
  await client.query(
    `UPDATE candle_series SET first_open_ms = $2, last_open_ms = $3, candle_count = $4, gap_count = $5,
            missing_count = $6, zero_volume_count = $7, updated_at = now() WHERE id = $1`,
    [
      seriesId,
      coverage.firstOpenMs,
      coverage.lastOpenMs,
      coverage.candleCount,
      coverage.gapCount,
      coverage.missingCount,
      coverage.zeroVolumeCount,
    ],
  );
}
