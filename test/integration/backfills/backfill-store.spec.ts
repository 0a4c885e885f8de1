import { aCandle, batchesOf, columnsOf, HANA } from '../candles/candle-fixtures.js';
import {
  aBackfill, aClaimedBackfill, aStep, drainOutbox, expireLease, gapsInMinutes, JOBS, LEASE_MS, minute, minutesFrom, openBackfillDatabase, storedMinutes,
  stretchInMinutes, type BackfillDatabase,
} from './backfill-fixtures.js';

const PROBLEM = { code: 'exchange-unavailable', detail: 'it is away' };
let database: BackfillDatabase;
beforeAll(async () => {
  database = await openBackfillDatabase();
});
afterAll(() => database.close());
afterEach(() => database.clear());

describe('submit', () => {
  it('stores rows and jobs together, and answers an open twin instead of a second', async () => {
    const [first, other] = [aBackfill(), aBackfill({ toMs: minute(50) })];
    const stored = await database.store.submit([first, other]);
    expect(stored).toMatchObject([{ id: first.id, status: 'queued', nextFromMs: minute(0), problem: null, notice: null }, { id: other.id }]);
    const [again, followed] = await database.store.submit([aBackfill(), aBackfill({ isFollowed: true })]);
    expect([again!.id === first.id, followed!.id === first.id]).toEqual([true, false]);
    expect(await drainOutbox(database)).toEqual(
      [first.id, other.id, followed!.id].map((id) => ({ queue: 'candle-backfill', jobId: `candle-backfill-${id}-1`, payload: { backfillId: id }, priority: JOBS.priority })),
    );
  });

  it('stores a second one once the first has ended', async () => {
    const { id, epoch } = await aClaimedBackfill(database);
    await database.store.fail(id, epoch, PROBLEM);
    const [second] = await database.store.submit([aBackfill()]);
    expect(second!.id).not.toBe(id);
  });

  it('stores none where one of them breaks a rule', async () => {
    await expect(database.store.submit([aBackfill(), aBackfill({ fromMs: minute(5), toMs: minute(4) })])).rejects.toMatchObject({ kind: 'refused' });
    expect(await database.store.list({}, 10)).toEqual([]);
    expect(await drainOutbox(database)).toEqual([]);
  });
});

describe('a lease', () => {
  it('is one holder’s until it runs out; then the next takes over under a new epoch, and the first can do nothing', async () => {
    const { id, epoch } = await aClaimedBackfill(database);
    expect(await database.store.claim(id, 'worker-2', LEASE_MS)).toMatchObject({ kind: 'held' });
    expect(await database.store.heartbeat(id, epoch, LEASE_MS)).toBe(true);
    await expireLease(database, id);
    expect(await database.store.claim(id, 'worker-2', LEASE_MS)).toMatchObject({ kind: 'claimed', lease: { epoch: epoch + 1 } });
    expect(await database.store.storeStep(id, epoch, aStep(0, 2, [0, 1]), LEASE_MS)).toEqual({ kind: 'lost' });
    expect([
      await database.store.heartbeat(id, epoch, LEASE_MS), await database.store.complete(id, epoch), await database.store.fail(id, epoch, PROBLEM),
      await database.store.postpone(id, epoch, 1, PROBLEM), await database.store.release(id, epoch), await database.store.endLease(id, epoch),
    ]).toEqual([false, false, false, false, false, false]);
    expect(await storedMinutes(database)).toEqual([]);
  });

  it('that is lost five times without a step between fails the backfill', async () => {
    const { id } = await aClaimedBackfill(database);
    for (let loss = 1; loss <= 5; loss++) {
      await expireLease(database, id);
      expect((await database.store.claim(id, 'next', LEASE_MS)).kind).toBe(loss < 5 ? 'claimed' : 'over');
    }
    expect(await database.store.find(id)).toMatchObject({ status: 'failed', problem: { code: 'worker-lost' } });
  });

  it('that is lost after every step never fails it', async () => {
    const { id } = await aClaimedBackfill(database);
    for (let n = 0; n < 7; n++) {
      await expireLease(database, id);
      const claim = await database.store.claim(id, 'next', LEASE_MS);
      if (claim.kind !== 'claimed') throw new Error(claim.kind);
      await database.store.storeStep(id, claim.lease.epoch, aStep(n, n + 1, [n]), LEASE_MS);
    }
    expect(await database.store.find(id)).toMatchObject({ status: 'running', nextFromMs: minute(7) });
  });

  it('ends at once by a cancellation', async () => {
    const { id, epoch } = await aClaimedBackfill(database);
    expect(await database.store.cancel(id)).toMatchObject({ status: 'canceled' });
    expect(await database.store.storeStep(id, epoch, aStep(0, 1, [0]), LEASE_MS)).toEqual({ kind: 'lost' });
    expect(await database.store.cancel(id)).toMatchObject({ status: 'canceled' });
    expect(await database.store.claim(id, 'next', LEASE_MS)).toEqual({ kind: 'over', status: 'canceled' });
    expect(await database.store.cancel('bf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V')).toBeNull();
  });
});

