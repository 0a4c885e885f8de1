/// <reference types="jest" />
import { ulid } from 'ulid';
import type { AccountStore, QueuedJob, ReconciliationRun, TradingAccount } from '#application';

export interface AccountStoreSubject {
  readonly store: AccountStore;
  /** A paper portfolio at the venue with an account of its own, in this state, with an open plan or none; the account's id. */
  readonly paperAccount: (venue: TradingAccount['venue'], state: 'running' | 'deleted', hasPlan: boolean) => Promise<string>;
  /** Jobs in the outbox that name this run. */
  readonly jobsOf: (runId: string) => Promise<readonly Pick<QueuedJob, 'queue' | 'jobId' | 'payload' | 'priority'>[]>;
  /** Who halted and cleared, oldest first. */
  readonly eventsOf: (accountId: string) => Promise<readonly { readonly to: string; readonly atMs: number; readonly by: string | null; readonly cause: string | null }[]>;
  readonly close: () => Promise<void>;
}

type At = () => AccountStoreSubject;
type Registration = Parameters<AccountStore['register']>[0];

const START_MS = 1_767_225_600_000;

/** What every adapter of AccountStore must do, whatever stands behind it. Registers tests under the name. */
export function accountStoreConformance(name: string, makeSubject: () => Promise<AccountStoreSubject>): void {
  describe(`AccountStore by ${name}`, () => {
    let subject: AccountStoreSubject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.close());
    const at = (): AccountStoreSubject => subject;
    describe('registration', () => testRegistration(at));
    describe('halts', () => testHalts(at));
    describe('reconciliations', () => testReconciliations(at));
    describe('reconciliations in order', () => testReconciliationLists(at));
    describe('breakers', () => testBreakers(at));
  });
}

const aRegistration = (change: Partial<Registration> = {}): Registration => ({
  id: `live-${ulid()}`, mode: 'live', venue: 'MEXC', keyFingerprint: '0123456789ab', canWithdraw: null, ...change,
});

const registered = (at: At): Promise<TradingAccount> => at().store.register(aRegistration(), START_MS);

const aRun = (accountId: string, change: Partial<ReconciliationRun> = {}): ReconciliationRun => ({
  id: `rc_${ulid()}`, accountId, cause: 'operator', state: 'done', isEqual: true, assetCount: 2, differences: [], problem: null,
  requestedMs: START_MS + 1, finishedMs: START_MS + 2, ...change,
});

const DIFFERENCE = { asset: 'HANA', booked: '10', venue: '9.5', tolerance: '0.001' };
const unequal = (accountId: string, finishedMs: number): ReconciliationRun =>
  aRun(accountId, { isEqual: false, differences: [DIFFERENCE], finishedMs });

function testRegistration(at: At): void {
  it('begins with nothing known', async () => {
    const registration = aRegistration();
    const account = await at().store.register(registration, START_MS);
    expect(account).toEqual({
      ...registration, reconciledMs: null, mismatchSinceMs: null, haltReason: null, openOrderCount: 0, executorSeenMs: START_MS, createdMs: START_MS,
    });
    expect(await at().store.find(account.id)).toEqual(account);
    expect(await at().store.list({ limit: 1_000 })).toContainEqual(account);
    expect(await at().store.find('live-nobody')).toBeNull();
  });

  it('again notes the key and the time, and forgets nothing', async () => {
    const account = await registered(at);
    await at().store.halt(account.id, 'a key that withdraws', START_MS + 1);
    await at().store.finishReconciliation(unequal(account.id, START_MS + 2), 3);
    const again = await at().store.register({ ...account, keyFingerprint: 'ffffffffffff', canWithdraw: false }, START_MS + 9);
    expect(again).toEqual({
      ...account, keyFingerprint: 'ffffffffffff', canWithdraw: false, haltReason: 'a key that withdraws', mismatchSinceMs: START_MS + 2, openOrderCount: 3,
      executorSeenMs: START_MS + 9,
    });
  });

  it('is refused where the id is that of another mode or venue', async () => {
    const account = await registered(at);
    await expect(at().store.register({ ...account, venue: 'SIMULATOR' }, START_MS)).rejects.toMatchObject({ name: 'StoreFailure', kind: 'refused' });
    await expect(at().store.register({ ...account, mode: 'paper' }, START_MS)).rejects.toThrow(account.id);
    expect(await at().store.find(account.id)).toEqual(account);
  });

  it('tells the paper accounts of a venue at which something can happen', async () => {
    const running = await at().paperAccount('MEXC', 'running', false);
    const deleted = await at().paperAccount('MEXC', 'deleted', false);
    const settling = await at().paperAccount('MEXC', 'deleted', true);
    const elsewhere = await at().paperAccount('SIMULATOR', 'running', false);
    const active = await at().store.activePaperAccounts('MEXC');
    expect(active).toEqual(expect.arrayContaining([running, settling]));
    expect(active).not.toContain(deleted);
    expect(active).not.toContain(elsewhere);
  });
}

function testHalts(at: At): void {
  it('keep their first reason until a person clears them, and say who did', async () => {
    const { id } = await registered(at);
    await at().store.halt(id, 'overfilled', START_MS + 1);
    await at().store.halt(id, 'books differ', START_MS + 2);
    expect((await at().store.find(id))?.haltReason).toBe('overfilled');
    await at().store.openBreaker({ key: `account:${id}`, openUntilMs: START_MS + 600_000, reason: 'banned' }, START_MS + 2);
    await at().store.clearHalt(id, START_MS + 3, 'an operator');
    expect((await at().store.breakers(START_MS + 4)).filter(({ key }) => key === `account:${id}`)).toEqual([]);
    await at().store.clearHalt(id, START_MS + 4, 'another');
    expect((await at().store.find(id))?.haltReason).toBeNull();
    await at().store.halt(id, 'overfilled again', START_MS + 5);
    expect(await at().eventsOf(id)).toEqual([
      { to: 'halted', atMs: START_MS + 1, by: null, cause: 'overfilled' },
      { to: 'open', atMs: START_MS + 3, by: 'an operator', cause: null },
      { to: 'halted', atMs: START_MS + 5, by: null, cause: 'overfilled again' },
    ]);
  });
}

