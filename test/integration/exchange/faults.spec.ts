import { UNLIMITED_BUDGET, type BudgetPenalty, type CandleRequest, type MarketDataPort, type OrderRequest, type RateBudget, type TradingPort } from '#application';
import { createMexcMarketData, createMexcTrading } from '#exchange';
import { openTestSimulator, type TestSimulator } from '../simulator/simulator-fixture.js';
import { mexcOptions } from './mexc-options.js';

const ORDER = 'POST /api/v3/order';
const KLINES = 'GET /api/v3/klines';
const HOUR_MS = 3_600_000;

let venue: TestSimulator;
let trading: TradingPort;
let marketData: MarketDataPort;
let penalties: BudgetPenalty[];
let ids = 0;

beforeAll(async () => {
  venue = await openTestSimulator();
  const budget: RateBudget = { ...UNLIMITED_BUDGET, penalize: async (penalty) => void penalties.push(penalty) };
  const options = { ...mexcOptions(venue.simulator.url), budget, timeoutMs: 700 };
  trading = createMexcTrading(options);
  marketData = createMexcMarketData(options);
  await trading.balances(); // ccxt is loaded, the clock is read.
});
beforeEach(() => {
  penalties = [];
});
afterEach(() => venue.healed());
afterAll(() => venue.simulator.stop());

function anOrder(change: Partial<OrderRequest> = {}): OrderRequest {
  ids += 1;
  return { marketId: 'HANAUSDT', clientOrderId: `fault-${ids}`, terms: { kind: 'market-buy', quoteValue: '5' }, signMs: Date.now(), receiveWindowMs: 5_000, ...change };
}

async function countersOf(clientOrderId: string): Promise<{ posts: number; acceptances: number }> {
  const { json } = await venue.control('GET', '/counters');
  const { postsByClientOrderId, acceptancesByClientOrderId } = json as Record<string, Record<string, number>>;
  return { posts: postsByClientOrderId![clientOrderId] ?? 0, acceptances: acceptancesByClientOrderId![clientOrderId] ?? 0 };
}

