import { VenueFailure, VenueWatch, type MarketDataPort } from '#application';
import { createDataSource, PostgresMarketStore, runMigrations } from '#persistence';
import { aSimulatedVenue, createTestDatabase, VENUE_NOW_MS, type TestDatabase } from '#testing';

let database: TestDatabase;
let dataSource: ReturnType<typeof createDataSource>;
let store: PostgresMarketStore;
beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, poolSize: 4, applicationName: 'venue-watch-spec' }).initialize();
  await runMigrations(dataSource);
  store = new PostgresMarketStore(dataSource);
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
beforeEach(() => dataSource.query('TRUNCATE market, venue_status'));

const [STATUS_MS, MARKETS_MS] = [10_000, 600_000];

/** The in-process venue, whose clock is 30 s ahead of ours, and what the test makes of its answers. */
async function aWatch() {
  const venue = aSimulatedVenue();
  const script = { nowMs: VENUE_NOW_MS, away: null as Error | null, isStoreAway: false, marketCalls: 0, underWay: 0 };
  const answered = async <Value>(value: () => Value): Promise<Value> => {
    if (script.away !== null) throw script.away;
    return value();
  };
  const marketData: Pick<MarketDataPort, 'venue' | 'serverTime' | 'markets' | 'apiMarketIds'> = {
    venue: 'SIMULATOR',
    serverTime: () => answered(() => ({ serverMs: script.nowMs + 30_000, roundTripMs: 40, offsetMs: 30_000 })),
    markets: () => answered(() => ((script.marketCalls += 1), venue.markets().map(({ rules }) => rules))),
    apiMarketIds: () => answered(() => null),
  };
  const stored = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (script.isStoreAway) throw new Error('the database is away');
    script.underWay += 1;
    return work().finally(() => (script.underWay -= 1));
  };
  const strikes: (() => void)[] = [];
  const watch = new VenueWatch({
    marketData, origin: 'http://127.0.0.1:4010', statusEveryMs: STATUS_MS, marketsEveryMs: MARKETS_MS,
    store: { storeMarkets: (...of) => stored(() => store.storeMarkets(...of)), storeStatus: (...of) => stored(() => store.storeStatus(...of)) },
    clock: { nowMs: () => script.nowMs }, log: { info() {}, warn() {}, error() {} },
    timer: { every: (_ms, work) => (strikes.push(work), () => undefined), pause: async () => undefined },
  });
  /** Until nothing of a round is under way. */
  const settle = async () => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (script.underWay > 0);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const later = async (ms: number) => {
    script.nowMs += ms;
    for (const strike of strikes) strike();
    await settle();
  };
  watch.start();
  await settle();
  return { venue, script, watch, later, status: () => store.statusOf('SIMULATOR') };
}

it('tells at once how the venue and its clock are, and what it lists', async () => {
  const { watch, status, venue } = await aWatch();
  expect([watch.isReachable, watch.clockOffsetMs]).toEqual([true, 30_000]);
  expect(await status()).toMatchObject({ isReachable: true, problem: null, clockOffsetMs: 30_000, roundTripMs: 40, marketsLoadedMs: VENUE_NOW_MS, lastAnswerMs: VENUE_NOW_MS });
  expect(await store.list('SIMULATOR')).toHaveLength(venue.markets().length);
});

it('keeps the last offset and says why, while the venue is away, and forgets the reason when it is back', async () => {
  const { script, watch, later, status } = await aWatch();
  script.away = new VenueFailure('transient', 'no answer within 2500 ms', { cause: null });
  await later(STATUS_MS);
  expect([watch.isReachable, watch.clockOffsetMs]).toEqual([false, 30_000]);
  expect(await status()).toMatchObject({ isReachable: false, problem: 'no answer within 2500 ms', lastAnswerMs: VENUE_NOW_MS, updatedAtMs: VENUE_NOW_MS + STATUS_MS });
  script.away = null;
  await later(STATUS_MS);
  expect(await status()).toMatchObject({ isReachable: true, problem: null, lastAnswerMs: VENUE_NOW_MS + 2 * STATUS_MS });
});

it('asks for markets again when they are old, not with every look, and knows what was taken off', async () => {
  const { venue, script, later } = await aWatch();
  await later(STATUS_MS);
  expect(script.marketCalls).toBe(1);
  venue.changeRules('HANAUSDT', { status: 'offline' });
  await later(MARKETS_MS);
  expect(script.marketCalls).toBe(2);
  const [hana] = await store.marketsOf('SIMULATOR', ['HANA'], 'USDT');
  expect(hana).toMatchObject({ tradability: { kind: 'untradable', reason: 'not-online' }, seenMs: VENUE_NOW_MS + STATUS_MS + MARKETS_MS });
});

it('tries markets again with the next look where they could not be had or kept', async () => {
  const { script, later, status } = await aWatch();
  script.isStoreAway = true;
  await later(MARKETS_MS);
  expect(await status()).toMatchObject({ marketsLoadedMs: VENUE_NOW_MS });
  script.isStoreAway = false;
  await later(STATUS_MS);
  expect(await status()).toMatchObject({ marketsLoadedMs: VENUE_NOW_MS + MARKETS_MS + STATUS_MS });
  expect(script.marketCalls).toBe(3);
});
