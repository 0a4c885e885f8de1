import { ulid } from 'ulid';
import { AppendClosedCandles, BackfillCandles, RetryGaps, StoreFailure } from '#application';
import type { DataSource } from 'typeorm';
import { createDataSource, PostgresCandleBackfillStore, PostgresCandleGapStore, PostgresCandleStore, PostgresFollowedSeriesStore } from '#persistence';
import { systemTimer } from '#platform';
import { MadeVenue } from '#testing';
import { aCandle, batchesOf, HANA } from '../candles/candle-fixtures.js';
import { aBackfill, JOBS, minute, minutesFrom, openBackfillDatabase, storedMinutes, type BackfillDatabase } from './backfill-fixtures.js';
import { recount } from './recount.js';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const MINUTES = 18_000; // Over the end of a chunk, which lies at 13,120.
const STORM_MS = 2_500;
const SEED = 7;

const isCut = (error: unknown): boolean => error instanceof StoreFailure && error.kind === 'unavailable';

let database: BackfillDatabase;
let other: DataSource;
beforeAll(async () => {
  database = await openBackfillDatabase();
  other = await createDataSource({ url: database.url, poolSize: 8, applicationName: 'other-ingestor' }).initialize();
});
afterAll(async () => {
  await other.destroy();
  await database.close();
});

/** Park and Miller's generator: the same storm for the same seed, as far as the machine's own timing lets it. */
function chances(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

it('backfills that overlap, imports, appends, gaps asked for again and connections that are cut leave what a recount finds', async () => {
  const pick = chances(SEED);
  let nowMs = minute(MINUTES - 600);
  const venue = new MadeVenue({ nowMs: () => nowMs, pageRows: 500 });
  venue.give('HANAUSDT', minutesFrom(0, MINUTES).filter((n) => n % 97 > 2).map((n) => aCandle(n, 10, n % 5)));
  const stores = [database.dataSource, other].map((dataSource) => ({
    backfills: new PostgresCandleBackfillStore(dataSource, JOBS), gaps: new PostgresCandleGapStore(dataSource), series: new PostgresFollowedSeriesStore(dataSource),
    candles: new PostgresCandleStore(dataSource),
  }));
  const endMs = Date.now() + STORM_MS;
  const unforeseen: unknown[] = [];
  const until = async (work: () => Promise<void>) => {
    while (Date.now() < endMs) await work().catch((error: unknown) => {
      if (!isCut(error)) unforeseen.push(error);
    });
  };
  const ids: string[] = [];
  const backfiller = async (store: PostgresCandleBackfillStore, workerId: string) => {
    const worker = new BackfillCandles({ store, source: venue, clock: { nowMs: () => Date.now() }, timer: systemTimer, log: silent, workerId, leaseMs: 300 });
    await until(async () => {
      const from = pick(MINUTES - 700);
      const range = { fromMs: minute(from), toMs: minute(Math.min(MINUTES - 560, from + pick(2_500))) };
      const queued = pick(2) === 0 ? await store.list({ status: 'queued' }, 20) : [];
      const id = queued[pick(Math.max(1, queued.length))]?.id ?? (await store.submit([aBackfill({ ...range, isFollowed: pick(2) === 0 })]))[0]!.id;
      ids.push(id);
      const look = await worker.look(id, { shutdown: new AbortController().signal });
      if (look.kind === 'failed') unforeseen.push(look.problem);
    });
  };
  await Promise.all([
    backfiller(stores[0]!.backfills, 'one'), backfiller(stores[0]!.backfills, 'two'), backfiller(stores[1]!.backfills, 'three'),
    until(async () => {
      const closed = Math.floor((nowMs - minute(0)) / 60_000) - 1;
      const from = pick(2) === 0 ? closed - pick(400) : pick(closed);
      await stores[1]!.candles.upsertCandles(HANA, batchesOf(...[0, 1, 2].map((part) => minutesFrom(from + part * 200, 150).filter((n) => n <= closed).map((n) => aCandle(n, 10 + pick(2), n % 5)))), 'file.csv');
    }),
    ...stores.map(({ series, backfills }) => {
      const follower = new AppendClosedCandles({ source: venue, series, backfills, clock: { nowMs: () => nowMs }, timer: systemTimer, log: silent, ids: { next: (prefix) => `${prefix}_${ulid()}` }, isOurs: () => true, clockOffsetMs: () => 0, onQueued: () => undefined });
      return until(async () => {
        nowMs = Math.min(minute(MINUTES - 1), nowMs + 300_000);
        await follower.look();
        await new Promise((resolve) => setTimeout(resolve, 10));
      });
    }),
    ...stores.map(({ gaps }) => {
      const retry = new RetryGaps({ source: venue, gaps, timer: systemTimer, log: silent, isOurs: () => true });
      return until(async () => {
        venue.give('HANAUSDT', [aCandle(pick(MINUTES), 10, 1), aCandle(97 * pick(150) + pick(3), 10, 1)]);
        await database.query(`UPDATE candle_gap SET next_try_at = now() - interval '1 second' WHERE state = 'open' AND id % 7 = ${pick(7)}`);
        await retry.look();
        await new Promise((resolve) => setTimeout(resolve, 30));
      });
    }),
    until(async () => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      await database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'other-ingestor' AND state <> 'idle' ORDER BY random() LIMIT 1`);
    }),
    until(async () => {
      await new Promise((resolve) => setTimeout(resolve, 70));
      await database.query(`UPDATE candle_backfill SET lease_until = now() - interval '1 second' WHERE status = 'running' AND id = $1`, [ids[pick(Math.max(1, ids.length))] ?? '']);
    }),
  ]);
  expect([unforeseen, await recount(database)]).toEqual([[], []]);
  expect((await storedMinutes(database)).length).toBeGreaterThan(1_000);
}, 120_000);
