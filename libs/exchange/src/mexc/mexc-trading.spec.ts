import { createHmac } from 'node:crypto';
import { UNLIMITED_BUDGET, VenueFailure, type OrderRequest, type RateBudget, type TradingPort } from '#application';
import { freePort, startScriptedVenue, type ScriptedVenue, type VenueReply } from '#testing';
import { createMexcTrading } from './create-mexc.js';
import { loadMexcClass } from './load-mexc-class.js';
import type { MexcOptions } from './mexc-options.js';

const CREDENTIALS = { apiKey: 'mx0-key-of-the-test', secret: 'secret-of-the-test' };
const ORDER = 'POST /api/v3/order';
const ACCEPTED = { symbol: 'HANAUSDT', orderId: 'C02__385413065019117569043' };

let venue: ScriptedVenue;
let pauses: number[];
// Loaded at first use, which on a busy machine takes more of the first order's window than may go by.
beforeAll(() => loadMexcClass());
beforeEach(async () => {
  venue = await startScriptedVenue();
  pauses = [];
});
afterEach(() => venue.stop());

function trading(change: Partial<MexcOptions> = {}): TradingPort {
  return createMexcTrading({
    venue: 'SIMULATOR',
    origin: venue.origin,
    credentials: CREDENTIALS,
    budget: UNLIMITED_BUDGET,
    purpose: 'execution',
    clock: { nowMs: () => Date.now() },
    timer: { every: () => () => {}, pause: (ms) => (pauses.push(ms), Promise.resolve()) },
    random: () => 0.5,
    timeoutMs: 1_000,
    ...change,
  });
}

function anOrder(change: Partial<OrderRequest> = {}): OrderRequest {
  return {
    marketId: 'HANAUSDT',
    clientOrderId: 'rabc234',
    terms: { kind: 'market-buy', quoteValue: '25.10' },
    signMs: 1_764_000_000_123,
    receiveWindowMs: 4_000,
    ...change,
  };
}

const failingSend = (): Promise<never> => Promise.reject(new Error('after the first byte'));
const neverLeave: RateBudget['take'] = (_request, signal) =>
  new Promise((_resolve, reject) => {
    signal!.addEventListener('abort', () => reject(signal!.reason as Error));
  });

