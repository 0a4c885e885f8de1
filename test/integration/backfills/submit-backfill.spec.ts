import { ulid } from 'ulid';
import { SubmitBackfill, type BackfillCommand, type VenueName, type VenueStatus } from '#application';
import type { MarketRules, Tradability } from '#domain';
import { START_MS } from '../candles/candle-fixtures.js';
import { drainOutbox, openBackfillDatabase, type BackfillDatabase } from './backfill-fixtures.js';

const HOUR_MS = 3_600_000;
/** 2024-01-01T00:00Z; half past twelve, two days later, by the exchange's clock, which is 4 s ahead of ours. */
const NOW_MS = START_MS + 60.5 * HOUR_MS;
const OFFSET_MS = 4_000;
const hour = (n: number): number => START_MS + n * HOUR_MS;

let database: BackfillDatabase;
let kicks = 0;
beforeAll(async () => {
  database = await openBackfillDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  kicks = 0;
  const off: Tradability = { kind: 'untradable', reason: 'api-trading-off', detail: 'SHUTUSDT takes no orders over the API' };
  await database.markets.storeMarkets('MEXC', [aMarket('HANA'), aMarket('AIA'), aMarket('SHUT', off), aMarket('GONE')], hour(1));
  await database.markets.storeMarkets('MEXC', [aMarket('HANA'), aMarket('AIA'), aMarket('SHUT', off)], hour(2));
  await database.markets.storeStatus(aStatus());
});
afterEach(() => database.clear());

function aMarket(base: string, tradability: Tradability = { kind: 'tradable' }) {
  const rules: MarketRules = {
    marketId: `${base}USDT`, base, quote: 'USDT', status: 'online', isApiTradingAllowed: true, sides: 'both', orderTypes: ['MARKET'], quantityStep: '1', priceTick: '1',
    minQuantity: '0', minNotional: '1', maxNotional: null, minMarketNotional: '1', maxMarketNotional: null, makerFee: '0', takerFee: '0',
  };
  return { rules, tradability };
}

const aStatus = (overrides: Partial<VenueStatus> = {}): VenueStatus => ({
  venue: 'MEXC', origin: 'https://api.mexc.com', isReachable: true, lastAnswerMs: NOW_MS, problem: null, clockOffsetMs: OFFSET_MS, roundTripMs: 20,
  marketsLoadedMs: NOW_MS, updatedAtMs: NOW_MS, ...overrides,
});

const submit = (command: Partial<BackfillCommand> = {}, venue: VenueName = 'MEXC') =>
  new SubmitBackfill({
    store: database.store, markets: database.markets, venue, clock: { nowMs: () => NOW_MS - OFFSET_MS }, ids: { next: (prefix) => `${prefix}_${ulid()}` },
    onQueued: () => (kicks += 1),
  }).run({ exchange: null, quote: 'USDT', assets: ['HANA', 'AIA'], interval: '1h', fromMs: hour(10) + 1, toMs: null, follow: true, ...command });

describe('what is wanted', () => {
  it('becomes one backfill an asset, from the first full candle to the last that has closed, with jobs', async () => {
    const result = await submit();
    if (result.kind !== 'accepted') throw new Error(JSON.stringify(result));
    // 10:00:00.001 is rounded up to 11:00; at 12:30 of the third day the candle of 11:00, hour 59, has closed.
    expect(result.backfills).toMatchObject(
      ['HANA', 'AIA'].map((base) => ({ identity: { exchange: 'MEXC', base, quote: 'USDT', interval: '1h' }, marketId: `${base}USDT`, fromMs: hour(11), toMs: hour(59), isFollowed: true, status: 'queued' })),
    );
    expect(result.notices).toEqual([]);
    expect(kicks).toBe(1);
    expect((await drainOutbox(database)).map((job) => job.payload)).toEqual(result.backfills.map(({ id }) => ({ backfillId: id })));
  });

  it('ends where it was told to, is not followed then, and never reaches beyond what has closed', async () => {
    expect(await submit({ toMs: hour(20) + 1 })).toMatchObject({ backfills: [{ toMs: hour(20), isFollowed: false }, {}] });
    expect(await submit({ toMs: hour(1_000) })).toMatchObject({ backfills: [{ toMs: hour(59) }, {}] });
    expect(await submit({ follow: false })).toMatchObject({ backfills: [{ isFollowed: false }, {}] });
  });

  it('is asked for once, however often an asset is named, and however often the request comes', async () => {
    const first = await submit({ assets: ['HANA', 'HANA'] });
    const second = await submit({ assets: ['HANA'] });
    expect([first, second]).toMatchObject([{ backfills: [{}] }, { backfills: [{}] }]);
    expect(await database.store.list({}, 10)).toHaveLength(1);
  });

  it('may be candles of a market that takes no orders, or of an exchange that is away: that is said', async () => {
    await database.markets.storeStatus(aStatus({ isReachable: false, problem: 'it does not answer', updatedAtMs: NOW_MS + 1 }));
    expect(await submit({ assets: ['SHUT'] })).toMatchObject({
      kind: 'accepted', backfills: [{ marketId: 'SHUTUSDT' }],
      notices: [{ code: 'exchange-away', detail: expect.stringContaining('it does not answer') }, { code: 'market-not-tradable', detail: expect.stringContaining('SHUTUSDT takes no orders over the API') }],
    });
  });

  it('is answered by the simulator where it stands in for MEXC, and named so', async () => {
    await database.markets.storeMarkets('SIMULATOR', [aMarket('HANA')], hour(1));
    await database.markets.storeStatus(aStatus({ venue: 'SIMULATOR' }));
    expect(await submit({ exchange: 'MEXC', assets: ['HANA'] }, 'SIMULATOR')).toMatchObject({
      backfills: [{ identity: { exchange: 'SIMULATOR' } }], notices: [{ code: 'simulator-answers', detail: expect.stringContaining('EXCHANGE=mexc') }],
    });
    expect(await submit({ exchange: 'SIMULATOR', assets: ['HANA'] }, 'SIMULATOR')).toMatchObject({ notices: [] });
  });
});

