export { producerConnection, workerConnection } from './bull-connection.js';
export { BullJobQueue, TransportFailure, type ProducerOptions } from './bull-job-queue.js';
export { EvictionPolicyError, requireNoEviction } from './eviction-policy.js';
export { parseJob, postpone, type Job } from './job-control.js';
export { assertRegistered, workerOptions, type WorkerSettings } from './worker-options.js';
export { inspectRedis, type RedisReport } from './inspect-redis.js';
export type { BudgetLimits } from './budget/budget-limits.js';
export { RedisRateBudget, type RateBudgetOptions } from './budget/redis-rate-budget.js';
export { RedisLatestPrices, type LatestPricesOptions } from './prices/redis-latest-prices.js';
