import { request as httpRequest } from 'node:http';
import { Problem } from '#contracts';
import { aProblem, startApi, type ApiFixture } from './api-fixture.js';

let api: ApiFixture;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const basic = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** Sends the path as it is: clients normalize what attackers do not. */
function statusOf(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<number> {
  const { hostname, port } = new URL(api.base);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, path, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end();
  });
}

describe('the API', () => {
  const ID = 'bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V';
  const routes: readonly [string, string][] = [
    ['POST', '/v1/backtests'], ['GET', '/v1/backtests'], ['GET', `/v1/backtests/${ID}`], ['POST', `/v1/backtests/${ID}/cancel`],
    ['DELETE', `/v1/backtests/${ID}`], ['GET', `/v1/backtests/${ID}/events`], ['GET', '/v1/candles/coverage'],
    ...['summary', 'equity', 'drawdown', 'weights', 'trades', 'rebalances', 'evaluations'].map((part): [string, string] => ['GET', `/v1/backtests/${ID}/${part}`]),
  ];

  it.each(routes)('%s %s needs the token', async (method, path) => {
    expect(await statusOf(path, {}, method)).toBe(401);
  });

  it.each([
    ['nothing', ''],
    ['no scheme', 'TOKEN'],
    ['another scheme', 'Digest TOKEN'],
    ['HTTP Basic, which browsers send by themselves', 'BASIC'],
    ['an empty bearer', 'Bearer '],
    ['a forged token', `Bearer reb_${'A'.repeat(43)}`],
    ['an unsigned JWT', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.'],
    ['SQL', "Bearer '/**/OR/**/1=1--"],
    ['the token and more', 'Bearer TOKENx'],
    ['the token in lower case', 'Bearer LOWER'],
    ['two tokens', 'Bearer TOKEN TOKEN'],
  ])('refuses %s', async (_name, template) => {
    const authorization = template
      .replace('BASIC', basic('admin', api.token)).replace('LOWER', api.token.toLowerCase()).replaceAll('TOKEN', api.token);
    const answer = await api.anonymous().get('/v1/backtests').set('authorization', authorization);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="rebalancer"/);
    expect(Problem.parse(answer.body)).toMatchObject(aProblem(401, 'unauthorized'));
    expect(JSON.stringify(answer.body)).not.toContain(api.token);
  });

  it('takes the token, in any case of its scheme', async () => {
    expect((await api.get('/v1/backtests')).status).toBe(200);
    expect((await api.anonymous().get('/v1/backtests').set('authorization', `bearer ${api.token}`)).status).toBe(200);
  });

  it('is closed to the token in the address', async () => {
    expect(await statusOf(`/v1/backtests?access_token=${api.token}`)).toBe(401);
  });

  it.each(['/livez', '/readyz', '/openapi.json', '/docs'])('%s is open to everybody', async (path) => {
    expect(await statusOf(path)).toBe(200);
  });
});

/** These decide over money: they are looked at only. */
const MONEY_QUEUES = ['portfolio-evaluate', 'plan-advance', 'order-advance', 'account-reconcile'];
const BOARD = [
  { name: 'backtest-run', readOnlyMode: false }, { name: 'candle-backfill', readOnlyMode: false }, ...MONEY_QUEUES.map((name) => ({ name, readOnlyMode: true })),
];

