import path from 'node:path';
import { z } from 'zod';
import { RedisRateBudget, type RateBudgetOptions } from '#messaging';
import { freePort, repositoryFolder, startFaultProxy, startHeldProcess, startTestRedis, type TestRedis } from '#testing';

const KLINES = { endpoint: 'GET /api/v3/klines', weight: 1, isOrder: false, purpose: 'ingestion' } as const;
const ACCOUNT = { endpoint: 'GET /api/v3/account', weight: 1, isOrder: false, purpose: 'execution' } as const;
const Report = z.object({ grants: z.array(z.number()) });

let redis: TestRedis;
const budgets: RedisRateBudget[] = [];
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());
afterEach(async () => {
  for (const budget of budgets.splice(0)) budget.close();
  await redis.flush();
});

function open(options: Partial<RateBudgetOptions> = {}): RedisRateBudget {
  const budget = new RedisRateBudget({ redisUrl: redis.url, scope: 'TEST', ...options });
  budgets.push(budget);
  return budget;
}

async function worker(purpose: 'execution' | 'ingestion', endpoint: string, weight: number, durationMs: number): Promise<number[]> {
  const script = path.join(repositoryFolder(), 'test/integration/budget/budget-worker.mjs');
  const held = await startHeldProcess('budget-worker', {
    command: process.execPath, args: [script, purpose, endpoint, String(weight), String(durationMs), '4'], env: { ...process.env, REDIS_URL: redis.url },
  });
  expect(await held.exited).toMatchObject({ code: 0 });
  return Report.parse(JSON.parse(held.output())).grants;
}

/** The most grants in any window of that length: windows that begin with a grant are enough to look at. */
function mostWithin(windowMs: number, grants: readonly number[]): number {
  const sorted = [...grants].sort((one, other) => one - other);
  return Math.max(...sorted.map((startMs) => sorted.filter((atMs) => atMs >= startMs && atMs < startMs + windowMs).length));
}

const failureOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'no failure', (error: unknown) => error);

describe('several processes', () => {
  it('hold 20 requests in every second between them, of which execution and ingestion each have a part that the other may not take', async () => {
    const [one, other, third, execution] = await Promise.all([
      worker('ingestion', 'GET /api/v3/klines', 1, 4_000), worker('ingestion', 'GET /api/v3/klines', 1, 4_000),
      worker('ingestion', 'GET /api/v3/ticker/bookTicker', 1, 4_000), worker('execution', 'GET /api/v3/account', 1, 4_000),
    ]);
    const ingestion = [...one, ...other, ...third];
    expect(mostWithin(1_000, [...ingestion, ...execution])).toBeLessThanOrEqual(20);
    expect(mostWithin(1_000, ingestion)).toBeLessThanOrEqual(10);
    // At least ten in each window of 1.26 s: two whole ones lie in any 3.8 s.
    expect(execution.length).toBeGreaterThanOrEqual(20);
    // Nor does execution take what is left to ingestion, four of every twenty, though both come as fast as they can.
    expect(ingestion.length).toBeGreaterThanOrEqual(8);
    // Nor is anybody starved among those that ingest.
    for (const grants of [one, other, third]) expect(grants.length).toBeGreaterThanOrEqual(2);
  });

  it('hold 12 orders in every second, though 20 requests would be left', async () => {
    const grants = (await Promise.all([1, 2].map(() => worker('execution', 'POST /api/v3/order', 1, 3_000)))).flat();
    expect(mostWithin(1_000, grants)).toBeLessThanOrEqual(12);
    expect(grants.length).toBeGreaterThanOrEqual(20);
  });

  it('hold a weight of 300 in ten seconds: 12 calls of 25, of which ingestion has 6', async () => {
    const grants = (await Promise.all([1, 2].map(() => worker('ingestion', 'GET /api/v3/exchangeInfo', 25, 2_500)))).flat();
    expect(grants).toHaveLength(6);
  });
});

it('has ten requests ready for execution at any time, though ingestion has taken all it could get for seconds', async () => {
  const stop = new AbortController();
  const flood = ['a', 'b', 'c', 'd'].map(async (name) => {
    const budget = open();
    while (!stop.signal.aborted) await budget.take({ ...KLINES, endpoint: `GET /${name}` }, stop.signal).catch(() => undefined);
  });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const execution = open();
  const startedMs = performance.now();
  for (let call = 0; call < 10; call++) await execution.take(ACCOUNT);
  // Where ingestion could take all twenty, they would wait for a window of 1.2 s to pass.
  expect(performance.now() - startedMs).toBeLessThan(600);
  stop.abort();
  await Promise.all(flood);
});

describe('a request whose turn', () => {
  it('would come too late is refused at once, with the time to wait', async () => {
    const budget = open({ longestTurnMs: 1_000 });
    for (let call = 0; call < 6; call++) await budget.take({ ...KLINES, weight: 25 });
    const startedMs = performance.now();
    const failure = await failureOf(budget.take({ ...KLINES, weight: 25 }));
    expect(failure).toMatchObject({ name: 'VenueFailure', kind: 'rate-limited', details: { retryAfterMs: expect.any(Number) } });
    expect(performance.now() - startedMs).toBeLessThan(900);
  });

  it('has not come yet has used up nothing meanwhile, however often it asks', async () => {
    const budget = open({ longestTurnMs: 5_000, limits: { requestsPerSecond: 1, weightPerTenSeconds: 60 } });
    await budget.take({ ...ACCOUNT, weight: 25 });
    // It waits for a second of its own to come; were its weight kept each time, it would wait for ten, and be refused.
    await budget.take({ ...ACCOUNT, weight: 25 });
  });

  it('does not come because others stand before it is refused when its time is over', async () => {
    const budget = open({ longestTurnMs: 700, limits: { requestsPerSecond: 2 } });
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => budget.take(KLINES)));
    expect(outcomes[0]).toMatchObject({ status: 'fulfilled' });
    expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: { kind: 'rate-limited' } });
  });

  it('is not wanted any more ends by its signal, and leaves the line to others', async () => {
    const budget = open({ limits: { requestsPerSecond: 2 } });
    await budget.take(KLINES);
    const stop = new AbortController();
    const canceled = failureOf(budget.take(KLINES, stop.signal));
    const next = budget.take(KLINES);
    stop.abort(new Error('told to stop'));
    expect(await canceled).toMatchObject({ message: 'told to stop' });
    await next;
  });
});

