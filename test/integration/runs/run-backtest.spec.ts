import { once } from 'node:events';
import { StoreFailure, type RunLook } from '#application';
import { PostgresBacktestResultReader, PostgresBacktestRunStore } from '#persistence';
import { aRun, drainOutbox, expireLease, JOBS, openRunDatabase, type RunDatabase } from './run-fixtures.js';
import { FIRST_OPEN_MS, openRunner, storePrices } from './run-harness.js';

let database: RunDatabase;
beforeAll(async () => {
  database = await openRunDatabase();
  await storePrices(database, 'HANA', [1, 1.9, 1, 1, 1]);
  await storePrices(database, 'TRUTH', [1, 1, 1, 1, 1]);
  await storePrices(database, 'LATE', [1, 1], FIRST_OPEN_MS + 3_600_000);
});
afterAll(() => database.close());
afterEach(() => database.query('TRUNCATE backtest_run, outbox CASCADE'));

async function aQueuedRun(assets: readonly string[] = ['HANA', 'TRUTH']): Promise<string> {
  const run = aRun();
  await database.store.submit({ ...run, spec: { ...run.spec, assets } }, null);
  return run.id;
}
const stored = (id: string) => database.store.find(id);
const resultCount = async () => (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM backtest_result'))[0]?.n;

describe('a look at a queued run', () => {
  it('computes it and stores its result', async () => {
    const id = await aQueuedRun();
    const { look } = openRunner(database);
    expect(await look(id)).toEqual({ kind: 'completed' });
    const run = await stored(id);
    // Two assets at 35 % of 10,000 each; the fee of 0.1 % on both purchases is 7.
    const trades = await new PostgresBacktestResultReader(database.dataSource).trades(id, 10);
    expect(trades?.items.slice(0, 2).map(({ value, fee }) => [value, fee])).toEqual([[3_500, 3.5], [3_500, 3.5]]);
    expect(run).toMatchObject({ status: 'completed', codeVersion: '0.0.0+spec', figures: { bars: 5 } });
    expect(run?.dataFingerprint).toMatch(/^[0-9a-f]{64}$/u);
  });

  it('loads a panel once for several runs, and again when a candle has changed', async () => {
    const { look, computer } = openRunner(database);
    await look(await aQueuedRun());
    await look(await aQueuedRun());
    expect([computer.computed, computer.aligned]).toEqual([2, 1]);
    await storePrices(database, 'HANA', [1, 1.8, 1, 1, 1]);
    await look(await aQueuedRun());
    expect(computer.aligned).toBe(2);
    await storePrices(database, 'HANA', [1, 1.9, 1, 1, 1]);
  });

  it('shares one load between runs that need it at the same time', async () => {
    const { look, computer } = openRunner(database);
    const ids = [await aQueuedRun(), await aQueuedRun(), await aQueuedRun()];
    expect(await Promise.all(ids.map((id) => look(id)))).toEqual(ids.map(() => ({ kind: 'completed' })));
    expect(computer.aligned).toBe(1);
  });
});

describe('the same run delivered twice', () => {
  it('is computed once and held for the second, who is told until when', async () => {
    const id = await aQueuedRun();
    const [first, second] = [openRunner(database), openRunner(database, { runnerId: 'runner-2' })];
    let seen: RunLook | null = null;
    first.computer.during = async () => {
      seen = await second.look(id);
    };
    expect(await first.look(id)).toEqual({ kind: 'completed' });
    expect(seen).toMatchObject({ kind: 'held' });
    expect(second.computer.computed).toBe(0);
    expect(await second.look(id)).toEqual({ kind: 'nothing-to-do' });
    expect(await resultCount()).toBe(1);
  });

  it('is computed twice at most and stored once where the first was given up too early', async () => {
    const id = await aQueuedRun();
    const [first, second] = [openRunner(database), openRunner(database, { runnerId: 'runner-2' })];
    first.computer.during = async () => {
      await expireLease(database, id);
      expect(await second.look(id)).toEqual({ kind: 'completed' });
    };
    expect(await first.look(id)).toEqual({ kind: 'discarded' });
    expect([first.computer.computed, second.computer.computed]).toEqual([1, 1]);
    expect(await resultCount()).toBe(1);
  });
});

describe('a run that is to stop', () => {
  it('is canceled in the middle, and leaves nothing', async () => {
    const id = await aQueuedRun();
    const { look, computer } = openRunner(database);
    computer.during = async (report, signal) => {
      report({ fraction: 0.5, simulatedMs: FIRST_OPEN_MS, barsPerSecond: 1 });
      await database.store.requestCancel(id);
      await once(signal, 'abort');
    };
    expect(await look(id)).toEqual({ kind: 'canceled' });
    expect(await stored(id)).toMatchObject({ status: 'canceled', progress: { fraction: 0.5 } });
    expect(await resultCount()).toBe(0);
  });

  it('is noticed without any progress, and its heartbeats keep the lease meanwhile', async () => {
    const id = await aQueuedRun();
    const { look, computer } = openRunner(database, { leaseMs: 1_000 });
    computer.during = async (_report, signal) => {
      const [before] = await database.query<{ lease_until: Date }>('SELECT lease_until FROM backtest_run WHERE id = $1', [id]);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const [after] = await database.query<{ lease_until: Date; is_live: boolean }>('SELECT lease_until, lease_until > now() AS is_live FROM backtest_run WHERE id = $1', [id]);
      expect(after!.lease_until.getTime()).toBeGreaterThan(before!.lease_until.getTime());
      expect(after!.is_live).toBe(true);
      await database.store.requestCancel(id);
      await once(signal, 'abort');
    };
    expect(await look(id)).toEqual({ kind: 'canceled' });
  });

  it('is given back with a new job when its process must end', async () => {
    const id = await aQueuedRun();
    await drainOutbox(database);
    const shutdown = new AbortController();
    const { look, computer } = openRunner(database);
    computer.during = async () => shutdown.abort();
    expect(await look(id, shutdown.signal)).toEqual({ kind: 'released' });
    expect(await stored(id)).toMatchObject({ status: 'queued', progress: { fraction: 0 } });
    expect((await drainOutbox(database)).map((job) => job.jobId)).toEqual([`backtest-run-${id}-2`]);
    expect(await look(await aQueuedRun(), shutdown.signal)).toMatchObject({ kind: 'held' });
  });

  it('is discarded where the lease was lost, and the new holder is left alone', async () => {
    const id = await aQueuedRun();
    const { look, computer } = openRunner(database);
    computer.during = async (_report, signal) => {
      await expireLease(database, id);
      await database.store.claim(id, 'runner-2', 30_000);
      await once(signal, 'abort');
    };
    expect(await look(id)).toEqual({ kind: 'discarded' });
    expect(await stored(id)).toMatchObject({ status: 'running' });
  });
});

describe('a run that cannot succeed', () => {
  it.each([
    { name: 'assets without a shared bar', assets: ['HANA', 'LATE'], code: 'no-shared-bars' },
    { name: 'an asset of which nothing is stored', assets: ['HANA', 'NOBODY'], code: 'unknown-series' },
    { name: 'an asset that cannot be one', assets: ['HANA', 'no such name'], code: 'invalid-spec' },
  ])('fails with a stable code for $name', async ({ assets, code }) => {
    const id = await aQueuedRun(assets);
    expect(await openRunner(database).look(id)).toMatchObject({ kind: 'failed', error: { code } });
    expect(await stored(id)).toMatchObject({ status: 'failed', error: { code } });
  });

  it('fails for a defect too, without telling the user of its insides', async () => {
    const id = await aQueuedRun();
    const { look, computer } = openRunner(database);
    computer.during = async () => {
      throw new TypeError('secret inside');
    };
    expect(await look(id)).toMatchObject({ kind: 'failed', error: { code: 'internal-error' } });
    expect(JSON.stringify(await stored(id))).not.toContain('secret inside');
  });
});

describe('a database that is away for a moment', () => {
  /** A store whose `complete` fails so many times before it works. */
  class FlakyStore extends PostgresBacktestRunStore {
    failures = 0;

    override async complete(...rest: Parameters<PostgresBacktestRunStore['complete']>): Promise<boolean> {
      if (this.failures-- > 0) throw new StoreFailure('unavailable', 'away', { cause: null });
      return super.complete(...rest);
    }
  }

  it('does not cost the computed result', async () => {
    const id = await aQueuedRun();
    const store = new FlakyStore(database.dataSource, JOBS);
    store.failures = 2;
    const { look, computer } = openRunner(database, { store });
    expect(await look(id)).toEqual({ kind: 'completed' });
    expect(computer.computed).toBe(1);
  });

  it('ends the look so that the transport tries again, and the next try finds the run free', async () => {
    const id = await aQueuedRun();
    const runner = openRunner(database);
    runner.computer.during = async () => {
      throw new StoreFailure('timeout', 'slow', { cause: null });
    };
    await expect(runner.look(id)).rejects.toMatchObject({ kind: 'timeout' });
    expect(await stored(id)).toMatchObject({ status: 'queued' });
    runner.computer.during = async () => {};
    expect(await runner.look(id)).toEqual({ kind: 'completed' });
  });
});
