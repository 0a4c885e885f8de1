import { accountReconcile } from './account-reconcile.js';
import { backtestRun } from './backtest-run.js';
import { candleBackfill } from './candle-backfill.js';
import { orderAdvance } from './order-advance.js';
import { planAdvance } from './plan-advance.js';
import { portfolioEvaluate } from './portfolio-evaluate.js';
import type { QueueContract } from './queue-contract.js';

/** Every queue of the product. Bull Board shows these, and a worker that handles none of them refuses to start. */
export const QUEUES: readonly QueueContract[] = [backtestRun, candleBackfill, portfolioEvaluate, planAdvance, orderAdvance, accountReconcile];
