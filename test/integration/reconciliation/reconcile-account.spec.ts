import { openTradingDatabase, type TradingDatabase } from '../trading/trading-rows.js';
import { openReconciledAccount } from './reconciled-account.js';

const DAY_MS = 86_400_000;

let database: TradingDatabase;
beforeAll(async () => {
  database = await openTradingDatabase();
});
afterAll(() => database.close());

const open = async (options: Parameters<typeof openReconciledAccount>[1] = {}) => {
  const account = await openReconciledAccount(database, options);
  expect(await account.run()).toMatchObject({ kind: 'equal' });
  return account;
};

it('begins the books with what the account has, unassigned, at once', async () => {
  const account = await openReconciledAccount(database);
  account.simulated.setFree(account.accountId, 'MX', '5');
  expect(await account.run()).toMatchObject({ kind: 'equal' });
  expect(await account.both()).toEqual({ booked: { MX: 5, USDT: 10_000 }, venue: { MX: 5, USDT: 10_000 } });
  expect(await account.accounts.find(account.accountId)).toMatchObject({ reconciledMs: account.clock.nowMs(), mismatchSinceMs: null });
});

describe('a difference', () => {
  it('is a deposit only when it has stayed for a minute, and the account counts as different until then', async () => {
    const account = await open();
    account.simulated.setFree(account.accountId, 'USDT', '10250');
    const firstMs = account.clock.nowMs();
    expect(await account.run()).toMatchObject({ kind: 'different', sinceMs: firstMs, differences: [{ asset: 'USDT', booked: '10000', venue: '10250' }] });
    account.pass(59_999);
    expect(await account.run()).toMatchObject({ kind: 'different', sinceMs: firstMs });
    expect(await account.accounts.find(account.accountId)).toMatchObject({ mismatchSinceMs: firstMs });
    account.pass(1);
    expect(await account.run()).toMatchObject({ kind: 'equal' });
    expect(await account.holders('USDT')).toEqual({ unassigned: 10_250, portfolios: {} });
    expect(await account.accounts.find(account.accountId)).toMatchObject({ mismatchSinceMs: null, haltReason: null });
  });

  it('that passes by itself leaves nothing in the books', async () => {
    const account = await open();
    account.simulated.setFree(account.accountId, 'USDT', '9000');
    await account.run();
    account.simulated.setFree(account.accountId, 'USDT', '10000');
    account.pass(60_000);
    expect(await account.run()).toMatchObject({ kind: 'equal' });
    expect(await account.ledger.transactions({ accountId: account.accountId, limit: 10 })).toHaveLength(1);
  });

  it('is booked once, however many executors see it', async () => {
    const account = await open();
    account.simulated.setFree(account.accountId, 'USDT', '10250');
    await account.run();
    account.pass(60_000);
    const post = account.ledger.post.bind(account.ledger);
    const waiting: (() => void)[] = [];
    account.ledger.post = async (transaction) => {
      // Neither books before the other has seen the same.
      await new Promise<void>((resolve) => (waiting.push(resolve), waiting.length === 2 ? waiting.forEach((go) => go()) : undefined));
      return post(transaction);
    };
    await Promise.all([account.run(), account.runElsewhere()]);
    expect(waiting).toHaveLength(2);
    expect(await account.both()).toEqual({ booked: { USDT: 10_250 }, venue: { USDT: 10_250 } });
  });

  it('is left to people while the account is halted', async () => {
    const account = await open();
    await account.accounts.halt(account.accountId, 'a test', account.clock.nowMs());
    account.simulated.setFree(account.accountId, 'USDT', '10250');
    expect(await account.confirm()).toMatchObject({ kind: 'different' });
    expect((await account.both()).booked).toEqual({ USDT: 10_000 });
  });

  it('is not looked for while an order is under way', async () => {
    const account = await open();
    const portfolio = await account.portfolioWith({ USDT: '1000' });
    const { intentId } = await account.lostOrder(portfolio, 'unknown', '500');
    expect(await account.run()).toMatchObject({ kind: 'busy', intentIds: [intentId] });
  });
});

