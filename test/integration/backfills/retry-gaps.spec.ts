import { RetryGaps, VenueFailure, type RetryGapsParts } from '#application';
import { systemTimer } from '#platform';
import { MadeVenue } from '#testing';
import { aCandle, HANA } from '../candles/candle-fixtures.js';
import { aClaimedBackfill, aStep, gapsInMinutes, LEASE_MS, minute, minutesFrom, openBackfillDatabase, storedMinutes, stretchInMinutes, type BackfillDatabase } from './backfill-fixtures.js';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let database: BackfillDatabase;
let venue: MadeVenue;
beforeAll(async () => {
  database = await openBackfillDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  venue = new MadeVenue({ nowMs: () => minute(100_000) });
});
afterEach(() => database.clear());

const openRetry = (parts: Partial<RetryGapsParts> = {}) => new RetryGaps({ source: venue, gaps: database.gaps, timer: systemTimer, log: silent, isOurs: () => true, ...parts });
const due = () => database.query(`UPDATE candle_gap SET next_try_at = now() - interval '1 second' WHERE state = 'open'`);

/** Minutes 0 to 29 with 5, 6 and 20 missing, of a venue that has them by now. */
async function twoGaps(): Promise<void> {
  venue.give('HANAUSDT', minutesFrom(0, 30).map((n) => aCandle(n)));
  const { id, epoch } = await aClaimedBackfill(database);
  await database.store.storeStep(id, epoch, aStep(0, 30, minutesFrom(0, 30).filter((n) => ![5, 6, 20].includes(n))), LEASE_MS);
  await database.store.cancel(id);
}

it('fills what has come meanwhile, by one request for gaps that are near each other', async () => {
  await twoGaps();
  venue.give('HANAUSDT', [aCandle(10, 11)]);
  expect(await openRetry().look()).toMatchObject({ asked: 0 });
  await due();
  expect(await openRetry().look()).toEqual({ asked: 2, accepted: 0, putOff: 0, insertedCount: 3 });
  expect(venue.pages).toBe(1);
  expect([await storedMinutes(database), await gapsInMinutes(database), await stretchInMinutes(database)]).toEqual([minutesFrom(0, 30), [], [0, 29]]);
  // What lay between the gaps was stored already, and has changed since: not compared, not corrected.
  expect(await database.query('SELECT count(*)::int AS n FROM candle_correction')).toEqual([{ n: 0 }]);
});

it('asks for the gaps of each market by themselves, though they are at the same time', async () => {
  await twoGaps();
  const aia = { ...HANA, base: 'AIA' };
  venue.give('AIAUSDT', minutesFrom(0, 30).map((n) => aCandle(n)));
  const { id, epoch } = await aClaimedBackfill(database, { identity: aia, marketId: 'AIAUSDT' });
  await database.store.storeStep(id, epoch, aStep(0, 30, minutesFrom(0, 30).filter((n) => n !== 21)), LEASE_MS);
  await due();
  expect(await openRetry().look()).toEqual({ asked: 3, accepted: 0, putOff: 0, insertedCount: 4 });
  expect([venue.pages, await gapsInMinutes(database), await gapsInMinutes(database, aia)]).toEqual([2, [], []]);
});

it('asks five times for what does not come, ever less often, then accepts it, and the watermark passes', async () => {
  await twoGaps();
  venue.takeAway('HANAUSDT', [minute(5), minute(6), minute(20)]);
  const pauses: number[] = [];
  for (let n = 0; n < 5; n++) {
    await due();
    expect(await openRetry().look()).toMatchObject({ asked: 2, accepted: n === 4 ? 2 : 0, insertedCount: 0 });
    const [row] = await database.query<{ minutes: number | null }>('SELECT extract(epoch FROM max(next_try_at) - now())::float8 / 60 AS minutes FROM candle_gap');
    pauses.push(Math.round(row?.minutes ?? 0));
    expect(await stretchInMinutes(database)).toEqual(n < 4 ? [0, 4] : [0, 29]);
  }
  // 10 minutes, 1, 6 and 24 hours; then none.
  expect(pauses).toEqual([10, 60, 360, 1_440, 0]);
  expect(await gapsInMinutes(database)).toEqual([[5, 6, 'accepted'], [20, 20, 'accepted']]);
  expect(await openRetry().look()).toMatchObject({ asked: 0 });
});

