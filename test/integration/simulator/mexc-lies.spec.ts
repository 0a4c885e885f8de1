import { createHmac } from 'node:crypto';
import type { HttpExchange } from '#exchange';
import { VENUE_NOW_MS } from '#testing';
import { effectOf } from '../../simulation/exchange/draw-fate.js';
import { aSteadyMarket } from '../../simulation/exchange/held-exchange.js';
import { openSimulatedExchange } from '../../simulation/exchange/simulated-exchange.js';

const ACCOUNT = { id: 'account-1', key: 'key-1', secret: 'secret-1' };

type Words = Readonly<Record<string, unknown>>;
type Fault = readonly [fault: string, parameters?: Readonly<Record<string, unknown>>];

/** An exchange in this process, whose clock stands until the test moves it. */
function anExchange({ hasUniqueClientOrderIds = false } = {}) {
  let nowMs = VENUE_NOW_MS;
  const exchange = openSimulatedExchange({ seed: 1, nowMs: () => nowMs, accounts: [ACCOUNT], markets: [aSteadyMarket()], feeIn: 'quote', book: 'ideal', hasUniqueClientOrderIds });
  exchange.venue.setFree(ACCOUNT.id, 'USDT', '1000');
  const send = (method: string, path: string, parameters: Readonly<Record<string, string>>, faults: readonly Fault[] = []): Promise<HttpExchange> => {
    const query = new URLSearchParams({ symbol: 'HANAUSDT', ...parameters, timestamp: String(nowMs) }).toString();
    const signature = createHmac('sha256', ACCOUNT.secret).update(query).digest('hex');
    const request = {
      url: `http://127.0.0.1${path}?${query}&signature=${signature}`, method, headers: { 'X-MEXC-APIKEY': ACCOUNT.key, 'Content-Type': 'application/json' }, timeoutMs: 1_000, isAlone: true,
    };
    const effects = faults.map(([fault, settings = {}]) => effectOf({ fault, parameters: settings }, nowMs));
    return exchange.handle(request, async (ms) => void (nowMs += ms), effects);
  };
  return {
    exchange,
    pass: (ms: number) => void (nowMs += ms),
    buy: (id: string, faults?: readonly Fault[]) => send('POST', '/api/v3/order', { side: 'BUY', type: 'MARKET', quoteOrderQty: '100', newClientOrderId: id }, faults),
    look: (name: string, parameters: Readonly<Record<string, string>>, faults?: readonly Fault[]) => send('GET', `/api/v3/${name}`, parameters, faults),
    ordersOf: (id: string) => exchange.venue.orders(ACCOUNT.id, 'HANAUSDT', 0, Infinity, Infinity).filter(({ clientOrderId }) => clientOrderId === id).length,
  };
}

/** `nothing` where no answer has come once everything that could has happened. */
async function heard(reply: Promise<HttpExchange>): Promise<HttpExchange | 'nothing'> {
  const silence = new Promise<'nothing'>((resolve) => setImmediate(() => setImmediate(() => resolve('nothing'))));
  return Promise.race([reply, silence]);
}

const jsonOf = (reply: HttpExchange): unknown => (reply.kind === 'answered' ? (JSON.parse(reply.body) as unknown) : reply);
const page = expect.stringMatching(/^<html>/u) as string;

interface Lie {
  readonly lie: string;
  /** What of the simulator plays it. */
  readonly playedBy: Fault;
  readonly heard: unknown;
  readonly orders: number;
}

/** What is known of MEXC, or of any exchange, about an order's request; and what plays it. */
const LIES: readonly Lie[] = [
  { lie: 'the request is lost', playedBy: ['request-lost'], heard: 'nothing', orders: 0 },
  { lie: 'the reply is lost', playedBy: ['reply-lost'], heard: 'nothing', orders: 1 },
  { lie: 'the connection breaks before', playedBy: ['reset-before-acceptance'], heard: { kind: 'lost', cause: 'read ECONNRESET' }, orders: 0 },
  { lie: 'the connection breaks afterwards', playedBy: ['reset-after-acceptance'], heard: { kind: 'lost', cause: 'read ECONNRESET' }, orders: 1 },
  { lie: 'the reply breaks off', playedBy: ['body-cut', { bytes: 20 }], heard: { kind: 'lost', cause: 'aborted' }, orders: 1 },
  { lie: 'the reply is thin', playedBy: ['garbled-answer', { body: 'object' }], heard: { kind: 'answered', status: 200, retryAfter: null, body: '{}' }, orders: 1 },
  { lie: 'the reply is empty', playedBy: ['garbled-answer', { body: 'empty' }], heard: { kind: 'answered', status: 200, retryAfter: null, body: '' }, orders: 1 },
  { lie: 'the reply is half of one', playedBy: ['garbled-answer', { body: 'truncated' }], heard: { kind: 'answered', status: 200, retryAfter: null, body: expect.stringMatching(/^\{"symbol":"HANAUSDT"[^}]*$/u) as string }, orders: 1 },
  { lie: 'the reply is a page that claims success', playedBy: ['garbled-answer', { body: 'html' }], heard: { kind: 'answered', status: 200, retryAfter: null, body: page }, orders: 1 },
  { lie: 'a gateway fails before', playedBy: ['error-before-acceptance', { status: 502, body: 'html' }], heard: { kind: 'answered', status: 502, retryAfter: null, body: page }, orders: 0 },
  { lie: 'a gateway fails afterwards', playedBy: ['error-after-acceptance', { status: 504, body: 'html' }], heard: { kind: 'answered', status: 504, retryAfter: null, body: page }, orders: 1 },
  { lie: 'the firewall answers', playedBy: ['firewall'], heard: { kind: 'answered', status: 403, retryAfter: null, body: page }, orders: 0 },
  { lie: 'the edge sends it twice', playedBy: ['duplicate', { times: 2 }], heard: expect.objectContaining({ kind: 'answered', status: 200 }), orders: 2 },
];

