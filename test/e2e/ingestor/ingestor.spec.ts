import { Worker } from 'bullmq';
import { ulid } from 'ulid';
import { isTerminal, type LatestPrice } from '#application';
import { portfolioEvaluate, portfolioEvaluatePayload } from '#contracts';
import { workerOptions } from '#messaging';
import { spawnApp } from '#testing';
import { areFresh, openIngestProduct, until, type IngestProduct } from './ingest-product.js';

let product: IngestProduct;
beforeAll(async () => {
  product = await openIngestProduct();
  await product.watchAll('pf_one', 3);
});
afterAll(() => product.close());
afterEach(() => product.heal());

const flagsOf = (prices: readonly (LatestPrice | null)[]) => prices.map((price) => price?.flag);
const untilFresh = () => until(product.read, areFresh);

/** Every price that is told while the work lasts. */
async function during(work: Promise<unknown>): Promise<LatestPrice[]> {
  const seen: LatestPrice[] = [];
  const state = { isOver: false };
  const end = work.finally(() => (state.isOver = true));
  while (!state.isOver) {
    seen.push(...(await product.read()).filter((price) => price !== null));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await end;
  return seen;
}

/** Made prices move by some percent in the seconds of a test; what is ten times as high or low is none of them. */
function expectNear(seen: readonly LatestPrice[], before: readonly (LatestPrice | null)[]): void {
  const mids = new Map(before.map((price) => [price!.marketId, price!.mid]));
  for (const { marketId, mid } of seen) {
    expect(mid / mids.get(marketId)!).toBeGreaterThan(0.4);
    expect(mid / mids.get(marketId)!).toBeLessThan(2.5);
  }
}

describe('an ingestor', () => {
  let ingestor: Awaited<ReturnType<IngestProduct['startIngestor']>>;
  beforeAll(async () => {
    ingestor = await product.startIngestor();
  });
  afterAll(() => product.stopIngestors());

  it('says what it talks to, keeps prices fresh, and tells everybody how the exchange is and what it lists', async () => {
    expect(ingestor.output()).toMatch(/"event":"exchange-selected","venue":"SIMULATOR","origin":"http:\/\/127\.0\.0\.1:\d+","money":"play money"/u);
    const [hana] = await untilFresh();
    expect(hana!.bid).toBeLessThanOrEqual(hana!.ask);
    expect(Math.abs(hana!.exchangeMs - Date.now())).toBeLessThan(5_000);
    const status = await until(() => product.markets.statusOf('SIMULATOR'), (known) => known?.isReachable === true && known.marketsLoadedMs !== null);
    expect(status).toMatchObject({ origin: product.simulator.url, problem: null });
    const [known, none] = await product.markets.marketsOf('SIMULATOR', ['HANA', 'NOPE'], 'USDT');
    expect(known).toMatchObject({ isListed: true, tradability: { kind: 'tradable' }, rules: { marketId: 'HANAUSDT' } });
    expect(none).toBeNull();
    const ready = await fetch(ingestor.healthUrl);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: 'ok', missing: [], exchange: { venue: 'SIMULATOR', money: 'play money' } });
  });

  it('asks for one look a shard with each batch, as the contract has it', async () => {
    await product.watchAll('pf_two', 5, ['HANAUSDT', 'BTCUSDT']);
    const looks: { shard: number; asOfMs: number }[] = [];
    const worker = new Worker(portfolioEvaluate.name, async (job) => void looks.push(portfolioEvaluatePayload.parse(job.data)), workerOptions(portfolioEvaluate, {
      redisUrl: product.redis.url, runnerId: 'spec', concurrency: 4,
    }));
    const shardLooks = (shard: number) => looks.filter((look) => look.shard === shard).map(({ asOfMs }) => asOfMs);
    await until(async () => shardLooks(5), (times) => times.length >= 4);
    await worker.close();
    await product.watches.replace('SIMULATOR', 'pf_two', []);
    expect(new Set(looks.map(({ shard }) => shard))).toEqual(new Set([3, 5]));
    // Of one batch each shard has one, and both have the batch's time.
    for (const shard of [3, 5]) expect(new Set(shardLooks(shard)).size).toBe(shardLooks(shard).length);
    const shared = shardLooks(5).filter((asOfMs) => shardLooks(3).includes(asOfMs));
    expect(shared.length).toBeGreaterThanOrEqual(3);
  });

  it('leaves one look a shard waiting while nobody takes them, with the latest time', async () => {
    await untilFresh();
    const queue = product.jobs.queues.find(({ name }) => name === portfolioEvaluate.name)!;
    const waiting = async () => (await queue.getJobs(['prioritized', 'waiting'])).map(({ data }) => portfolioEvaluatePayload.parse(data)).filter(({ shard }) => shard === 3);
    const [first] = await until(waiting, (jobs) => jobs.length > 0);
    const later = await until(waiting, (jobs) => (jobs[0]?.asOfMs ?? 0) > first!.asOfMs + 1_500);
    expect(later).toHaveLength(1);
  });

  it('flags a price, whatever is wrong with it, and tells it with the last one that was good', async () => {
    const before = await untilFresh();
    for (const price of ['0', '-1', 'NaN', 'Infinity', '', 'words']) {
      await product.fault('bad-price', { parameters: { price } });
      const seen = await during(until(product.read, (prices) => flagsOf(prices).every((flag) => flag === 'invalid' || flag === 'missing')));
      expectNear(seen, before);
      await product.heal();
      await untilFresh();
    }
  });

  it('tells no price of a market that the exchange does not have, at no cost to the others', async () => {
    await product.watchAll('pf_three', 1, ['NOPEUSDT']);
    const [first] = await untilFresh();
    await until(product.read, ([hana]) => hana!.exchangeMs > first!.exchangeMs + 1_500 && hana!.flag === null);
    expect(await product.prices.read('SIMULATOR', ['NOPEUSDT'])).toEqual([null]);
    await product.watches.replace('SIMULATOR', 'pf_three', []);
  });

  it('is not ready while the exchange is away, says why to everybody, and goes on by itself', async () => {
    await untilFresh();
    await product.simulator.control('POST', '/faults', { fault: 'error-before-acceptance', on: '* *', parameters: { status: 503 } });
    const readyz = () => fetch(ingestor.healthUrl).then(async (response) => ({ status: response.status, body: (await response.json()) as { missing: string[] } }));
    expect((await until(readyz, ({ status }) => status === 503)).body.missing).toEqual(['exchange']);
    const status = await until(() => product.markets.statusOf('SIMULATOR'), (known) => known?.isReachable === false);
    expect(status?.problem).toContain('503');
    await until(product.read, ([hana]) => Date.now() - hana!.receivedMs > 3_000);
    await product.heal();
    await until(readyz, ({ status: code }) => code === 200);
    await untilFresh();
    // Rounds failed by the dozen, for one reason.
    expect(ingestor.output().match(/"event":"live-prices-failed"/gu)).toHaveLength(1);
  });

  it('works on backfills from the queue, and then follows the market', async () => {
    await until(() => product.markets.statusOf('SIMULATOR'), (known) => known?.isReachable === true);
    const hourMs = 3_600_000;
    const toMs = Math.floor(Date.now() / hourMs) * hourMs - 2 * hourMs;
    const identity = { exchange: 'SIMULATOR', base: 'HANA', quote: 'USDT', interval: '1h' } as const;
    const [backfill] = await product.backfills.submit([{ id: `bf_${ulid()}`, identity, marketId: 'HANAUSDT', fromMs: toMs - 99 * hourMs, toMs, isFollowed: true, createdAtMs: Date.now() }]);
    const done = await until(() => product.backfills.find(backfill!.id), (found) => found !== null && isTerminal(found.status));
    expect(done).toMatchObject({ status: 'completed', insertedCount: 100, gapCount: 0 });
    expect((await product.watches.watched('SIMULATOR')).find(({ marketId }) => marketId === 'HANAUSDT')).toEqual({ marketId: 'HANAUSDT', shards: [3] });
  });

  it('ends within ten seconds of SIGTERM, with 0, and gives its markets back at once', async () => {
    await untilFresh();
    const startedMs = performance.now();
    expect(await ingestor.stop()).toMatchObject({ code: 0 });
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    const { groups, ingestors } = await product.leases.beat('SIMULATOR', 'spec', 1);
    expect(groups.every(({ holder }) => holder === null)).toBe(true);
    expect(ingestors).toEqual(['spec']);
    await product.leases.leave('SIMULATOR', 'spec');
  });
});

