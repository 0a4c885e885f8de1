import { StoreFailure } from '#application';
import { MemoryDatabase } from './memory-database.js';
import { postTransaction, queueJobs } from './writers.js';

let database: MemoryDatabase;
beforeEach(() => {
  database = new MemoryDatabase(() => 7);
  database.accounts.insert({
    id: 'live-a', mode: 'live', venue: 'SIMULATOR', keyFingerprint: null, canWithdraw: null, reconciledMs: 1, mismatchSinceMs: null, haltReason: null,
    openOrderCount: 0, executorSeenMs: null, createdMs: 1,
  });
  database.portfolios.insert({
    id: 'pf_1', name: 'one', mode: 'live', venue: 'SIMULATOR', accountId: 'live-a', state: 'created', stateReason: null, shard: 0, configVersion: 1, capital: '100.50',
    isAllocated: false, version: 1, createdMs: 1, changedMs: 1, changedBy: 'a test',
  });
});

const refusal = (act: () => void): string => {
  try {
    database.transaction(act);
  } catch (error) {
    if (error instanceof StoreFailure && error.kind === 'refused') return error.message.replace('the database refused it: ', '');
    throw error;
  }
  return 'not refused';
};

const deposit = (key: string, quantity: string, opposite: string, kind: 'external-deposit' | 'fill' = 'external-deposit') => ({
  key, accountId: 'live-a', kind, occurredMs: 5, bookedMs: 6, memo: null, flows: [{ portfolioId: 'pf_1', value: 10 }],
  postings: [{ holder: { kind: 'portfolio', portfolioId: 'pf_1' }, asset: 'USDT', quantity }, { holder: { kind: 'external' }, asset: 'USDT', quantity: opposite }] as const,
});

it('raises the version with every change, leaves an event for each state, and refuses what no table of transitions has', () => {
  database.portfolios.update('pf_1', { state: 'running', changedMs: 2, changedBy: 'ann', stateReason: 'a wish' });
  database.portfolios.update('pf_1', { isAllocated: true });
  expect(database.portfolios.get('pf_1')).toMatchObject({ state: 'running', version: 3, capital: '100.5' });
  expect(refusal(() => database.portfolios.update('pf_1', { state: 'created' }))).toBe('portfolio cannot go from running to created');
  expect(Array.from(database.stateEvents.all(), ({ from, to, atMs, actor, cause }) => [from, to, atMs, actor, cause])).toEqual([
    [null, 'created', 1, 'a test', null], ['created', 'running', 2, 'ann', 'a wish'],
  ]);
});

it('keeps holdings and flows beside the ledger, and books a key once', () => {
  expect(postTransaction(database, deposit('a', '10.10', '-10.1'))).toBe(true);
  expect(postTransaction(database, deposit('a', '99', '-99'))).toBe(false);
  expect(postTransaction(database, deposit('b', '0.000000000000000001', '-0.000000000000000001', 'fill'))).toBe(true);
  expect(database.holdings.get('live-a|pf_1|USDT')).toMatchObject({ quantity: '10.100000000000000001', lastFillMs: 5 });
  expect(database.flows.get('pf_1')!.total).toBe(20);
});

it.each([
  ['10', '-9.999999999999999999', 'ledger transaction a does not sum to zero in USDT'],
  ['NaN', '-10', 'NaN is no amount'],
  ['10000000000000000000', '-10000000000000000000', '10000000000000000000 is no amount'],
  ['many', '-10', 'many is no number'],
  ['0.0000000000000000004', '-0.0000000000000000004', 'ledger transaction a has an entry of zero'],
])('refuses entries of %s and %s, and keeps nothing of them', (quantity, opposite, reason) => {
  expect(refusal(() => postTransaction(database, deposit('a', quantity, opposite)))).toBe(reason);
  expect([database.ledger.size, database.holdings.size, database.flows.size]).toEqual([0, 0, 0]);
});

it('only adds to the books', () => {
  postTransaction(database, deposit('a', '10', '-10'));
  expect(refusal(() => void database.ledger.update('a', { memo: 'other' }))).toBe('ledger_transaction is append-only');
  expect(refusal(() => database.ledger.delete('a'))).toBe('ledger_transaction is append-only');
});

it('queues a job once for each id', () => {
  const job = { queue: 'plan-advance', jobId: 'plan-advance-1', payload: { planId: 'pl_1' }, priority: 1 };
  queueJobs(database, [job, job]);
  queueJobs(database, [job]);
  expect(database.indexes.undeliveredOfPlan('plan-advance|pl_1')).toEqual([{ ...job, id: expect.any(Number), deliveredMs: null, tries: 0, availableMs: 7 }]);
  expect(() => queueJobs(database, [{ ...job, jobId: 'plan:1' }])).toThrow(RangeError);
});

it('refuses a row of nobody, a time that is none, and a name that is taken', () => {
  expect(refusal(() => database.quarantines.insert({ accountId: 'live-b', marketId: 'HANAUSDT', untilMs: 1, reason: 'a test' }))).toMatch('refers to live-b');
  expect(refusal(() => database.quarantines.insert({ accountId: 'live-a', marketId: 'HANAUSDT', untilMs: 1.5, reason: 'a test' }))).toMatch('no time');
  expect(refusal(() => void database.portfolios.insert({ ...database.portfolios.get('pf_1')!, id: 'pf_2' }))).toMatch('portfolio_name');
});
