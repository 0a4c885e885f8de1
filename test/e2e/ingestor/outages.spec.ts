import { startFaultProxy, type FaultProxy } from '#testing';
import { areFresh, openIngestProduct, until, type IngestProduct } from './ingest-product.js';

let product: IngestProduct;
let databaseLink: FaultProxy;
let redisLink: FaultProxy;
beforeAll(async () => {
  product = await openIngestProduct();
  await product.watchAll('pf_one', 3);
  [databaseLink, redisLink] = await Promise.all([startFaultProxy(product.database.url), startFaultProxy(product.redis.url)]);
  await product.startIngestor({
    GROUP_LEASE_MS: '2000', DATABASE_URL: databaseLink.urlOf(product.database.url), REDIS_URL: redisLink.urlOf(product.redis.url),
  });
});
afterAll(async () => {
  await product.stopIngestors();
  await Promise.all([databaseLink.close(), redisLink.close()]);
  await product.close();
});

const untilFresh = () => until(product.read, areFresh);
const untilOlderThan = (ms: number) => until(product.read, (prices) => prices.every((price) => Date.now() - price!.receivedMs > ms));
const statusTime = async () => (await product.markets.statusOf('SIMULATOR'))?.updatedAtMs ?? 0;

it.each(['refuse', 'blackhole'] as const)('keeps prices fresh while its link to the database is set to %s for longer than its leases, and reports again once it is back', async (mode) => {
  await untilFresh();
  databaseLink.set(mode);
  const cutMs = Date.now();
  await until(product.read, (prices) => areFresh(prices) && prices.every((price) => price!.receivedMs > cutMs + 4_000));
  databaseLink.set('pass');
  await until(statusTime, (updatedMs) => updatedMs > cutMs + 4_000);
  await untilFresh();
});

it.each(['refuse', 'blackhole'] as const)('has fresh prices again after its link to Redis was set to %s', async (mode) => {
  await untilFresh();
  redisLink.set(mode);
  await untilOlderThan(3_000);
  redisLink.set('pass');
  await untilFresh();
});
