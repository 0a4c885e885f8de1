import { once } from 'node:events';
import { OutboxDispatcher, RunSweeper, type JobQueue, type QueuedJob } from '#application';
import { systemTimer } from '#platform';
import { aClaimedRun, aRun, expireLease, openRunDatabase, passGrace, type RunDatabase } from './run-fixtures.js';

/** A transport that can be emptied and cut off: what it knows is what was added since. */
class ForgetfulQueue implements JobQueue {
  readonly jobs = new Map<string, QueuedJob>();
  isAway = false;

  async add(job: QueuedJob): Promise<void> {
    if (this.isAway) throw new Error('the queue is away');
    this.jobs.set(job.jobId, job);
  }

  async alive(_queue: string, jobIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (this.isAway) throw new Error('the queue is away');
    return new Set(jobIds.filter((jobId) => this.jobs.has(jobId)));
  }
}

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let database: RunDatabase;
let queue: ForgetfulQueue;
let dispatcher: OutboxDispatcher;
let sweeper: RunSweeper;
beforeAll(async () => {
  database = await openRunDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  queue = new ForgetfulQueue();
  dispatcher = new OutboxDispatcher({ outbox: database.outbox, jobs: queue, timer: systemTimer, log });
  sweeper = new RunSweeper({ runs: database.sweep, outbox: database.outbox, jobs: queue, timer: systemTimer, log, onQueued: () => dispatcher.kick() });
});
afterEach(async () => {
  await Promise.all([dispatcher.stop(), sweeper.stop()]);
  await database.query('TRUNCATE backtest_run, outbox CASCADE');
});

const dispatched = () => database.outbox.dispatch(1_000, (job) => queue.add(job));

describe('a sweep', () => {
  it('dispatches a queued run again once its job is lost, under another id, and leaves one that is known alone', async () => {
    const [lost, known] = [aRun(), aRun()];
    for (const run of [lost, known]) await database.store.submit(run, null);
    await dispatched();
    queue.jobs.delete(`backtest-run-${lost.id}-1`);
    await passGrace(database);
    expect(await sweeper.sweep()).toMatchObject({ redispatched: 1 });
    await dispatcher.stop();
    await dispatched();
    expect([...queue.jobs.keys()].sort()).toEqual([`backtest-run-${lost.id}-2`, `backtest-run-${known.id}-1`].sort());
  });

  it('waits its grace time, and for a job that the outbox still holds', async () => {
    await database.store.submit(aRun(), null);
    await dispatched();
    queue.jobs.clear();
    expect(await sweeper.sweep()).toMatchObject({ redispatched: 0 });
    await database.store.submit(aRun(), null);
    await passGrace(database);
    expect(await database.sweep.overdue(10, '')).toHaveLength(1);
  });

  it('brings back more runs than one batch holds', async () => {
    await database.query(
      `INSERT INTO backtest_run (id, status, spec, exchange, interval_name, assets, spec_sha256, data_fingerprint, code_version, priority, tags,
         notices, dispatch_count, next_action_at, created_at)
       SELECT 'bt_' || n, 'queued', '{}', 'MEXC', '1m', '{}', repeat('a', 64), '', '', 'bulk', '{}', '[]', 1, now() - interval '1 minute', now()
       FROM generate_series(1, 1200) n`,
    );
    expect(await sweeper.sweep()).toMatchObject({ redispatched: 1_200 });
    expect(await database.query('SELECT count(*)::int AS n FROM outbox')).toEqual([{ n: 1_200 }]);
  });

  it('queues a run whose runner was lost, twice, and fails it the third time', async () => {
    const { id } = await aClaimedRun(database);
    await dispatched();
    for (let loss = 1; loss <= 3; loss++) {
      await expireLease(database, id);
      expect(await sweeper.sweep()).toMatchObject(loss < 3 ? { requeued: 1, failed: 0 } : { requeued: 0, failed: 1 });
      if (loss < 3) expect((await database.store.claim(id, 'next', 30_000)).kind).toBe('claimed');
    }
    expect(await database.store.find(id)).toMatchObject({ status: 'failed', error: { code: 'runner-lost' } });
    expect(await sweeper.sweep()).toEqual({ requeued: 0, failed: 0, canceled: 0, redispatched: 0 });
  });

  it('cancels a run that was asked to stop and whose runner is lost', async () => {
    const { id } = await aClaimedRun(database);
    await database.store.requestCancel(id);
    await expireLease(database, id);
    expect(await sweeper.sweep()).toMatchObject({ canceled: 1, requeued: 0 });
    expect(await database.store.find(id)).toMatchObject({ status: 'canceled' });
  });

  it('leaves a lease alone that has not run out', async () => {
    const { id } = await aClaimedRun(database);
    expect(await sweeper.sweep()).toMatchObject({ requeued: 0 });
    expect(await database.store.find(id)).toMatchObject({ status: 'running' });
  });

  it('is done by one of two at a time', async () => {
    const [isLeading, mayEnd] = [new EventTarget(), new EventTarget()];
    const began = once(isLeading, 'now');
    const first = database.sweep.asLeader(async () => {
      const end = once(mayEnd, 'now');
      isLeading.dispatchEvent(new Event('now'));
      await end;
      return 'done';
    });
    await began;
    expect(await database.sweep.asLeader(async () => 'also')).toBeNull();
    mayEnd.dispatchEvent(new Event('now'));
    expect(await first).toBe('done');
    expect(await database.sweep.asLeader(async () => 'next')).toBe('next');
  });

  it('dispatches once where two sweepers see the same lost job', async () => {
    const run = aRun();
    await database.store.submit(run, null);
    await dispatched();
    await passGrace(database);
    const seen = await database.sweep.overdue(10, '');
    expect(await Promise.all([database.sweep.redispatch(seen), database.sweep.redispatch(seen)])).toEqual(expect.arrayContaining([0, 1]));
  });

  it('removes delivered jobs after a day and keys after a day and an hour, not before', async () => {
    for (const key of ['old', 'young']) await database.store.submit(aRun(), { principal: 'p', key, requestSha256: 'x' });
    await dispatched();
    const [first] = await database.query<{ id: string }>('SELECT min(id) AS id FROM outbox');
    await database.query(`UPDATE outbox SET dispatched_at = now() - interval '25 hours' WHERE id = $1`, [first?.id]);
    await database.query(`UPDATE idempotency_key SET created_at = now() - interval '26 hours' WHERE key = 'old'`);
    await database.query(`UPDATE idempotency_key SET created_at = now() - interval '24 hours 30 minutes' WHERE key = 'young'`);
    await sweeper.sweep();
    expect(await database.query('SELECT key FROM idempotency_key')).toEqual([{ key: 'young' }]);
    expect(await database.query('SELECT count(*)::int AS n FROM outbox')).toEqual([{ n: 1 }]);
  });
});