describe('the queue board', () => {
  const paths = [
    '/queues', '/queues/', '/queues?x=1', '/queues/api/queues', '/queues/api/queues?activeQueue=backtest-run&status=latest&page=1',
    '/queues/queue/backtest-run', '/queues/queue/backtest-run/1', '/queues/static/favicon.ico', '/queues/static/', '/queues/api/redis/stats',
    '/QUEUES', '/Queues/Api/Queues', '/queues//api/queues', '/queues/%61pi/queues', '/queues/./api/queues', '/queues/x/../api/queues',
    '/queues/static/..%2f..%2fpackage.json', '/queues/%2e%2e/queues/api/queues', '/queues/api/queues/', '/queues;x/api',
  ];

  it.each(paths)('%s shows nothing without the token', async (path) => {
    expect([401, 404]).toContain(await statusOf(path));
    expect([401, 404]).toContain(await statusOf(path, { authorization: basic('admin', 'admin') }));
    expect([401, 404]).toContain(await statusOf(path, { authorization: `Bearer reb_${'B'.repeat(43)}` }));
  });

  it.each(paths.slice(0, 12))('%s answers 401, so that a browser asks for the password', async (path) => {
    const answer = await api.anonymous().get(path);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Basic realm="rebalancer", charset="UTF-8"');
    expect(Problem.parse(answer.body).code).toBe('unauthorized');
  });

  it.each(['//queues', '/%71ueues', '/%2fqueues', '/./queues', '/x/../queues/api/queues'])('%s is no way around', async (path) => {
    expect([401, 404]).toContain(await statusOf(path));
  });

  it.each(['PUT', 'POST', 'DELETE', 'PATCH'])('%s needs the token too', async (method) => {
    for (const path of ['/queues/api/queues/pause', '/queues/api/queues/backtest-run/empty', '/queues/api/queues/backtest-run/add']) {
      expect(await statusOf(path, {}, method)).toBe(401);
    }
  });

  it('opens with the token as a bearer and as the password of any user', async () => {
    for (const authorization of [`Bearer ${api.token}`, basic('anybody', api.token), basic('', api.token)]) {
      const page = await api.anonymous().get('/queues').set('authorization', authorization);
      expect(page.status).toBe(200);
      expect(page.text).toContain('Rebalancer queues');
      const list = await api.anonymous().get('/queues/api/queues').set('authorization', authorization);
      expect(list.status).toBe(200);
      expect(list.body).toMatchObject({ queues: BOARD });
    }
    const script = /static\/js\/main\.[0-9a-f]+\.js/.exec((await api.get('/queues')).text)?.[0];
    expect(script).toBeDefined();
    expect((await api.get(`/queues/${script}`)).status).toBe(200);
    expect(await statusOf(`/queues/${script}`)).toBe(401);
  });

  it.each([
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ origin: 'SELF' }, 200],
    [{}, 200],
  ])('a change with %j is answered by %i', async (headers, expected) => {
    const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('SELF', api.base)]));
    expect(await statusOf('/queues/api/queues/pause', { ...sent, authorization: basic('me', api.token) }, 'PUT')).toBe(expected);
    expect(await statusOf('/queues/api/queues/resume', { authorization: basic('me', api.token) }, 'PUT')).toBe(200);
  });

  it('lets nobody change what decides over money', async () => {
    const authorization = basic('me', api.token);
    for (const queue of MONEY_QUEUES) {
      for (const act of ['pause', 'empty', 'obliterate', 'promote', 'retry/failed']) {
        expect([queue, act, await statusOf(`/queues/api/queues/${queue}/${act}`, { authorization }, 'PUT')]).toEqual([queue, act, 405]);
      }
    }
    expect(await statusOf('/queues/api/queues/pause', { authorization }, 'PUT')).toBe(200); // All at once leaves it out.
    expect(await Promise.all(api.services.queues.queues.map((queue) => queue.isPaused()))).toEqual([true, true, false, false, false, false]);
    expect(await statusOf('/queues/api/queues/resume', { authorization }, 'PUT')).toBe(200);
  });

  it('tells nothing about Redis', async () => {
    expect(JSON.stringify((await api.get('/queues')).text)).toContain('hideRedisDetails');
    expect((await api.get('/queues')).text).not.toContain(String(api.redis?.port));
  });
});

it('never writes the token to its log', async () => {
  await api.get(`/v1/backtests?after=${api.token}`);
  await api.anonymous().get('/queues').set('authorization', basic('me', api.token));
  expect(api.logged()).toContain('"path":"/v1/backtests"');
  expect(api.logged()).not.toContain(api.token);
  expect(api.logged()).not.toContain(Buffer.from(`me:${api.token}`).toString('base64'));
  expect(api.logged()).not.toContain('uthorization');
});