describe('a price', () => {
  afterEach(async () => {
    await product.stopIngestors();
    await product.redis.flush();
  });

  it('is held back where it is ten times too high for one tick', async () => {
    await product.startIngestor({ PRICE_EVERY_MS: '1000' });
    const before = await untilFresh();
    const seen = await during((async () => {
      await product.fault('price-spike', { limit: 1, parameters: { factor: 10 } });
      await until(product.read, (prices) => flagsOf(prices).every((flag) => flag === 'spiking'));
      await untilFresh();
    })());
    expectNear(seen, before);
  });

  it('is flagged as frozen where it does not change, and fresh again with the first change', async () => {
    await product.startIngestor({ PRICE_FROZEN_MS: '4000' });
    await until(product.read, (prices) => prices.some((price) => price?.flag === null));
    await product.fault('frozen-price');
    await until(product.read, (prices) => flagsOf(prices).every((flag) => flag === 'frozen'));
    await product.heal();
    await until(product.read, (prices) => prices.some((price) => price?.flag === null));
  });

  it('has all prices back with the next rounds after Redis was emptied', async () => {
    await product.startIngestor({ PRICE_EVERY_MS: '1000' });
    await untilFresh();
    await product.redis.flush();
    const emptiedMs = performance.now();
    await untilFresh();
    expect(performance.now() - emptiedMs).toBeLessThan(5_000); // A round a second; the rest is for a machine that is busy.
  });

  it('is not even asked for by any process, once the exchange has banned one', async () => {
    const [one, other] = [await product.startIngestor({ GROUP_LEASE_MS: '2000' }), await product.startIngestor({ GROUP_LEASE_MS: '2000' })];
    await untilFresh();
    await product.simulator.control('POST', '/faults', { fault: 'too-many-requests', on: 'GET /api/v3/ticker/bookTicker', limit: 1, parameters: { status: 418 } });
    await Promise.all([one, other].map((ingestor) => ingestor.untilOutput(/the venue has banned us, for \d+ s more/u)));
    await product.simulator.control('DELETE', '/counters');
    await until(product.read, ([hana]) => Date.now() - hana!.receivedMs > 3_000);
    expect(await product.simulator.control('GET', '/counters')).toHaveProperty('requestsByEndpoint', {});
    expect((await product.markets.statusOf('SIMULATOR'))?.problem).toContain('banned');
  });
});

it.each([
  { name: 'the real exchange elsewhere', env: { EXCHANGE: 'mexc' }, fault: 'EXCHANGE_URL: MEXC is reached at https://api.mexc.com only' },
  { name: 'no budget for the real exchange', env: { EXCHANGE: 'mexc', EXCHANGE_URL: 'https://api.mexc.com', RATE_BUDGET: 'off' }, fault: 'RATE_BUDGET: may be off for a simulator only' },
  { name: 'a simulator on a host that nobody trusts', env: { EXCHANGE_URL: 'http://simulator.example:4010' }, fault: 'a simulator is reached on loopback' },
])('refuses to start with $name', async ({ env, fault }) => {
  const variables = { DATABASE_URL: product.database.url, REDIS_URL: product.redis.url, EXCHANGE_URL: product.simulator.url, ...env };
  const ingestor = await spawnApp('apps/price-ingestor/src/main.js', variables);
  expect(await ingestor.exited).toMatchObject({ code: 1 });
  expect(ingestor.output()).toContain(fault);
});
