import { ulid } from 'ulid';
import { AppendClosedCandles, VenueFailure, type AppendClosedCandlesParts } from '#application';
import { systemTimer } from '#platform';
import { MadeVenue } from '#testing';
import { aCandle, batchesOf, columnsOf, HANA } from '../candles/candle-fixtures.js';
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

it('leaves no hole before candles that a file brought: what lies between was never asked for', async () => {
  await follow();
  await database.candles.upsertCandles(HANA, batchesOf(minutesFrom(20, 10).map((n) => aCandle(n))), 'file.csv');
  nowMs = minute(31) + 2_000;
  expect(await openFollower().look()).toEqual(ONE_APPENDED);
  expect([await storedMinutes(database), await stretchInMinutes(database)]).toEqual([minutesFrom(0, 31), [0, 30]]);
});

it('waits until the exchange’s clock is known, whatever ours says', async () => {
  await follow();
  nowMs = minute(2_000);
  expect(await openFollower({ clockOffsetMs: () => null }).look()).toEqual(NOTHING);
  expect(await database.store.list({ status: 'queued' }, 10)).toEqual([]);
});

it('tells of an outage once, and not once for each series and try', async () => {
  for (const base of ['HANA', 'AIA', 'XAN']) await follow(base);
  venue.beforePage = ({ marketId }) => {
    throw new VenueFailure('transient', `candles of ${marketId}: the exchange does not answer`, { cause: null });
  };
  const told: string[] = [];
  const follower = openFollower({ log: { ...silent, warn: (_fields: object, message: string) => void told.push(message) } });
  for (let second = 2; second < 300; second++) {
    nowMs = minute(11) + second * 1_000;
    await follower.look();
  }
  expect(told).toHaveLength(1);
});

const relist = (isListed: boolean) =>
  database.query(
    `INSERT INTO market VALUES ('MEXC', 'HANAUSDT', 'HANA', 'USDT', '{}', '{"kind": "tradable"}', $1, 0, 0)
     ON CONFLICT (venue, market_id) DO UPDATE SET is_listed = EXCLUDED.is_listed`,
    [isListed],
  );

/** Looks every ten seconds; the seconds at which the exchange was asked, and what the log got. */
async function watch(hours: number) {
  const [asked, told]: [number[], object[]] = [[], []];
  const follower = openFollower({ log: { ...silent, warn: (fields: object) => void told.push(fields) } });
  for (let second = 0; second < hours * 3_600; second += 10) {
    nowMs = minute(11) + 2_000 + second * 1_000;
    let requests = 0;
    venue.beforePage = () => void (requests += 1);
    await follower.look();
    if (requests > 0) asked.push(second);
  }
  return { asked, told, follower };
}

describe('a market that is gone', () => {
  it.each([
    ['answers so', async () => venue.delist('HANAUSDT')],
    ['lists it no longer, though it answers', () => relist(false).then(() => venue.takeAway('HANAUSDT', minutesFrom(10, 2_000).map(minute)))],
  ])('because the exchange %s is asked about less and less often, up to hourly, and that is told once', async (_name, goes) => {
    await follow();
    await goes();
    const { asked, told } = await watch(14);
    const pauses = asked.map((second, i) => second - (asked[i - 1] ?? second));
    // Doubled from 1 s on, seen each 10 s: twelve tries within 4,095 s, then one an hour: 14 h − 4,095 s has 12 of them.
    expect(asked.length).toBeLessThanOrEqual(26);
    expect(pauses.slice(-10)).toEqual(Array.from({ length: 10 }, () => 3_600));
    expect(told).toMatchObject([{ event: 'followed-market-gone', marketId: 'HANAUSDT' }]);
    // Fourteen hours of minutes are more than a page: a backfill would fail time and again.
    expect(await database.store.list({}, 10)).toHaveLength(1);
  }, 60_000);

  it('is asked about at once when it is listed again, and catches up', async () => {
    await follow();
    await relist(false);
    const { follower } = await watch(2);
    venue.beforePage = () => undefined;
    await relist(true);
    nowMs += 10_000; // The list of series is read anew.
    expect(await follower.look()).toEqual(ONE_APPENDED);
    expect(await database.series.followed('MEXC')).toMatchObject([{ isListed: true, nextFromMs: minute(131) }]);
  }, 60_000);
});

const openFollowed = (isFollowed: boolean) => database.store.submit([{ id: `bf_${ulid()}`, identity: HANA, marketId: 'HANAUSDT', fromMs: minute(0), toMs: minute(20), isFollowed, createdAtMs: nowMs }]);

describe('stop', () => {
  it('ends it for this series alone, and what is stored stays', async () => {
    await follow('HANA');
    await follow('AIA');
    expect(await database.series.stop(HANA)).toBe(true);
    expect(await database.series.stop(HANA)).toBe(false);
    nowMs = minute(11) + 2_000;
    expect(await openFollower().look()).toEqual(ONE_APPENDED);
    expect(await storedMinutes(database)).toEqual(minutesFrom(0, 10));
  });

  it('holds though a backfill that would follow is under way', async () => {
    await follow();
    const [open] = await openFollowed(true);
    const claim = await database.store.claim(open!.id, 'worker', 30_000);
    if (claim.kind !== 'claimed') throw new Error(claim.kind);
    expect(await database.series.stop(HANA)).toBe(true);
    const columns = columnsOf(minutesFrom(0, 21).map((n) => aCandle(n)));
    await database.store.storeStep(open!.id, claim.lease.epoch, { fromMs: minute(0), nextFromMs: minute(21), columns, notice: null }, 30_000);
    expect(await database.store.complete(open!.id, claim.lease.epoch)).toBe(true);
    expect(await database.series.followed('MEXC')).toEqual([]);
  });

  it('holds though a follower that has not heard of it yet makes a backfill', async () => {
    await follow();
    nowMs = minute(600) + 2_000;
    let isOurs = false;
    const follower = openFollower({ isOurs: () => isOurs });
    await follower.look(); // Reads the list of series, which it keeps for ten seconds.
    await database.series.stop(HANA);
    isOurs = true;
    expect(await follower.look()).toEqual({ ...NOTHING, submitted: 1 });
    expect(await database.store.list({ status: 'queued' }, 10)).toMatchObject([{ isFollowed: false }]);
  });

  it('cancels one whose range is fetched without following as well', async () => {
    const [[following], [plain]] = [await openFollowed(true), await openFollowed(false)];
    expect(await database.series.stop(HANA)).toBe(true);
    expect([(await database.store.find(following!.id))?.status, (await database.store.find(plain!.id))?.status]).toEqual(['canceled', 'queued']);
  });
});
