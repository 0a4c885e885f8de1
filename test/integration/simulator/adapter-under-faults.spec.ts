import { UNLIMITED_BUDGET, type OrderRequest, type SubmitOutcome, type TradingPort } from '#application';
import { createMexcTrading } from '#exchange';
import { systemClock, systemTimer } from '#platform';
import { KEY, openTestSimulator, SECRET, type TestSimulator } from './simulator-fixture.js';

const ORDER = 'POST /api/v3/order';

let exchange: TestSimulator;
let trading: TradingPort;
let lastId = 0;
beforeAll(async () => {
  exchange = await openTestSimulator({ BALANCES: 'USDT=1000000' });
  trading = createMexcTrading({
    venue: 'SIMULATOR', origin: exchange.simulator.url, credentials: { apiKey: KEY, secret: SECRET }, budget: UNLIMITED_BUDGET, purpose: 'execution',
    clock: systemClock, timer: systemTimer, timeoutMs: 700,
  });
  await trading.balances(); // Loads ccxt's class, which takes longer than the patience above.
});
afterAll(() => exchange.simulator.stop());
afterEach(() => exchange.healed());

function aBuy(): OrderRequest {
  lastId += 1;
  return { marketId: 'HANAUSDT', clientOrderId: `adapter-${lastId}`, terms: { kind: 'market-buy', quoteValue: '10' }, signMs: Date.now(), receiveWindowMs: 5_000 };
}

/** What the exchange says of an id: how often it came, how often it was accepted. */
async function countsOf({ clientOrderId }: OrderRequest): Promise<readonly [posts: number, accepted: number]> {
  const counters = (await exchange.control('GET', '/counters')).json as Record<string, Record<string, number>>;
  return [counters['postsByClientOrderId']![clientOrderId] ?? 0, counters['acceptancesByClientOrderId']![clientOrderId] ?? 0];
}

interface Row {
  readonly row: number;
  readonly fault: string;
  readonly parameters?: object;
  readonly accepted: 0 | 1;
}

const UNKNOWN: readonly Row[] = [
  { row: 41, fault: 'request-lost', accepted: 0 },
  { row: 42, fault: 'reply-lost', accepted: 1 },
  { row: 42, fault: 'reply-delayed', parameters: { ms: 2_000 }, accepted: 1 },
  { row: 44, fault: 'reset-before-acceptance', accepted: 0 },
  { row: 44, fault: 'reset-after-acceptance', accepted: 1 },
  { row: 44, fault: 'body-cut', accepted: 1 },
  ...[500, 502, 503, 504].flatMap((status) => ['json', 'html'].flatMap((body): readonly Row[] => [
    { row: 45, fault: 'error-before-acceptance', parameters: { status, body }, accepted: 0 },
    { row: 45, fault: 'error-after-acceptance', parameters: { status, body }, accepted: 1 },
  ])),
  ...['truncated', 'html', 'empty', 'object'].map((body): Row => ({ row: 46, fault: 'garbled-answer', parameters: { body }, accepted: 1 })),
  { row: 0, fault: 'error-code', parameters: { code: 30_099 }, accepted: 0 },
];

describe("MEXC's adapter, against every fault that proves nothing", () => {
  it.each(UNKNOWN)('row $row, $fault: unknown, sent once, accepted $accepted times, and found accordingly ($parameters)', async ({ fault, parameters = {}, accepted }) => {
    await exchange.fault(fault, ORDER, { parameters, limit: 1 });
    const order = aBuy();
    expect(await trading.submit(order)).toMatchObject({ kind: 'unknown' });
    expect(await countsOf(order)).toEqual([1, accepted]);
    expect((await trading.order(order.marketId, order.clientOrderId)).kind).toBe(accepted === 1 ? 'found' : 'not-found');
  });
});

interface RefusalRow {
  readonly row: number;
  readonly fault: string;
  readonly parameters?: object;
  readonly isRetryable: boolean;
  readonly reaction: string;
}

