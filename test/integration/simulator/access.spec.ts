import { openTestSimulator, type TestSimulator } from './simulator-fixture.js';

let exchange: TestSimulator;
beforeAll(async () => { exchange = await openTestSimulator(); });
afterAll(() => exchange.simulator.stop());

const account = (options: object) => exchange.signed('GET', '/api/v3/account', {}, options);

describe('a signed request', () => {
  it("gets the account's balances", async () => {
    const { status, json } = await account({});
    expect(status).toBe(200);
    expect(json).toMatchObject({ canTrade: true, balances: [{ asset: 'USDT', free: '10000', locked: '0' }] });
  });

  it.each([
    { name: 'an unknown key', options: { key: 'nobody' }, code: 10_072 },
    { name: 'another secret', options: { secret: 'wrong' }, code: 700_002 },
    { name: 'a window above a minute', options: { recvWindow: 60_001 }, code: 700_005 },
  ])('is refused with $code for $name', async ({ options, code }) => {
    const { status, json } = await account(options);
    expect(status).toBe(400);
    expect(json).toEqual({ code, msg: expect.any(String) as string, _extend: null });
  });

  it("follows the server's clock, which is shifted apart from this machine's", async () => {
    await exchange.control('PUT', '/clock', { shiftMs: 30_000 });
    const late = await account({});
    const timely = await account({ timestampMs: Date.now() + 30_000 });
    const { json } = await exchange.get('/api/v3/time');
    await exchange.control('PUT', '/clock', { shiftMs: 0 });
    expect(late.json).toMatchObject({ code: 700_003 });
    expect(timely.status).toBe(200);
    expect(Math.abs((json as { serverTime: number }).serverTime - Date.now() - 30_000)).toBeLessThan(5_000);
    // Two seconds ahead of it is more than the one that is forgiven.
    expect((await account({ timestampMs: Date.now() + 2_000, recvWindow: 60_000 })).json).toMatchObject({ code: 700_003 });
  });

  it('has no effect where it is refused', async () => {
    const order = { symbol: 'HANAUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: 10 };
    expect((await exchange.signed('POST', '/api/v3/order', order, { secret: 'wrong' })).status).toBe(400);
    expect((await exchange.control('GET', '/accepted')).json).toEqual({ orders: [], fills: [] });
  });
});

describe('limits of rate', () => {
  it('refuse the 21st request of a second with 429 and Retry-After, and let go when it is over', async () => {
    const limited = await openTestSimulator({ RATE_LIMIT: 'on' });
    try {
      const replies = await Promise.all(Array.from({ length: 21 }, () => limited.get('/api/v3/ping')));
      const refused = replies.filter(({ status }) => status === 429);
      // On a slow machine the 21 may take more than a second, and are then within the limit.
      for (const { headers, json } of refused) {
        expect(headers.get('retry-after')).toBe('1');
        expect(json).toMatchObject({ code: 429, _extend: null });
      }
      await limited.control('PUT', '/rate-limits', { requestsPerSecond: 1, ignoredBeforeBan: 2, banSeconds: 600 });
      const statuses: number[] = [];
      for (let count = 0; count < 40 && !statuses.includes(418); count += 1) statuses.push((await limited.get('/api/v3/ping')).status);
      expect(statuses).toContain(429);
      const banned = await limited.get('/api/v3/time');
      expect([banned.status, banned.headers.get('retry-after')]).toEqual([418, '600']);
      await limited.control('PUT', '/rate-limits', { isEnabled: false });
      const free = await Promise.all(Array.from({ length: 60 }, () => limited.get('/api/v3/ping')));
      expect(new Set(free.map(({ status }) => status))).toEqual(new Set([200]));
    } finally {
      await limited.simulator.stop();
    }
  });
});

describe('bounds', () => {
  it('refuses addresses and bodies that are too long', async () => {
    expect((await exchange.get('/api/v3/time', { filler: 'x'.repeat(17_000) })).status).toBe(414);
    const tooLong = await fetch(`${exchange.simulator.url}/api/v3/order`, { method: 'POST', body: 'x'.repeat(70_000) });
    expect(tooLong.status).toBe(413);
    expect((await exchange.get('/api/v3/time')).status).toBe(200);
  });

  it('reads parameters from a form or a JSON object too, the query first', async () => {
    const send = (body: string) => fetch(`${exchange.simulator.url}/api/v3/order?symbol=HANAUSDT`, { method: 'POST', body, headers: { 'X-MEXC-APIKEY': 'nobody' } });
    await exchange.control('DELETE', '/counters');
    await send('symbol=AIAUSDT&side=BUY');
    await send('{"symbol":"AIAUSDT","quantity":5}');
    await send('{"symbol":');
    const { requests } = (await exchange.control('GET', '/requests')).json as { requests: readonly { parameters: object }[] };
    expect(requests.map(({ parameters }) => parameters)).toEqual([{ symbol: 'HANAUSDT', side: 'BUY' }, { symbol: 'HANAUSDT', quantity: '5' }, { symbol: 'HANAUSDT' }]);
  });
});
