import type { LatestPrice, OrderRequest } from '#application';
import { paperExecutionVenue, PaperTrading, type PaperParts } from '#exchange';
import { PostgresPaperVenueStore } from '#persistence';
import { paperVenueStoreConformance, tradingConformance } from '#testing';
import { aTradingAccount, openTradingDatabase } from '../trading/trading-rows.js';
import { openPaperAccount } from './paper-venue.js';

tradingConformance('a paper account in Postgres', async () => {
  const { port, marketData, close } = await openPaperAccount();
  return { port, marketData, marketId: 'HANAUSDT', base: 'HANA', quote: 'USDT', close };
});

paperVenueStoreConformance('PostgresPaperVenueStore', async () => {
  const database = await openTradingDatabase(4);
  return {
    store: new PostgresPaperVenueStore(database.dataSource),
    account: async (usdt) => {
      const { id } = await aTradingAccount(database, { mode: 'paper' });
      await database.query(`INSERT INTO paper_balance (account_id, asset, free) VALUES ($1, 'USDT', $2)`, [id, usdt]);
      return id;
    },
    close: database.close,
  };
});

const NOW_MS = 1_768_478_400_000;
const MARKET = 'HANAUSDT';
/** Published at NOW_MS by the venue's clock. */
const price = (change: Partial<LatestPrice> = {}): LatestPrice => ({
  marketId: MARKET, bid: 0.0199, ask: 0.0201, mid: 0.02, exchangeMs: NOW_MS, receivedMs: NOW_MS, changedMs: NOW_MS, flag: null, ...change,
});
const order = (change: Partial<OrderRequest> = {}): OrderRequest => ({
  marketId: MARKET, clientOrderId: 'c1', terms: { kind: 'market-buy', quoteValue: '100' }, signMs: NOW_MS, receiveWindowMs: 5_000, ...change,
});

const isGone = () => Promise.reject(new Error('gone'));

describe('a paper account', () => {
  let account: Awaited<ReturnType<typeof openPaperAccount>>;
  beforeAll(async () => {
    account = await openPaperAccount();
  });
  afterAll(() => account.close());
  beforeEach(() => account.dataSource.query(`DELETE FROM paper_order; DELETE FROM paper_fill; DELETE FROM paper_balance; INSERT INTO paper_balance VALUES ('paper-one', 'USDT', 1000)`));

  const at = (latest: LatestPrice | null, change: Partial<PaperParts> = {}): PaperParts => ({
    ...account.parts, clock: { nowMs: () => NOW_MS }, prices: { read: () => Promise.resolve([latest]) }, costsOf: () => Promise.resolve({ slippage: 0, tradingFee: 0.001 }), ...change,
  });
  const usdt = async () => (await account.port.balances()).find(({ asset }) => asset === 'USDT')?.free;

  it('does nothing about a copy of an order, however late it comes, and answers as to the first', async () => {
    const first = await new PaperTrading(at(price())).submit(order());
    // 100 / 0.02 = 5,000, which costs 100 and a fee of 0.1.
    expect(await usdt()).toBe('899.9');
    const late = new PaperTrading(at(price(), { clock: { nowMs: () => NOW_MS + 60_000 } }));
    expect(await late.submit(order())).toEqual(first);
    expect(await usdt()).toBe('899.9');
    expect(await late.fillsSince(MARKET, 0)).toHaveLength(1);
  });

  it('does nothing once the window of an order has closed, though it closed while others had their turn', async () => {
    let [nowMs, offsetMs]: [number, number | null] = [NOW_MS, 0];
    let inTheMeantime: (() => void) | null = null;
    const store = Object.assign(Object.create(account.store) as typeof account.store, {
      execute: (...given: Parameters<typeof account.store.execute>) => (inTheMeantime?.(), account.store.execute(...given)),
    });
    const port = new PaperTrading(at(price(), { store, clock: { nowMs: () => nowMs }, clockOffsetMs: () => offsetMs }));
    inTheMeantime = () => void (offsetMs = null);
    expect(await port.submit(order())).toMatchObject({ kind: 'refused', refusal: { code: '700003' } });
    offsetMs = 0;
    inTheMeantime = () => void (nowMs += 6_000);
    expect(await port.submit(order())).toMatchObject({ kind: 'refused', refusal: { code: '700003' } });
    expect(await usdt()).toBe('1000');
  });

  it('fills one of many copies that come at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => new PaperTrading(at(price())).submit(order())));
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(await usdt()).toBe('899.9');
  });

  it('never gives out more than it has to orders that come at once', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_none, turn) => new PaperTrading(at(price())).submit(order({ clientOrderId: `c${turn}`, terms: { kind: 'market-buy', quoteValue: '300' } }))),
    );
    // 300.3 each: three of them fit in 1,000.
    expect(outcomes.filter(({ kind }) => kind === 'acknowledged')).toHaveLength(3);
    expect(await usdt()).toBe('99.1');
  });

  it.each<[string, LatestPrice | null]>([
    ['flagged', price({ flag: 'spiking' })],
    ['older than ten seconds', price({ exchangeMs: NOW_MS - 10_001 })],
    ['not there', null],
  ])('trades at no price that is %s, shows no book of it, and takes the order later', async (_name, latest) => {
    const parts = at(latest);
    expect(await new PaperTrading(parts).submit(order())).toMatchObject({ kind: 'refused', refusal: { isRetryable: true, reaction: 'wait' } });
    await expect(paperExecutionVenue(parts).orderBook(MARKET)).rejects.toMatchObject({ name: 'VenueFailure', kind: 'transient' });
    expect(await new PaperTrading(at(price())).submit(order())).toMatchObject({ kind: 'acknowledged' });
  });

  it('judges ages by the clock of the venue, not by its own', async () => {
    const ahead = at(price({ exchangeMs: NOW_MS + 9_000 }), { clockOffsetMs: () => 20_000 });
    expect(paperExecutionVenue(ahead).exchangeNowMs()).toBe(NOW_MS + 20_000);
    await expect(paperExecutionVenue(ahead).orderBook(MARKET)).rejects.toMatchObject({ kind: 'transient' });
    expect(await new PaperTrading(ahead).submit(order())).toMatchObject({ kind: 'refused', refusal: { reaction: 'resync-clock' } });
  });

  it('sends nothing while the clock of the venue is not known', async () => {
    const parts = at(price(), { clockOffsetMs: () => null });
    expect(paperExecutionVenue(parts).exchangeNowMs()).toBeNull();
    expect(await new PaperTrading(parts).submit(order())).toMatchObject({ kind: 'refused', refusal: { proof: 'not-sent', reaction: 'resync-clock' } });
    expect(await new PaperTrading(parts).order(MARKET, 'c1')).toEqual({ kind: 'not-found' });
  });

  it('shows a book of one level a side at the mid', async () => {
    const { bids, asks } = await paperExecutionVenue(at(price({ mid: 0.000_000_12 }))).orderBook(MARKET);
    expect(bids).toEqual(asks);
    expect(bids).toMatchObject([{ price: '0.00000012' }]);
  });

  it('tells nothing for certain of an order when the database goes away', async () => {
    const store: PaperParts['store'] = { ...at(price()).store, execute: isGone };
    expect(await new PaperTrading(at(price(), { store })).submit(order())).toEqual({ kind: 'unknown', cause: 'gone', httpStatus: null, code: null });
    expect(await new PaperTrading(at(price(), { rulesOf: isGone })).submit(order())).toMatchObject({ kind: 'refused', refusal: { proof: 'not-sent', isRetryable: true } });
  });
});
