import { RateLimits, USUAL_RATE_LIMITS, type RateDemand } from './rate-limits.js';

const PING: RateDemand = { client: 'address local', endpoint: 'GET /api/v3/ping', weight: 1, orders: 0 };
const ORDER: RateDemand = { client: 'account main', endpoint: 'POST /api/v3/order', weight: 1, orders: 1 };

function takeMany(limits: RateLimits, demand: RateDemand, times: number, nowMs: number): readonly string[] {
  return Array.from({ length: times }, () => limits.take(demand, nowMs).kind);
}

const open = (change: Partial<typeof USUAL_RATE_LIMITS> = {}): RateLimits => new RateLimits({ ...USUAL_RATE_LIMITS, ...change });

describe('RateLimits', () => {
  it('allows 20 requests in a second and says how long to wait', () => {
    const limits = open();
    expect(new Set(takeMany(limits, PING, 20, 0))).toEqual(new Set(['allowed']));
    expect(limits.take(PING, 999)).toEqual({ kind: 'refused', retryAfterSeconds: 1 });
    expect(limits.take(PING, 1_000)).toEqual({ kind: 'allowed' });
  });

  it('allows 12 orders in a second, whatever else is left', () => {
    const limits = open();
    expect(takeMany(limits, ORDER, 13, 0).filter((kind) => kind === 'allowed')).toHaveLength(12);
    expect(limits.take({ ...PING, client: ORDER.client }, 0).kind).toBe('allowed');
  });

  it('gives a batch that is larger than a whole second a second to itself', () => {
    const limits = open();
    const batch = { ...ORDER, endpoint: 'POST /api/v3/batchOrders', orders: 20 };
    expect(limits.take(batch, 0).kind).toBe('allowed');
    expect(limits.take(ORDER, 999).kind).toBe('refused');
    expect(limits.take(ORDER, 1_000).kind).toBe('allowed');
    expect(limits.take(batch, 1_001).kind).toBe('refused');
    expect(limits.take(batch, 2_000).kind).toBe('allowed');
  });

  it('counts weights for each endpoint, over ten seconds', () => {
    const limits = open({ requestsPerSecond: 1_000 });
    const heavy = { ...PING, endpoint: 'GET /api/v3/ticker/24hr', weight: 40 };
    // 7 × 40 = 280 fit into 300, an eighth does not.
    expect(takeMany(limits, heavy, 8, 0).filter((kind) => kind === 'allowed')).toHaveLength(7);
    expect(limits.take(heavy, 4_000)).toEqual({ kind: 'refused', retryAfterSeconds: 6 });
    expect(limits.take(PING, 4_000).kind).toBe('allowed');
    expect(limits.take(heavy, 10_000).kind).toBe('allowed');
  });

  it('counts clients apart', () => {
    const limits = open({ requestsPerSecond: 1 });
    expect(limits.take(PING, 0).kind).toBe('allowed');
    expect(limits.take({ ...PING, client: 'address other' }, 0).kind).toBe('allowed');
  });

  it('bans who goes on into refusals, and lets go afterwards', () => {
    const limits = open({ requestsPerSecond: 1, ignoredBeforeBan: 3, banSeconds: 60 });
    limits.take(PING, 0);
    expect(takeMany(limits, PING, 4, 100)).toEqual(['refused', 'refused', 'refused', 'banned']);
    expect(limits.take(PING, 30_100)).toEqual({ kind: 'banned', retryAfterSeconds: 30 });
    expect(limits.take(PING, 60_100).kind).toBe('allowed');
  });

  it('does not ban who waits between refusals', () => {
    const limits = open({ requestsPerSecond: 1, ignoredBeforeBan: 1 });
    for (const second of [0, 1, 2, 3]) {
      expect(limits.take(PING, second * 1_000).kind).toBe('allowed');
      expect(limits.take(PING, second * 1_000 + 1).kind).toBe('refused');
    }
  });

  it('takes everything while it is off', () => {
    expect(new Set(takeMany(open({ isEnabled: false }), ORDER, 500, 0))).toEqual(new Set(['allowed']));
  });
});
