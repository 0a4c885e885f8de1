import { failureOf, openTestSimulator, type Reply, type TestSimulator } from './simulator-fixture.js';

const ORDER = 'POST /api/v3/order';
const PATIENCE_MS = 400;

let exchange: TestSimulator;
let lastId = 0;
beforeAll(async () => { exchange = await openTestSimulator({ BALANCES: 'USDT=1000000' }); });
afterAll(() => exchange.simulator.stop());
afterEach(() => exchange.healed());

/** A purchase for 10 USDT under a new id of its own. */
function buy(patienceMs?: number): { readonly id: string; readonly reply: Promise<Reply> } {
  lastId += 1;
  const id = `fault-spec-${lastId}`;
  const parameters = { symbol: 'HANAUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: 10, newClientOrderId: id };
  return { id, reply: exchange.signed('POST', '/api/v3/order', parameters, { patienceMs }) };
}

/** What the exchange itself says about an id: how often it was sent, how often accepted. */
async function countsOf(id: string): Promise<readonly [posts: number, accepted: number]> {
  const counters = (await exchange.control('GET', '/counters')).json as Record<string, Record<string, number>>;
  return [counters['postsByClientOrderId']![id] ?? 0, counters['acceptancesByClientOrderId']![id] ?? 0];
}

describe('a fault of the way', () => {
  it.each([
    { row: 41, fault: 'request-lost', failure: 'timeout', accepted: 0 },
    { row: 42, fault: 'reply-lost', failure: 'timeout', accepted: 1 },
    { row: 44, fault: 'reset-before-acceptance', failure: 'ECONNRESET', accepted: 0 },
    { row: 44, fault: 'reset-after-acceptance', failure: 'ECONNRESET', accepted: 1 },
    { row: 44, fault: 'body-cut', failure: 'UND_ERR_SOCKET', accepted: 1 },
  ])('row $row, $fault: the client sees $failure, $accepted accepted', async ({ fault, failure, accepted }) => {
    await exchange.fault(fault, ORDER, { limit: 1 });
    const { id, reply } = buy(PATIENCE_MS);
    expect(await failureOf(reply)).toBe(failure);
    expect(await countsOf(id)).toEqual([1, accepted]);
    expect((await buy().reply).status).toBe(200);
  });

  it('row 43, request-delayed: a late request is judged when it arrives, and its timestamp is then too old', async () => {
    await exchange.fault('request-delayed', ORDER, { parameters: { ms: 300 }, limit: 1 });
    const reply = await exchange.signed('POST', '/api/v3/order', { symbol: 'HANAUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: 10, newClientOrderId: 'late-1' }, { recvWindow: 200 });
    expect(reply.json).toMatchObject({ code: 700_003 });
    expect(await countsOf('late-1')).toEqual([1, 0]);
  });

  it('row 43, request-delayed: a request whose client has gone is accepted all the same', async () => {
    await exchange.fault('request-delayed', ORDER, { parameters: { ms: 300 }, limit: 1 });
    const { id, reply } = buy(100);
    expect(await failureOf(reply)).toBe('timeout');
    // The next look is itself delayed until after the order, so nothing has to be waited for by guess.
    await exchange.fault('reply-delayed', 'GET /api/v3/time', { parameters: { ms: 400 }, limit: 1 });
    await exchange.get('/api/v3/time');
    expect(await countsOf(id)).toEqual([1, 1]);
  });

  it('row 42, reply-delayed: accepted at once, answered late', async () => {
    await exchange.fault('reply-delayed', ORDER, { parameters: { ms: 10_000 }, limit: 1 });
    const { id, reply } = buy(PATIENCE_MS);
    expect(await failureOf(reply)).toBe('timeout');
    expect(await countsOf(id)).toEqual([1, 1]);
  });

  it('row 53, duplicate: one POST, two orders', async () => {
    await exchange.fault('duplicate', ORDER, { limit: 1 });
    const { id, reply } = buy();
    expect((await reply).status).toBe(200);
    expect(await countsOf(id)).toEqual([1, 2]);
  });
});

describe('a wrong answer', () => {
  it.each([
    { fault: 'error-before-acceptance', accepted: 0 },
    { fault: 'error-after-acceptance', accepted: 1 },
  ])('row 45, $fault: 5xx in JSON or as a page, $accepted accepted', async ({ fault, accepted }) => {
    for (const status of [500, 502, 503, 504]) {
      for (const body of ['json', 'html']) {
        await exchange.fault(fault, ORDER, { parameters: { status, body }, limit: 1 });
        const { id, reply } = buy();
        const { status: answered, json, headers } = await reply;
        expect([answered, json === undefined, headers.get('content-type')?.startsWith('text/html')]).toEqual([status, body === 'html', body === 'html']);
        expect(await countsOf(id)).toEqual([1, accepted]);
      }
    }
  });

  it('row 46, garbled-answer: 200, accepted, and no order to be read from it', async () => {
    const texts: Record<string, string> = {};
    for (const body of ['truncated', 'html', 'empty', 'object']) {
      await exchange.fault('garbled-answer', ORDER, { parameters: { body }, limit: 1 });
      const { id, reply } = buy();
      const { status, text } = await reply;
      expect([status, await countsOf(id)]).toEqual([200, [1, 1]]);
      texts[body] = text;
    }
    expect(texts).toMatchObject({ empty: '', object: '{}' });
    expect(texts['html']).toContain('<html>');
    expect(texts['truncated']).toMatch(/^\{"symbol":"HANAUSDT","orderId"/u);
    expect(() => JSON.parse(texts['truncated']!) as unknown).toThrow();
  });

  it.each([
    { status: 429, answered: 429, json: { code: 429 } },
    { status: 510, answered: 400, json: { code: 510 } },
    { status: 418, answered: 418, json: undefined },
  ])('row 47, too-many-requests: $status with Retry-After', async ({ status, answered, json }) => {
    await exchange.fault('too-many-requests', ORDER, { parameters: { status, retryAfterSeconds: 17 }, limit: 1 });
    const { id, reply } = buy();
    const got = await reply;
    expect([got.status, got.headers.get('retry-after')]).toEqual([answered, '17']);
    if (json === undefined) expect(got.json).toBeUndefined();
    else expect(got.json).toMatchObject({ ...json, _extend: null });
    expect(await countsOf(id)).toEqual([1, 0]);
  });

  it.each([
    { row: 48, fault: 'firewall', status: 403, isPage: true },
    { row: 48, fault: 'access-refused', status: 403, isPage: false },
    { row: 49, fault: 'maintenance-page', status: 503, isPage: true },
  ])('row $row, $fault: $status, a page: $isPage', async ({ fault, status, isPage }) => {
    await exchange.fault(fault, ORDER, { limit: 1 });
    const { id, reply } = buy();
    const got = await reply;
    expect([got.status, got.json === undefined]).toEqual([status, isPage]);
    expect(await countsOf(id)).toEqual([1, 0]);
  });

  it.each([
    { row: 48, fault: 'access-refused', code: 700_007 },
    { row: 49, fault: 'maintenance', code: 801 },
    { row: 57, fault: 'rule-broken', code: 30_087 },
    { row: 58, fault: 'insufficient-balance', code: 10_101 },
    { row: 59, fault: 'market-closed', code: -1_121 },
    { row: 62, fault: 'order-type-disabled', code: 30_019 },
    { row: 63, fault: 'order-limit-reached', code: 30_032 },
    { row: 0, fault: 'error-code', code: 88_009 },
  ])('row $row, $fault: refused with code $code', async ({ fault, code }) => {
    await exchange.fault(fault, ORDER, { parameters: { code }, limit: 1 });
    const { id, reply } = buy();
    expect((await reply).json).toEqual({ code, msg: expect.any(String) as string, _extend: null });
    expect(await countsOf(id)).toEqual([1, 0]);
  });
});

describe('a look-up that lags', () => {
  it('row 54, lookup-lag: an accepted order and its fills are not there yet, then they are', async () => {
    const { id, reply } = buy();
    expect((await reply).status).toBe(200);
    await exchange.fault('lookup-lag', 'GET *', { parameters: { ms: 60_000 } });
    const find = () => exchange.signed('GET', '/api/v3/order', { symbol: 'HANAUSDT', origClientOrderId: id });
    expect((await find()).json).toEqual({ code: -2_013, msg: 'Order does not exist.', _extend: null });
    for (const list of ['openOrders', 'allOrders', 'myTrades']) expect((await exchange.signed('GET', `/api/v3/${list}`, { symbol: 'HANAUSDT' })).json).toEqual([]);
    await exchange.control('PUT', '/clock', { shiftMs: 60_000 });
    const later = Date.now() + 60_000;
    expect((await exchange.signed('GET', '/api/v3/order', { symbol: 'HANAUSDT', origClientOrderId: id }, { timestampMs: later })).json).toMatchObject({ clientOrderId: id, status: 'FILLED' });
    await exchange.control('PUT', '/clock', { shiftMs: 0 });
  });

  it('row 55: short pages, and fills that do not tell our id', async () => {
    for (let count = 0; count < 3; count += 1) await buy().reply;
    await exchange.fault('short-pages', 'GET /api/v3/myTrades', { parameters: { rows: 2 } });
    await exchange.fault('fills-without-client-order-id', 'GET /api/v3/myTrades');
    const fills = (await exchange.signed('GET', '/api/v3/myTrades', { symbol: 'HANAUSDT', limit: 100 })).json as readonly Record<string, unknown>[];
    expect(fills).toHaveLength(2);
    expect(fills.map(({ clientOrderId }) => clientOrderId)).toEqual([null, null]);
  });
});
