import { openTestSimulator, type TestSimulator } from './simulator-fixture.js';

interface ProblemBody {
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

let exchange: TestSimulator;
beforeAll(async () => { exchange = await openTestSimulator(); });
afterAll(() => exchange.simulator.stop());

async function faultsOf(method: string, path: string, body: unknown): Promise<ProblemBody> {
  const reply = await exchange.control(method, path, body);
  expect(reply.headers.get('content-type')).toBe('application/problem+json');
  return reply.json as ProblemBody;
}

describe('what the control API refuses', () => {
  it.each([
    { method: 'POST', path: '/faults', body: {}, pointer: '/fault', rule: /expected the name of a fault: see GET \/fault-kinds/u },
    { method: 'POST', path: '/faults', body: { fault: 'reply-lost', rate: 2 }, pointer: '/rate', rule: /<=1/u },
    { method: 'POST', path: '/faults', body: { fault: 'reply-lost', on: '/api/v3/order' }, pointer: '/on', rule: /a method and a path/u },
    { method: 'POST', path: '/faults', body: { fault: 'reply-delayed', parameters: { ms: 1e9 } }, pointer: '/parameters/ms', rule: /<=120000/u },
    { method: 'POST', path: '/faults', body: { fault: 'market-closed', parameters: { code: 1 } }, pointer: '/parameters/code', rule: /expected one of/u },
    { method: 'POST', path: '/faults', body: { fault: 'reply-lost', parameters: { seconds: 1 } }, pointer: '/parameters', rule: /seconds/u },
    { method: 'PUT', path: '/clock', body: { shiftMs: '5' }, pointer: '/shiftMs', rule: /number/u },
    { method: 'PUT', path: '/course', body: {}, pointer: '', rule: /at least one field/u },
    { method: 'PUT', path: '/course', body: { speed: 0.5 }, pointer: '/speed', rule: /int/u },
    { method: 'PUT', path: '/balances', body: { asset: 'USDT', free: 5 }, pointer: '/free', rule: /string/u },
    { method: 'PUT', path: '/balances', body: { asset: 'USDT', free: '-5' }, pointer: '/free', rule: /expected digits/u },
    { method: 'PATCH', path: '/markets/HANAUSDT', body: {}, pointer: '', rule: /at least one field/u },
    { method: 'PATCH', path: '/markets/HANAUSDT', body: { priceTick: '0' }, pointer: '/priceTick', rule: /more than zero/u },
    { method: 'PUT', path: '/rate-limits', body: { requestsPerSecond: 0 }, pointer: '/requestsPerSecond', rule: /1/u },
    { method: 'PUT', path: '/clock', body: undefined, pointer: '', rule: /object/u },
  ])('$method $path with $body names $pointer', async ({ method, path, body, pointer, rule }) => {
    const problem = await faultsOf(method, path, body);
    expect(problem.status).toBe(400);
    expect(problem.errors).toEqual([{ pointer, detail: expect.stringMatching(rule) as string }]);
  });

  it('says what there is instead', async () => {
    expect((await faultsOf('GET', '/nothing', undefined)).detail).toContain('/faults');
    expect((await faultsOf('PATCH', '/faults', {})).detail).toBe('/faults takes GET, POST, DELETE');
    expect((await faultsOf('DELETE', '/faults/fault-99', undefined)).detail).toContain('see GET /faults');
    expect((await faultsOf('PATCH', '/markets/NOPE', { status: 'paused' })).detail).toContain('see GET /markets');
  });

  it('takes no JSON that is none, no body without end, and no page from a browser', async () => {
    const { controlUrl } = exchange.simulator;
    expect((await fetch(`${controlUrl}/faults`, { method: 'POST', body: '{' })).status).toBe(400);
    expect((await fetch(`${controlUrl}/faults`, { method: 'POST', body: JSON.stringify({ fault: 'x'.repeat(100_000) }) })).status).toBe(413);
    expect((await fetch(`${controlUrl}/faults`, { headers: { origin: 'http://evil.example' } })).status).toBe(403);
  });

  it('has room for a hundred faults', async () => {
    for (let count = 0; count < 100; count += 1) await exchange.fault('reply-lost', 'GET /none');
    expect(await faultsOf('POST', '/faults', { fault: 'reply-lost' })).toMatchObject({ status: 409 });
    await exchange.healed();
  });
});

const buy = () => exchange.signed('POST', '/api/v3/order', { symbol: 'XANUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: 4 });
const change = (body: object) => exchange.control('PATCH', '/markets/XANUSDT', body);
const words = async () => ((await exchange.get('/api/v3/exchangeInfo', { symbol: 'XANUSDT' })).json as { symbols: readonly unknown[] }).symbols[0];

describe('what the control API does', () => {
  it('is alive, and lists every fault with its rows and parameters', async () => {
    expect((await exchange.control('GET', '/livez')).json).toEqual({ status: 'ok' });
    const { kinds } = (await exchange.control('GET', '/fault-kinds')).json as { kinds: readonly { name: string }[] };
    expect(kinds.find(({ name }) => name === 'request-delayed')).toMatchObject({ rows: [43], parameters: { ms: { type: 'integer', maximum: 120_000, default: 10_000 } } });
  });

  it('edits balances, from outside as deposits do', async () => {
    await exchange.control('PUT', '/balances', { asset: 'MX', free: '12.5' });
    expect((await exchange.signed('GET', '/api/v3/account')).json).toMatchObject({ balances: expect.arrayContaining([{ asset: 'MX', free: '12.5', locked: '0', available: '12.5' }]) as unknown });
  });

  it("row 59, 60, 62: changes a market's rules, which exchangeInfo tells and orders feel", async () => {
    await change({ minMarketNotional: '5', minNotional: '5' });
    expect([(await words()) as object, (await buy()).json]).toMatchObject([{ quoteAmountPrecision: `5.${'0'.repeat(30)}` }, { code: 30_002 }]);
    await change({ minMarketNotional: '1', orderTypes: ['LIMIT'] });
    expect([(await words()) as object, (await buy()).json]).toMatchObject([{ orderTypes: ['LIMIT'] }, { code: 30_018 }]);
    await change({ orderTypes: ['LIMIT', 'MARKET'], isApiTradingAllowed: false });
    expect([(await words()) as object, (await buy()).json]).toMatchObject([{ isSpotTradingAllowed: false }, { code: 10_007 }]);
    for (const address of ['defaultSymbols', 'selfSymbols']) expect(((await exchange.signed('GET', `/api/v3/${address}`)).json as { data: string[] }).data).not.toContain('XANUSDT');
    await change({ isApiTradingAllowed: true, sides: 'sell-only' });
    expect([(await words()) as object, (await buy()).status]).toMatchObject([{ tradeSideType: 3 }, 400]);
    await change({ sides: 'both', status: 'paused' });
    expect([(await words()) as object, (await buy()).status]).toMatchObject([{ status: '2' }, 400]);
    await change({ status: 'online' });
    expect((await buy()).status).toBe(200);
  });

  it('tells what was accepted, and how often each endpoint was asked, until that is reset', async () => {
    await exchange.signed('POST', '/api/v3/order', { symbol: 'AIAUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: 7, newClientOrderId: 'told-1' });
    const { orders, fills } = (await exchange.control('GET', '/accepted')).json as { orders: readonly object[]; fills: readonly object[] };
    expect(orders[0]).toMatchObject({ clientOrderId: 'told-1', marketId: 'AIAUSDT', status: 'FILLED' });
    expect(fills[0]).toMatchObject({ clientOrderId: 'told-1' });
    expect((await exchange.control('GET', '/counters')).json).toMatchObject({ requestsByEndpoint: { 'POST /api/v3/order': expect.any(Number) as number } });
    expect((await exchange.control('DELETE', '/counters')).json).toEqual({ requestsByEndpoint: {}, postsByClientOrderId: {}, acceptancesByClientOrderId: {} });
    expect((await exchange.control('GET', '/accepted')).text).toContain('told-1');
  });

  it('shows no key, secret or signature of what it has seen', async () => {
    await exchange.signed('GET', '/api/v3/account');
    const text = (await exchange.control('GET', '/requests')).text;
    expect(text).toContain('/api/v3/account');
    expect(text).not.toMatch(/simulator-key|simulator-secret|signature|[0-9a-f]{64}/u);
  });
});
