import { aPlanRow, anIntentRow } from '../store/memory-scene.js';
import { anAttemptRow, NOW_MS, openLawlessScene, told } from './lawless-scene.js';
import { watchOrders, type OrderWatchParts } from './watch-orders.js';

function aWatch(change: Partial<OrderWatchParts> = {}) {
  const scene = openLawlessScene();
  const parts = { mayReplay: false, mayOverTrade: false, isLie: () => false, hasTraded: () => false, isServerSteady: () => true, ...change };
  const watch = watchOrders(scene.database, scene.violations, parts);
  const accept = (clientOrderId: string): void => watch.onAccepted({ clientOrderId, marketId: 'HANAUSDT', accountId: scene.accountId });
  return { ...scene, told: () => told(scene), onPost: (id: string, signedMs = NOW_MS) => watch.onPost(id, signedMs), accept, lateAccepts: watch.lateAccepts, replayed: watch.replayed };
}

it('has nothing to say of an order that is saved, sent once, taken once and ended', () => {
  const { database, intentId, onPost, accept, told: heard } = aWatch();
  const { clientOrderId } = anAttemptRow(database, intentId);
  onPost(clientOrderId);
  accept(clientOrderId);
  for (const state of ['unknown', 'acked', 'done'] as const) database.attempts.update(clientOrderId, { state });
  anAttemptRow(database, intentId, { attemptNo: 2 });
  expect(heard()).toEqual([]);
});

describe('I1', () => {
  it('sees an id that is sent twice', () => {
    const { database, intentId, onPost, told: heard } = aWatch();
    anAttemptRow(database, intentId);
    onPost('r1');
    onPost('r1');
    expect(heard()).toEqual(['I1: r1 was sent 2 times']);
  });

  it('sees an order that is sent before it is saved', () => {
    const { onPost, told: heard } = aWatch();
    onPost('r1');
    expect(heard()).toEqual(['I1: r1 was sent and no attempt of that id is saved']);
  });
});

it('P4 sees a request that is signed with another time than the one that was saved', () => {
  const { database, intentId, onPost, told: heard } = aWatch();
  anAttemptRow(database, intentId);
  onPost('r1', NOW_MS + 1);
  expect(heard()).toEqual([`P4: r1 was signed with ${NOW_MS + 1}, and ${NOW_MS} is saved`]);
});

it.each(['prepared', 'unknown', 'acked'] as const)('I2 sees a second attempt beside one that is %s', (state) => {
  const { database, intentId, told: heard } = aWatch();
  anAttemptRow(database, intentId, { state });
  anAttemptRow(database, intentId, { attemptNo: 2 });
  expect(heard()).toEqual([`I2: intent intent has 2 live attempts: r1 ${state}, r2 prepared`]);
});

describe('I3', () => {
  it('sees a leg that comes to be two orders', () => {
    const { database, intentId, accept, told: heard } = aWatch();
    anAttemptRow(database, intentId, { state: 'done' });
    anAttemptRow(database, intentId, { attemptNo: 2 });
    accept('r1');
    accept('r2');
    expect(heard()).toEqual(['I3: intent intent came to be 2 orders: r1, r2']);
  });

  it('sees an order that nobody has saved, and passes over one that is not ours', () => {
    const { accept, told: heard } = aWatch();
    accept('r9');
    accept('somebody');
    expect(heard()).toEqual(['I3: the exchange took r9 in HANAUSDT, of which no attempt is saved']);
  });

  it('lets an edge replay a request where it may, and tells of it', () => {
    const { database, intentId, accept, replayed, told: heard } = aWatch({ mayReplay: true });
    anAttemptRow(database, intentId);
    accept('r1');
    accept('r1');
    expect([heard(), replayed()]).toEqual([[], ['r1']]);
  });
});

