import type { VenueStatus } from '#application';
import { createConnection } from 'node:net';
import { createTestDatabase, freePort, startFaultProxy, startTestRedis, type FaultProxy } from '#testing';
import { Readiness } from '#contracts';
import { API_LIMITS } from '../../../apps/api/src/limits.js';
import { createApiServices } from '../../../apps/api/src/api-services.js';
import { createLogger } from '#platform';
import { aProblem, startApi, type ApiFixture } from './api-fixture.js';
import { aNewRun, runId, storeCandles, submitRun } from './made-runs.js';

async function becomesTrue(claim: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await claim())) {
    if (performance.now() > deadline) throw new Error(`not true within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('without Postgres', () => {
  let api: ApiFixture;
  let proxy: FaultProxy;
  beforeAll(async () => {
    api = await startApi({
      withRedis: false,
      databaseUrlBy: async (url) => {
        proxy = await startFaultProxy(url);
        return proxy.urlOf(url);
      },
    });
    await submitRun(api.services, aNewRun(1));
  });
  afterAll(async () => {
    await api.stop();
    await proxy.close();
  });

  const recovers = () => becomesTrue(async () => (await api.get(`/v1/backtests/${runId(1)}`)).status === 200, 20_000);

  it('answers 503 while connections are refused, lives, and recovers by itself', async () => {
    proxy.set('refuse');
    for (const test of [api.get('/v1/backtests'), api.get(`/v1/backtests/${runId(1)}`), api.get('/v1/candles/coverage'), api.get('/queues')]) {
      const answer = await test;
      expect(answer.body).toMatchObject(aProblem(503, 'database-unavailable'));
      expect(answer.headers['retry-after']).toBe('2');
    }
    expect((await api.anonymous().get('/livez')).body).toEqual({ status: 'ok' });
    const ready = await api.anonymous().get('/readyz');
    expect(ready.status).toBe(503);
    expect(Readiness.parse(ready.body)).toMatchObject({ status: 'unready', checks: { postgres: { status: 'unready' } } });
    expect(JSON.stringify(ready.body)).not.toContain(String(proxy.port));
    proxy.set('pass');
    await recovers();
    expect(await api.anonymous().get('/readyz').then(({ status }) => status)).toBe(200);
  });

  it('answers 503 in bounded time where nothing answers at all, and recovers by itself', async () => {
    proxy.set('blackhole');
    const startedMs = performance.now();
    const answer = await api.get(`/v1/backtests/${runId(1)}`);
    expect(answer.body).toMatchObject(aProblem(503, 'database-unavailable'));
    expect(performance.now() - startedMs).toBeLessThan(20_000);
    expect((await api.anonymous().get('/livez')).status).toBe(200);
    expect((await api.anonymous().get('/readyz')).status).toBe(503);
    proxy.set('refuse'); // The cable is back, and the old connections are found dead.
    proxy.set('pass');
    await recovers();
  });
});

/** What an ingestor would report just now. */
const REACHABLE = (): VenueStatus => ({
  venue: 'SIMULATOR', origin: 'http://127.0.0.1:4010', isReachable: true, lastAnswerMs: Date.now(), problem: null, clockOffsetMs: 0, roundTripMs: 1,
  marketsLoadedMs: Date.now(), updatedAtMs: Date.now(),
});

describe('without Redis', () => {
  it('serves, is degraded, and still accepts; the board says so, and both are well once Redis is there', async () => {
    const port = await freePort();
    const password = 'of-the-test';
    const api = await startApi({ withRedis: false, redisUrl: `redis://:${password}@127.0.0.1:${port}` });
    try {
      await storeCandles(api.services, 'HANA', Date.parse('2026-01-01T00:00:00Z'));
      await api.services.markets.storeStatus(REACHABLE());
      const submitted = await api.post('/v1/backtests', { exchange: 'MEXC', interval: '1m', assets: ['HANA'] });
      expect([submitted.status, submitted.body.status]).toEqual([202, 'queued']);
      const ready = await api.anonymous().get('/readyz');
      expect([ready.status, ready.body.status, ready.body.checks.redis.status]).toEqual([200, 'degraded', 'degraded']);
      expect((await api.get('/queues')).status).toBe(200);
      for (const path of ['/queues/api/queues', '/queues/API/queues']) {
        expect((await api.get(path)).body).toMatchObject(aProblem(503, 'queue-unavailable'));
      }
      const redis = await startTestRedis({ port, password });
      try {
        await becomesTrue(async () => (await api.anonymous().get('/readyz')).body.status === 'ok', 15_000);
        await becomesTrue(async () => JSON.stringify((await api.get('/queues/api/queues?activeQueue=backtest-run&status=latest&page=1')).body).includes(submitted.body.id), 15_000);
      } finally {
        await redis.stop();
      }
      await becomesTrue(async () => (await api.anonymous().get('/readyz')).body.status === 'degraded', 15_000);
    } finally {
      await api.stop();
    }
  });
});

it('is not ready on a database without its schema', async () => {
  const database = await createTestDatabase();
  const configuration = {
    databaseUrl: database.url, redisUrl: `redis://127.0.0.1:${await freePort()}`, port: 3000, host: '127.0.0.1', accessTokenFile: null,
    venue: 'MEXC' as const, money: 'real' as const, logLevel: 'silent' as const,
  };
  const services = await createApiServices(configuration, { version: '0', codeVersion: 'test' }, createLogger({ name: 'api', level: 'silent' }));
  const report = await services.health.report();
  expect(report).toMatchObject({ status: 'unready', checks: { postgres: { status: 'ok' }, migrations: { status: 'unready' } } });
  await services.stop();
  await database.drop();
});

it('lets a client go that never ends its headers', async () => {
  // The limits of the product with shorter patience, since nobody waits ten seconds for a test.
  const api = await startApi({ withRedis: false, serverLimits: { ...API_LIMITS.server, headersMs: 200, requestMs: 300, checkEveryMs: 50 } });
  const socket = createConnection({ port: Number(new URL(api.base).port), host: '127.0.0.1' });
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk.toString()));
  socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n');
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  expect(heard).toContain('408 Request Timeout');
  await api.stop();
});

it('refuses headers that are too large', async () => {
  const api = await startApi({ withRedis: false });
  const answer = await api.get('/v1/backtests').set('x-padding', 'x'.repeat(20_000));
  expect(answer.status).toBe(431);
  await api.stop();
});
