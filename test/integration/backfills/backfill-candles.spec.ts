import { BackfillCandles, StoreFailure, VenueFailure, type CandleBackfillStore, type NewBackfill, type VenueFailureKind } from '#application';
import type { Candle } from '#domain';
import { systemTimer } from '#platform';
import { MadeVenue } from '#testing';
import { aCandle, batchesOf, HANA } from '../candles/candle-fixtures.js';
import {
  aBackfill, drainOutbox, expireLease, gapsInMinutes, minute, minutesFrom, openBackfillDatabase, storedMinutes, stretchInMinutes, type BackfillDatabase,
} from './backfill-fixtures.js';

const MARKET = 'HANAUSDT';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let database: BackfillDatabase;
let venue: MadeVenue;
/** Far behind all candles: everything is closed. */
let nowMs = minute(100_000);
beforeAll(async () => {
  database = await openBackfillDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  nowMs = minute(100_000);
  venue = new MadeVenue({ nowMs: () => nowMs, pageRows: 10 });
  venue.give(MARKET, minutesFrom(0, 100).map((n) => aCandle(n, 10 + (n % 7))));
});
afterEach(() => database.clear());

/** A clock that runs so fast that every second page ends a step. */
const fastClock = { nowMs: () => (nowMs += 1_000) };
/** One that will never again be heard of does not say that it is still there either. */
const deadTimer = { ...systemTimer, every: () => () => undefined };
const openHasty = (workerId: string, store: CandleBackfillStore = database.store) =>
  new BackfillCandles({ store, source: venue, clock: fastClock, timer: deadTimer, log: silent, workerId, leaseMs: 30_000 });
const openWorker = (workerId = 'worker-1', store: CandleBackfillStore = database.store) =>
  new BackfillCandles({ store, source: venue, clock: { nowMs: () => nowMs }, timer: systemTimer, log: silent, workerId, leaseMs: 30_000 });
const never = () => new AbortController().signal;
const look = (id: string, worker = openWorker()) => worker.look(id, { shutdown: never() });

async function submitted(overrides: Partial<NewBackfill> = {}): Promise<string> {
  const [stored] = await database.store.submit([aBackfill(overrides)]);
  return stored!.id;
}

const failing = (kind: VenueFailureKind, details: { readonly retryAfterMs?: number } = {}) => {
  throw new VenueFailure(kind, `the exchange is ${kind}`, { cause: null, ...details });
};
const find = (id: string) => database.store.find(id);
async function candles(): Promise<Candle[]> {
  const [loaded] = await database.candles.loadColumns([HANA], { fromMs: null, toMs: null }, ['open', 'high', 'low', 'close', 'volume']);
  const { open, high, low, close, volume } = loaded!.columns;
  return Array.from(loaded!.openTimesMs, (openTimeMs, i) => ({ openTimeMs, open: open![i]!, high: high![i]!, low: low![i]!, close: close![i]!, volume: volume![i]! }));
}

describe('a look at a backfill', () => {
  it('fetches the range and nothing else, zero-volume bars included, and tells how far it came', async () => {
    venue.give(MARKET, [aCandle(7, 10, 0)]);
    const id = await submitted({ fromMs: minute(5), toMs: minute(94) });
    const told: number[] = [];
    expect(await openWorker().look(id, { shutdown: never(), onProgress: (fraction) => told.push(fraction) })).toEqual({ kind: 'completed' });
    expect(await storedMinutes(database)).toEqual(minutesFrom(5, 90));
    expect(await find(id)).toMatchObject({ status: 'completed', insertedCount: 90, gapCount: 0, problem: null, notice: null });
    expect(await database.candles.coverage({})).toMatchObject([{ candleCount: 90, gapCount: 0, zeroVolumeCount: 1 }]);
    expect(told.at(-1)).toBe(1);
  });

  it('does nothing where there is nothing to do, and waits where another has it', async () => {
    const id = await submitted();
    await database.store.claim(id, 'other', 30_000);
    expect(await look(id)).toEqual({ kind: 'held', untilMs: expect.any(Number) });
    await database.store.cancel(id);
    expect(await look(id)).toEqual({ kind: 'nothing-to-do' });
    expect(await look('bf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V')).toEqual({ kind: 'nothing-to-do' });
    expect(venue.pages).toBe(0);
  });

  it('keeps what is stored, records what differs, and counts both', async () => {
    await database.candles.upsertCandles(HANA, batchesOf([aCandle(0, 10), aCandle(1, 99)]), 'file.csv');
    const id = await submitted({ toMs: minute(9) });
    await look(id);
    expect(await find(id)).toMatchObject({ insertedCount: 8, unchangedCount: 1, correctedCount: 1 });
    const again = await submitted({ toMs: minute(9) });
    await look(again);
    expect(await find(again)).toMatchObject({ insertedCount: 0, unchangedCount: 10, correctedCount: 0 });
    expect(await database.query('SELECT count(*)::int AS n FROM candle_correction')).toEqual([{ n: 1 }]);
  });

  it('notes missing candles as gaps, at the end too, and stops the watermark there', async () => {
    venue.takeAway(MARKET, [20, 21, 22, 99].map(minute));
    const id = await submitted();
    expect(await look(id)).toEqual({ kind: 'completed' });
    expect(await gapsInMinutes(database)).toEqual([[20, 22, 'open'], [99, 99, 'open']]);
    expect(await find(id)).toMatchObject({ gapCount: 2 });
    expect(await stretchInMinutes(database)).toEqual([0, 19]);
  });
});

