import type { QueuedJob } from '#application';
import { outboxConformance } from '#testing';
import { MemoryDatabase } from './memory-database.js';
import { MemoryOutbox } from './memory-outbox.js';

function openOutbox() {
  let nowMs = 1_767_614_400_000;
  const database = new MemoryDatabase(() => nowMs);
  const add = (jobs: readonly QueuedJob[]): void => {
    for (const job of jobs) database.outbox.insert({ ...job, id: database.nextId(), deliveredMs: null, tries: 0, availableMs: nowMs });
  };
  return { database, outbox: new MemoryOutbox(database), add, letPass: (ms: number) => void (nowMs += ms) };
}

outboxConformance('MemoryOutbox', async () => {
  const { database, outbox, add, letPass } = openOutbox();
  return {
    outbox,
    add: async (jobs) => add(jobs),
    letPass: async (ms) => letPass(ms),
    endTransactions: async () => letPass(15_000),
    clear: async () => {
      for (const { id } of database.outbox.all()) database.outbox.delete(String(id));
    },
    close: async () => undefined,
  };
});

it('doubles what it waits after a failure, from a quarter of a second to two seconds', async () => {
  const { outbox, add, letPass } = openOutbox();
  add([{ queue: 'plan-advance', jobId: 'one', payload: {}, priority: 1 }]);
  const fail = () => outbox.dispatch(1, () => Promise.reject(new Error('away')));
  for (const waitMs of [250, 500, 1_000, 2_000, 2_000, 2_000]) {
    expect(await fail()).toEqual({ delivered: 0, failed: 1 });
    letPass(waitMs - 1);
    expect(await fail()).toEqual({ delivered: 0, failed: 0 });
    letPass(1);
  }
});

it('keeps what a dispatcher that never ends has taken for fifteen seconds', async () => {
  const { outbox, add, letPass } = openOutbox();
  add([{ queue: 'plan-advance', jobId: 'one', payload: {}, priority: 1 }]);
  void outbox.dispatch(1, () => new Promise(() => undefined));
  letPass(14_999);
  expect(await outbox.dispatch(1, () => Promise.resolve())).toEqual({ delivered: 0, failed: 0 });
  letPass(1);
  expect(await outbox.dispatch(1, () => Promise.resolve())).toEqual({ delivered: 1, failed: 0 });
});