describe('submit', () => {
  it.each<[OrderRequest['terms'], string]>([
    [{ kind: 'market-buy', quoteValue: '25.10' }, 'side=BUY&type=MARKET&quoteOrderQty=25.10'],
    [{ kind: 'market-sell', quantity: '0.000123' }, 'side=SELL&type=MARKET&quantity=0.000123'],
    [{ kind: 'limit-ioc', side: 'buy', quantity: '1220', price: '50000.10' }, 'side=BUY&type=IMMEDIATE_OR_CANCEL&quantity=1220&price=50000.10'],
    [{ kind: 'limit-ioc', side: 'sell', quantity: '7', price: '0.00001' }, 'side=SELL&type=IMMEDIATE_OR_CANCEL&quantity=7&price=0.00001'],
  ])('signs %j with exactly the time that was saved', async (terms, words) => {
    venue.answer(ORDER, { json: ACCEPTED });
    expect(await trading().submit(anOrder({ terms }))).toEqual({ kind: 'acknowledged', venueOrderId: ACCEPTED.orderId });
    const [sent] = venue.to(ORDER);
    const [signed, signature] = sent!.target.split('?')[1]!.split('&signature=');
    expect(signed).toBe(`symbol=HANAUSDT&${words}&newClientOrderId=rabc234&timestamp=1764000000123&recvWindow=4000`);
    expect(signature).toBe(createHmac('sha256', CREDENTIALS.secret).update(signed!).digest('hex'));
    expect(sent!.headers).toEqual({
      'x-mexc-apikey': CREDENTIALS.apiKey,
      source: 'CCXT',
      'user-agent': expect.stringMatching(/^Mozilla/),
      'content-type': 'application/json',
      'content-length': '0',
      'accept-encoding': 'gzip',
      host: new URL(venue.origin).host,
      connection: 'close',
    });
    expect(venue.requests).toHaveLength(1);
  });

  it.each<[string, VenueReply, string]>([
    ['a reset after the request was written', { reset: true }, 'unknown'],
    ['a body cut short', { json: ACCEPTED, cutAfter: 20 }, 'unknown'],
    ['no answer in time', { hang: true }, 'unknown'],
    ['200 with a page', { text: '<html>maintenance</html>' }, 'unknown'],
    ['200 with {}', { json: {} }, 'unknown'],
    ['200 with nothing', { text: '' }, 'unknown'],
    ['503 with a page', { status: 503, text: '<html>busy</html>' }, 'unknown'],
    ['500 with a code', { status: 500, json: { code: 500, msg: 'error' } }, 'unknown'],
    ['a redirect', { status: 307, headers: { location: '/api/v3/order' }, text: '' }, 'unknown'],
    ['429', { status: 429, json: { code: 429, msg: 'slow' } }, 'refused'],
    ['418', { status: 418, text: '' }, 'refused'],
    ['403 of the firewall', { status: 403, text: '<html>denied</html>' }, 'refused'],
    ['a clock that is off', { status: 400, json: { code: 700003, msg: 'Timestamp outside of recvWindow' } }, 'refused'],
    ['too little money', { status: 400, json: { code: 30004, msg: 'Insufficient balance' } }, 'refused'],
  ])('sends once, whatever comes: %s', async (_name, reply, kind) => {
    venue.answer(ORDER, reply);
    expect(await trading().submit(anOrder())).toMatchObject({ kind });
    expect(venue.to(ORDER)).toHaveLength(1);
    expect(pauses).toEqual([]);
  });

  it('knows that nothing was sent where nobody listens', async () => {
    const origin = `http://127.0.0.1:${await freePort()}`;
    const refusal = { proof: 'not-sent', isRetryable: true, reaction: 'none' };
    expect(await trading({ origin }).submit(anOrder())).toMatchObject({ kind: 'refused', refusal });
  });

  it.each<[string, Partial<OrderRequest>]>([
    ['an id with a blank', { clientOrderId: 'a b' }],
    ['an id of 33 characters', { clientOrderId: 'a'.repeat(33) }],
    ['no quantity', { terms: { kind: 'market-sell', quantity: '0' } }],
    ['a quantity with an exponent', { terms: { kind: 'market-sell', quantity: '1e-7' } }],
    ['a negative price', { terms: { kind: 'limit-ioc', side: 'buy', quantity: '1', price: '-1' } }],
    ['a time that is none', { signMs: Number.NaN }],
    ['a window over a minute', { receiveWindowMs: 60_001 }],
  ])('sends nothing of an order with %s', async (_name, change) => {
    expect(await trading().submit(anOrder(change))).toMatchObject({ kind: 'refused', refusal: { proof: 'not-sent', isRetryable: false } });
    expect(venue.requests).toHaveLength(0);
  });

  it('asks the budget first, as an order of the execution', async () => {
    const asked: unknown[] = [];
    venue.answer(ORDER, () => (asked.push('sent'), { json: ACCEPTED }));
    const budget: RateBudget = { ...UNLIMITED_BUDGET, take: async (request) => void asked.push(request) };
    await trading({ budget, weights: { placeOrder: 3 } }).submit(anOrder());
    expect(asked).toEqual([{ endpoint: 'POST /api/v3/order', weight: 3, isOrder: true, purpose: 'execution' }, 'sent']);
  });

  it('sends nothing once the wait for the budget ate half of the window', async () => {
    let nowMs = 0;
    const budget: RateBudget = { ...UNLIMITED_BUDGET, take: async () => void (nowMs += 2_001) };
    const outcome = await trading({ budget, monotonicMs: () => nowMs }).submit(anOrder());
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { proof: 'not-sent', isRetryable: true, reaction: 'none' } });
    expect(venue.requests).toHaveLength(0);
  });

  it('stops waiting for a budget that gives no leave', async () => {
    const outcome = await trading({ budget: { ...UNLIMITED_BUDGET, take: neverLeave } }).submit(anOrder({ receiveWindowMs: 100 }));
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { proof: 'not-sent', isRetryable: true } });
    expect(venue.requests).toHaveLength(0);
  });

  it.each([
    ['banned', { isRetryable: true, reaction: 'open-breaker', retryAfterMs: 5_000 }],
    ['rate-limited', { isRetryable: true, reaction: 'wait', retryAfterMs: 5_000 }],
  ] as const)('hands on what the budget says: %s', async (kind, refusal) => {
    const take = (): Promise<void> => Promise.reject(new VenueFailure(kind, 'no leave', { cause: null, retryAfterMs: 5_000 }));
    const outcome = await trading({ budget: { ...UNLIMITED_BUDGET, take } }).submit(anOrder());
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { proof: 'not-sent', ...refusal } });
  });

  it('sends nothing without a key', async () => {
    const outcome = await trading({ credentials: undefined }).submit(anOrder());
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { proof: 'not-sent', isRetryable: false, reaction: 'halt-account' } });
    expect(venue.requests).toHaveLength(0);
  });

  it('does not believe a sender that throws', async () => {
    expect(await trading({ send: failingSend }).submit(anOrder())).toMatchObject({ kind: 'unknown' });
  });

  it('sends orders one at a time, each signed with its own time', async () => {
    let [open, most] = [0, 0];
    const send: MexcOptions['send'] = async ({ url }) => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      open -= 1;
      const query = new URL(url).searchParams;
      return { kind: 'answered', status: 200, retryAfter: null, body: JSON.stringify({ ...ACCEPTED, orderId: `C02__${query.get('timestamp')}` }) };
    };
    const port = trading({ send });
    const signMs = [1_764_000_000_001, 1_764_000_000_002, 1_764_000_000_003];
    const outcomes = await Promise.all(signMs.map((ms) => port.submit(anOrder({ signMs: ms }))));
    expect(outcomes).toEqual(signMs.map((ms) => ({ kind: 'acknowledged', venueOrderId: `C02__${ms}` })));
    expect(most).toBe(1);
  });

  it('keeps the time of an order apart from those of questions asked meanwhile', async () => {
    venue.answer(ORDER, { json: ACCEPTED });
    venue.answer('GET /api/v3/account', { json: { balances: [] } });
    const port = trading();
    await Promise.all([port.balances(), port.submit(anOrder()), port.balances(), port.submit(anOrder()), port.balances()]);
    expect(venue.to(ORDER).map(({ parameters }) => parameters['timestamp'])).toEqual(['1764000000123', '1764000000123']);
    for (const { parameters } of venue.to('GET /api/v3/account')) expect(Math.abs(Number(parameters['timestamp']) - Date.now())).toBeLessThan(5_000);
  });

  it.each([
    [{ status: 429, headers: { 'retry-after': '7' }, json: { code: 429, msg: 'slow' } }, { kind: 'rate-limited', retryAfterMs: 7_000 }],
    [{ status: 418, headers: { 'retry-after': '120' }, text: '' }, { kind: 'banned', retryAfterMs: 120_000 }],
    [{ status: 403, text: '<html>denied</html>' }, { kind: 'banned', retryAfterMs: 600_000 }],
  ] as const)('tells the budget of %j, and answers though it cannot be told', async (reply, penalty) => {
    const told: unknown[] = [];
    const penalize: RateBudget['penalize'] = (given) => (told.push(given), Promise.reject(new Error('no Redis')));
    venue.answer(ORDER, reply);
    expect(await trading({ budget: { ...UNLIMITED_BUDGET, penalize } }).submit(anOrder())).toMatchObject({ kind: 'refused', refusal: { proof: 'venue' } });
    expect(told).toEqual([penalty]);
  });
});

