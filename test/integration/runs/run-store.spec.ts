import { aClaimedRun, aResult, aRun, drainOutbox, expireLease, JOBS, LEASE_MS, openRunDatabase, type RunDatabase } from './run-fixtures.js';
import { PostgresBacktestResultReader } from '#persistence';

let database: RunDatabase;
beforeAll(async () => {
  database = await openRunDatabase();
});
afterAll(() => database.close());
afterEach(() => database.query('TRUNCATE backtest_run, outbox CASCADE'));

const statusOf = async (id: string) => (await database.store.find(id))?.status;
const count = async (table: string) => Number((await database.query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n);

describe('submission', () => {
  it('stores the run and its one job together, and gives the run back as it was stored', async () => {
    const run = aRun({ labels: { name: 'first', tags: ['a', 'b'], note: 'x' }, priority: 'bulk', createdAtMs: 1_764_000_000_123 });
    const outcome = await database.store.submit(run, null);
    expect(outcome).toMatchObject({ kind: 'created', run: { ...run, status: 'queued', version: 1, figures: null, isCancelRequested: false } });
    expect(await database.store.find(run.id)).toEqual(outcome.kind === 'created' && outcome.run);
    expect(await drainOutbox(database)).toEqual([
      { queue: 'backtest-run', jobId: `backtest-run-${run.id}-1`, payload: { runId: run.id }, priority: JOBS.priorities.bulk },
    ]);
  });

  it('stores neither where the job cannot be stored', async () => {
    const run = aRun();
    // The job's place is taken, so the second statement of the transaction breaks the unique job id.
    await database.query(`INSERT INTO outbox (queue, job_id, payload, priority) VALUES ('x', $1, '{}', 1)`, [`backtest-run-${run.id}-1`]);
    await expect(database.store.submit(run, { principal: 'p', key: 'k', requestSha256: '1' })).rejects.toMatchObject({ kind: 'refused' });
    expect(await database.store.find(run.id)).toBeNull();
    expect(await count('idempotency_key')).toBe(0);
  });

  it('answers the same key with the first run, and another body under it with a refusal', async () => {
    const claim = { principal: 'p', key: 'k', requestSha256: 'body-1' };
    const first = aRun();
    expect(await database.store.recall(claim)).toBeNull();
    await database.store.submit(first, claim);
    expect(await database.store.submit(aRun(), claim)).toMatchObject({ kind: 'replayed', run: { id: first.id } });
    expect(await database.store.submit(aRun(), { ...claim, requestSha256: 'body-2' })).toEqual({ kind: 'key-reused' });
    expect(await database.store.recall(claim)).toMatchObject({ kind: 'replayed', run: { id: first.id } });
    expect(await database.store.submit(aRun(), { ...claim, principal: 'other' })).toMatchObject({ kind: 'created' });
    expect(await count('backtest_run')).toBe(2);
    expect(await count('outbox')).toBe(2);
  });

  it('creates one run when the same key comes ten times at once', async () => {
    const claim = { principal: 'p', key: 'k', requestSha256: 'body' };
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => database.store.submit(aRun(), claim)));
    expect(outcomes.filter((outcome) => outcome.kind === 'created')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === 'replayed')).toHaveLength(9);
    expect(await count('backtest_run')).toBe(1);
  });
});

