import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createTestDatabase, freePort, startTestRedis, type TemporaryFolder } from '#testing';
import { descendantsOf, endsOf } from './process-table.js';
import { dataFolder, launch, startProduct, stopAll, untilPrinted, type StartedProduct } from './start-command.js';

jest.setTimeout(240_000); // A whole first start, while other specs keep the cores busy.

const SAMPLE_MS = 150_000;

let data: TemporaryFolder;
beforeEach(async () => {
  data = await dataFolder();
});
afterEach(async () => {
  await stopAll();
  await data.remove();
});

const tokenIn = (folder: string): string => readFileSync(path.join(folder, 'access-token'), 'utf8').trim();

async function json(product: StartedProduct, address: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${product.url}${address}`, { headers: { authorization: `Bearer ${tokenIn(data.path)}` } });
  return (await response.json()) as Record<string, unknown>;
}

const exchangeCheck = async (product: StartedProduct): Promise<unknown> => ((await json(product, '/readyz'))['checks'] as Record<string, unknown>)['exchange'];

it('fetches the sample by API, queue and ingestor, shows a first result with a link, and buys a portfolio on the simulator, all of it once', async () => {
  const product = await startProduct(data.path, { REBALANCER_SAMPLE: undefined });
  const { supervisor } = product;
  expect(supervisor.output()).toMatch(new RegExp(`^exchange: {3}SIMULATOR, made prices and play money, at ${product.runtime.exchangeUrl}; prices move 1,440 times as fast as the clock$[^]*^ready: ${product.url}$`, 'm'));
  await untilPrinted(supervisor, /^result: \S+$/m, SAMPLE_MS);
  const output = supervisor.output();
  expect(output).toMatch(/^HANA AIA XAN \/ USDT {2}SIMULATOR 1h$/m);
  expect(output).toMatch(/^Final value +[\d,]+\.\d\d +[\d,]+\.\d\d +[\d,]+\.\d\d$/m);
  expect(output).toContain('sample: these are made prices of the simulator, not a market');
  const link = /^result: (\S+)$/m.exec(output)?.[1] ?? '';
  expect((await fetch(link)).status).toBe(401);
  const page = await fetch(link, { headers: { authorization: `Basic ${btoa(`me:${tokenIn(data.path)}`)}` } });
  expect([page.status, (await page.text()).includes('Made prices of the simulator, not a market')]).toEqual([200, true]);
  expect(await exchangeCheck(product)).toEqual({ status: 'ok', detail: `simulator (made prices, play money) at ${product.runtime.exchangeUrl}` });
  const { data: series } = (await json(product, '/v1/candles/coverage')) as { data: readonly { exchange: string; candles: number; gaps: number }[] };
  expect(series).toHaveLength(3);
  // 90 days are 2,160 hours; the last one may not have closed yet, and one more may have since.
  for (const { exchange, candles, gaps } of series) {
    expect([exchange, gaps]).toEqual(['SIMULATOR', 0]);
    expect([2_159, 2_160, 2_161]).toContain(candles);
  }
  await untilPrinted(supervisor, /^sample: portfolio "sample" of HANA,AIA,XAN trades 9000 USDT of play money on the simulator/m, SAMPLE_MS);
  const bought = await untilBought(product);
  // A third of 70 % of 9,000 each, less what a quantity in whole steps leaves over.
  for (const { filledNotional } of bought) expect(Number(filledNotional)).toBeCloseTo(2_100, 0);
  const portfolio = await json(product, '/v1/portfolios/sample');
  expect(portfolio).toMatchObject({ mode: 'live', venue: 'SIMULATOR', money: 'play money', state: 'running', capital: '9000', netDeposits: 9_000 });
  await supervisor.stop();
  const again = await startProduct(data.path, { REBALANCER_SAMPLE: undefined });
  for (const sample of ['backtest', 'portfolio']) expect(existsSync(path.join(data.path, `sample-${sample}-done`))).toBe(true);
  expect((await json(again, '/v1/portfolios'))['data']).toMatchObject([{ id: portfolio['id'], state: 'running', isAllocated: true }]);
  await again.supervisor.stop();
  expect(again.supervisor.output()).not.toContain('sample:');
});

/** What the first plan has bought, once that has been found right. */
async function untilBought(product: StartedProduct): Promise<readonly { readonly filledNotional: string }[]> {
  const deadline = performance.now() + SAMPLE_MS;
  for (;;) {
    const { data: plans } = (await json(product, '/v1/portfolios/sample/plans')) as { data: readonly { id: string; kind: string; state: string }[] };
    const done = plans.find(({ kind, state }) => kind === 'initial' && state === 'done');
    if (done !== undefined) return (await json(product, `/v1/plans/${done.id}`))['legs'] as readonly { filledNotional: string }[];
    if (performance.now() > deadline) throw new Error(`nothing was bought: ${JSON.stringify(plans)}\n${product.supervisor.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

it('stops in order in the midst of the sample', async () => {
  const [database, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
  const product = await startProduct(data.path, { DATABASE_URL: database.url, REDIS_URL: redis.url, REBALANCER_SAMPLE: undefined });
  await untilPrinted(product.supervisor, /^sample: fetching/m);
  const all = descendantsOf(product.supervisor.pid).map(({ pid }) => pid);
  process.kill(product.supervisor.pid, 'SIGINT');
  await endsOf([...all, product.supervisor.pid], 30_000);
  expect((await product.supervisor.exited).code).toBe(0);
  expect(product.supervisor.output()).not.toMatch(/left out|no portfolio/);
  for (const sample of ['backtest', 'portfolio']) expect(existsSync(path.join(data.path, `sample-${sample}-done`))).toBe(false);
  await Promise.all([redis.stop(), database.drop()]);
});

it('leaves the sample out with a notice, and goes on, where it has no token', async () => {
  const [database, redis, other] = await Promise.all([createTestDatabase(), startTestRedis(), dataFolder()]);
  const services = { DATABASE_URL: database.url, REDIS_URL: redis.url };
  // The first start makes the database's one token, and puts it into its own folder.
  await (await startProduct(other.path, services)).supervisor.stop();
  const product = await startProduct(data.path, { ...services, REBALANCER_SAMPLE: undefined });
  await untilPrinted(product.supervisor, /^sample: left out, because cannot read the access token .*; everything else runs\.[^]*^sample: no portfolio, because cannot read the access token .*; by hand: bin\/rebalancer portfolio create sample --live /m);
  expect((await fetch(`${product.url}/readyz`)).status).toBe(200);
  expect((await product.supervisor.stop()).code).toBe(0);
  await Promise.all([redis.stop(), database.drop(), other.remove()]);
});

it('says in one line that there is no such exchange, or no such address, and starts nothing', async () => {
  for (const [environment, words] of [
    [{ EXCHANGE: 'binance' }, 'EXCHANGE must be simulator or mexc, not "binance"\n'],
    [{ EXCHANGE_URL: 'localhost' }, 'EXCHANGE_URL must be an address without a path, such as http://127.0.0.1:4010\n'],
    [{ EXCHANGE_URL: 'http://127.0.0.1:4010/api' }, 'EXCHANGE_URL must be an address without a path, such as http://127.0.0.1:4010\n'],
    [{ EXCHANGE_URL: 'http://key:hunter2@127.0.0.1:4010' }, 'EXCHANGE_URL must be an address without a path, such as http://127.0.0.1:4010\n'],
    [{ EXCHANGE_URL: 'http://sim.example:4010' }, 'EXCHANGE_URL names sim.example, which is not this machine: name it in EXCHANGE_TRUSTED_HOSTS too if a simulator of yours is there\n'],
    [{ EXCHANGE: 'mexc', EXCHANGE_URL: 'http://127.0.0.1:4010' }, 'EXCHANGE_URL must not be set with EXCHANGE=mexc: MEXC is reached at https://api.mexc.com only\n'],
    [{ REBALANCER_SAMPLE: 'maybe' }, 'REBALANCER_SAMPLE must be on or off, not "maybe"\n'],
  ] as const) {
    const refused = await launch(data.path, { PORT: String(await freePort()), ...environment });
    expect((await refused.exited).code).toBe(1);
    expect(refused.output()).toBe(words);
  }
  expect(existsSync(path.join(data.path, 'postgres'))).toBe(false);
});