describe('an order is sent once and never believed without proof', () => {
  it.each<[number, string, object, string, boolean]>([
    [41, 'request-lost', {}, 'unknown', false],
    [42, 'reply-lost', {}, 'unknown', true],
    [44, 'reset-before-acceptance', {}, 'unknown', false],
    [44, 'reset-after-acceptance', {}, 'unknown', true],
    [44, 'body-cut', { bytes: 10 }, 'unknown', true],
    [45, 'error-before-acceptance', { status: 503, body: 'html' }, 'unknown', false],
    [45, 'error-after-acceptance', { status: 500, body: 'json' }, 'unknown', true],
    [45, 'error-after-acceptance', { status: 504, body: 'html' }, 'unknown', true],
    [46, 'garbled-answer', { body: 'truncated' }, 'unknown', true],
    [46, 'garbled-answer', { body: 'html' }, 'unknown', true],
    [46, 'garbled-answer', { body: 'empty' }, 'unknown', true],
    [46, 'garbled-answer', { body: 'object' }, 'unknown', true],
    [47, 'too-many-requests', { status: 429, retryAfterSeconds: 20 }, 'wait', false],
    [47, 'too-many-requests', { status: 510, retryAfterSeconds: 20 }, 'wait', false],
    [47, 'too-many-requests', { status: 418, retryAfterSeconds: 20 }, 'open-breaker', false],
    [48, 'firewall', {}, 'open-breaker', false],
    [48, 'access-refused', { code: 700002 }, 'halt-account', false],
    [48, 'access-refused', { code: 10072 }, 'halt-account', false],
    [49, 'maintenance', { code: 11444 }, 'open-breaker', false],
    [57, 'rule-broken', { code: 10096 }, 'refresh-rules', false],
    [58, 'insufficient-balance', { code: 30005 }, 'reconcile-balances', false],
    [59, 'market-closed', { code: 10007 }, 'disable-market', false],
    [62, 'order-type-disabled', { code: 30019 }, 'cool-down-market', false],
    [63, 'order-limit-reached', { code: 30029 }, 'cool-down-market', false],
    [45, 'error-code', { code: 987_654 }, 'unknown', false],
  ])('row %i: %s %j is %s', async (_row, fault, parameters, expected, isAccepted) => {
    await venue.fault(fault, ORDER, { parameters });
    const order = anOrder();
    const outcome = await trading.submit(order);
    expect(outcome.kind === 'refused' ? outcome.refusal.reaction : outcome.kind).toBe(expected);
    expect(await countersOf(order.clientOrderId)).toEqual({ posts: 1, acceptances: isAccepted ? 1 : 0 });
    await venue.healed();
    expect((await trading.order(order.marketId, order.clientOrderId)).kind).toBe(isAccepted ? 'found' : 'not-found');
  });

  it.each([
    [47, 'too-many-requests', { status: 429, retryAfterSeconds: 20 }, { kind: 'rate-limited', retryAfterMs: 20_000 }],
    [47, 'too-many-requests', { status: 418, retryAfterSeconds: 20 }, { kind: 'banned', retryAfterMs: 20_000 }],
    [48, 'firewall', {}, { kind: 'banned', retryAfterMs: 600_000 }],
  ])('row %i: %s %j is told to the budget of all processes', async (_row, fault, parameters, penalty) => {
    await venue.fault(fault, ORDER, { parameters });
    await trading.submit(anOrder());
    expect(penalties).toEqual([penalty]);
  });

  it('row 43: what arrives late is refused by its own time, and a new attempt may follow', async () => {
    await venue.fault('request-delayed', ORDER, { parameters: { ms: 300 } });
    const order = anOrder({ receiveWindowMs: 200 });
    expect(await trading.submit(order)).toMatchObject({ kind: 'refused', refusal: { proof: 'venue', isRetryable: true, reaction: 'resync-clock' } });
    expect(await countersOf(order.clientOrderId)).toEqual({ posts: 1, acceptances: 0 });
  });

  it('row 53: a request that the edge replays shows in the fills', async () => {
    await venue.fault('duplicate', ORDER);
    const order = anOrder();
    await trading.submit(order);
    expect(await countersOf(order.clientOrderId)).toEqual({ posts: 1, acceptances: 2 });
    const fills = (await trading.fillsSince(order.marketId, order.signMs - 1_000)).filter(({ clientOrderId }) => clientOrderId === order.clientOrderId);
    expect(new Set(fills.map(({ venueOrderId }) => venueOrderId)).size).toBe(2);
  });
});

describe('look-ups', () => {
  it('row 54: an order that is not found yet is a vote, not a failure', async () => {
    await venue.fault('lookup-lag', '* *', { parameters: { ms: 60_000 } });
    const order = anOrder();
    expect(await trading.submit(order)).toMatchObject({ kind: 'acknowledged' });
    expect(await trading.order(order.marketId, order.clientOrderId)).toEqual({ kind: 'not-found' });
    await venue.healed();
    expect(await trading.order(order.marketId, order.clientOrderId)).toMatchObject({ kind: 'found' });
  });

  it('row 55: fills are all told, though pages are short and ids are hidden', async () => {
    const sinceMs = Date.now() - 1_000;
    for (let turn = 0; turn < 25; turn++) await trading.submit(anOrder({ terms: { kind: 'market-buy', quoteValue: '1.5' } }));
    const whole = await trading.fillsSince('HANAUSDT', sinceMs);
    await venue.fault('short-pages', 'GET /api/v3/myTrades', { parameters: { rows: 10 } });
    await venue.fault('fills-without-client-order-id', 'GET /api/v3/myTrades');
    const cut = await trading.fillsSince('HANAUSDT', sinceMs);
    expect(cut.map(({ venueTradeId }) => venueTradeId)).toEqual(whole.map(({ venueTradeId }) => venueTradeId));
    expect(cut.every(({ clientOrderId }) => clientOrderId === null)).toBe(true);
  });

  it('row 55: fills of more than a month ago cannot be told, and that is said', async () => {
    await expect(trading.fillsSince('HANAUSDT', Date.now() - 31 * 24 * HOUR_MS)).rejects.toMatchObject({ kind: 'refused' });
  });

  it('row 50: a clock that jumps is read again, once', async () => {
    await venue.control('PUT', '/clock', { shiftMs: 30_000 });
    expect((await trading.balances()).length).toBeGreaterThan(0);
    await venue.control('PUT', '/clock', { shiftMs: 0 });
    expect((await trading.balances()).length).toBeGreaterThan(0);
  });
});