const REFUSALS: readonly RefusalRow[] = [
  { row: 47, fault: 'too-many-requests', parameters: { status: 429, retryAfterSeconds: 17 }, isRetryable: true, reaction: 'wait' },
  { row: 47, fault: 'too-many-requests', parameters: { status: 510, retryAfterSeconds: 17 }, isRetryable: true, reaction: 'wait' },
  { row: 47, fault: 'too-many-requests', parameters: { status: 418, retryAfterSeconds: 17 }, isRetryable: true, reaction: 'open-breaker' },
  { row: 48, fault: 'firewall', isRetryable: true, reaction: 'open-breaker' },
  ...[403, 401, 70_011, 700_006, 700_007].map((code): RefusalRow => ({ row: 48, fault: 'access-refused', parameters: { code }, isRetryable: false, reaction: 'halt-account' })),
  ...[604, 801, 11_444].map((code): RefusalRow => ({ row: 49, fault: 'maintenance', parameters: { code }, isRetryable: true, reaction: 'open-breaker' })),
  ...[30_002, 30_003, 10_096, 30_087].map((code): RefusalRow => ({ row: 57, fault: 'rule-broken', parameters: { code }, isRetryable: false, reaction: 'refresh-rules' })),
  ...[30_004, 30_005, 10_101].map((code): RefusalRow => ({ row: 58, fault: 'insufficient-balance', parameters: { code }, isRetryable: false, reaction: 'reconcile-balances' })),
  ...[30_000, 30_014, 30_016, 10_007].map((code): RefusalRow => ({ row: 59, fault: 'market-closed', parameters: { code }, isRetryable: false, reaction: 'disable-market' })),
  ...[30_018, 30_019, 30_041].map((code): RefusalRow => ({ row: 62, fault: 'order-type-disabled', parameters: { code }, isRetryable: false, reaction: 'cool-down-market' })),
  ...[30_027, 30_029, 30_032].map((code): RefusalRow => ({ row: 63, fault: 'order-limit-reached', parameters: { code }, isRetryable: false, reaction: 'cool-down-market' })),
];

describe("MEXC's adapter, against what the exchange proves", () => {
  it.each(REFUSALS)('row $row, $fault: refused, $reaction ($parameters)', async ({ fault, parameters = {}, isRetryable, reaction }) => {
    await exchange.fault(fault, ORDER, { parameters, limit: 1 });
    const order = aBuy();
    expect(await trading.submit(order)).toMatchObject({ kind: 'refused', refusal: { proof: 'venue', isRetryable, reaction } });
    expect(await countsOf(order)).toEqual([1, 0]);
  });

  it('row 43, request-delayed: what comes after its window is refused, by the time at which it was saved', async () => {
    await exchange.fault('request-delayed', ORDER, { parameters: { ms: 300 }, limit: 1 });
    const order = { ...aBuy(), receiveWindowMs: 100 };
    const outcome: SubmitOutcome = await trading.submit(order);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: '700003', isRetryable: true, reaction: 'resync-clock' } });
    expect(await countsOf(order)).toEqual([1, 0]);
  });

  it("row 53, duplicate: acknowledged, and the copy shows in the account's fills", async () => {
    await exchange.fault('duplicate', ORDER, { limit: 1 });
    const order = aBuy();
    expect((await trading.submit(order)).kind).toBe('acknowledged');
    expect(await countsOf(order)).toEqual([1, 2]);
    const fills = await trading.fillsSince(order.marketId, order.signMs - 1_000);
    expect(new Set(fills.filter(({ clientOrderId }) => clientOrderId === order.clientOrderId).map(({ venueOrderId }) => venueOrderId)).size).toBe(2);
  });

  it('row 54, lookup-lag: not found for a while, which is no proof', async () => {
    const order = aBuy();
    expect((await trading.submit(order)).kind).toBe('acknowledged');
    await exchange.fault('lookup-lag', 'GET /api/v3/order', { parameters: { ms: 60_000 } });
    expect(await trading.order(order.marketId, order.clientOrderId)).toEqual({ kind: 'not-found' });
    await exchange.healed();
    expect(await trading.order(order.marketId, order.clientOrderId)).toMatchObject({ kind: 'found', order: { status: 'filled' } });
  });
});