describe('a range before the listing', () => {
  it('fails and names the first candle where it lies wholly before', async () => {
    const id = await submitted({ fromMs: minute(-50), toMs: minute(-1) });
    expect(await look(id)).toMatchObject({ kind: 'failed', problem: { code: 'before-listing', detail: expect.stringContaining('begins at 2024-01-01T00:00Z') } });
    expect(await storedMinutes(database)).toEqual([]);
  });

  it('begins at the listing where it lies partly before, and says so; nothing before it is a gap', async () => {
    const id = await submitted({ fromMs: minute(-50), toMs: minute(9) });
    expect(await look(id)).toEqual({ kind: 'completed' });
    expect(await find(id)).toMatchObject({ status: 'completed', insertedCount: 10, gapCount: 0, notice: { code: 'begins-at-listing', detail: expect.stringContaining('begins at 2024-01-01T00:00Z instead of 2023-12-31T23:10Z') } });
    expect(await stretchInMinutes(database)).toEqual([0, 9]);
  });

  it('fails where the market has no candle at all', async () => {
    venue.give('NEWUSDT', []);
    const id = await submitted({ marketId: 'NEWUSDT' });
    expect(await look(id)).toMatchObject({ kind: 'failed', problem: { code: 'no-candles' } });
  });
});

describe('an exchange that', () => {
  it.each(['transient', 'rate-limited', 'banned', 'maintenance', 'clock-skew', 'auth', 'permission', 'wrong-host'] as const)(
    'fails in the middle (%s) is waited for, what came before stands, and the end is gapless',
    async (kind) => {
      const id = await submitted();
      venue.beforePage = ({ fromMs }) => (fromMs >= minute(30) ? failing(kind) : undefined);
      expect(await look(id)).toMatchObject({ kind: 'postponed', delayMs: 1_000, problem: { detail: expect.stringContaining('so since') } });
      expect(await find(id)).toMatchObject({ status: 'queued', nextFromMs: minute(30), insertedCount: 30, problem: { detail: expect.stringContaining(kind) } });
      venue.beforePage = () => undefined;
      expect(await look(id)).toEqual({ kind: 'completed' });
      expect(await storedMinutes(database)).toEqual(minutesFrom(0, 100));
      expect(await find(id)).toMatchObject({ insertedCount: 100, unchangedCount: 0, correctedCount: 0, gapCount: 0, problem: null });
    },
  );

  it('is away for hours is asked less and less often, a minute apart at the most, and never given up', async () => {
    const id = await submitted();
    venue.beforePage = () => failing('transient');
    const delays: number[] = [];
    for (let n = 0; n < 9; n++) {
      const outcome = await look(id);
      if (outcome.kind === 'postponed') delays.push(outcome.delayMs);
    }
    // 1 s, doubled by each failed look, up to 60 s.
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000));
    venue.beforePage = () => undefined;
    expect(await look(id)).toEqual({ kind: 'completed' });
  });

  it('says how long to wait is given that long, within reason', async () => {
    const id = await submitted();
    venue.beforePage = () => failing('rate-limited', { retryAfterMs: 90_000 });
    expect(await look(id)).toMatchObject({ kind: 'postponed', delayMs: 90_000 });
    venue.beforePage = () => failing('banned', { retryAfterMs: 86_400_000 });
    expect(await look(id)).toMatchObject({ kind: 'postponed', delayMs: 600_000 });
  });

  it('answers what no schema takes is believed at the eleventh time in a row, and what it said is named', async () => {
    const id = await submitted();
    venue.beforePage = () => failing('transient');
    await look(id);
    venue.beforePage = () => failing('malformed-response');
    for (let n = 1; n <= 10; n++) expect((await look(id)).kind).toBe('postponed');
    expect(await look(id)).toEqual({ kind: 'failed', problem: { code: 'exchange-malformed-response', detail: 'the exchange is malformed-response' } });
  });

  it('takes the market off meanwhile ends it; what was fetched stands', async () => {
    const id = await submitted();
    venue.beforePage = ({ fromMs }) => {
      if (fromMs >= minute(30)) venue.delist(MARKET);
    };
    expect(await look(id)).toMatchObject({ kind: 'failed', problem: { code: 'unknown-market', detail: expect.stringContaining('HANAUSDT') } });
    expect(await storedMinutes(database)).toEqual(minutesFrom(0, 30));
  });

  it('gives the market another name keeps its candles under the name that was asked for, by the market’s id', async () => {
    const id = await submitted({ identity: { ...HANA, base: 'OLDNAME' }, toMs: minute(9) });
    await look(id);
    expect(await storedMinutes(database, { ...HANA, base: 'OLDNAME' })).toEqual(minutesFrom(0, 10));
  });

  it('has not closed the last candle by its own clock is waited for', async () => {
    nowMs = minute(100) - 1;
    const id = await submitted();
    expect(await look(id)).toMatchObject({ kind: 'postponed', problem: { code: 'not-closed-yet' } });
    nowMs = minute(100);
    expect(await look(id)).toEqual({ kind: 'completed' });
    expect(await storedMinutes(database)).toEqual(minutesFrom(0, 100));
  });

  it('is a day behind the clock by which the range was asked for is asked ever less often', async () => {
    nowMs = minute(50);
    const id = await submitted();
    const delays: number[] = [];
    for (let n = 0; n < 8; n++) {
      const outcome = await look(id);
      if (outcome.kind === 'postponed') delays.push(outcome.delayMs);
    }
    // The first look brought half an hour; then 1 s, doubled by each that brought nothing, up to 60 s.
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1_000));
  });

  it('is another one than the backfill’s fails it', async () => {
    const id = await submitted({ identity: { ...HANA, exchange: 'SIMULATOR' } });
    expect(await look(id)).toMatchObject({ kind: 'failed', problem: { code: 'other-exchange' } });
  });
});