function wanted(): CandleRequest {
  const toMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
  return { marketId: 'HANAUSDT', interval: '1h', fromMs: toMs - 1_199 * HOUR_MS, toMs };
}

async function opensOf(request: CandleRequest): Promise<number[]> {
  const opens: number[] = [];
  for await (const { columns } of marketData.candles(request)) opens.push(...columns.openTimesMs);
  return opens;
}

function all({ fromMs }: CandleRequest): number[] {
  return Array.from({ length: 1_200 }, (_none, index) => fromMs + index * HOUR_MS);
}

describe('market data', () => {
  it.each<[number, string, object]>([
    [46, 'garbled-answer', { limit: 3, parameters: { body: 'html' } }],
    [55, 'short-pages', { parameters: { rows: 37 } }],
    [67, 'bad-price', { limit: 3, parameters: { price: '0' } }],
    [68, 'duplicate-candles', {}],
    [69, 'unordered-candles', {}],
    [72, 'future-candle', {}],
    [72, 'premature-close', {}],
  ])('row %i: %s %j leaves no hole and nothing twice', async (_row, fault, more) => {
    await venue.fault(fault, KLINES, more);
    const request = wanted();
    expect(await opensOf(request)).toEqual(all(request));
  });

  it.each(['0', '-1', 'NaN', 'Infinity', '', 'abc'])('row 67: a price of %j is never passed on as a candle', async (price) => {
    await venue.fault('bad-price', KLINES, { parameters: { price } });
    await expect(opensOf(wanted())).rejects.toMatchObject({ kind: 'malformed-response', message: expect.stringContaining('HANAUSDT') });
  });

  it('row 67: a quote that is no number is left out', async () => {
    await venue.fault('bad-price', 'GET /api/v3/ticker/bookTicker', { parameters: { price: 'NaN', symbols: ['HANAUSDT'] } });
    expect((await marketData.bookTickers(['HANAUSDT', 'AIAUSDT'])).tickers.map(({ marketId }) => marketId)).toEqual(['AIAUSDT']);
  });

  it('row 70: candles that are not there stay single holes', async () => {
    await venue.fault('missing-candles', KLINES, { parameters: { every: 7 } });
    const found = await opensOf(wanted());
    // Six of seven, and those that a page would begin or end without are asked for once more.
    expect(found.length).toBeGreaterThanOrEqual((1_200 * 6) / 7);
    expect(found.length).toBeLessThan(1_100);
    expect(new Set(found.slice(1).map((ms, index) => ms - found[index]!))).toEqual(new Set([HOUR_MS, 2 * HOUR_MS]));
  });

  it('row 70: an empty page in the middle is a hole that is found, not an end', async () => {
    const request = wanted();
    await venue.fault('no-candles', KLINES, { limit: 1, where: { startTime: String(request.fromMs + 500 * HOUR_MS) } });
    const found = await opensOf(request);
    expect(found.at(-1)).toBe(request.toMs);
    expect(found).toEqual(all(request).filter((ms) => ms < request.fromMs + 500 * HOUR_MS || ms >= request.fromMs + 1_000 * HOUR_MS));
  });

  it('row 59: what the venue closes is told with the next reading of the rules', async () => {
    await venue.control('PATCH', '/markets/XANUSDT', { status: 'paused', isApiTradingAllowed: false, sides: 'sell-only' });
    const market = (await marketData.markets()).find(({ marketId }) => marketId === 'XANUSDT');
    expect(market).toMatchObject({ status: 'paused', isApiTradingAllowed: false, sides: 'sell-only' });
  });
});
