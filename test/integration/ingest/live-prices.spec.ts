import { LivePrices, VenueFailure, type BookTicker, type LivePricesParts, type QueuedJob, type WatchedMarket } from '#application';
import { portfolioEvaluate, portfolioEvaluatePayload } from '#contracts';
import { PRICE_LIMITS } from '#domain';
import { RedisLatestPrices } from '#messaging';
import { startTestRedis, type TestRedis } from '#testing';

const T0_MS = 1_764_000_000_000;
const HANA: WatchedMarket = { marketId: 'HANAUSDT', shards: [3, 5] };
const AIA: WatchedMarket = { marketId: 'AIAUSDT', shards: [5] };
const TRUTH: WatchedMarket = { marketId: 'TRUTHUSDT', shards: [] };

const SILENT = { info() {}, warn() {}, error() {} };
const NO_TIMER = { every: () => () => undefined, pause: async () => undefined };

const aTicker = (marketId: string, bidPrice = '99', askPrice = '101'): BookTicker => ({ marketId, bidPrice, askPrice, bidQuantity: '1', askQuantity: '1' });

let redis: TestRedis;
let prices: RedisLatestPrices;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  prices = new RedisLatestPrices({ redisUrl: redis.url });
  while (await prices.ping().then(() => false, () => true)) await new Promise((resolve) => setTimeout(resolve, 10));
});
afterEach(async () => {
  prices.close();
  await redis.flush();
});

/** A venue whose answers are written by the test, and a clock that it turns; ours shows so much later a time when they come in. */
function aVenue(overrides: Partial<LivePricesParts> = {}, receivedLaterMs = 0) {
  const script = { nowMs: T0_MS, tickers: ['HANAUSDT', 'AIAUSDT', 'TRUTHUSDT'].map((marketId) => aTicker(marketId)), failure: null as Error | null };
  const [asked, jobs]: [string[][], QueuedJob[]] = [[], []];
  const loop = new LivePrices({
    marketData: {
      venue: 'SIMULATOR',
      bookTickers: async (marketIds) => {
        asked.push([...marketIds]);
        if (script.failure !== null) throw script.failure;
        return { tickers: script.tickers.filter(({ marketId }) => marketIds.includes(marketId)), exchangeMs: script.nowMs, receivedMs: script.nowMs + receivedLaterMs };
      },
    },
    prices, watched: () => [HANA, AIA, TRUTH], clockOffsetMs: () => 0, limits: PRICE_LIMITS, ingestorId: 'spec', everyMs: 1_000,
    jobs: { add: async (job) => void jobs.push(job) }, evaluation: { queue: portfolioEvaluate.name, priority: 1 },
    clock: { nowMs: () => script.nowMs }, log: SILENT, timer: NO_TIMER, ...overrides,
  });
  /** One round a second later. */
  const refresh = async (tickers?: readonly BookTicker[]) => {
    script.nowMs += 1_000;
    if (tickers !== undefined) script.tickers = [...tickers];
    await loop.refresh();
  };
  const flags = async () => (await prices.read('SIMULATOR', ['HANAUSDT', 'AIAUSDT', 'TRUTHUSDT'])).map((price) => (price === null ? 'none' : price.flag));
  return { script, asked, jobs, loop, refresh, flags };
}

it('asks once for all, publishes, and queues one look a shard, as the contract has it', async () => {
  const { asked, jobs, refresh, flags } = aVenue();
  await refresh();
  expect(asked).toEqual([['HANAUSDT', 'AIAUSDT', 'TRUTHUSDT']]);
  expect(await flags()).toEqual([null, null, null]);
  expect(jobs).toHaveLength(2);
  expect(jobs.map(({ payload }) => portfolioEvaluatePayload.parse(payload))).toEqual([{ shard: 3, asOfMs: T0_MS + 1_000 }, { shard: 5, asOfMs: T0_MS + 1_000 }]);
  expect(jobs.map(({ coalesceKey }) => coalesceKey)).toEqual(['shard-3', 'shard-5']);
});