describe('a claim', () => {
  it('is won by one of two, and the other is told until when', async () => {
    const run = aRun();
    await database.store.submit(run, null);
    const claims = await Promise.all(['one', 'two'].map((runner) => database.store.claim(run.id, runner, LEASE_MS)));
    expect(claims.map((claim) => claim.kind).sort()).toEqual(['claimed', 'held']);
    const held = claims.find((claim) => claim.kind === 'held');
    expect(held?.kind === 'held' && held.untilMs).toBeGreaterThan(Date.now());
    expect(await statusOf(run.id)).toBe('running');
  });

  it('takes over a lease that ran out, and the former holder changes nothing any more', async () => {
    const { id, epoch } = await aClaimedRun(database);
    await database.store.heartbeat(id, epoch, { fraction: 0.5, simulatedMs: 1, barsPerSecond: 2 }, LEASE_MS);
    await expireLease(database, id);
    const second = await database.store.claim(id, 'runner-2', LEASE_MS);
    expect(second).toMatchObject({ kind: 'claimed', lease: { epoch: epoch + 1, run: { progress: { fraction: 0 } } } });
    expect(await database.store.heartbeat(id, epoch, { fraction: 0.9, simulatedMs: 1, barsPerSecond: 2 }, LEASE_MS)).toBe('lease-lost');
    expect(await database.store.complete(id, epoch, aResult())).toBe(false);
    expect(await database.store.fail(id, epoch, { code: 'x', detail: 'x' })).toBe(false);
    expect(await database.store.release(id, epoch)).toBe(false);
    expect(await database.store.endLease(id, epoch)).toBe(false);
    expect(await database.store.markCanceled(id, epoch)).toBe(false);
    expect(await count('backtest_result')).toBe(0);
    expect(await statusOf(id)).toBe('running');
  });

  it('finds nothing to do where the run is unknown, finished or canceled', async () => {
    const finished = await aClaimedRun(database);
    await database.store.complete(finished.id, finished.epoch, aResult());
    const canceled = aRun();
    await database.store.submit(canceled, null);
    await database.store.requestCancel(canceled.id);
    for (const id of [finished.id, canceled.id, 'bt_unknown']) {
      expect(await database.store.claim(id, 'r', LEASE_MS)).toEqual({ kind: 'nothing-to-do' });
    }
  });

  it('is refused after the third lost lease: the run fails instead of killing a fourth runner', async () => {
    const { id } = await aClaimedRun(database);
    for (const expected of ['claimed', 'claimed', 'nothing-to-do']) {
      await expireLease(database, id);
      expect((await database.store.claim(id, 'r', LEASE_MS)).kind).toBe(expected);
    }
    expect(await database.store.find(id)).toMatchObject({ status: 'failed', error: { code: 'runner-lost' } });
  });
});

describe('the end of a run', () => {
  it('is stored once, and read back to the last bit', async () => {
    const { id, epoch } = await aClaimedRun(database);
    const result = aResult();
    expect(await database.store.complete(id, epoch, result)).toBe(true);
    expect(await database.store.complete(id, epoch, result)).toBe(false);
    const reader = new PostgresBacktestResultReader(database.dataSource);
    expect(await database.store.find(id)).toMatchObject({
      status: 'completed', figures: result.figures, notices: result.notices, dataFingerprint: result.dataFingerprint, progress: { fraction: 1 },
    });
    expect(await reader.document(id)).toEqual(result.document);
    expect(await reader.equity(id)).toEqual({ openTimesMs: result.openTimesMs, equity: result.equity });
    expect(await reader.weights(id)).toEqual(result.weights);
    expect(await reader.trades(id, 10)).toEqual({ items: result.trades, next: null });
    expect(await reader.rebalances(id, 10)).toEqual({ items: result.rebalances, next: null });
  });

  it('is read page by page without a trade lost or twice', async () => {
    const { id, epoch } = await aClaimedRun(database);
    await database.store.complete(id, epoch, aResult());
    const reader = new PostgresBacktestResultReader(database.dataSource);
    const first = await reader.trades(id, 2);
    expect(first?.items).toHaveLength(2);
    const second = await reader.trades(id, 2, first?.next ?? '');
    expect([...(first?.items ?? []), ...(second?.items ?? [])]).toEqual(aResult().trades);
    expect(second?.next).toBeNull();
    await expect(reader.trades(id, 2, '1; drop')).rejects.toThrow('cursor');
    expect(await reader.trades('bt_unknown', 2)).toBeNull();
  });

  it('is stored once and in order where it is too large for one statement', async () => {
    const { id, epoch } = await aClaimedRun(database);
    const [trade] = aResult().trades;
    const trades = Array.from({ length: 20_001 }, (_, index) => ({ ...trade!, quantity: index + 0.5 }));
    const rebalances = Array.from({ length: 10_001 }, (_, index) => ({ index }));
    expect(await database.store.complete(id, epoch + 1, aResult({ trades, rebalances }))).toBe(false);
    expect(await count('backtest_trade')).toBe(0);
    expect(await database.store.complete(id, epoch, aResult({ trades, rebalances }))).toBe(true);
    const reader = new PostgresBacktestResultReader(database.dataSource);
    expect((await reader.trades(id, 30_000))?.items.map((one) => one.quantity)).toEqual(trades.map((one) => one.quantity));
    expect((await reader.rebalances(id, 30_000))?.items).toEqual(rebalances);
  });

  it('stores nothing at all where one row of the result is refused', async () => {
    const { id, epoch } = await aClaimedRun(database);
    const [first] = aResult().trades;
    const broken = aResult({ trades: [{ ...first!, side: 'hold' as 'buy' }] });
    await expect(database.store.complete(id, epoch, broken)).rejects.toMatchObject({ kind: 'refused' });
    expect(await statusOf(id)).toBe('running');
    expect(await count('backtest_series')).toBe(0);
  });

  it('is given back with a new job, and without one where the transport tries again by itself', async () => {
    const released = await aClaimedRun(database);
    await drainOutbox(database);
    expect(await database.store.release(released.id, released.epoch)).toBe(true);
    expect(await statusOf(released.id)).toBe('queued');
    expect((await drainOutbox(database)).map((job) => job.jobId)).toEqual([`backtest-run-${released.id}-2`]);
    const again = await database.store.claim(released.id, 'r', LEASE_MS);
    expect(again.kind === 'claimed' && (await database.store.endLease(released.id, again.lease.epoch))).toBe(true);
    expect(await statusOf(released.id)).toBe('queued');
    expect(await drainOutbox(database)).toEqual([]);
  });
});

