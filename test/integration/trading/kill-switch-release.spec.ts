import { ulid } from 'ulid';
import { EngageKillSwitch, ReleaseKillSwitch, type EventLog, type SwitchScope } from '#application';
import { PostgresAccountStore, PostgresKillSwitchStore, PostgresPortfolioStore } from '#persistence';
import { aPortfolio, aTradingAccount, NOW_MS, openTradingDatabase, type TradingDatabase } from './trading-rows.js';

const quiet: EventLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

let database: TradingDatabase;
let accounts: PostgresAccountStore;
let engage: EngageKillSwitch;
let release: ReleaseKillSwitch;
let nowMs: number;
let kicks: number;

beforeAll(async () => {
  database = await openTradingDatabase(4);
  accounts = new PostgresAccountStore(database.dataSource, { queue: 'account-reconcile', priority: 1 });
  const store = new PostgresKillSwitchStore(database.dataSource);
  const clock = { nowMs: () => nowMs };
  engage = new EngageKillSwitch({ store, accounts, portfolios: new PostgresPortfolioStore(database.dataSource), clock, log: quiet });
  release = new ReleaseKillSwitch({ store, accounts, clock, ids: { next: (prefix) => `${prefix}_${ulid()}` }, onQueued: () => (kicks += 1), log: quiet });
});
beforeEach(() => {
  [nowMs, kicks] = [NOW_MS, 0];
});
afterAll(() => database.close());

const engaged = (scope: SwitchScope) => engage.run({ scope, state: 'halt', reason: 'drill', by: 'an operator' });
const released = (scope: SwitchScope) => release.run({ scope, reason: 'drill over', by: 'an operator' });
const aHaltedAccount = async () => {
  const { id } = await aTradingAccount(database);
  await engaged(`account:${id}`);
  nowMs += 1_000;
  return id;
};
const finish = (runId: string, accountId: string, requestedMs: number) =>
  accounts.finishReconciliation(
    { id: runId, accountId, cause: 'kill-switch', state: 'done', isEqual: true, assetCount: 0, differences: [], problem: null, requestedMs, finishedMs: requestedMs + 1 },
    0,
  );

it('asks for the comparison that stands in the way, once, and releases after it', async () => {
  const id = await aHaltedAccount();
  const refused = await released(`account:${id}`);
  const runs = await accounts.reconciliations(id, 10);
  expect(runs).toMatchObject([{ cause: 'kill-switch', state: 'requested', requestedMs: NOW_MS + 1_000 }]);
  expect(refused).toEqual({ kind: 'unreconciled', runs: [{ accountId: id, runId: runs[0]!.id }] });
  expect(kicks).toBe(1);
  expect(await released(`account:${id}`)).toEqual(refused);
  await finish(runs[0]!.id, id, runs[0]!.requestedMs);
  expect(await released(`account:${id}`)).toMatchObject({ kind: 'released', killSwitch: { state: 'run', setMs: NOW_MS + 1_000, setBy: 'an operator' } });
  expect(await released(`account:${id}`)).toEqual({ kind: 'not-set' });
});

it('asks anew where the last comparison has ended and is too old', async () => {
  const id = await aHaltedAccount();
  const first = `rc_${ulid()}`;
  await finish(first, id, NOW_MS - 1);
  const refused = await released(`account:${id}`);
  expect(refused).toMatchObject({ kind: 'unreconciled', runs: [{ accountId: id }] });
  expect(await accounts.requestedReconciliations(10)).toEqual([expect.objectContaining({ accountId: id })]);
});

it('stops nothing that does not exist, and says so', async () => {
  const portfolio = await aPortfolio(database, await aTradingAccount(database));
  expect(await engaged('account:live-nobody')).toEqual({ kind: 'unknown-scope' });
  expect(await engaged('portfolio:pf_nobody')).toEqual({ kind: 'unknown-scope' });
  expect(await engaged(`portfolio:${portfolio.id}`)).toMatchObject({ kind: 'engaged', killSwitch: { state: 'halt', setMs: NOW_MS } });
  expect(await engaged('all')).toMatchObject({ kind: 'engaged', killSwitch: { scope: 'all' } });
});