it.each([
  { name: 'an hour behind ours', aheadMs: -3_600_000 },
  { name: 'an hour ahead of ours', aheadMs: 3_600_000 },
])('takes the venue\'s word for its time while its clock, $name, was not read', async ({ aheadMs }) => {
  const { refresh, flags } = aVenue({ clockOffsetMs: () => null, clock: { nowMs: () => T0_MS + 1_000 - aheadMs } }, -aheadMs);
  await refresh();
  expect(await flags()).toEqual([null, null, null]);
});

it('asks first for the shard whose price has moved most', async () => {
  const { jobs, refresh } = aVenue({ watched: () => [HANA, AIA, { marketId: 'TRUTHUSDT', shards: [7] }] });
  await refresh();
  jobs.length = 0;
  // HANA from 100 to 101, AIA stands, TRUTH from 100 to 98.
  await refresh([aTicker('HANAUSDT', '100', '102'), aTicker('AIAUSDT'), aTicker('TRUTHUSDT', '97', '99')]);
  expect(jobs.map(({ payload }) => payload.shard)).toEqual([7, 3, 5]);
});

it('queues no look for a shard of which nothing fresh came in', async () => {
  const { jobs, refresh, flags } = aVenue();
  await refresh();
  jobs.length = 0;
  await refresh([aTicker('HANAUSDT', '0', '101'), aTicker('AIAUSDT', '98', '102'), aTicker('TRUTHUSDT')]);
  expect(await flags()).toEqual(['invalid', null, null]);
  expect(jobs.map(({ payload }) => payload['shard'])).toEqual([5]);
});

it('flags what is left out, and publishes nothing of what was never quoted', async () => {
  const { refresh, flags } = aVenue();
  await refresh([aTicker('HANAUSDT')]);
  await refresh([aTicker('AIAUSDT')]);
  expect(await flags()).toEqual(['missing', null, 'none']);
});

it('holds a spike that came while another ingestor took over', async () => {
  await aVenue().refresh();
  const successor = aVenue();
  await successor.refresh([aTicker('HANAUSDT', '990', '1010'), aTicker('AIAUSDT'), aTicker('TRUTHUSDT')]);
  expect(await successor.flags()).toEqual(['spiking', null, null]);
  expect((await prices.read('SIMULATOR', ['HANAUSDT']))[0]).toMatchObject({ mid: 100 });
});

it('flags a venue that is ahead of its own clock as it was read last', async () => {
  const { refresh, flags } = aVenue({ clockOffsetMs: () => -5_000 });
  await refresh();
  expect(await flags()).toEqual(['none', 'none', 'none']);
});

it('publishes nothing while the venue is away, and all again when it is back', async () => {
  const { script, refresh, jobs } = aVenue();
  await refresh();
  script.failure = new VenueFailure('transient', 'away', { cause: null });
  await expect(refresh()).rejects.toThrow('away');
  expect((await prices.read('SIMULATOR', ['HANAUSDT']))[0]).toMatchObject({ exchangeMs: T0_MS + 1_000, flag: null });
  script.failure = null;
  jobs.length = 0;
  await refresh();
  expect((await prices.read('SIMULATOR', ['HANAUSDT']))[0]).toMatchObject({ exchangeMs: T0_MS + 3_000, flag: null });
  expect(jobs).toHaveLength(2);
});

it('fills a Redis that was emptied with the next round', async () => {
  const { refresh, flags } = aVenue();
  await refresh();
  await redis.flush();
  expect(await flags()).toEqual(['none', 'none', 'none']);
  await refresh();
  expect(await flags()).toEqual([null, null, null]);
});

it('asks nothing while nothing is watched, and forgets what is watched no more', async () => {
  let watched: WatchedMarket[] = [HANA];
  const { asked, refresh } = aVenue({ watched: () => watched });
  await refresh();
  watched = [];
  await refresh();
  watched = [AIA];
  await refresh();
  expect(asked).toEqual([['HANAUSDT'], ['AIAUSDT']]);
});

it('looks at once when it is given a hint, and no longer when it was stopped', async () => {
  const hints = { tell: () => {}, isOver: false };
  const venue = aVenue({ hints: { subscribe: (onHint) => { hints.tell = onHint; return () => void (hints.isOver = true); } } });
  venue.loop.start();
  await venue.loop.stop();
  expect(venue.asked).toHaveLength(1);
  expect(hints.isOver).toBe(true);
  hints.tell();
  expect(venue.asked).toHaveLength(1);
});
