import { BUDGET_LIMITS, countersOf } from './budget-limits.js';

const klines = { endpoint: 'GET /api/v3/klines', weight: 1, isOrder: false } as const;
const limitsOf = (counters: ReturnType<typeof countersOf>) => Object.fromEntries(counters.map(({ key, limit }) => [key, limit]));

it('gives ingestion half of every limit, inside of the whole', () => {
  expect(limitsOf(countersOf({ ...klines, purpose: 'ingestion' }, BUDGET_LIMITS, 0))).toEqual({
    'ingestion weight GET /api/v3/klines': 150, 'ingestion requests': 10, 'weight GET /api/v3/klines': 300, requests: 20,
  });
});

it('gives execution all but a fifth of the requests, and counts orders by themselves', () => {
  const order = { endpoint: 'POST /api/v3/order', weight: 1, isOrder: true, purpose: 'execution' } as const;
  expect(limitsOf(countersOf(order, BUDGET_LIMITS, 0))).toEqual({
    'execution requests': 16, 'weight POST /api/v3/order': 300, orders: 12, requests: 20,
  });
});

it('leaves one request for ingestion at every level, and one for execution', () => {
  const limits = [1, 2, 3].map((level) => limitsOf(countersOf({ ...klines, purpose: 'execution' }, BUDGET_LIMITS, level)));
  expect(limits).toMatchObject([{ 'execution requests': 8, requests: 10 }, { 'execution requests': 4, requests: 5 }, { 'execution requests': 1, requests: 2 }]);
});

it('halves every limit with each level: 20 requests are 2 at the third, one of them ingestion\'s', () => {
  expect(limitsOf(countersOf({ ...klines, purpose: 'ingestion' }, BUDGET_LIMITS, 3))).toEqual({
    'ingestion weight GET /api/v3/klines': 18, 'ingestion requests': 1, 'weight GET /api/v3/klines': 37, requests: 2,
  });
});

it('lets a request that is heavier than its limit take all of it, and counts no weight where there is none', () => {
  const heavy = countersOf({ ...klines, weight: 25, purpose: 'ingestion' }, BUDGET_LIMITS, 3);
  expect(heavy.map(({ points }) => points)).toEqual([18, 1, 25, 1]);
  expect(countersOf({ ...klines, weight: 0, purpose: 'execution' }, BUDGET_LIMITS, 0).map(({ key }) => key)).toEqual(['execution requests', 'requests']);
});

it('takes an endpoint\'s own limit where it has one', () => {
  const limits = { ...BUDGET_LIMITS, endpointWeightPerTenSeconds: { 'GET /api/v3/klines': 100 } };
  expect(countersOf({ ...klines, purpose: 'execution' }, limits, 0)[1]).toMatchObject({ key: 'weight GET /api/v3/klines', limit: 100, windowSeconds: 10 });
});