it.each(LIES)('$lie: played by $playedBy.0, the order there $orders times', async ({ playedBy, heard: expected, orders }) => {
  const { buy, ordersOf } = anExchange();
  expect(await heard(buy('lie-1', [playedBy]))).toEqual(expected);
  expect(ordersOf('lie-1')).toBe(orders);
});

interface LaggingLookup {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly before: unknown;
  readonly after: unknown;
}

describe('look-ups', () => {
  it.each<LaggingLookup>([
    { name: 'order', parameters: { origClientOrderId: 'late-1' }, before: { code: -2_013, msg: 'Order does not exist.', _extend: null }, after: expect.objectContaining({ clientOrderId: 'late-1', status: 'FILLED' }) as Words },
    { name: 'allOrders', parameters: {}, before: [], after: [expect.objectContaining({ clientOrderId: 'late-1' })] as Words[] },
    { name: 'myTrades', parameters: {}, before: [], after: [expect.objectContaining({ clientOrderId: 'late-1', qty: '1' })] as Words[] },
  ])('$name lags, played by lookup-lag: not there until 120 s are over', async ({ name, parameters, before, after }) => {
    const { buy, look, pass } = anExchange();
    const lag: readonly Fault[] = [['lookup-lag', { ms: 120_000 }]];
    await buy('late-1');
    pass(119_999);
    expect(jsonOf(await look(name, parameters, lag))).toEqual(before);
    pass(1);
    expect(jsonOf(await look(name, parameters, lag))).toEqual(after);
  });

  it('openOrders lags too', async () => {
    const { exchange, look, pass } = anExchange();
    const draft = { accountId: ACCOUNT.id, marketId: 'HANAUSDT', side: 'BUY', type: 'LIMIT', quantity: '1', quoteOrderQuantity: null, price: '90', clientOrderId: 'rest-1' } as const;
    expect(exchange.venue.place(draft, VENUE_NOW_MS).kind).toBe('accepted');
    const lag: readonly Fault[] = [['lookup-lag', { ms: 5_000 }]];
    expect(jsonOf(await look('openOrders', {}, lag))).toEqual([]);
    pass(5_000);
    expect(jsonOf(await look('openOrders', {}, lag))).toMatchObject([{ clientOrderId: 'rest-1' }]);
  });

  it('account lags, played by balances-lag: what a fill did is not in it until 120 s are over', async () => {
    const { buy, look, pass } = anExchange();
    const lag: readonly Fault[] = [['balances-lag', { ms: 120_000 }]];
    const free = async (faults: readonly Fault[] = []) => (jsonOf(await look('account', {}, faults)) as { balances: readonly Words[] }).balances.map(({ asset, free: quantity }) => [asset, quantity]);
    // 1 HANA at 100 USDT and a fee of 0.05 % of it: 1000 - 100 - 0.05 are left.
    const bought = [['HANA', '1'], ['USDT', '899.95']];
    await buy('late-1');
    pass(119_999);
    expect([await free(lag), await free()]).toEqual([[['USDT', '1000']], bought]);
    pass(1);
    expect(await free(lag)).toEqual(bought);
  });

  it('come in short pages and without our id, played by short-pages and fills-without-client-order-id', async () => {
    const { buy, look } = anExchange();
    for (const id of ['page-1', 'page-2', 'page-3']) await buy(id);
    const fills = jsonOf(await look('myTrades', { limit: '100' }, [['short-pages', { rows: 2 }], ['fills-without-client-order-id']])) as readonly Words[];
    expect(fills.map(({ clientOrderId }) => clientOrderId)).toEqual([null, null]);
  });
});

describe('a client order id', () => {
  it('is not unique: it names a second order as well, and is looked up as the newest', async () => {
    const { buy, look, ordersOf } = anExchange();
    const ids = [await buy('same-1'), await buy('same-1')].map((reply) => (jsonOf(reply) as Words)['orderId']);
    expect(new Set(ids).size).toBe(2);
    expect(ordersOf('same-1')).toBe(2);
    expect(jsonOf(await look('order', { origClientOrderId: 'same-1' }))).toMatchObject({ orderId: ids[1] });
  });

  it('is refused a second time where the exchange is told to', async () => {
    const { buy, ordersOf } = anExchange({ hasUniqueClientOrderIds: true });
    await buy('same-1');
    expect(jsonOf(await buy('same-1'))).toMatchObject({ code: 603 });
    expect(ordersOf('same-1')).toBe(1);
  });
});