describe('a withdrawal', () => {
  it('that unassigned money covers touches no portfolio', async () => {
    const account = await open();
    const portfolio = await account.portfolioWith({ USDT: '4000' });
    account.simulated.setFree(account.accountId, 'USDT', '5000');
    expect(await account.confirm()).toMatchObject({ kind: 'equal' });
    expect(await account.holders('USDT')).toEqual({ unassigned: 1_000, portfolios: { [portfolio.id]: 4_000 } });
    expect(await account.portfolios.find(portfolio.id)).toMatchObject({ state: 'running' });
  });

  it('of more than that is borne by the portfolios in proportion, which are paused and told of the flow', async () => {
    const account = await open();
    const [large, small] = [await account.portfolioWith({ USDT: '6000' }), await account.portfolioWith({ USDT: '3000' })];
    // 1,000 unassigned and 9,000 of portfolios; 4,000 are gone: 3,000 of them from portfolios, two thirds and one third.
    account.simulated.setFree(account.accountId, 'USDT', '6000');
    expect(await account.confirm()).toMatchObject({ kind: 'equal' });
    expect(await account.holders('USDT')).toEqual({ unassigned: 0, portfolios: { [large.id]: 4_000, [small.id]: 2_000 } });
    expect(await account.portfolios.find(large.id)).toMatchObject({ state: 'paused', stateReason: expect.stringContaining('2000 USDT') });
    expect(await account.portfolios.find(small.id)).toMatchObject({ state: 'paused' });
    const [flow] = await account.ledger.transactions({ accountId: account.accountId, limit: 1 });
    expect(flow).toMatchObject({ kind: 'external-withdrawal', flows: [{ portfolioId: large.id, value: -2_000 }, { portfolioId: small.id, value: -1_000 }] });
  });
});

describe('a trade that nobody here ordered', () => {
  it('is booked at once as the account\'s own', async () => {
    const account = await open();
    await account.portfolioWith({ USDT: '1000' });
    account.pass(10_000);
    // 2,000 buy 20 at 100; 0.05 % of it is 1.
    account.trade('buy', '2000');
    expect(await account.run()).toMatchObject({ kind: 'equal' });
    expect(await account.holders('HANA')).toEqual({ unassigned: 20, portfolios: {} });
    expect(await account.both()).toEqual({ booked: { HANA: 20, USDT: 7_999 }, venue: { HANA: 20, USDT: 7_999 } });
    expect(account.events.map(({ event }) => event)).toContain('external-fills');
  });

  it('before its market came into a portfolio is in the books by its balances, and not booked again by a later sweep', async () => {
    const account = await open();
    account.trade('buy', '1000');
    await account.confirm();
    await account.portfolioWith({ USDT: '1000' });
    await account.run();
    account.pass(30_000);
    expect(await account.run()).toMatchObject({ kind: 'equal' });
    expect(await account.holders('HANA')).toEqual({ unassigned: 10, portfolios: {} });
  });

  it('of what a portfolio holds pauses it, and gives it what came in', async () => {
    const account = await open();
    const portfolio = await account.portfolioWith({ USDT: '1000' });
    account.pass(10_000);
    account.trade('buy', '2000');
    await account.run();
    const owner = await account.portfolioWith({ HANA: '20' });
    account.pass(10_000);
    // 5 sold for 500, less 0.05 %, which is 0.25.
    account.trade('sell', '5');
    expect(await account.run()).toMatchObject({ kind: 'equal' });
    expect(await account.holders('HANA')).toEqual({ unassigned: 0, portfolios: { [owner.id]: 15 } });
    expect((await account.holders('USDT')).portfolios).toEqual({ [portfolio.id]: 1_000, [owner.id]: 499.75 });
    expect(await account.portfolios.find(owner.id)).toMatchObject({ state: 'paused' });
    expect(await account.portfolios.find(portfolio.id)).toMatchObject({ state: 'running' });
  });

  it('under an id as ours have halts the account, and is booked all the same', async () => {
    const account = await open();
    await account.portfolioWith({ USDT: '1000' });
    account.pass(10_000);
    account.trade('buy', '2000', `r${'a'.repeat(25)}`);
    expect(await account.run()).toMatchObject({ kind: 'equal' });
    expect(await account.accounts.find(account.accountId)).toMatchObject({ haltReason: expect.stringContaining('restored from a backup') });
    expect(await account.both()).toMatchObject({ booked: { HANA: 20 } });
  });

  it('pays its fee in whatever the venue took it', async () => {
    const account = await openReconciledAccount(database, { feeIn: 'third' });
    account.simulated.setFree(account.accountId, 'MX', '50');
    await account.run();
    await account.portfolioWith({ USDT: '1000' });
    account.pass(10_000);
    account.trade('buy', '2000');
    expect(await account.run()).toMatchObject({ kind: 'equal' });
    const { booked, venue } = await account.both();
    expect(booked).toEqual(venue);
    expect(booked).toMatchObject({ HANA: 20, USDT: 8_000 });
    expect(booked['MX']).toBeLessThan(50);
  });

  it('made more fills than a page of the venue has, over a day of downtime: each is booked once', async () => {
    const account = await open();
    await account.portfolioWith({ USDT: '1000' });
    await account.run();
    for (let trade = 0; trade < 130; trade++) {
      account.pass(Math.floor(DAY_MS / 130));
      account.trade('buy', '20');
    }
    expect(await account.run()).toMatchObject({ kind: 'equal' });
    // 130 × 20 at 100 are 26, less 130 × 0.01.
    expect(await account.both()).toEqual({ booked: { HANA: 26, USDT: 7_398.7 }, venue: { HANA: 26, USDT: 7_398.7 } });
    const [row] = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM fill WHERE account_id = $1', [account.accountId]);
    await account.run();
    expect(row).toEqual({ n: 130 });
    expect(await database.query('SELECT count(*)::int AS n FROM fill WHERE account_id = $1', [account.accountId])).toEqual([row]);
  });
});