function testReconciliations(at: At): void {
  it('are asked for with their job', async () => {
    const { id: accountId } = await registered(at);
    const request = { id: `rc_${ulid()}`, accountId, cause: 'kill-switch', requestedMs: START_MS + 1 } as const;
    await at().store.requestReconciliation(request);
    expect(await at().store.reconciliation(request.id)).toEqual({
      ...request, state: 'requested', isEqual: null, assetCount: null, differences: [], problem: null, finishedMs: null,
    });
    const jobs = await at().jobsOf(request.id);
    expect(jobs).toEqual([{ queue: 'account-reconcile', jobId: `account-reconcile-${request.id}-1`, payload: { runId: request.id }, priority: 4 }]);
  });

  it('that find no difference say when, and end a difference', async () => {
    const { id } = await registered(at);
    await at().store.finishReconciliation(unequal(id, START_MS + 2), 0);
    const run = aRun(id, { finishedMs: START_MS + 5 });
    await at().store.finishReconciliation(run, 2);
    expect(await at().store.find(id)).toMatchObject({ reconciledMs: START_MS + 5, mismatchSinceMs: null, openOrderCount: 2 });
    expect(await at().store.reconciliation(run.id)).toEqual(run);
  });

  it('that find a difference leave since when there is one', async () => {
    const { id } = await registered(at);
    await at().store.finishReconciliation(aRun(id, { finishedMs: START_MS + 2 }), 0);
    await at().store.finishReconciliation(unequal(id, START_MS + 5), 0);
    const second = unequal(id, START_MS + 7);
    await at().store.finishReconciliation(second, 0);
    expect(await at().store.find(id)).toMatchObject({ reconciledMs: START_MS + 2, mismatchSinceMs: START_MS + 5 });
    expect((await at().store.reconciliation(second.id))?.differences).toEqual([DIFFERENCE]);
  });

  it('that fail say why, and nothing of the books', async () => {
    const { id } = await registered(at);
    await at().store.finishReconciliation(aRun(id, { finishedMs: START_MS + 2 }), 1);
    const failed = aRun(id, { state: 'failed', isEqual: null, assetCount: null, problem: 'no answer', finishedMs: START_MS + 9 });
    await at().store.finishReconciliation(failed, 0);
    expect(await at().store.reconciliation(failed.id)).toEqual(failed);
    expect(await at().store.find(id)).toMatchObject({ reconciledMs: START_MS + 2, mismatchSinceMs: null, openOrderCount: 1 });
  });

  it('end once: what a late one says changes nothing', async () => {
    const { id } = await registered(at);
    const run = aRun(id);
    await at().store.finishReconciliation(run, 0);
    await at().store.finishReconciliation({ ...unequal(id, START_MS + 9), id: run.id }, 7);
    expect(await at().store.reconciliation(run.id)).toEqual(run);
    expect(await at().store.find(id)).toMatchObject({ mismatchSinceMs: null, openOrderCount: 0 });
  });
}

function testReconciliationLists(at: At): void {
  const request = async (accountId: string, requestedMs: number): Promise<string> => {
    const id = `rc_${ulid()}`;
    await at().store.requestReconciliation({ id, accountId, cause: 'operator', requestedMs });
    return id;
  };

  it('come newest first of an account, and oldest first of those that wait', async () => {
    const [one, other] = [await registered(at), await registered(at)];
    const late = await request(one.id, START_MS + 30);
    const early = await request(one.id, START_MS + 10);
    const third = await request(other.id, START_MS + 20);
    expect((await at().store.reconciliations(one.id, 10)).map(({ id }) => id)).toEqual([late, early]);
    expect((await at().store.reconciliations(one.id, 1)).map(({ id }) => id)).toEqual([late]);
    const waiting = async () => (await at().store.requestedReconciliations(100)).map(({ id }) => id).filter((id) => [late, early, third].includes(id));
    expect(await waiting()).toEqual([early, third, late]);
    await at().store.finishReconciliation(aRun(other.id, { id: third }), 0);
    expect(await waiting()).toEqual([early, late]);
    expect(await at().store.requestedReconciliations(1)).toHaveLength(1);
  });
}

function testBreakers(at: At): void {
  it('stand open until their time, and are never shortened', async () => {
    const key = `market:${ulid()}`;
    const own = async (nowMs: number) => (await at().store.breakers(nowMs)).filter((breaker) => breaker.key === key);
    await at().store.openBreaker({ key, openUntilMs: START_MS + 100, reason: 'refused' }, START_MS);
    await at().store.openBreaker({ key, openUntilMs: START_MS + 50, reason: 'a lesser one' }, START_MS + 1);
    expect(await own(START_MS + 99)).toEqual([{ key, openUntilMs: START_MS + 100, reason: 'refused' }]);
    expect(await own(START_MS + 100)).toEqual([]);
    await at().store.openBreaker({ key, openUntilMs: START_MS + 200, reason: 'a longer one' }, START_MS + 2);
    expect(await own(START_MS + 100)).toEqual([{ key, openUntilMs: START_MS + 200, reason: 'a longer one' }]);
  });
}
