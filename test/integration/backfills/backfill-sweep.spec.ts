import { OutboxDispatcher, RunSweeper, type JobQueue, type QueuedJob } from '#application';
import { systemTimer } from '#platform';
import { aBackfill, aClaimedBackfill, aStep, expireLease, LEASE_MS, minute, openBackfillDatabase, type BackfillDatabase } from './backfill-fixtures.js';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let database: BackfillDatabase;
let known: Map<string, QueuedJob>;
let sweeper: RunSweeper;
beforeAll(async () => {
  database = await openBackfillDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  known = new Map();
  sweeper = new RunSweeper({ runs: database.sweep, outbox: database.outbox, jobs: queue, timer: systemTimer, log, onQueued: () => undefined });
});
afterEach(() => database.clear());

/** A transport that can be emptied: what it knows is what was added since. */
const queue: JobQueue = {
  add: async (job) => void known.set(job.jobId, job),
  alive: async (_queue, jobIds) => new Set(jobIds.filter((jobId) => known.has(jobId))),
};

async function dispatched(): Promise<string[]> {
  const dispatcher = new OutboxDispatcher({ outbox: database.outbox, jobs: queue, timer: systemTimer, log });
  dispatcher.kick();
  await dispatcher.stop();
  return [...known.keys()];
}
const passGrace = () => database.query(`UPDATE candle_backfill SET next_action_at = now() - interval '1 second' WHERE status = 'queued'`);

it('dispatches a backfill again whose job was lost, under another id', async () => {
  const [backfill] = await database.store.submit([aBackfill()]);
  await dispatched();
  known.clear();
  expect(await sweeper.sweep()).toMatchObject({ redispatched: 0 });
  await passGrace();
  expect(await sweeper.sweep()).toMatchObject({ redispatched: 1 });
  expect(await dispatched()).toEqual([`candle-backfill-${backfill!.id}-2`]);
});

it('leaves one alone that waits for the exchange, and brings it back if its job is lost by then', async () => {
  const { id, epoch } = await aClaimedBackfill(database);
  await dispatched();
  known.clear();
  await database.store.postpone(id, epoch, 60_000, { code: 'exchange-unreachable', detail: 'away' });
  expect(await sweeper.sweep()).toMatchObject({ redispatched: 0 });
  await database.query('UPDATE outbox SET dispatched_at = now() WHERE dispatched_at IS NULL');
  await passGrace();
  expect(await sweeper.sweep()).toMatchObject({ redispatched: 1 });
});

it('queues a backfill whose worker was lost, and fails the one over which five were', async () => {
  const { id } = await aClaimedBackfill(database);
  for (let loss = 1; loss <= 5; loss++) {
    await expireLease(database, id);
    expect(await sweeper.sweep()).toMatchObject(loss < 5 ? { requeued: 1, failed: 0 } : { requeued: 0, failed: 1 });
    if (loss < 5) expect((await database.store.claim(id, 'next', LEASE_MS)).kind).toBe('claimed');
  }
  expect(await database.store.find(id)).toMatchObject({ status: 'failed', problem: { code: 'worker-lost' } });
});

it('keeps the youngest ten thousand that ended, and those that have not', async () => {
  await database.query(
    `INSERT INTO candle_backfill (id, status, exchange, base, quote, candle_interval, interval_ms, market_id, from_ms, to_ms, next_from_ms, is_followed,
       next_action_at, finished_at, created_at)
     SELECT 'bf_' || lpad(n::text, 26, '0'), CASE WHEN n <= 3 THEN 'queued' ELSE 'canceled' END, 'MEXC', 'A' || n, 'USDT', '1m', 60000, 'M', 0, 0, 0, false,
       CASE WHEN n <= 3 THEN now() END, CASE WHEN n > 3 THEN now() END, now() FROM generate_series(1, 10008) n`,
  );
  await sweeper.sweep();
  // 10,005 had ended; the five oldest of them, 4 to 8, are gone.
  expect(await database.query('SELECT count(*)::int AS n, min(id) FILTER (WHERE finished_at IS NOT NULL) AS oldest FROM candle_backfill')).toEqual([
    { n: 10_003, oldest: `bf_${'9'.padStart(26, '0')}` },
  ]);
});

it('removes gaps that were filled a month ago', async () => {
  const { id, epoch } = await aClaimedBackfill(database);
  await database.store.storeStep(id, epoch, aStep(0, 10, [0, 2, 4, 9]), LEASE_MS);
  await database.query(`UPDATE candle_gap SET state = 'filled', next_try_at = NULL, settled_at = now() - interval '29 days' WHERE from_ms = $1`, [minute(1)]);
  await database.query(`UPDATE candle_gap SET state = 'filled', next_try_at = NULL, settled_at = now() - interval '31 days' WHERE from_ms = $1`, [minute(3)]);
  await sweeper.sweep();
  expect(await database.query('SELECT from_ms::float8 AS from FROM candle_gap ORDER BY 1')).toEqual([{ from: minute(1) }, { from: minute(5) }]);
});
