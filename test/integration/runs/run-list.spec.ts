import type { RunFigures } from '#application';
import { aClaimedRun, aResult, aRun, openRunDatabase, someFigures, type RunDatabase } from './run-fixtures.js';

const finished = (name: string, createdAtMs: number, figures: Partial<RunFigures>) => ({ name, createdAtMs, figures });

let database: RunDatabase;
beforeAll(async () => {
  database = await openRunDatabase();
  const runs = [
    finished('a', 1_000, { sharpe: 1, totalReturn: 0.5, maxDrawdown: -0.1 }),
    finished('b', 2_000, { sharpe: 3, totalReturn: 0.1, maxDrawdown: -0.3 }),
    finished('c', 2_000, { sharpe: 3, totalReturn: -0.2, maxDrawdown: -0.2 }),
    finished('d', 4_000, { sharpe: -2, totalReturn: 0.9, maxDrawdown: -0.9 }),
  ];
  for (const { name, createdAtMs, figures } of runs) {
    const { id, epoch } = await aClaimedRun(database, { createdAtMs, labels: { name, tags: [name, 'finished'], note: null } });
    await database.store.complete(id, epoch, aResult({ figures: someFigures(figures) }));
  }
  for (const name of ['e', 'f']) {
    const run = aRun({ createdAtMs: 5_000, labels: { name, tags: [], note: null } });
    await database.store.submit({ ...run, spec: { ...run.spec, exchange: 'BINANCE', interval: '1h' } }, null);
  }
});
afterAll(() => database.close());

async function namesBy(sort: string, limit: number): Promise<string> {
  const names: string[] = [];
  let after: string | undefined;
  for (let page = 0; page < 10; page++) {
    const { items, next } = await database.store.list({ filter: {}, sort, limit, after });
    names.push(...items.map((run) => run.labels.name ?? ''));
    if (next === null) return names.join('');
    after = next;
  }
  throw new Error('the list does not end');
}

// Equal values are ordered by id, and ids by creation: b before c, e before f.
describe.each([1, 2, 3, 100])('a list in pages of %i', (limit) => {
  it.each([
    ['createdAt', 'abcdef'],
    ['-createdAt', 'fedcba'],
    ['-sharpe', 'cbadfe'],
    ['-totalReturn', 'dabcfe'],
    ['-maxDrawdown', 'acbdfe'],
  ])('sorted by %s holds every run once, those without figures last', async (sort, expected) => {
    expect(await namesBy(sort, limit)).toBe(expected);
  });
});

describe('a list', () => {
  it.each([
    { filter: { status: 'queued' as const }, expected: 'ef' },
    { filter: { exchange: 'BINANCE' }, expected: 'ef' },
    { filter: { interval: '1m' }, expected: 'abcd' },
    { filter: { tag: 'c' }, expected: 'c' },
    { filter: { tag: 'finished', status: 'completed' as const, exchange: 'MEXC' }, expected: 'abcd' },
    { filter: { tag: "'; DROP TABLE backtest_run; --" }, expected: '' },
  ])('holds what matches $filter', async ({ filter, expected }) => {
    const { items } = await database.store.list({ filter, sort: 'createdAt', limit: 50 });
    expect(items.map((run) => run.labels.name).join('')).toBe(expected);
  });

  it('refuses a cursor of another sort, a made-up one, and a sort that no index serves', async () => {
    const { next } = await database.store.list({ filter: {}, sort: 'createdAt', limit: 1 });
    const list = (sort: string, after: string) => database.store.list({ filter: {}, sort, limit: 1, after });
    await expect(list('-sharpe', next!)).rejects.toThrow('cursor');
    await expect(list('createdAt', 'x')).rejects.toThrow('cursor');
    await expect(list('createdAt', Buffer.from('["createdAt","1"]').toString('base64url'))).rejects.toThrow('cursor');
    await expect(list('note', 'x')).rejects.toThrow(RangeError);
  });

  it('reads a sorted page from its index', async () => {
    await database.query('SET enable_seqscan = off');
    const plan = await database.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT id FROM backtest_run WHERE (coalesce(sharpe, '-Infinity'), id) < ('1'::text::float8, 'x')
       ORDER BY coalesce(sharpe, '-Infinity') DESC, id DESC LIMIT 2`,
    );
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toContain('Index Scan Backward using backtest_run_by_sharpe');
    expect(text).not.toContain('Sort');
  });
});