const AN_ORDER_ROW = {
  symbol: 'HANAUSDT', orderId: 'C02__385413065019117569043', clientOrderId: 'rabc234', price: '0.004327', origQty: '1220', executedQty: '1220.00',
  cummulativeQuoteQty: '5.54124', status: 'FILLED', type: 'MARKET', side: 'SELL', time: 1707671871000, updateTime: 1707671871500,
};
const QUERY = 'GET /api/v3/order';

describe('order', () => {
  it('is told in our words', async () => {
    venue.answer(QUERY, { json: AN_ORDER_ROW });
    expect(await trading().order('HANAUSDT', 'rabc234')).toEqual({
      kind: 'found',
      order: {
        venueOrderId: 'C02__385413065019117569043', clientOrderId: 'rabc234', marketId: 'HANAUSDT', side: 'sell', status: 'filled',
        filledQuantity: '1220', filledNotional: '5.54124', createdMs: 1707671871000, updatedMs: 1707671871500,
      },
    });
    expect(venue.to(QUERY)[0]!.parameters).toMatchObject({ symbol: 'HANAUSDT', origClientOrderId: 'rabc234', recvWindow: '5000' });
  });

  it.each([
    ['NEW', 'open'], ['PARTIALLY_FILLED', 'open'], ['FILLED', 'filled'], ['CANCELED', 'canceled'], ['PARTIALLY_CANCELED', 'canceled'],
  ])('with the status %s is %s', async (status, expected) => {
    venue.answer(QUERY, { json: { ...AN_ORDER_ROW, status, clientOrderId: null, updateTime: null } });
    expect(await trading().order('HANAUSDT', 'rabc234')).toMatchObject({ order: { status: expected, clientOrderId: null, updatedMs: 1707671871000 } });
  });

  it.each([-2013, -2011, 22222])('that MEXC answers with %i is a vote for not found, given at once', async (code) => {
    venue.answer(QUERY, { status: 400, json: { code, msg: 'Order does not exist.' } });
    expect(await trading().order('HANAUSDT', 'rabc234')).toEqual({ kind: 'not-found' });
    expect(venue.to(QUERY)).toHaveLength(1);
  });

  it.each<[string, VenueReply]>([
    ['{}', { json: {} }],
    ['a page', { text: '<html>' }],
    ['another market', { json: { ...AN_ORDER_ROW, symbol: 'AIAUSDT' } }],
    ['another client order id', { json: { ...AN_ORDER_ROW, clientOrderId: 'other' } }],
    ['a status that we do not know', { json: { ...AN_ORDER_ROW, status: 'PENDING' } }],
    ['a quantity that is none', { json: { ...AN_ORDER_ROW, executedQty: '-1' } }],
    ['no time', { json: { ...AN_ORDER_ROW, time: null } }],
  ])('says nothing by %s: asked again, then a failure', async (_name, reply) => {
    venue.next(QUERY, reply);
    venue.answer(QUERY, { json: AN_ORDER_ROW });
    expect(await trading().order('HANAUSDT', 'rabc234')).toMatchObject({ kind: 'found' });
    venue.answer(QUERY, reply);
    await expect(trading().order('HANAUSDT', 'rabc234')).rejects.toMatchObject({ kind: 'malformed-response' });
  });

  it('is not lost for good where a server error carries the code', async () => {
    venue.answer(QUERY, { status: 503, json: { code: -2013, msg: 'Order does not exist.' } });
    await expect(trading().order('HANAUSDT', 'rabc234')).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('questions', () => {
  it('are asked four times, later and later, when the venue stumbles', async () => {
    venue.next('GET /api/v3/account', { status: 502, text: '<html>' }, { reset: true }, { text: '' });
    venue.answer('GET /api/v3/account', { json: { balances: [{ asset: 'USDT', free: '10.500000000000000000000000000000', locked: 0 }] } });
    expect(await trading().balances()).toEqual([{ asset: 'USDT', free: '10.5', locked: '0' }]);
    expect(pauses).toEqual([125, 250, 500]); // Half, by the chance given, of 250, 500 and 1,000 ms.
  });

  it('read the venue\'s clock anew after 700003', async () => {
    const skewed = { status: 400, json: { code: 700003, msg: 'Timestamp for this request is outside of the recvWindow.' } };
    venue.answer('GET /api/v3/time', () => ({ json: { serverTime: Date.now() + 30_000 } }));
    venue.answer('GET /api/v3/account', ({ parameters }) => (Number(parameters['timestamp']) > Date.now() + 50_000 ? { json: { balances: [] } } : skewed));
    const port = trading();
    await expect(port.balances()).rejects.toMatchObject({ kind: 'clock-skew' });
    venue.answer('GET /api/v3/time', () => ({ json: { serverTime: Date.now() + 60_000 } }));
    expect(await port.balances()).toEqual([]);
  });

  it('come to an end where the clock itself is answered with 700003', async () => {
    venue.answer('GET /api/v3/time', { status: 400, json: { code: 700003, msg: 'Timestamp for this request is outside of the recvWindow.' } });
    await expect(trading().balances()).rejects.toMatchObject({ kind: 'clock-skew' });
    expect(venue.to('GET /api/v3/time')).toHaveLength(4);
  });

  it.each([
    [{ status: 400, json: { code: 10072, msg: 'Api key info invalid' } }, 'auth'],
    [{ status: 400, json: { code: 700002, msg: 'Signature for this request is not valid.' } }, 'auth'],
    [{ status: 400, json: { code: 700007, msg: 'No permission to access the endpoint.' } }, 'permission'],
    [{ status: 400, json: { code: 700006, msg: 'IP not in the white list' } }, 'permission'],
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' }, text: '' }, 'wrong-host'],
  ] as const)('answered %j are given up at once', async (reply, kind) => {
    venue.answer('GET /api/v3/account', reply);
    await expect(trading().balances()).rejects.toMatchObject({ kind });
    expect(venue.to('GET /api/v3/account')).toHaveLength(1);
  });

  it('wait for as long as Retry-After says, but not beyond all bounds', async () => {
    venue.next('GET /api/v3/account', { status: 429, headers: { 'retry-after': '3' }, text: '' });
    venue.answer('GET /api/v3/account', { json: { balances: [] } });
    await trading().balances();
    expect(pauses).toEqual([3_000]);
    venue.next('GET /api/v3/account', { status: 429, headers: { 'retry-after': '60' }, text: '' });
    await expect(trading().balances()).rejects.toMatchObject({ kind: 'rate-limited', details: { retryAfterMs: 60_000 } });
  });

  it('about money need a key', async () => {
    await expect(trading({ credentials: undefined }).balances()).rejects.toMatchObject({ kind: 'auth' });
    expect(venue.to('GET /api/v3/account')).toHaveLength(0);
  });

  it('about open orders go to one market or to all', async () => {
    venue.answer('GET /api/v3/openOrders', { json: [{ ...AN_ORDER_ROW, status: 'NEW', executedQty: '0', cummulativeQuoteQty: null }] });
    await expect(trading().openOrders()).rejects.toMatchObject({ kind: 'malformed-response' });
    venue.answer('GET /api/v3/openOrders', { json: [{ ...AN_ORDER_ROW, status: 'NEW', executedQty: '0', cummulativeQuoteQty: '0' }] });
    expect(await trading().openOrders('HANAUSDT')).toMatchObject([{ status: 'open', filledQuantity: '0' }]);
    expect(venue.to('GET /api/v3/openOrders').at(-1)!.parameters['symbol']).toBe('HANAUSDT');
  });

  it('about the markets of the account: a list, or null where there is none', async () => {
    venue.answer('GET /api/v3/selfSymbols', { json: { code: 200, data: ['HANAUSDT', 'AIAUSDT'], msg: null } });
    expect(await trading().apiMarketIds()).toEqual(new Set(['HANAUSDT', 'AIAUSDT']));
    venue.answer('GET /api/v3/selfSymbols', { json: { code: 200, data: null } });
    expect(await trading().apiMarketIds()).toBeNull();
    venue.answer('GET /api/v3/selfSymbols', { status: 404, json: { code: 404, msg: 'not found' } });
    expect(await trading().apiMarketIds()).toBeNull();
  });
});

describe('cancel', () => {
  it.each([
    [{ json: {} }, 'requested'],
    [{ json: { ...AN_ORDER_ROW, status: 'NEW' } }, 'requested'],
    [{ status: 400, json: { code: -2011, msg: 'Unknown order sent.' } }, 'not-open'],
    [{ status: 400, json: { code: -2013, msg: 'Order does not exist.' } }, 'not-open'],
  ] as const)('answered %j is %s', async (reply, kind) => {
    venue.answer('DELETE /api/v3/order', reply);
    expect(await trading().cancel('HANAUSDT', 'rabc234')).toEqual({ kind });
    expect(venue.to('DELETE /api/v3/order')[0]!.parameters).toMatchObject({ symbol: 'HANAUSDT', origClientOrderId: 'rabc234' });
  });

  it('is asked for again, since that does no harm', async () => {
    venue.next('DELETE /api/v3/order', { reset: true });
    venue.answer('DELETE /api/v3/order', { json: {} });
    expect(await trading().cancel('HANAUSDT', 'rabc234')).toEqual({ kind: 'requested' });
  });
});

describe('fills', () => {
  const moment = Date.now() - 60_000;
  const rows = Array.from({ length: 10 }, (_none, index) => ({
    symbol: 'HANAUSDT', id: `t${index}`, orderId: 'C02__385413065019117569043', isBuyer: true, isMaker: false,
    price: '0.5', qty: '2', quoteQty: '1', commission: '0.0005', commissionAsset: 'USDT', time: moment,
  }));

  it.each([
    ['takes the end in', (time: number, endMs: number) => time <= endMs],
    ['leaves the end out', (time: number, endMs: number) => time < endMs],
  ])('of an order that swept ten levels at once are told by a venue that %s', async (_name, isBefore) => {
    venue.answer('GET /api/v3/myTrades', ({ parameters: { startTime, endTime } }) => {
      return { json: rows.filter(({ time }) => time >= Number(startTime) && isBefore(time, Number(endTime))) };
    });
    const fills = await trading().fillsSince('HANAUSDT', moment - 5_000);
    expect(fills.map(({ venueTradeId }) => venueTradeId)).toEqual(rows.map(({ id }) => id));
  });
});
