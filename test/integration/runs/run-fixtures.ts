import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import { createDataSource, PostgresBacktestRunStore, PostgresBacktestRunSweep, PostgresOutbox, runMigrations, type RunJobPolicy } from '#persistence';
import { DEFAULT_PARAMETERS } from '#domain';
import { createTestDatabase } from '#testing';
import type { NewRun, QueuedJob, RunFigures, StoredResult } from '#application';

export const JOBS: RunJobPolicy = { queue: 'backtest-run', priorities: { interactive: 1, bulk: 10 } };
export const LEASE_MS = 30_000;

/** A migrated database of its own with the stores on it; `close` ends it. */
export async function openRunDatabase() {
  const database = await createTestDatabase();
  const dataSource = await createDataSource({ url: database.url, poolSize: 8, applicationName: 'runs-spec' }).initialize();
  await runMigrations(dataSource);
  return {
    url: database.url,
    dataSource,
    store: new PostgresBacktestRunStore(dataSource, JOBS),
    sweep: new PostgresBacktestRunSweep(dataSource, JOBS),
    outbox: new PostgresOutbox(dataSource),
    query: async <Row>(text: string, parameters: unknown[] = []): Promise<Row[]> => {
      const result: unknown = await dataSource.query(text, parameters);
      return (/^\s*(?:update|delete)/iu.test(text) ? (result as [Row[]])[0] : result) as Row[];
    },
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}

export type RunDatabase = Awaited<ReturnType<typeof openRunDatabase>>;

export function aRun(overrides: Partial<NewRun> = {}): NewRun {
  return {
    id: `bt_${ulid()}`,
    spec: {
      exchange: 'MEXC', quote: 'USDT', interval: '1m', assets: ['HANA', 'TRUTH'], fromMs: null, toMs: null,
      parameters: DEFAULT_PARAMETERS, periodicEveryMs: 604_800_000,
    },
    specSha256: randomBytes(32).toString('hex'),
    dataFingerprint: 'a'.repeat(64),
    codeVersion: '0.0.0+spec',
    priority: 'interactive',
    labels: { name: null, tags: [], note: null },
    notices: [],
    createdAtMs: Date.now(),
    ...overrides,
  };
}

export const someFigures = (overrides: Partial<RunFigures> = {}): RunFigures => ({
  finalValue: 11_000.25, totalReturn: 0.100025, annualizedReturn: null, maxDrawdown: -0.2, sharpe: 1.5, rebalanceCount: 1,
  tradeCount: 3, feesPaid: 1.25, holdReturn: 0.05, periodicReturn: 0.06, bars: 3, ...overrides,
});

export function aResult(overrides: Partial<StoredResult> = {}): StoredResult {
  return {
    figures: someFigures(),
    notices: [{ code: 'note', detail: 'kept' }],
    dataFingerprint: 'b'.repeat(64),
    codeVersion: '0.0.0+spec',
    document: { panel: { bars: 3 } },
    openTimesMs: Float64Array.of(60_000, 120_000, 180_000),
    equity: Float64Array.of(10_000, 10_500.125, 11_000.25),
    weights: { timesMs: Float64Array.of(60_000), weights: [Float64Array.of(0.35), Float64Array.of(0.35)], reserve: Float64Array.of(0.3), holdEquity: Float64Array.of(105) },
    trades: [
      { timeMs: 60_000, side: 'buy', asset: 'HANA', quantity: 0.1 + 0.2, price: 1e-8, value: 3e-9, fee: 0, rebalance: null },
      { timeMs: 120_000, side: 'sell', asset: 'HANA', quantity: 1, price: 2, value: 2, fee: 0.002, rebalance: 0 },
      { timeMs: 120_000, side: 'buy', asset: 'TRUTH', quantity: 1, price: 2, value: 2, fee: 0.002, rebalance: 0 },
    ],
    rebalances: [{ index: 0, asset: 'HANA' }],
    ...overrides,
  };
}

/** Submits a run and claims it: what most of a run's life starts with. */
export async function aClaimedRun(database: RunDatabase, overrides: Partial<NewRun> = {}) {
  const run = aRun(overrides);
  await database.store.submit(run, null);
  const claim = await database.store.claim(run.id, 'runner-1', LEASE_MS);
  if (claim.kind !== 'claimed') throw new Error(`claim was ${claim.kind}`);
  return { id: run.id, epoch: claim.lease.epoch };
}

export const expireLease = (database: RunDatabase, id: string) =>
  database.query(`UPDATE backtest_run SET lease_until = now() - interval '1 second' WHERE id = $1`, [id]);

export const passGrace = (database: RunDatabase) =>
  database.query(`UPDATE backtest_run SET next_action_at = now() - interval '1 second' WHERE status = 'queued'`);

/** Takes everything out of the outbox, as a dispatcher with a working transport would. */
export async function drainOutbox(database: RunDatabase): Promise<QueuedJob[]> {
  const jobs: QueuedJob[] = [];
  const { failed } = await database.outbox.dispatch(1_000, async (job) => void jobs.push(job));
  if (failed > 0) throw new Error(`${failed} jobs were not delivered`);
  return jobs;
}