describe('giving back', () => {
  it('postpones with a job for later, counts the looks that failed, and forgets them with the next step', async () => {
    const { id, epoch } = await aClaimedBackfill(database);
    await drainOutbox(database);
    await database.store.postpone(id, epoch, 60_000, PROBLEM);
    expect(await database.store.find(id)).toMatchObject({ status: 'queued', problem: PROBLEM });
    expect(await drainOutbox(database)).toEqual([]);
    const [job] = await database.query<{ job_id: string; seconds: number }>('SELECT job_id, extract(epoch FROM available_at - now())::float8 AS seconds FROM outbox WHERE dispatched_at IS NULL');
    expect(job).toMatchObject({ job_id: `candle-backfill-${id}-2` });
    expect(job!.seconds).toBeGreaterThan(30);
    const claim = await database.store.claim(id, 'next', LEASE_MS);
    expect(claim).toMatchObject({ kind: 'claimed', lease: { failedLooks: 1, failingSinceMs: expect.any(Number), backfill: { problem: PROBLEM } } });
    await database.store.storeStep(id, epoch + 1, aStep(0, 1, [0]), LEASE_MS);
    await database.store.release(id, epoch + 1);
    expect(await database.store.claim(id, 'next', LEASE_MS)).toMatchObject({ lease: { failedLooks: 0, failingSinceMs: null, backfill: { problem: null } } });
  });

  it('at once makes a new job; ending a lease makes none', async () => {
    const { id, epoch } = await aClaimedBackfill(database);
    await drainOutbox(database);
    await database.store.release(id, epoch);
    expect((await drainOutbox(database)).map((job) => job.jobId)).toEqual([`candle-backfill-${id}-2`]);
    await database.store.claim(id, 'next', LEASE_MS);
    expect(await database.store.endLease(id, epoch + 1)).toBe(true);
    expect(await drainOutbox(database)).toEqual([]);
    expect(await database.store.find(id)).toMatchObject({ status: 'queued', problem: null });
  });
});

describe('a step', () => {
  it('stores candles, how far it came, counts and watermark, and extends the lease', async () => {
    const { id, epoch } = await aClaimedBackfill(database);
    const outcome = await database.store.storeStep(id, epoch, { ...aStep(0, 10, minutesFrom(0, 10)), notice: { code: 'n', detail: 'd' } }, LEASE_MS);
    expect(outcome).toMatchObject({ kind: 'stored', counts: { insertedCount: 10 }, backfill: { nextFromMs: minute(10), insertedCount: 10, gapCount: 0, notice: { code: 'n', detail: 'd' } } });
    expect(await stretchInMinutes(database)).toEqual([0, 9]);
    // A step that says nothing leaves the notice.
    expect(await database.store.storeStep(id, epoch, aStep(10, 12, [10, 11]), LEASE_MS)).toMatchObject({ backfill: { notice: { code: 'n', detail: 'd' }, insertedCount: 12 } });
  });

  it('records holes as gaps, one where it goes on in the next step, and stops the watermark before them', async () => {
    const { id, epoch } = await aClaimedBackfill(database);
    // Asked for 0 to 9; 3, 4 and 8, 9 are not there. Then 10 to 19, of which 10 is missing too.
    await database.store.storeStep(id, epoch, aStep(0, 10, [0, 1, 2, 5, 6, 7]), LEASE_MS);
    expect(await gapsInMinutes(database)).toEqual([[3, 4, 'open'], [8, 9, 'open']]);
    const second = await database.store.storeStep(id, epoch, aStep(10, 20, minutesFrom(11, 9)), LEASE_MS);
    expect(await gapsInMinutes(database)).toEqual([[3, 4, 'open'], [8, 10, 'open']]);
    expect(second).toMatchObject({ backfill: { gapCount: 2, insertedCount: 15 } });
    expect(await stretchInMinutes(database)).toEqual([0, 2]);
  });

  it('counts what is there already, corrects what differs, and finds no gap where another source has the candle', async () => {
    await database.candles.upsertCandles(HANA, batchesOf([aCandle(0), aCandle(1), aCandle(3)]), 'file.csv');
    const { id, epoch } = await aClaimedBackfill(database);
    const step = { ...aStep(0, 5, []), columns: columnsOf([aCandle(0), aCandle(1, 99), aCandle(2), aCandle(4)]) };
    expect(await database.store.storeStep(id, epoch, step, LEASE_MS)).toMatchObject({ counts: { insertedCount: 2, unchangedCount: 1, correctedCount: 1 } });
    expect(await gapsInMinutes(database)).toEqual([]);
    expect(await stretchInMinutes(database)).toEqual([0, 4]);
    expect(await database.query('SELECT source FROM candle_correction')).toEqual([{ source: `backfill ${id}` }]);
  });

  it('is all or nothing', async () => {
    const { id, epoch } = await aClaimedBackfill(database);
    // It claims to have come further than was wanted, which the row refuses after the candles were written.
    await expect(database.store.storeStep(id, epoch, aStep(0, 200, [0, 1]), LEASE_MS)).rejects.toMatchObject({ kind: 'refused' });
    expect(await storedMinutes(database)).toEqual([]);
    expect(await gapsInMinutes(database)).toEqual([]);
    expect(await database.store.find(id)).toMatchObject({ nextFromMs: minute(0), insertedCount: 0 });
  });
});