it('leaves an accepted gap as it is where a hole comes right after it', async () => {
  const { id, epoch } = await aClaimedBackfill(database);
  await database.store.storeStep(id, epoch, aStep(0, 7, minutesFrom(0, 5)), LEASE_MS);
  const [gap] = await database.gaps.gapsOf(HANA, 1);
  await database.gaps.settle([{ id: gap!.id, pauseMs: null }]);
  await database.store.storeStep(id, epoch, aStep(7, 10, [8, 9]), LEASE_MS);
  expect(await gapsInMinutes(database)).toEqual([[5, 6, 'accepted'], [7, 7, 'open']]);
});

it('counts no try that an exchange did not answer', async () => {
  await twoGaps();
  await due();
  venue.beforePage = () => {
    throw new VenueFailure('maintenance', 'away', { cause: null });
  };
  expect(await openRetry().look()).toEqual({ asked: 0, accepted: 0, putOff: 2, insertedCount: 0 });
  expect(await database.gaps.gapsOf(HANA, 10)).toMatchObject([{ attempts: 0 }, { attempts: 0 }]);
});

it('counts the answer that the market is gone', async () => {
  await twoGaps();
  await due();
  venue.delist('HANAUSDT');
  expect(await openRetry().look()).toMatchObject({ asked: 2, putOff: 0 });
});

it('leaves gaps of others’ markets to them', async () => {
  await twoGaps();
  await due();
  expect(await openRetry({ isOurs: (marketId) => marketId !== 'HANAUSDT' }).look()).toMatchObject({ asked: 0 });
});

it('asks page by page for a long gap', async () => {
  venue.give('HANAUSDT', minutesFrom(0, 2_000).map((n) => aCandle(n)));
  const { id, epoch } = await aClaimedBackfill(database, { toMs: minute(1_999) });
  await database.store.storeStep(id, epoch, aStep(0, 2_000, [0, 1_999]), LEASE_MS);
  await due();
  expect(await openRetry().look()).toMatchObject({ asked: 1, insertedCount: 1_998 });
  expect(await stretchInMinutes(database)).toEqual([0, 1_999]);
});

it('takes turns among series: those that have waited longest come first, however many others have', async () => {
  for (const base of ['FIRST', 'SECOND']) {
    const { id, epoch } = await aClaimedBackfill(database, { identity: { ...HANA, base }, marketId: `${base}USDT`, toMs: minute(1_299) });
    await database.store.storeStep(id, epoch, aStep(0, 1_300, minutesFrom(0, 650).map((n) => 2 * n)), LEASE_MS);
  }
  await due();
  await database.query(`UPDATE candle_gap SET next_try_at = now() - interval '1 hour' FROM candle_series series WHERE series_id = series.id AND base = 'SECOND'`);
  const taken = await database.gaps.takeDue('MEXC', 500, 60_000, () => true);
  expect(new Set(taken.map(({ identity }) => identity.base))).toEqual(new Set(['SECOND']));
  const next = await database.gaps.takeDue('MEXC', 500, 60_000, () => true);
  expect(next.filter(({ identity }) => identity.base === 'SECOND')).toHaveLength(150);
});

it('tells of an outage once, though each market’s failure names the market', async () => {
  for (const base of ['HANA', 'AIA']) {
    const { id, epoch } = await aClaimedBackfill(database, { identity: { ...HANA, base }, marketId: `${base}USDT` });
    await database.store.storeStep(id, epoch, aStep(0, 30, [0, 29]), LEASE_MS);
  }
  venue.beforePage = ({ marketId }) => {
    throw new VenueFailure('transient', `candles of ${marketId}: the exchange does not answer`, { cause: null });
  };
  const told: string[] = [];
  const retry = openRetry({ log: { ...silent, warn: (_fields: object, message: string) => void told.push(message) } });
  for (let n = 0; n < 3; n++) {
    await due();
    await retry.look();
  }
  expect(told).toHaveLength(1);
});

it('puts off gaps without waiting for those that somebody writes just now', async () => {
  await twoGaps();
  const [held, free] = await database.gaps.gapsOf(HANA, 10);
  const runner = database.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query('UPDATE candle_gap SET attempts = 3 WHERE id = $1', [held!.id]);
  await database.gaps.putOff([held!.id, free!.id], 86_400_000);
  await runner.commitTransaction();
  await runner.release();
  expect(await database.query(`SELECT next_try_at > now() + interval '1 hour' AS later FROM candle_gap ORDER BY from_ms`)).toEqual([{ later: false }, { later: true }]);
});