describe('what cannot be', () => {
  it.each([
    { name: 'an interval that is not served', command: { interval: '8h' }, pointer: '/interval', code: 'unsupported-interval', says: '1m 5m 15m 30m 1h 4h 1d 1w' },
    { name: 'another that is not served', command: { interval: '3m' }, pointer: '/interval', code: 'unsupported-interval', says: 'no candles of 3m' },
    { name: 'an interval that is none', command: { interval: 'soon' }, pointer: '/interval', code: 'unsupported-interval', says: 'soon' },
    { name: 'an unknown asset', command: { assets: ['AIA', 'HANAA'] }, pointer: '/assets/1', code: 'unknown-market', says: 'did you mean HANA?' },
    { name: 'an unknown quote', command: { quote: 'USDC', assets: ['HANA'] }, pointer: '/assets/0', code: 'unknown-market', says: 'HANA in USDC' },
    { name: 'an asset that is no name', command: { assets: ['ha na'] }, pointer: '/assets/0', code: 'invalid-asset', says: 'upper case' },
    { name: 'the quote as an asset', command: { assets: ['USDT'] }, pointer: '/quote', code: 'invalid-quote', says: 'not the base itself' },
    { name: 'no asset', command: { assets: [] }, pointer: '/assets', code: 'no-assets', says: 'at least one' },
    { name: 'a market that is no longer listed', command: { assets: ['GONE'] }, pointer: '/assets/0', code: 'not-listed', says: 'until 2024-01-01T01:00Z' },
    { name: 'a period the wrong way round', command: { toMs: hour(9) }, pointer: '/from', code: 'period-inverted', says: 'must not be after' },
    { name: 'a beginning in the future', command: { fromMs: NOW_MS + 1 }, pointer: '/from', code: 'from-in-the-future', says: 'it is 2024-01-03T12:30Z at the exchange' },
    { name: 'a period in which nothing has closed', command: { fromMs: NOW_MS - 1 }, pointer: '/from', code: 'no-closed-candle', says: 'opened at 2024-01-03T11:00Z' },
    // From the epoch to the minute before: 54 years of 1m candles, of two assets.
    { name: 'far too many candles', command: { interval: '1m', fromMs: 0 }, pointer: '/assets', code: 'too-many-candles', says: '20000000' },
    { name: 'the simulator, while MEXC is what is run against', command: { exchange: 'SIMULATOR' as const }, pointer: '/exchange', code: 'other-exchange', says: 'EXCHANGE=simulator' },
  ])('$name is refused with a remedy, and nothing is stored', async ({ command, pointer, code, says }) => {
    const result = await submit(command);
    expect(result).toEqual({ kind: 'refused', faults: [{ pointer, code, detail: expect.stringContaining(says) }] });
    expect(await database.store.list({}, 10)).toEqual([]);
    expect(kicks).toBe(0);
  });

  it('is told of all at once', async () => {
    const result = await submit({ exchange: 'SIMULATOR', interval: '3m', assets: ['HANAX', 'nope!', 'GONE'], fromMs: NOW_MS + 1, toMs: NOW_MS });
    expect(result.kind === 'refused' && result.faults.map(({ pointer }) => pointer).sort()).toEqual(['/assets/0', '/assets/1', '/assets/2', '/exchange', '/from', '/interval']);
  });

  it.each([
    { name: 'nobody has looked at', status: null, says: 'no ingestor has looked at SIMULATOR yet' },
    { name: 'was never reached', status: { lastAnswerMs: null, problem: 'connect ECONNREFUSED' }, says: 'it was never reached (connect ECONNREFUSED)' },
    { name: 'answered, but not with its markets', status: { lastAnswerMs: hour(1), problem: 'maintenance' }, says: 'it last answered at 2024-01-01T01:00Z (maintenance)' },
  ])('an exchange that $name is said to be unavailable', async ({ status, says }) => {
    if (status !== null) await database.markets.storeStatus(aStatus({ venue: 'SIMULATOR', isReachable: false, marketsLoadedMs: null, ...status }));
    expect(await submit({}, 'SIMULATOR')).toEqual({ kind: 'exchange-unavailable', detail: expect.stringContaining(says) });
    expect(await submit({ interval: '8h' }, 'SIMULATOR')).toMatchObject({ kind: 'refused' });
  });
});