describe('an order of ours that was lost', () => {
  it.each(['unknown', 'dead'] as const)('and counted as %s is found by its fills, booked as its portfolio\'s, and goes on', async (state) => {
    const account = await open();
    const portfolio = await account.portfolioWith({ USDT: '1000' });
    const { intentId, clientOrderId } = await account.lostOrder(portfolio, state, '500');
    account.pass(120_000);
    const { orderId } = account.trade('buy', '500', clientOrderId);
    await account.run();
    // 5 at 100, and 0.05 % of 500.
    expect(await account.holders('HANA')).toEqual({ unassigned: 0, portfolios: { [portfolio.id]: 5 } });
    expect((await account.holders('USDT')).portfolios).toEqual({ [portfolio.id]: 499.75 });
    const view = (await account.store.planOfIntent(intentId))!;
    expect(view.intents).toMatchObject([{ state: 'acked', filledQuantity: '5', filledNotional: '500', nextActionMs: account.clock.nowMs() }]);
    expect(view.attempts).toMatchObject([{ state: 'acked', venueOrderId: orderId }]);
    expect(await database.query('SELECT payload FROM outbox WHERE queue = $1 AND payload ->> \'intentId\' = $2', ['order-advance', intentId])).toHaveLength(1);
  });

  it('and counted as dead is found where the venue told of nothing for longer than sweeps overlap by', async () => {
    const account = await open();
    const portfolio = await account.portfolioWith({ USDT: '1000' });
    const { intentId, clientOrderId } = await account.lostOrder(portfolio, 'dead', '500');
    const { trading } = account.venue;
    const [balances, fillsSince] = [trading.balances.bind(trading), trading.fillsSince.bind(trading)];
    const before = await balances();
    Object.assign(trading, { balances: async () => before, fillsSince: async () => [] });
    account.trade('buy', '500', clientOrderId);
    account.pass(480_000);
    expect(await account.run()).toMatchObject({ kind: 'equal' });
    Object.assign(trading, { balances, fillsSince });
    account.pass(60_000);
    // The last sweep was 60 s ago, so that the next one asks for what is no older than 360 s; the fill is 540 s old.
    await account.run();
    expect(await account.holders('HANA')).toEqual({ unassigned: 0, portfolios: { [portfolio.id]: 5 } });
    expect((await account.store.planOfIntent(intentId))!.intents).toMatchObject([{ state: 'acked' }]);
    expect(await account.both()).toMatchObject({ booked: { HANA: 5, USDT: 9_499.75 }, venue: { HANA: 5, USDT: 9_499.75 } });
  });

  it('is looked up by its own id where the venue tells fills without ids', async () => {
    const account = await open();
    const portfolio = await account.portfolioWith({ USDT: '1000' });
    const { intentId, clientOrderId } = await account.lostOrder(portfolio, 'dead', '500');
    account.pass(120_000);
    account.trade('buy', '500', clientOrderId);
    tellWithoutIds(account);
    await account.run();
    expect(await account.holders('HANA')).toEqual({ unassigned: 0, portfolios: { [portfolio.id]: 5 } });
    expect((await account.store.planOfIntent(intentId))!.intents).toMatchObject([{ state: 'acked' }]);
  });

  it('keeps a fill without an id out of the books while its order may be the one that the venue does not find yet, for two minutes', async () => {
    const account = await open();
    const portfolio = await account.portfolioWith({ USDT: '1000' });
    const { clientOrderId } = await account.lostOrder(portfolio, 'unknown', '500');
    account.trade('buy', '500', clientOrderId);
    tellWithoutIds(account);
    const { trading } = account.venue;
    const find = trading.order.bind(trading);
    trading.order = async () => ({ kind: 'not-found' });
    await account.run();
    expect(await account.holders('HANA')).toEqual({ unassigned: 0, portfolios: {} });
    trading.order = find;
    account.pass(119_000);
    await account.run();
    expect(await account.holders('HANA')).toEqual({ unassigned: 0, portfolios: { [portfolio.id]: 5 } });
  });

  it('takes a fill without an id for somebody else\'s once no order could be the one for so long, or on the other side', async () => {
    const account = await open();
    account.trade('buy', '1000');
    await account.confirm();
    const portfolio = await account.portfolioWith({ USDT: '1000' });
    await account.run();
    await account.lostOrder(portfolio, 'unknown', '500');
    tellWithoutIds(account);
    account.trade('sell', '4');
    await account.run();
    // 10 bought for 1,000, 4 of them sold.
    expect((await account.holders('HANA')).unassigned).toBe(6);
    account.trade('buy', '500');
    await account.run();
    expect((await account.holders('HANA')).unassigned).toBe(6);
    account.pass(121_000);
    await account.run();
    expect((await account.holders('HANA')).unassigned).toBe(11);
  });

  it('has its fill though the venue\'s answer came while the owners were looked for', async () => {
    const account = await open();
    const portfolio = await account.portfolioWith({ USDT: '1000' });
    const { clientOrderId } = await account.lostOrder(portfolio, 'unknown', '500');
    const { orderId } = account.trade('buy', '500', clientOrderId);
    tellWithoutIds(account);
    const openAttempts = account.store.openAttempts.bind(account.store);
    account.store.openAttempts = async (accountId, deadSinceMs) => {
      await database.query(`UPDATE order_attempt SET state = 'acked', venue_order_id = $2 WHERE client_order_id = $1`, [clientOrderId, orderId]);
      return openAttempts(accountId, deadSinceMs);
    };
    await account.run();
    expect(await account.holders('HANA')).toEqual({ unassigned: 0, portfolios: { [portfolio.id]: 5 } });
  });

  it('halts the account where it was proven not to have been sent, and its fills are booked', async () => {
    const account = await open();
    const portfolio = await account.portfolioWith({ USDT: '1000' });
    const { clientOrderId } = await account.lostOrder(portfolio, 'not-sent', '500');
    account.trade('buy', '500', clientOrderId);
    expect(await account.run()).toMatchObject({ kind: 'equal' });
    expect(await account.holders('HANA')).toEqual({ unassigned: 0, portfolios: { [portfolio.id]: 5 } });
    expect(await account.accounts.find(account.accountId)).toMatchObject({ haltReason: expect.stringContaining('was not sent, and yet has fills') });
  });
});

/** As MEXC's documents show them. */
function tellWithoutIds({ venue: { trading } }: Awaited<ReturnType<typeof open>>): void {
  const told = trading.fillsSince.bind(trading);
  trading.fillsSince = async (marketId, sinceMs) => (await told(marketId, sinceMs)).map((fill) => ({ ...fill, clientOrderId: null }));
}

it('asks for what can still be asked for after a month away, and halts the account for the rest', async () => {
  const account = await open();
  await account.portfolioWith({ USDT: '1000' });
  await account.run();
  account.pass(29 * DAY_MS);
  await account.run();
  expect(await account.accounts.find(account.accountId)).toMatchObject({ haltReason: expect.stringContaining('can no longer be asked for') });
});