describe('an interruption', () => {
  const expected = minutesFrom(0, 100).map((n) => aCandle(n, 10 + (n % 7)));

  it.each([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])('by a kill at the page from minute %i ends gapless and the same, nothing stored twice', async (page) => {
    const id = await submitted();
    // Gone from one moment to the next: nothing that it awaits there ever returns.
    const killed = new Promise<void>((resolve) => {
      venue.beforePage = ({ fromMs }) => (fromMs === minute(page) ? (resolve(), new Promise<void>(() => undefined)) : undefined);
    });
    void openHasty('killed').look(id, { shutdown: never() });
    await killed;
    venue.beforePage = () => undefined;
    await expireLease(database, id);
    expect(await look(id, openHasty('next'))).toEqual({ kind: 'completed' });
    expect(await candles()).toEqual(expected);
    expect(await find(id)).toMatchObject({ insertedCount: 100, unchangedCount: 0, correctedCount: 0 });
    expect([await gapsInMinutes(database), await stretchInMinutes(database)]).toEqual([[], [0, 99]]);
  });

  it.each(['before', 'after'] as const)('by a kill just %s each step is stored ends the same', async (when) => {
    const id = await submitted();
    let kills = 0;
    for (let outcome = ''; outcome !== 'completed'; kills += 1) {
      await expireLease(database, id);
      let die: () => void;
      const killed = new Promise<string>((resolve) => (die = () => resolve('killed')));
      const storeStep: CandleBackfillStore['storeStep'] = async (...step) => {
        if (when === 'after') await database.store.storeStep(...step);
        // Before: every third worker gets through one step, or nobody ever would.
        else if (kills % 3 === 2) return database.store.storeStep(...step);
        die();
        return new Promise(() => undefined);
      };
      const store = Object.create(database.store, { storeStep: { value: storeStep } }) as CandleBackfillStore;
      outcome = await Promise.race([killed, openHasty('mortal', store).look(id, { shutdown: never() }).then((result) => result.kind)]);
    }
    expect(kills).toBeGreaterThan(2);
    expect(await candles()).toEqual(expected);
    expect(await find(id)).toMatchObject({ status: 'completed', insertedCount: 100, unchangedCount: 0, correctedCount: 0 });
    expect([await gapsInMinutes(database), await stretchInMinutes(database)]).toEqual([[], [0, 99]]);
  });

  it('by a shutdown gives it back at once, with a job', async () => {
    const id = await submitted();
    await drainOutbox(database);
    const shutdown = new AbortController();
    venue.beforePage = ({ fromMs }) => (fromMs === minute(50) ? shutdown.abort() : undefined);
    expect(await openWorker().look(id, { shutdown: shutdown.signal })).toEqual({ kind: 'released' });
    expect((await drainOutbox(database)).map((job) => job.payload)).toEqual([{ backfillId: id }]);
    venue.beforePage = () => undefined;
    expect(await look(id)).toEqual({ kind: 'completed' });
    expect(await storedMinutes(database)).toEqual(minutesFrom(0, 100));
    expect(await openWorker().look(id, { shutdown: AbortSignal.abort() })).toMatchObject({ kind: 'held' });
  });

  it('by a cancellation is noticed before the next step; what was stored stands', async () => {
    const id = await submitted();
    venue.beforePage = async ({ fromMs }) => {
      if (fromMs === minute(50)) await database.store.cancel(id);
    };
    expect(await look(id)).toEqual({ kind: 'discarded' });
    expect(await find(id)).toMatchObject({ status: 'canceled' });
  });

  it('by a takeover leaves everything to the one who took over', async () => {
    const id = await submitted();
    venue.beforePage = async ({ fromMs }) => {
      if (fromMs !== minute(50)) return;
      venue.beforePage = () => undefined;
      await expireLease(database, id);
      expect(await look(id, openWorker('next'))).toEqual({ kind: 'completed' });
    };
    expect(await look(id)).toEqual({ kind: 'discarded' });
    expect(await find(id)).toMatchObject({ status: 'completed', insertedCount: 100, unchangedCount: 0 });
  });

  it.each(['storeStep', 'complete'] as const)('by a database that is away at %s is tried again by the transport, with the lease given back', async (method) => {
    const id = await submitted();
    const away = new StoreFailure('unavailable', 'the database is away', { cause: null });
    const store = Object.create(database.store, { [method]: { value: async () => Promise.reject(away) } }) as CandleBackfillStore;
    await expect(look(id, openWorker('unlucky', store))).rejects.toBe(away);
    expect(await find(id)).toMatchObject({ status: 'queued' });
    expect(await look(id)).toEqual({ kind: 'completed' });
    expect(await storedMinutes(database)).toEqual(minutesFrom(0, 100));
  });

  it('by a mistake of ours fails it and says where to look', async () => {
    const id = await submitted();
    venue.beforePage = () => {
      throw new TypeError('undefined is not a function');
    };
    expect(await look(id)).toMatchObject({ kind: 'failed', problem: { code: 'internal-error' } });
  });
});

it('moves on in steps of whole chunks, whatever the size of pages', async () => {
  venue = new MadeVenue({ nowMs: () => nowMs, pageRows: 1_000 });
  venue.give(MARKET, minutesFrom(0, 40_000).map((n) => aCandle(n)));
  const id = await submitted({ toMs: minute(39_999) });
  const steps: number[] = [];
  await openWorker().look(id, { shutdown: never(), onProgress: (fraction) => steps.push(Math.round(fraction * 39_999)) });
  // 16,384 are reached with the 17th page of a thousand, 32,768 − 17,000 with the 34th.
  expect(steps).toEqual([17_000, 34_000, 39_999]);
});
