import { MemoryDatabase } from './memory-database.js';
import { Table } from './table.js';

interface Row { readonly id: string; readonly group: string; readonly count: number }

const aTable = (undo: (() => void)[] = []) => new Table<Row>('row', ({ id }) => id, { add: (step) => void undo.push(step) });

it('keeps rows in the order in which they came to be, changed or not', () => {
  const table = aTable();
  for (const id of ['b', 'a', 'c']) table.insert({ id, group: 'x', count: 1 });
  table.update('b', { count: 2 });
  expect([...table.all()].map(({ id, count }) => `${id}${count}`)).toEqual(['b2', 'a1', 'c1']);
  expect(() => table.insert({ id: 'a', group: 'x', count: 1 })).toThrow('row has a already');
  expect(() => table.update('d', {})).toThrow('row has no d');
});

it('takes back every kind of change, and what an index says with it', () => {
  const undo: (() => void)[] = [];
  const table = aTable(undo);
  const ofGroup = table.indexBy(({ group }) => group);
  table.insert({ id: 'kept', group: 'x', count: 1 });
  table.insert({ id: 'gone', group: 'x', count: 1 });
  undo.length = 0;
  table.update('kept', { count: 2 });
  table.delete('gone');
  table.insert({ id: 'new', group: 'x', count: 1 });
  expect(ofGroup('x').map(({ id }) => id)).toEqual(['kept', 'new']);
  for (const step of undo.toReversed()) step();
  expect(ofGroup('x').map(({ id, count }) => `${id}${count}`)).toEqual(['kept1', 'gone1']);
  expect(table.size).toBe(2);
});

it('runs a transaction as a whole: what a watcher refuses is as if it had never been', () => {
  const database = new MemoryDatabase(() => 0);
  const breaker = { key: 'account:a', openUntilMs: 1, reason: 'a test', openedMs: 0 };
  database.breakers.watch(({ reason }) => {
    if (reason === 'refused') throw new Error('refused by the watcher');
  });
  const twoBreakers = (): void => {
    database.breakers.insert(breaker);
    database.transaction(() => database.breakers.insert({ ...breaker, key: 'account:b', reason: 'refused' }));
  };
  expect(() => database.transaction(twoBreakers)).toThrow('refused by the watcher');
  expect([...database.breakers.all()]).toEqual([]);
  database.transaction(() => database.breakers.insert(breaker));
  expect(database.breakers.get('account:a')).toEqual(breaker);
});