async function steps(...all: readonly (readonly [from: number, next: number, minutes: readonly number[]])[]) {
  const { id, epoch } = await aClaimedBackfill(database);
  for (const [from, next, minutes] of all) await database.store.storeStep(id, epoch, aStep(from, next, minutes), LEASE_MS);
  await database.store.cancel(id);
}

describe('the watermark', () => {
  it('passes a gap once it is accepted, or filled by whatever source', async () => {
    await steps([0, 10, [0, 1, 4, 5, 8, 9]]);
    expect(await stretchInMinutes(database)).toEqual([0, 1]);
    const [first] = await database.gaps.gapsOf(HANA, 1);
    await database.gaps.settle([{ id: first!.id, pauseMs: null }]);
    expect(await gapsInMinutes(database)).toEqual([[2, 3, 'accepted'], [6, 7, 'open']]);
    expect(await stretchInMinutes(database)).toEqual([0, 5]);
    await database.candles.upsertCandles(HANA, batchesOf([aCandle(6)]), 'file.csv');
    expect(await stretchInMinutes(database)).toEqual([0, 6]);
    await database.candles.upsertCandles(HANA, batchesOf([aCandle(7)]), 'file.csv');
    expect(await stretchInMinutes(database)).toEqual([0, 9]);
    // What comes after all for an accepted gap leaves it smaller, in two parts.
    await steps([20, 30, [20, 29]]);
    await database.candles.upsertCandles(HANA, batchesOf([aCandle(24)]), 'file.csv');
    expect(await gapsInMinutes(database)).toEqual([[2, 3, 'accepted'], [21, 23, 'open'], [25, 28, 'open']]);
  });

  it('joins history that is fetched later, on either side', async () => {
    await steps([50, 60, minutesFrom(50, 10)]);
    await steps([70, 80, minutesFrom(70, 10)]);
    expect(await stretchInMinutes(database)).toEqual([50, 59]);
    await steps([60, 70, minutesFrom(60, 10)]);
    expect(await stretchInMinutes(database)).toEqual([50, 79]);
    await steps([30, 50, [30, 31, ...minutesFrom(35, 15)]]);
    expect(await stretchInMinutes(database)).toEqual([35, 79]);
  });

  it('never goes back: the table refuses it', async () => {
    await steps([0, 10, minutesFrom(0, 10)]);
    await expect(database.query('UPDATE candle_series SET contiguous_to_ms = $1', [minute(8)])).rejects.toThrow(/cannot go back/u);
    await expect(database.query('UPDATE candle_series SET contiguous_from_ms = $1', [minute(1)])).rejects.toThrow(/cannot go back/u);
    await expect(database.query('UPDATE candle_series SET contiguous_to_ms = $1', [minute(30)])).rejects.toThrow(/check constraint/u);
  });
});

const another = (state: string) => `INSERT INTO candle_gap (series_id, market_id, from_ms, to_ms, state, next_try_at, settled_at)
  SELECT series_id, market_id, from_ms, to_ms, '${state}', ${state === 'open' ? 'now(), NULL' : 'NULL, now()'} FROM candle_gap`;

describe('the tables themselves', () => {
  it('refuse gaps that overlap, but for filled ones', async () => {
    const { id, epoch } = await aClaimedBackfill(database);
    await database.store.storeStep(id, epoch, aStep(0, 10, [0, 9]), LEASE_MS);
    await expect(database.query(another('open'))).rejects.toThrow(/exclusion constraint/u);
    await expect(database.query(another('accepted'))).rejects.toThrow(/exclusion constraint/u);
    await database.query(another('filled'));
  });

  it('refuse a backfill that goes back, or from one end to another', async () => {
    const { id, epoch } = await aClaimedBackfill(database);
    await database.store.storeStep(id, epoch, aStep(0, 10, [0]), LEASE_MS);
    await expect(database.query('UPDATE candle_backfill SET next_from_ms = from_ms')).rejects.toThrow(/cannot go back/u);
    await expect(database.store.complete(id, epoch)).rejects.toMatchObject({ kind: 'refused' });
    await database.store.cancel(id);
    await expect(database.query(`UPDATE candle_backfill SET status = 'running', lease_until = now(), finished_at = NULL`)).rejects.toThrow(/cannot go from/u);
  });

  it.each(['NaN', 'Infinity', '0', '-1'])('keep a price of %s out of the recent edge', async (price) => {
    await database.series.append({ identity: HANA, marketId: 'HANAUSDT' }, aStep(0, 1, [0]), 'spec');
    await expect(database.query(`UPDATE candle_edge SET close = '${price}'`)).rejects.toThrow(/price_value/u);
  });
});

