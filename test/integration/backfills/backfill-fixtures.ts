import { ulid } from 'ulid';
import type { BackfillLease, BackfillStep, NewBackfill, QueuedJob } from '#application';
import type { Candle, SeriesIdentity } from '#domain';
import {
  createDataSource, PostgresCandleBackfillStore, PostgresCandleBackfillSweep, PostgresCandleGapStore, PostgresCandleStore, PostgresFollowedSeriesStore,
  PostgresMarketStore, PostgresOutbox, runMigrations, type BackfillJobPolicy,
} from '#persistence';
import { createTestDatabase } from '#testing';
import { aCandle, columnsOf, HANA, MINUTE_MS, START_MS } from '../candles/candle-fixtures.js';

export const JOBS: BackfillJobPolicy = { queue: 'candle-backfill', priority: 1 };
export const LEASE_MS = 30_000;
export const minute = (n: number): number => START_MS + n * MINUTE_MS;

/** A migrated database of its own with the stores on it; `close` ends it. */
export async function openBackfillDatabase() {
  const database = await createTestDatabase();
  const dataSource = await createDataSource({ url: database.url, poolSize: 8, applicationName: 'backfill-spec' }).initialize();
  await runMigrations(dataSource);
  const query = async <Row>(text: string, parameters: unknown[] = []): Promise<Row[]> => {
    const result: unknown = await dataSource.query(text, parameters);
    return (/^\s*(?:update|delete)/iu.test(text) ? (result as [Row[]])[0] : result) as Row[];
  };
  return {
    url: database.url,
    dataSource,
    candles: new PostgresCandleStore(dataSource),
    store: new PostgresCandleBackfillStore(dataSource, JOBS),
    sweep: new PostgresCandleBackfillSweep(dataSource, JOBS),
    gaps: new PostgresCandleGapStore(dataSource),
    series: new PostgresFollowedSeriesStore(dataSource),
    markets: new PostgresMarketStore(dataSource),
    outbox: new PostgresOutbox(dataSource),
    query,
    clear: () => query('TRUNCATE candle_series, candle_backfill, followed_series, market, venue_status, outbox CASCADE'),
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}

export type BackfillDatabase = Awaited<ReturnType<typeof openBackfillDatabase>>;

/** Minutes 0 to 99 of HANA. */
export function aBackfill(overrides: Partial<NewBackfill> = {}): NewBackfill {
  return {
    id: `bf_${ulid()}`, identity: HANA, marketId: 'HANAUSDT', fromMs: minute(0), toMs: minute(99), isFollowed: false, createdAtMs: Date.now(), ...overrides,
  };
}

export async function aClaimedBackfill(database: BackfillDatabase, overrides: Partial<NewBackfill> = {}): Promise<BackfillLease & { readonly id: string }> {
  const [stored] = await database.store.submit([aBackfill(overrides)]);
  const claim = await database.store.claim(stored!.id, 'worker-1', LEASE_MS);
  if (claim.kind !== 'claimed') throw new Error(`claim was ${claim.kind}`);
  return { ...claim.lease, id: stored!.id };
}

/** A step over minutes [from, next) that brought the candles of these minutes. */
export function aStep(from: number, next: number, minutes: readonly number[], change: (candle: Candle) => Candle = (candle) => candle): BackfillStep {
  return { fromMs: minute(from), nextFromMs: minute(next), columns: columnsOf(minutes.map((n) => change(aCandle(n)))), notice: null };
}

export const minutesFrom = (from: number, count: number): number[] => Array.from({ length: count }, (_none, index) => from + index);

/** The minutes whose candles are stored. */
export async function storedMinutes(database: BackfillDatabase, identity: SeriesIdentity = HANA): Promise<number[]> {
  const [loaded] = await database.candles.loadColumns([identity], { fromMs: null, toMs: null }, []);
  return Array.from(loaded!.openTimesMs, (timeMs) => (timeMs - START_MS) / MINUTE_MS);
}

export async function gapsInMinutes(database: BackfillDatabase, identity: SeriesIdentity = HANA): Promise<(readonly [number, number, string])[]> {
  const gaps = await database.gaps.gapsOf(identity, 1_000);
  return gaps.map(({ fromMs, toMs, state }) => [(fromMs - START_MS) / MINUTE_MS, (toMs - START_MS) / MINUTE_MS, state] as const);
}

/** Both ends of the contiguous stretch. */
export async function stretchInMinutes(database: BackfillDatabase, identity: SeriesIdentity = HANA): Promise<readonly [number, number] | null> {
  const stretch = await database.gaps.contiguousStretch(identity);
  return stretch === null ? null : [(stretch.fromMs - START_MS) / MINUTE_MS, (stretch.toMs - START_MS) / MINUTE_MS];
}

export const expireLease = (database: BackfillDatabase, id: string) =>
  database.query(`UPDATE candle_backfill SET lease_until = now() - interval '1 second' WHERE id = $1 AND status = 'running'`, [id]);

export async function drainOutbox(database: BackfillDatabase): Promise<QueuedJob[]> {
  const jobs: QueuedJob[] = [];
  const { failed } = await database.outbox.dispatch(1_000, async (job) => void jobs.push(job));
  if (failed > 0) throw new Error(`${failed} jobs were not delivered`);
  return jobs;
}