describe('cancellation and deletion', () => {
  it('cancels a queued run at once and asks the runner of a running one', async () => {
    const queued = aRun();
    await database.store.submit(queued, null);
    expect(await database.store.requestCancel(queued.id)).toMatchObject({ status: 'canceled' });
    const { id, epoch } = await aClaimedRun(database);
    expect(await database.store.requestCancel(id)).toMatchObject({ status: 'running', isCancelRequested: true });
    expect(await database.store.heartbeat(id, epoch, { fraction: 0, simulatedMs: null, barsPerSecond: null }, LEASE_MS)).toBe('cancel-requested');
    expect(await database.store.markCanceled(id, epoch)).toBe(true);
    expect(await database.store.requestCancel(id)).toMatchObject({ status: 'canceled' });
    expect(await database.store.requestCancel('bt_unknown')).toBeNull();
  });

  it('does not queue a run again that was asked to stop', async () => {
    const { id, epoch } = await aClaimedRun(database);
    await drainOutbox(database);
    await database.store.requestCancel(id);
    expect(await database.store.release(id, epoch)).toBe(true);
    expect(await statusOf(id)).toBe('canceled');
    expect(await drainOutbox(database)).toEqual([]);
  });

  it('deletes what is finished with all its parts, and refuses what is not', async () => {
    const { id, epoch } = await aClaimedRun(database);
    expect(await database.store.delete(id)).toBe('refused');
    await database.store.complete(id, epoch, aResult());
    expect(await database.store.delete(id)).toBe('deleted');
    expect(await database.store.delete(id)).toBe('missing');
    for (const table of ['backtest_result', 'backtest_series', 'backtest_trade', 'backtest_rebalance']) expect(await count(table)).toBe(0);
  });
});

describe('the table itself', () => {
  it.each([
    ['queued', `status = 'completed', figures = '{}', next_action_at = NULL, finished_at = now()`],
    ['completed', `status = 'queued', figures = NULL, finished_at = NULL, next_action_at = now()`],
    ['completed', `status = 'running', figures = NULL, finished_at = NULL, lease_until = now()`],
    ['completed', `status = 'canceled', figures = NULL`],
  ])('refuses to take a run from %s by SET %s', async (from, change) => {
    const claimed = from === 'queued' ? aRun() : await aClaimedRun(database);
    if ('spec' in claimed) await database.store.submit(claimed, null);
    else await database.store.complete(claimed.id, claimed.epoch, aResult());
    await expect(database.query(`UPDATE backtest_run SET ${change} WHERE id = $1`, [claimed.id])).rejects.toThrow(/cannot go from/u);
    expect(await statusOf(claimed.id)).toBe(from);
  });

  it('counts every change of a row', async () => {
    const { id, epoch } = await aClaimedRun(database);
    const before = (await database.store.find(id))!.version;
    await database.store.heartbeat(id, epoch, { fraction: 0.1, simulatedMs: 1, barsPerSecond: 1 }, LEASE_MS);
    expect((await database.store.find(id))!.version).toBe(before + 1);
  });
});

describe('the finished run of the same spec, data and code', () => {
  it('is found, the newest of several, and not by another key or while it runs', async () => {
    const run = aRun();
    const key = { specSha256: run.specSha256, dataFingerprint: 'b'.repeat(64), codeVersion: '0.0.0+spec' };
    const { id, epoch } = await aClaimedRun(database, run);
    expect(await database.store.findFinished(key)).toBeNull();
    await database.store.complete(id, epoch, aResult());
    const later = await aClaimedRun(database, { ...run, id: `${run.id}Z` });
    await database.store.complete(later.id, later.epoch, aResult());
    expect((await database.store.findFinished(key))?.id).toBe(later.id);
    expect(await database.store.findFinished({ ...key, codeVersion: '0.0.1' })).toBeNull();
  });
});
