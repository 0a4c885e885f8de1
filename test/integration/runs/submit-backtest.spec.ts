import { ulid } from 'ulid';
import { SubmitBacktest, type SubmitCommand } from '#application';
import { DEFAULT_PARAMETERS } from '#domain';
import { PostgresCandleStore } from '#persistence';
import { canonicalSha256, systemClock } from '#platform';
import { openRunDatabase, type RunDatabase } from './run-fixtures.js';
import { openRunner, storePrices } from './run-harness.js';

let database: RunDatabase;
let kicks = 0;
beforeAll(async () => {
  database = await openRunDatabase();
  for (const base of ['HANA', 'TRUTH', 'SIREN']) await storePrices(database, base, [1, 2, 1, 2]);
});
afterAll(() => database.close());
afterEach(() => database.query('TRUNCATE backtest_run, outbox, idempotency_key CASCADE'));

const submit = (command: Partial<SubmitCommand> = {}, spec: Partial<SubmitCommand['spec']> = {}) =>
  new SubmitBacktest({
    store: database.store, candles: new PostgresCandleStore(database.dataSource), clock: systemClock, ids: { next: (prefix) => `${prefix}_${ulid()}` },
    digest: canonicalSha256, codeVersion: '0.0.0+spec', maxAssetBars: 100, onQueued: () => (kicks += 1),
  }).run({
    spec: { exchange: 'MEXC', quote: 'USDT', interval: '1m', assets: ['HANA', 'TRUTH', 'SIREN'], fromMs: null, toMs: null, parameters: DEFAULT_PARAMETERS, periodicEveryMs: 604_800_000, ...spec },
    labels: { name: null, tags: [], note: null }, priority: 'interactive', isForced: false, idempotency: null, ...command,
  });

async function acceptedRun(command: Partial<SubmitCommand> = {}) {
  const result = await submit(command);
  if (result.kind !== 'accepted') throw new Error(JSON.stringify(result));
  return result;
}
const runCount = async () => (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM backtest_run'))[0]?.n;

it('stores the run with its job and tells the dispatcher', async () => {
  kicks = 0;
  const { run, isCached } = await acceptedRun();
  expect(run).toMatchObject({ status: 'queued', spec: { assets: ['HANA', 'TRUTH', 'SIREN'] } });
  expect([isCached, kicks]).toEqual([false, 1]);
  expect(await database.query('SELECT payload FROM outbox')).toEqual([{ payload: { runId: run.id } }]);
});

it('returns the finished run of the same spec, data and code, unless forced or the data changed', async () => {
  const first = await acceptedRun();
  await openRunner(database).look(first.run.id);
  expect(await acceptedRun({ labels: { name: 'another name', tags: [], note: null } })).toMatchObject({ isCached: true, run: { id: first.run.id, status: 'completed' } });
  expect(await acceptedRun({ isForced: true })).toMatchObject({ isCached: false });
  await storePrices(database, 'HANA', [1, 3, 1, 2]);
  expect(await acceptedRun()).toMatchObject({ isCached: false });
  await storePrices(database, 'HANA', [1, 2, 1, 2]);
});

it('does not return a run that is still waiting: it may be canceled', async () => {
  const first = await acceptedRun();
  expect((await acceptedRun()).run.id).not.toBe(first.run.id);
});

it('answers a key with the run of the first time, also when that has finished, and another request under it with a refusal', async () => {
  const idempotency = { principal: 'p', key: 'k' };
  const first = await acceptedRun({ idempotency });
  expect((await acceptedRun({ idempotency })).run.id).toBe(first.run.id);
  expect(await submit({ idempotency, priority: 'bulk' })).toEqual({ kind: 'key-reused' });
  expect(await runCount()).toBe(1);
});

it('notes what the strategy cannot do: with two assets a rise of 40 % on one is a fall of 40 % on the other', async () => {
  const result = await submit({}, { assets: ['HANA', 'TRUTH'] });
  expect(result).toMatchObject({ kind: 'accepted', run: { notices: expect.arrayContaining([expect.objectContaining({ code: 'downside-triggers-first' })]) } });
});

it.each([
  { name: 'no asset', spec: { assets: [] }, pointer: '/assets', code: 'invalid-basket' },
  { name: 'the quote among the assets', spec: { assets: ['HANA', 'USDT'] }, pointer: '/assets', code: 'invalid-basket' },
  { name: 'an interval that does not exist', spec: { interval: '7m' }, pointer: '/interval', code: 'invalid-interval' },
  { name: 'an asset of which nothing is stored', spec: { assets: ['HANA', 'LUNA'] }, pointer: '/assets/1', code: 'unknown-series' },
  { name: 'another exchange', spec: { exchange: 'BINANCE' }, pointer: '/assets/0', code: 'unknown-series' },
  { name: 'a period that is not stored', spec: { fromMs: Date.UTC(2030, 0) }, pointer: '/from', code: 'period-outside-coverage' },
])('refuses $name and stores nothing', async ({ spec, pointer, code }) => {
  const result = await submit({}, spec);
  expect(result).toMatchObject({ kind: 'refused' });
  expect(result.kind === 'refused' && result.faults[0]).toMatchObject({ pointer, code, detail: expect.any(String) });
  expect(await runCount()).toBe(0);
});
