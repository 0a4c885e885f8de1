import type { BudgetRequest } from '#application';

/**
 * What a venue allows from one address. MEXC's documents say 500 weight in 10 s for each endpoint, its maintainers 300, its
 * support 20 requests and 12 orders a second in all: the smallest of each is the default.
 */
export interface BudgetLimits {
  readonly requestsPerSecond: number;
  readonly ordersPerSecond: number;
  /** Of each endpoint by itself. */
  readonly weightPerTenSeconds: number;
  /** Where an endpoint has another limit of its own, by method and path. */
  readonly endpointWeightPerTenSeconds: Readonly<Record<string, number>>;
}

export const BUDGET_LIMITS: BudgetLimits = { requestsPerSecond: 20, ordersPerSecond: 12, weightPerTenSeconds: 300, endpointWeightPerTenSeconds: {} };

/** Half as much with each level; at the third, 20 requests are 2, one of them ingestion's. */
export const DEEPEST_LEVEL = 3;

/** So much of the requests execution leaves: however many orders go out, prices must not stand still, or no more go out. */
const LEFT_BY_EXECUTION = 0.2;

/** A count of what was sent in a sliding window, to be raised by `points` where that leaves it at `limit` or below. */
export interface Counter {
  readonly key: string;
  readonly windowSeconds: number;
  readonly limit: number;
  readonly points: number;
}

/**
 * All counters that a request must pass. Ingestion passes one of its own, half as large, before each one that everybody
 * shares: so what it takes of the shared ones is never more than half, and the rest is there for execution at any time.
 * A request that is heavier than a whole limit (halved, perhaps) takes all of it, else it could never be sent.
 */
export function countersOf(request: BudgetRequest, limits: BudgetLimits, level: number): readonly Counter[] {
  const { endpoint, purpose } = request;
  const weightLimit = limits.endpointWeightPerTenSeconds[endpoint] ?? limits.weightPerTenSeconds;
  const shared = [
    { key: `weight ${endpoint}`, windowSeconds: 10, limit: weightLimit, points: Math.ceil(request.weight) },
    ...(request.isOrder ? [{ key: 'orders', windowSeconds: 1, limit: limits.ordersPerSecond, points: 1 }] : []),
    { key: 'requests', windowSeconds: 1, limit: limits.requestsPerSecond, points: 1 },
  ];
  const own = purpose === 'ingestion' ? shared.map((counter) => atLevel({ ...counter, key: `ingestion ${counter.key}`, limit: counter.limit / 2 }, level)) : [];
  const common = shared.map((counter) => atLevel(counter, level));
  return [...own, ...(purpose === 'execution' ? allButOthers(common) : []), ...common].filter(({ points }) => points > 0);
}

function allButOthers(common: readonly Counter[]): readonly Counter[] {
  return common.filter(({ key }) => key === 'requests').map((counter) => {
    const limit = counter.limit - Math.max(1, Math.floor(counter.limit * LEFT_BY_EXECUTION));
    return { ...counter, key: `execution ${counter.key}`, limit: Math.max(1, limit) };
  });
}

function atLevel(counter: Counter, level: number): Counter {
  const limit = Math.max(1, Math.floor(counter.limit / 2 ** level));
  return { ...counter, limit, points: Math.min(counter.points, limit) };
}