describe('the dispatcher', () => {
  it('keeps what it cannot deliver, tells why, and delivers within seconds of the queue coming back', async () => {
    queue.isAway = true;
    const run = aRun();
    await database.store.submit(run, null);
    expect(await database.outbox.dispatch(10, (job) => queue.add(job))).toEqual({ delivered: 0, failed: 1 });
    expect(await database.query('SELECT attempts, last_error, dispatched_at FROM outbox')).toEqual([
      { attempts: 1, last_error: 'the queue is away', dispatched_at: null },
    ]);
    queue.isAway = false;
    const backMs = performance.now();
    dispatcher.start();
    while (queue.jobs.size === 0 && performance.now() - backMs < 10_000) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(performance.now() - backMs).toBeLessThan(5_000);
    expect([...queue.jobs.keys()]).toEqual([`backtest-run-${run.id}-1`]);
  });

  it('bounds its patience, however often it failed', async () => {
    await database.store.submit(aRun(), null);
    await database.query('UPDATE outbox SET attempts = 1000000');
    queue.isAway = true;
    await database.outbox.dispatch(10, (job) => queue.add(job));
    const [row] = await database.query<{ s: number }>('SELECT extract(epoch FROM available_at - now())::float8 AS s FROM outbox');
    expect(row?.s).toBeLessThanOrEqual(2);
  });

  it('delivers each job once where two dispatchers work at the same time', async () => {
    for (let n = 0; n < 20; n++) await database.store.submit(aRun(), null);
    const seen: string[] = [];
    const deliver = async (job: QueuedJob) => void seen.push(job.jobId);
    await Promise.all([database.outbox.dispatch(100, deliver), database.outbox.dispatch(100, deliver)]);
    await database.outbox.dispatch(100, deliver);
    expect(seen).toHaveLength(20);
    expect(new Set(seen).size).toBe(20);
  });
});