describe('a venue that complains', () => {
  it('is given half for the time of the recovery, by every process, and the whole after it', async () => {
    const [one, other] = [open({ recoveryMs: 3_000 }), open({ recoveryMs: 3_000 })];
    // Requests that were under way together are refused together, and that is no reason to halve twice.
    for (const budget of [one, other]) await budget.penalize({ kind: 'rate-limited', retryAfterMs: null });
    const grants: number[] = [];
    const stop = AbortSignal.timeout(2_500);
    const takeAll = async (budget: RedisRateBudget) => {
      while (!stop.aborted) await budget.take(ACCOUNT, stop).then(() => grants.push(Date.now()), () => undefined);
    };
    await Promise.all([takeAll(one), takeAll(other)]);
    expect(mostWithin(1_000, grants)).toBeLessThanOrEqual(10);
    expect(grants.length).toBeGreaterThan(15); // A quarter would be 5 in each of three windows.
    await new Promise((resolve) => setTimeout(resolve, 2_500)); // The recovery is over, and the window empty.
    const startedMs = performance.now();
    for (let call = 0; call < 16; call++) await other.take(ACCOUNT);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });

  it('is left in peace until its Retry-After, by every process', async () => {
    const [one, other] = [open(), open()];
    await one.penalize({ kind: 'rate-limited', retryAfterMs: 1_500 });
    const startedMs = performance.now();
    await other.take(ACCOUNT);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1_300);
    await one.penalize({ kind: 'rate-limited', retryAfterMs: 60_000 });
    expect(await failureOf(other.take(ACCOUNT))).toMatchObject({ kind: 'rate-limited', message: 'not sent: the venue asked for silence' });
  });

  it('is left in peace for an hour at most, whatever a 429 asks for', async () => {
    await open().penalize({ kind: 'rate-limited', retryAfterMs: 3 * 86_400_000 });
    const failure = await failureOf(open().take(ACCOUNT));
    const { retryAfterMs } = (failure as { details: { retryAfterMs: number } }).details;
    expect(retryAfterMs).toBeGreaterThan(3_590_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });

  it('that bans is sent nothing for ten minutes at least, by every process, whatever happens to Redis', async () => {
    const [one, other] = [open(), open()];
    await one.penalize({ kind: 'banned', retryAfterMs: 120_000 });
    for (const budget of [one, other]) {
      const failure = await failureOf(budget.take(ACCOUNT));
      expect(failure).toMatchObject({ kind: 'banned', details: { retryAfterMs: expect.any(Number) } });
      const { retryAfterMs } = (failure as { details: { retryAfterMs: number } }).details;
      expect(retryAfterMs).toBeGreaterThan(590_000);
      expect(retryAfterMs).toBeLessThanOrEqual(600_000);
    }
    await redis.flush();
    expect(await failureOf(one.take(ACCOUNT))).toMatchObject({ kind: 'banned' });
    // Who remembers has told the emptied Redis, and so a newcomer.
    expect(await failureOf(open().take(ACCOUNT))).toMatchObject({ kind: 'banned' });
  });

  it('is asked again once a ban is over', async () => {
    const budget = open({ shortestBanMs: 300 });
    await budget.penalize({ kind: 'banned', retryAfterMs: null });
    expect(await failureOf(budget.take(ACCOUNT))).toMatchObject({ kind: 'banned' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await budget.take(ACCOUNT);
  });
});

describe('without Redis', () => {
  it('a process goes on with a tenth: two requests a second, one of them ingestion\'s', async () => {
    const budget = open({ redisUrl: `redis://127.0.0.1:${await freePort()}`, longestTurnMs: 5_000 });
    const grants: number[] = [];
    const startedMs = performance.now();
    for (let call = 0; call < 4; call++) await budget.take(ACCOUNT).then(() => grants.push(Date.now()));
    expect(performance.now() - startedMs).toBeGreaterThan(900);
    expect(performance.now() - startedMs).toBeLessThan(8_000);
    // Fixed windows, so twice the share at the very worst.
    expect(mostWithin(1_000, grants)).toBeLessThanOrEqual(4);
  });

  it.each(['refuse', 'blackhole'] as const)('never hangs where its link is set to %s in between, and counts with the others again after it', async (mode) => {
    const link = await startFaultProxy(redis.url);
    const budget = open({ redisUrl: link.urlOf(redis.url) });
    await budget.take(ACCOUNT);
    link.set(mode);
    const startedMs = performance.now();
    await budget.take(ACCOUNT);
    expect(performance.now() - startedMs).toBeLessThan(6_000);
    link.set('pass');
    const other = open();
    await other.penalize({ kind: 'banned', retryAfterMs: null });
    let failure: unknown = null;
    for (const deadlineMs = performance.now() + 20_000; failure === null && performance.now() < deadlineMs; ) {
      failure = await budget.take(ACCOUNT).then(() => null, (error: unknown) => error);
    }
    expect(failure).toMatchObject({ kind: 'banned' });
    await link.close();
  });
});