describe('P4', () => {
  it.each(['dead', 'rejected', 'not-sent'] as const)('sees an order that becomes %s though it was filled', (state) => {
    const { database, intentId, told: heard } = aWatch({ hasTraded: () => true });
    anAttemptRow(database, intentId, { state: 'unknown' });
    database.attempts.update('r1', { state });
    expect(heard()).toEqual([`P4: r1 became ${state}, and the exchange has filled it`]);
  });

  it('says nothing of what is given up and was not filled', () => {
    const { database, intentId, told: heard } = aWatch();
    anAttemptRow(database, intentId, { state: 'unknown' });
    database.attempts.update('r1', { state: 'dead' });
    expect(heard()).toEqual([]);
  });

  it('sees an order that is taken after it was given up, unless the clock of the exchange was set', () => {
    const watches = [true, false].map((isSteady) => {
      const watch = aWatch({ isServerSteady: () => isSteady });
      anAttemptRow(watch.database, watch.intentId, { state: 'dead' });
      watch.accept('r1');
      return [watch.told(), watch.lateAccepts()];
    });
    expect(watches).toEqual([[['P4: r1 was dead when the exchange took it'], 1], [[], 1]]);
  });

  it('forgives a refusal that was a lie, and no other end of that order', () => {
    const { database, intentId, told: heard } = aWatch({ hasTraded: () => true, isLie: (id) => id === 'r1' });
    for (const attemptNo of [1, 2]) anAttemptRow(database, intentId, { state: 'unknown', attemptNo });
    const before = heard();
    for (const id of ['r1', 'r2']) database.attempts.update(id, { state: 'rejected' });
    expect(heard().slice(before.length)).toEqual(['P4: r2 became rejected, and the exchange has filled it']);
  });
});

describe('P4 where answers may be older than the dead rule waits', () => {
  const MINUTE_MS = 60_000;

  it('lets an order be given up within the caps, and nothing else than that', () => {
    const { database, intentId, planId, told: heard } = aWatch({ hasTraded: () => true, mayOverTrade: true });
    anAttemptRow(database, intentId, { state: 'unknown' });
    anAttemptRow(database, anIntentRow(database, planId, { leg: 1 }), { state: 'unknown' });
    database.attempts.update('r1', { state: 'dead' });
    database.attempts.update('r2', { state: 'rejected' });
    expect(heard()).toEqual(['P4: r2 became rejected, and the exchange has filled it']);
  });

  /** Orders of plans of their own, each given up a minute after its claim. */
  function giveUp(orders: readonly { readonly notional: string; readonly minute: number }[]): readonly string[] {
    const { database, portfolioId, told: heard } = aWatch({ hasTraded: () => true, mayOverTrade: true });
    for (const { notional, minute } of orders) {
      const createdMs = 1_767_614_400_000 + minute * MINUTE_MS;
      const { clientOrderId } = anAttemptRow(database, anIntentRow(database, aPlanRow(database, portfolioId)), { state: 'unknown', notional, createdMs });
      database.attempts.update(clientOrderId, { state: 'dead', changedMs: createdMs + MINUTE_MS });
    }
    return heard();
  }

  // Of 10,000 USDT in all: 7,500 in an order, 15,000 in an hour, 40,000 in a day.
  it.each([
    ['one of its cap', [{ notional: '7500', minute: 0 }], []],
    ['one beyond it', [{ notional: '7500.01', minute: 0 }], ['it is 7500.01 of at most 7500']],
    ['an hour of its cap', [0, 10].map((minute) => ({ notional: '7500', minute })), []],
    ['an hour beyond it', [{ notional: '7500', minute: 0 }, { notional: '7500', minute: 10 }, { notional: '1', minute: 20 }], ['those of an hour come to 15001 of at most 15000']],
    ['the same an hour later', [{ notional: '7500', minute: 0 }, { notional: '7500', minute: 10 }, { notional: '1', minute: 60 }], []],
    ['a day beyond it', [0, 70, 140, 210, 280, 350].map((minute) => ({ notional: '6700', minute })), ['those of a day come to 40200 of at most 40000']],
    ['two in a market six minutes apart', [0, 6].map((minute) => ({ notional: '1', minute })), []],
    ['two in a market less than that apart', [0, 5].map((minute) => ({ notional: '1', minute })), ['so was r1, whose market was in quarantine still when it was claimed']],
  ])('judges %s', (_what, orders, excesses) => {
    expect(giveUp(orders)).toEqual(excesses.map((excess) => `P4: r${orders.length} was given up though it was filled, and ${excess}`));
  });

  it('sees two of one plan', () => {
    const { database, intentId, planId, told: heard } = aWatch({ hasTraded: () => true, mayOverTrade: true });
    anAttemptRow(database, intentId, { state: 'unknown' });
    anAttemptRow(database, anIntentRow(database, planId, { leg: 1, assetIndex: 1 }), { state: 'unknown' });
    for (const id of ['r1', 'r2']) database.attempts.update(id, { state: 'dead' });
    expect(heard()).toEqual(['P4: r2 was given up though it was filled, and so was r1 of the same plan']);
  });
});