describe('followed series', () => {
  it('begin with the completion of a backfill that asked for it, and say where they go on', async () => {
    const { id, epoch } = await aClaimedBackfill(database, { isFollowed: true, toMs: minute(9) });
    await database.store.storeStep(id, epoch, aStep(0, 10, minutesFrom(0, 8)), LEASE_MS);
    expect(await database.series.followed('MEXC')).toEqual([]);
    await database.store.complete(id, epoch);
    // 8 and 9 are known to be missing, so 10 is next.
    expect(await database.series.followed('MEXC')).toEqual([{ identity: HANA, marketId: 'HANAUSDT', nextFromMs: minute(10), isBackfilling: false, isListed: true, followedAtMs: expect.any(Number) }]);
    expect(await database.series.followed('SIMULATOR')).toEqual([]);
    await database.store.submit([aBackfill({ fromMs: minute(10), toMs: minute(20) })]);
    expect(await database.series.followed('MEXC')).toMatchObject([{ isBackfilling: true }]);
  });

  it('append single candles as rows, move the watermark and note what is missing', async () => {
    await database.series.append({ identity: HANA, marketId: 'HANAUSDT' }, aStep(0, 3, [0, 1, 2]), 'edge');
    await database.series.append({ identity: HANA, marketId: 'HANAUSDT' }, aStep(3, 6, [3, 5]), 'edge');
    expect(await storedMinutes(database)).toEqual([0, 1, 2, 3, 5]);
    expect(await database.query('SELECT count(*)::int AS n FROM candle_edge')).toEqual([{ n: 5 }]);
    expect([await stretchInMinutes(database), await gapsInMinutes(database)]).toEqual([[0, 3], [[4, 4, 'open']]]);
    expect(await database.candles.coverage({})).toMatchObject([{ candleCount: 5, gapCount: 1, missingCount: 1 }]);
  });
});

/** Minutes 1, 2 and 4, 5 are missing and due. */
async function twoGaps() {
  const { id, epoch } = await aClaimedBackfill(database);
  await database.store.storeStep(id, epoch, aStep(0, 10, [0, 3, 6, 7, 8, 9]), LEASE_MS);
  await database.query(`UPDATE candle_gap SET next_try_at = now() - interval '1 second'`);
}

describe('gaps to be asked for again', () => {
  it('are taken by one, of its own markets, and come back after the hold', async () => {
    await twoGaps();
    expect(await database.gaps.takeDue('MEXC', 10, 60_000, () => false)).toEqual([]);
    expect(await database.gaps.takeDue('SIMULATOR', 10, 60_000, () => true)).toEqual([]);
    const taken = await database.gaps.takeDue('MEXC', 10, 60_000, (marketId) => marketId === 'HANAUSDT');
    expect(taken).toMatchObject([{ fromMs: minute(1), toMs: minute(2), attempts: 0 }, { fromMs: minute(4), toMs: minute(5) }]);
    expect(await database.gaps.takeDue('MEXC', 10, 60_000, () => true)).toEqual([]);
    await database.gaps.putOff(taken.map((gap) => gap.id), 0);
    expect(await database.gaps.takeDue('MEXC', 1, 60_000, () => true)).toHaveLength(1);
  });

  it('are filled by what comes, in part or whole, and counted by what does not', async () => {
    await twoGaps();
    const taken = await database.gaps.takeDue('MEXC', 10, 60_000, () => true);
    expect(await database.gaps.fill(taken[0]!, columnsOf([aCandle(1), aCandle(4), aCandle(5)]), 'retry')).toMatchObject({ insertedCount: 3 });
    await database.gaps.settle(taken.map(({ id }) => ({ id, pauseMs: 1_000 })));
    expect(await database.gaps.gapsOf(HANA, 10)).toMatchObject([{ fromMs: minute(2), toMs: minute(2), state: 'open', attempts: 1 }]);
    expect(await database.query('SELECT state, attempts FROM candle_gap ORDER BY id')).toEqual([{ state: 'open', attempts: 1 }, { state: 'filled', attempts: 0 }]);
  });
});
