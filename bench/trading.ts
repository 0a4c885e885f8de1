import type { BenchContext, BenchResult } from './bench-result.js';
import { openBenchTrading, type BenchTrading, type PriceStep } from './trading-product.js';

const STANDING = 100;
const WARM_UP = 5;
const GOALS = { priceToOrderMs: 50, planMs: 5_000 } as const;
const LEGS = 10;
const ANSWER_MS = 20;
const PLAN_TIMEOUT_MS = 60_000;
/** A price is looked at each second, and all portfolios with it. */
const PARAMETERS = { evaluateEverySeconds: 1, cooldownMinutes: 0, tradingFee: 0.0005, minOrderValue: 2, upsideThreshold: 0.1, downsideThreshold: 0.1 } as const;

/** From a price to the order that it leads to, and a plan of many legs; every hop by queues and Postgres, all processes real. */
export async function run(context: BenchContext): Promise<readonly BenchResult[]> {
  return [...(await measurePriceToOrder(context)), await measureLongPlan(context)];
}

const ownBase = (index: number): string => `T${String(index + 1).padStart(3, '0')}`;

/** Each portfolio has an asset of its own beside two that never move; with each step one more of these rises by a fifth. */
function risingOneByOne(): readonly PriceStep[] {
  return Array.from({ length: STANDING + 1 }, (_none, step) => {
    const own = Array.from({ length: STANDING }, (_nothing, index) => [ownBase(index), index < step ? 1.2 : 1] as const);
    return Object.fromEntries([['STILL', 1], ['QUIET', 1], ...own]);
  });
}

async function measurePriceToOrder(context: BenchContext): Promise<readonly BenchResult[]> {
  const bench = await openBenchTrading(context, risingOneByOne(), { rateBudget: 'off' });
  try {
    const ids: string[] = [];
    for (let index = 0; index < STANDING; index++) {
      ids.push(await bench.startPortfolio({ name: `standing ${index}`, mode: 'live', bases: [ownBase(index), 'STILL', 'QUIET'], capital: 1_000, parameters: PARAMETERS }));
    }
    await bench.untilRows(`SELECT FROM rebalance_plan WHERE state = 'done'`, [], STANDING, 180_000);
    const ways: WayOfOrder[] = [];
    for (const id of ids) ways.push(await wayOfOrder(bench, id));
    const at = (fraction: number, tookMs: (way: WayOfOrder) => number): number => {
      const sorted = ways.slice(WARM_UP).map(tookMs).toSorted((a, b) => a - b);
      return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))]!;
    };
    const whole = ({ priceMs, orderMs }: WayOfOrder): number => orderMs - priceMs;
    const p99 = at(0.99, whole);
    return [
      { name: 'of it: price to look, median', value: at(0.5, ({ priceMs, lookMs }) => lookMs - priceMs), unit: 'ms' },
      { name: 'of it: look to plan begun, median', value: at(0.5, ({ lookMs, startedMs }) => startedMs - lookMs), unit: 'ms' },
      { name: 'of it: plan begun to order saved, median', value: at(0.5, ({ startedMs, savedMs }) => savedMs - startedMs), unit: 'ms' },
      { name: 'of it: order saved to order at the exchange, median', value: at(0.5, ({ savedMs, orderMs }) => orderMs - savedMs), unit: 'ms' },
      { name: `price to order at the exchange, ${STANDING} portfolios standing, median`, value: at(0.5, whole), unit: 'ms' },
      { name: `price to order at the exchange, ${STANDING} portfolios standing, p99`, value: p99, unit: 'ms', goal: `≤ ${GOALS.priceToOrderMs} ms`, isGoalMet: p99 <= GOALS.priceToOrderMs },
    ];
  } finally {
    await bench.close();
  }
}

/** Times of one machine: of the price by the exchange, of the look, the plan's beginning, its first order, and that order's coming in. */
interface WayOfOrder {
  readonly priceMs: number;
  readonly lookMs: number;
  readonly startedMs: number;
  readonly savedMs: number;
  readonly orderMs: number;
}

async function wayOfOrder(bench: BenchTrading, portfolioId: string): Promise<WayOfOrder> {
  await bench.nextPrices();
  await bench.untilRows(`SELECT FROM rebalance_plan WHERE portfolio_id = $1 AND decision ->> 'kind' = 'rebalance' AND state = 'done'`, [portfolioId], 1, PLAN_TIMEOUT_MS);
  const [row] = await bench.query<Omit<WayOfOrder, 'orderMs'> & { readonly clientOrderId: string }>(
    `SELECT (evaluation.input -> 'prices' -> 0 ->> 'exchangeMs')::float8 AS "priceMs", (evaluation.input ->> 'timeMs')::float8 AS "lookMs",
            plan.started_ms::float8 AS "startedMs", attempt.created_ms::float8 AS "savedMs", attempt.client_order_id AS "clientOrderId"
     FROM rebalance_plan plan JOIN evaluation ON evaluation.id = plan.evaluation_id JOIN order_intent intent ON intent.plan_id = plan.id AND leg = 0
     JOIN order_attempt attempt ON attempt.intent_id = intent.id AND attempt_no = 1
     WHERE plan.portfolio_id = $1 AND plan.decision ->> 'kind' = 'rebalance' ORDER BY plan.id LIMIT 1`, [portfolioId],
  );
  const { orders } = (await bench.control('GET', '/accepted')) as { orders: readonly { clientOrderId: string; createdMs: number }[] };
  const order = orders.find(({ clientOrderId }) => clientOrderId === row?.clientOrderId);
  if (row === undefined || order === undefined) throw new Error(`the first order of ${portfolioId} is not at the exchange`);
  return { ...row, orderMs: order.createdMs };
}

async function measureLongPlan(context: BenchContext): Promise<BenchResult> {
  const bases = Array.from({ length: LEGS }, (_none, index) => ownBase(index));
  const bench = await openBenchTrading(context, [Object.fromEntries(bases.map((base) => [base, 1]))], { rateBudget: 'on' });
  try {
    await bench.control('POST', '/faults', { fault: 'reply-delayed', on: '* *', parameters: { ms: ANSWER_MS } });
    const id = await bench.startPortfolio({ name: 'long', mode: 'live', bases, capital: 10_000, parameters: PARAMETERS });
    const [plan] = await bench.untilRows<{ readonly tookMs: number; readonly legs: number }>(
      `SELECT (finished_ms - created_ms)::float8 AS "tookMs", (SELECT count(*) FROM order_intent WHERE plan_id = plan.id AND state = 'filled')::int AS legs
       FROM rebalance_plan plan WHERE portfolio_id = $1 AND state = 'done'`, [id], 1, PLAN_TIMEOUT_MS,
    );
    if (plan!.legs !== LEGS) throw new Error(`${plan!.legs} legs were filled instead of ${LEGS}`);
    const value = plan!.tookMs;
    return { name: `plan of ${LEGS} legs, exchange answering in ${ANSWER_MS} ms, within the rate budget`, value, unit: 'ms', goal: `≤ ${GOALS.planMs} ms`, isGoalMet: value <= GOALS.planMs };
  } finally {
    await bench.close();
  }
}
