import { ulid } from 'ulid';
import { AppendClosedCandles, VenueFailure, type AppendClosedCandlesParts } from '#application';
import { systemTimer } from '#platform';
import { MadeVenue } from '#testing';
import { aCandle, HANA } from '../candles/candle-fixtures.js';
import { gapsInMinutes, minute, minutesFrom, openBackfillDatabase, storedMinutes, stretchInMinutes, type BackfillDatabase } from './backfill-fixtures.js';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let database: BackfillDatabase;
let venue: MadeVenue;
let nowMs: number;
let kicks: number;
beforeAll(async () => {
  database = await openBackfillDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  nowMs = minute(10);
  kicks = 0;
  venue = new MadeVenue({ nowMs: () => nowMs });
});
afterEach(() => database.clear());

const openFollower = (parts: Partial<AppendClosedCandlesParts> = {}) =>
  new AppendClosedCandles({
    source: venue, series: database.series, backfills: database.store, clock: { nowMs: () => nowMs }, timer: systemTimer, log: silent,
    ids: { next: (prefix) => `${prefix}_${ulid()}` }, isOurs: () => true, clockOffsetMs: () => 0, onQueued: () => (kicks += 1), ...parts,
  });

/** A followed series with minutes 0 to 9 stored, at a venue that goes on. */
async function follow(base = 'HANA'): Promise<void> {
  venue.give(`${base}USDT`, minutesFrom(0, 2_000).map((n) => aCandle(n)));
  const [backfill] = await database.store.submit([{ id: `bf_${ulid()}`, identity: { ...HANA, base }, marketId: `${base}USDT`, fromMs: minute(0), toMs: minute(9), isFollowed: true, createdAtMs: nowMs }]);
  const claim = await database.store.claim(backfill!.id, 'worker', 30_000);
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  for await (const { columns } of venue.candles({ marketId: `${base}USDT`, interval: '1m', fromMs: minute(0), toMs: minute(9) })) {
    await database.store.storeStep(backfill!.id, claim.lease.epoch, { fromMs: minute(0), nextFromMs: minute(10), columns, notice: null }, 30_000);
  }
  await database.store.complete(backfill!.id, claim.lease.epoch);
  venue.pages = 0;
}

const NOTHING = { appended: 0, waiting: 0, submitted: 0, failed: 0 };
const ONE_APPENDED = { ...NOTHING, appended: 1 };

it('appends a candle two seconds after it closed, not before, as a row of the edge', async () => {
  await follow();
  const follower = openFollower();
  nowMs = minute(11) + 1_999;
  expect(await follower.look()).toEqual(NOTHING);
  expect(venue.pages).toBe(0);
  nowMs = minute(11) + 2_000;
  expect(await follower.look()).toEqual(ONE_APPENDED);
  expect(await storedMinutes(database)).toEqual(minutesFrom(0, 11));
  expect(await follower.look()).toEqual(NOTHING);
  expect(await database.query('SELECT count(*)::int AS n FROM candle_edge')).toEqual([{ n: 1 }]);
  expect(await stretchInMinutes(database)).toEqual([0, 10]);
});

it('goes by the exchange’s clock', async () => {
  await follow();
  nowMs = minute(11) - 58_000;
  // 60 s ahead of ours, so it is two seconds past the minute there.
  expect(await openFollower({ clockOffsetMs: () => 60_000 }).look()).toEqual({ ...NOTHING, waiting: 1 }); // The made venue goes by our clock.
  nowMs -= 1;
  expect(await openFollower({ clockOffsetMs: () => 60_000 }).look()).toEqual(NOTHING);
});

it('catches up with all that closed meanwhile', async () => {
  await follow();
  nowMs = minute(300) + 2_000;
  expect(await openFollower().look()).toEqual(ONE_APPENDED);
  expect(await storedMinutes(database)).toEqual(minutesFrom(0, 300));
});

it('asks again for one that is late, with growing pauses, and takes it for missing once the next has closed', async () => {
  await follow();
  venue.takeAway('HANAUSDT', [minute(10)]);
  const follower = openFollower();
  const asked: number[] = [];
  for (let second = 2; second < 60; second++) {
    nowMs = minute(11) + second * 1_000;
    const before = venue.pages;
    await follower.look();
    if (venue.pages > before) asked.push(second);
  }
  // After 1, 2, 4, 8, 16 s.
  expect(asked).toEqual([2, 3, 5, 9, 17, 33]);
  expect([await storedMinutes(database), await gapsInMinutes(database)]).toEqual([minutesFrom(0, 10), []]);
  nowMs = minute(12) + 6_000; // The pause of 32 s after the last try is over.
  await follower.look();
  expect([await storedMinutes(database), await gapsInMinutes(database)]).toEqual([[...minutesFrom(0, 10), 11], [[10, 10, 'open']]]);
});

it('gives a series that is more than a page behind one backfill, and leaves it alone while that is open', async () => {
  await follow();
  const follower = openFollower();
  nowMs = minute(600) + 2_000;
  expect(await follower.look()).toEqual({ ...NOTHING, submitted: 1 });
  for (let n = 1; n <= 3; n++) {
    nowMs += 70_000;
    await follower.look();
  }
  const open = await database.store.list({ status: 'queued' }, 10);
  expect(open).toMatchObject([{ fromMs: minute(10), toMs: minute(599), marketId: 'HANAUSDT' }]);
  expect([kicks > 0, venue.pages]).toEqual([true, 0]);
});

it('leaves markets alone that are not ours, and goes on with others where one fails', async () => {
  await follow('HANA');
  await follow('AIA');
  await follow('XAN');
  nowMs = minute(11) + 2_000;
  venue.beforePage = ({ marketId }) => {
    if (marketId === 'AIAUSDT') throw new VenueFailure('transient', 'away', { cause: null });
  };
  const follower = openFollower({ isOurs: (marketId) => marketId !== 'XANUSDT' });
  expect(await follower.look()).toEqual({ ...ONE_APPENDED, failed: 1 });
  venue.beforePage = () => undefined;
  expect(await follower.look()).toEqual(NOTHING);
  nowMs += 1_000;
  expect(await follower.look()).toEqual(ONE_APPENDED);
  expect(await Promise.all(['HANA', 'AIA', 'XAN'].map(async (base) => (await storedMinutes(database, { ...HANA, base })).length))).toEqual([11, 11, 10]);
});

it('asks for at most eight series at a time', async () => {
  for (let n = 0; n < 20; n++) await follow(`A${n}`);
  nowMs = minute(11) + 2_000;
  let [under, most] = [0, 0];
  venue.beforePage = async () => {
    under += 1;
    most = Math.max(most, under);
    await new Promise((resolve) => setImmediate(resolve));
    under -= 1;
  };
  expect(await openFollower().look()).toEqual({ ...NOTHING, appended: 20 });
  expect(most).toBe(8);
});

it('ends in the middle when it is stopped', async () => {
  await follow();
  nowMs = minute(11) + 2_000;
  const follower = openFollower();
  const asked = new Promise<void>((resolve) => {
    venue.beforePage = () => resolve();
  });
  follower.start();
  await asked;
  await follower.stop();
  expect(await follower.look()).toEqual(NOTHING);
});
