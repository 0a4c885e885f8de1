import { once } from 'node:events';
import type { LatestPrice } from '#application';
import { producerConnection, RedisLatestPrices } from '#messaging';
import { freePort, startTestRedis, type TestRedis } from '#testing';

const aPrice = (overrides: Partial<LatestPrice> = {}): LatestPrice => ({
  marketId: 'HANAUSDT', bid: 0.0421, ask: 0.0423, mid: 0.0422, exchangeMs: 1_764_000_000_000, receivedMs: 1_764_000_000_040,
  changedMs: 1_763_999_999_000, flag: null, ...overrides,
});

let redis: TestRedis;
let prices: RedisLatestPrices;
let operator: ReturnType<typeof producerConnection>;
beforeAll(async () => {
  redis = await startTestRedis();
  prices = new RedisLatestPrices({ redisUrl: redis.url });
  operator = producerConnection(redis.url, () => undefined);
  await once(operator, 'ready');
  while (await prices.ping().then(() => false, () => true)) await new Promise((resolve) => setTimeout(resolve, 10));
});
afterAll(async () => {
  prices.close();
  operator.disconnect();
  await redis.stop();
});
afterEach(() => redis.flush());

it('gives back what was published, in the order asked for, and null for what is not known', async () => {
  const [hana, aia] = [aPrice(), aPrice({ marketId: 'AIAUSDT', bid: 1e-9, ask: 3e-9, mid: 2e-9, flag: 'spiking' })];
  await prices.publish('MEXC', [hana, aia]);
  expect(await prices.read('MEXC', ['AIAUSDT', 'XANUSDT', 'HANAUSDT'])).toEqual([aia, null, hana]);
  expect(await prices.read('SIMULATOR', ['HANAUSDT'])).toEqual([null]);
  expect(await prices.read('MEXC', [])).toEqual([]);
});

it('keeps the latest, and forgets a market a day after the last word of its venue', async () => {
  await prices.publish('MEXC', [aPrice()]);
  await prices.publish('MEXC', [aPrice({ bid: 0.05, ask: 0.05, mid: 0.05 })]);
  expect(await prices.read('MEXC', ['HANAUSDT'])).toEqual([aPrice({ bid: 0.05, ask: 0.05, mid: 0.05 })]);
  const [key] = await operator.keys('*');
  expect(key).toBe('rebalancer:prices:MEXC');
  expect(await operator.ttl(key!)).toBeGreaterThan(86_000);
});

it.each([
  '', 'null', '{}', '[1,2]', '[0,2,1,1,1,null]', '[3,2,1,1,1,null]', '[1,2,1,1,1,"fresh"]', '[1,"2",1,1,1,null]', '[1,2,1.5,1,1,null]', 'NaN',
])('takes %s for nothing', async (text) => {
  await operator.hset('rebalancer:prices:MEXC', 'HANAUSDT', text);
  expect(await prices.read('MEXC', ['HANAUSDT'])).toEqual([null]);
});

it('carries 2,000 markets at once', async () => {
  const many = Array.from({ length: 2_000 }, (_none, index) => aPrice({ marketId: `C${index}USDT` }));
  await prices.publish('SIMULATOR', many);
  expect(await prices.read('SIMULATOR', many.map(({ marketId }) => marketId))).toEqual(many);
});

it('refuses at once while Redis is away', async () => {
  const absent = new RedisLatestPrices({ redisUrl: `redis://127.0.0.1:${await freePort()}` });
  await expect(absent.read('MEXC', ['HANAUSDT'])).rejects.toMatchObject({ kind: 'unavailable' });
  await expect(absent.publish('MEXC', [aPrice()])).rejects.toMatchObject({ kind: 'unavailable' });
  absent.close();
});
