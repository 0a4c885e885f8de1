import { createHash } from 'node:crypto';
import { spawnApp } from '#testing';
import { KEY, openExecutorProduct, until, type ExecutorProduct } from './executor-product.js';

const ACCOUNT = 'live-simulator';

let product: ExecutorProduct;
beforeAll(async () => {
  product = await openExecutorProduct(['--balances', 'USDT=10000,MX=5']);
});
afterAll(() => product.close());

const booked = async () => Object.fromEntries((await product.accounts.bookedBalances(ACCOUNT)).map(({ asset, quantity }) => [asset, Number(quantity)]).filter(([, quantity]) => quantity !== 0));
const account = () => product.accounts.find(ACCOUNT);

describe('an executor that holds the key', () => {
  let executor: Awaited<ReturnType<ExecutorProduct['startExecutor']>>;
  beforeAll(async () => {
    executor = await product.startExecutor();
  });
  afterAll(() => product.stopExecutors());

  it('says what it trades, registers the account, and begins its books with what the account has', async () => {
    expect(executor.output()).toMatch(/"event":"exchange-selected","venue":"SIMULATOR","origin":"http:\/\/127\.0\.0\.1:\d+","money":"play money"/u);
    const keyFingerprint = createHash('sha256').update(KEY.EXCHANGE_API_KEY).digest('hex').slice(0, 12);
    expect(await account()).toMatchObject({ mode: 'live', venue: 'SIMULATOR', keyFingerprint, canWithdraw: null, mismatchSinceMs: null, haltReason: null });
    expect(await booked()).toEqual({ USDT: 10_000, MX: 5 });
    expect(await booked()).toEqual(await product.simulatorBalances());
    expect((await product.accounts.reconciliations(ACCOUNT, 100)).at(-1)).toMatchObject({ cause: 'startup', state: 'done', isEqual: true, differences: [] });
  });

  it('is ready, tells for which money, and shows that it is there', async () => {
    const answer = await fetch(executor.healthUrl);
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({
      status: 'ok', exchange: expect.objectContaining({ venue: 'SIMULATOR', money: 'play money' }), trading: { account: ACCOUNT, gate: 'open' },
    })]);
    const { executorSeenMs } = (await account())!;
    await until(account, (seen) => seen!.executorSeenMs! > executorSeenMs!);
  });

  it('books a deposit and a withdrawal once they have stayed, and holds the account for different until then', async () => {
    await product.simulator.control('PUT', '/balances', { asset: 'USDT', free: '12500' });
    await until(account, (seen) => seen?.mismatchSinceMs !== null);
    await until(account, (seen) => seen?.mismatchSinceMs === null);
    expect(await booked()).toEqual({ USDT: 12_500, MX: 5 });
    await product.simulator.control('PUT', '/balances', { asset: 'USDT', free: '11000' });
    await until(booked, (seen) => seen['USDT'] === 11_000);
    const flows = (await product.ledger.transactions({ accountId: ACCOUNT, limit: 100 })).filter(({ key }) => !key.includes(':opening:'));
    expect(flows.map(({ kind, postings }) => [kind, postings.find(({ holder }) => holder.kind === 'unassigned')?.quantity])).toEqual([
      ['external-withdrawal', '-1500'], ['external-deposit', '2500'],
    ]);
  });

  it('compares when somebody asks', async () => {
    const id = product.id('rc');
    await product.accounts.requestReconciliation({ id, accountId: ACCOUNT, cause: 'operator', requestedMs: Date.now() });
    expect(await until(() => product.accounts.reconciliation(id), (run) => run?.state !== 'requested')).toMatchObject({ state: 'done', isEqual: true, problem: null });
  });

  it('shows its key to nobody', async () => {
    expect(executor.output()).not.toContain(KEY.EXCHANGE_API_SECRET);
    expect(executor.output()).not.toContain(`"${KEY.EXCHANGE_API_KEY}"`);
  });

  it('ends at once when it is told to, with 0', async () => {
    const startedMs = performance.now();
    expect(await executor.stop()).toMatchObject({ code: 0 });
    expect(performance.now() - startedMs).toBeLessThan(8_000);
  });
});

it('finds what happened while it was away, and does not open before it is booked', async () => {
  await product.simulator.control('PUT', '/balances', { asset: 'MX', free: '7' });
  const executor = await product.startExecutor();
  expect(executor.output()).toMatch(/"event":"gate-closed".*differ from the venue in MX/u);
  await executor.untilOutput(/"event":"gate-open"/u);
  expect(await booked()).toEqual({ USDT: 11_000, MX: 7 });
  await product.stopExecutors();
});

it('without a key takes the play strings of the simulator', async () => {
  const executor = await product.startExecutor({});
  expect(await (await fetch(executor.healthUrl)).json()).toMatchObject({ status: 'ok', exchange: { money: 'play money' }, trading: { account: 'live-simulator' } });
  await product.stopExecutors();
});

it('with a key that the exchange does not take stays up for paper, and its gate stays closed', async () => {
  const executor = await product.startExecutor({ EXCHANGE_API_KEY: 'wrong', EXCHANGE_API_SECRET: 'hunter2-hunter2' });
  expect(executor.output()).toContain('"event":"account-not-read"');
  expect(await (await fetch(executor.healthUrl)).json()).toMatchObject({ status: 'ok', trading: { account: ACCOUNT, gate: expect.stringMatching(/^closed: /u) } });
  expect(executor.output()).not.toContain('hunter2');
  await product.stopExecutors();
});

it.each([
  [{ FAILPOINTS: 'exec.nowhere=KILL' }, 'there is no failpoint exec.nowhere'],
  [{ EXCHANGE: 'mexc', EXCHANGE_URL: undefined, FAILPOINTS: 'exec.after_claim=KILL' }, 'refused where orders are of real money'],
  [{ EXCHANGE_API_SECRET: undefined }, 'EXCHANGE_API_SECRET: is not set'],
] as const)('refuses to start with %j', async (change, fault) => {
  const environment = { DATABASE_URL: product.database.url, REDIS_URL: product.redis.url, EXCHANGE_URL: product.simulator.url, ...KEY, ...change };
  const executor = await spawnApp('apps/order-executor/src/main.js', environment);
  expect(await executor.exited).toMatchObject({ code: 1 });
  expect(executor.output()).toContain(fault);
});
