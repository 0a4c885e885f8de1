import { MARKET_GROUPS } from '#domain';
import { areFresh, openIngestProduct, until, type IngestProduct } from './ingest-product.js';

let product: IngestProduct;
beforeAll(async () => {
  product = await openIngestProduct();
  await product.watchAll('pf_one', 3);
});
afterAll(() => product.close());

const holders = async (): Promise<number[]> => {
  const rows = await product.dataSource.query<{ readonly held: string }[]>(
    `SELECT count(*) AS held FROM ingest_lease WHERE venue = 'SIMULATOR' AND lease_until >= now() GROUP BY holder ORDER BY holder`,
  );
  return rows.map(({ held }) => Number(held));
};

it('shares the markets between two, and has all prices fresh again within 15 s of the death of one', async () => {
  // Leases, beats and rounds are the product's own.
  const first = await product.startIngestor({ PRICE_EVERY_MS: '1000' });
  await until(holders, (held) => held.join() === String(MARKET_GROUPS));
  const second = await product.startIngestor({ PRICE_EVERY_MS: '1000' });
  await until(holders, (held) => held.join() === `${MARKET_GROUPS / 2},${MARKET_GROUPS / 2}`);
  await until(product.read, areFresh);
  await second.untilOutput(/"event":"groups-changed"/u);
  // Each has some of the markets: what the first one alone keeps fresh is not all of them.
  first.kill('SIGKILL');
  await first.exited;
  const diedMs = Date.now();
  const left = await until(product.read, (prices) => prices.some((price) => Date.now() - price!.receivedMs > 3_000));
  expect(left.filter((price) => Date.now() - price!.receivedMs <= 3_000).length).toBeGreaterThan(0);
  await until(product.read, areFresh);
  expect(Date.now() - diedMs).toBeLessThan(15_000);
  expect(await holders()).toEqual([MARKET_GROUPS]);
});

it('gives a newcomer its share, and what one gives back at its end to the other at once', async () => {
  const third = await product.startIngestor({ PRICE_EVERY_MS: '1000' });
  await until(holders, (held) => held.join() === `${MARKET_GROUPS / 2},${MARKET_GROUPS / 2}`);
  expect(await third.stop()).toMatchObject({ code: 0 });
  const stoppedMs = Date.now();
  await until(holders, (held) => held.join() === String(MARKET_GROUPS));
  expect(Date.now() - stoppedMs).toBeLessThan(6_000);
  await until(product.read, areFresh);
});
