import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Portfolio } from '#application';
import { accountReconcile } from '#contracts';
import { producerConnection } from '#messaging';
import { PostgresAccountStore } from '#persistence';
import { freePort, startFaultProxy, type SpawnedApp, type TestRedis } from '#testing';
import { breachesOf } from './check-safety.js';
import { until } from '../ingestor/ingest-product.js';
import type { PriceStep } from '../trading/recorded-prices.js';
import { LIVE_ACCOUNT, openTradingProduct, WORKERS, type PortfolioWish, type TradingProductOptions, type Worker } from '../trading/trading-product.js';

export const ORDER = 'POST /api/v3/order';
export const LOOK_UP = 'GET /api/v3/order';

/** Work that was lost, and doubt, end sooner here than after the product's half a minute. */
const HASTE = {
  // Longer than the exchange is waited for.
  ORDER_LEASE_MS: '12000', DEAD_SPREAD_MS: '1000',
  REQUEUE_EVERY_MS: '500', REQUEUE_GRACE_MS: '1000', ABORT_PAUSE_MS: '500', GROUP_LEASE_MS: '2000', TICK_EVERY_MS: '200', ACTIVE_SWEEP_EVERY_MS: '500',
  BALANCES_EVERY_MS: '1000', DIFFERING_EVERY_MS: '300', DIFFERENCE_CONFIRM_MS: '1500', MARKETS_EVERY_MS: '1000', HEARTBEAT_EVERY_MS: '500',
};
/** Each row has markets of its own, so that what stands against one afterwards stands against no other. */
const BASES = 60;
const BASES_OF_ROW = 3;
const CAPITAL = '1000';
const BALANCE = 'USDT=100000';

/** Three assets at 1 for 0.7 of the capital, in steps of 0.01, for a fee of 0.0005: 233.33 of each, for 233.446665. */
const WHOLE: Bought = { bought: ['233.33', '233.33', '233.33'], left: '299.660005' };
/**
 * The same in two plans, of which the first ended after so many purchases: a third of 0.7 of what the portfolio is worth then, 1,000 less the fees of 0.116665,
 * is 233.306, or of 1,000 less two of them 233.279.
 */
export const IN_TWO_PLANS: Readonly<Record<1 | 2, Bought>> = {
  1: { bought: ['233.33', '233.3', '233.3'], left: '299.720035' },
  2: { bought: ['233.33', '233.33', '233.27'], left: '299.720035' },
};

const Posts = z.object({ postsByClientOrderId: z.record(z.string(), z.number()) });
const Rules = z.object({ faults: z.array(z.object({ id: z.string(), fired: z.number() })) });

interface Bought {
  readonly bought: readonly string[];
  readonly left: string;
}

export interface SceneOptions extends Pick<TradingProductOptions, 'database' | 'environment' | 'simulatorArgs'> {
  /** Prices by the place of an asset among those of its row, after all were 1. */
  readonly steps?: readonly (readonly number[])[];
}

const baseAt = (index: number): string => `${String.fromCodePoint(65 + Math.floor(index / 26))}${String.fromCodePoint(65 + (index % 26))}X`;
const stepOf = (prices: readonly number[]): PriceStep => Object.fromEntries(Array.from({ length: BASES }, (_none, index) => [baseAt(index), prices[index % BASES_OF_ROW]!]));

/** The product with a proxy on each of its links, of which every row uses markets and a portfolio of its own. */
export async function openFaultScene({ steps = [], environment = {}, simulatorArgs = [], ...options }: SceneOptions = {}) {
  const prices = [Array.from({ length: BASES_OF_ROW }, () => 1), ...steps].map(stepOf);
  const product = await openTradingProduct({ ...options, prices, simulatorArgs: ['--balances', BALANCE, ...simulatorArgs], environment: { ...HASTE, ...environment } });
  const links = { database: await startFaultProxy(product.database.url), redis: await startFaultProxy(product.redis.url), exchange: await startFaultProxy(product.simulator.url) };
  const byProxies = {
    DATABASE_URL: links.database.urlOf(product.database.url), REDIS_URL: links.redis.urlOf(product.redis.url),
  };
  /** Prices keep coming where the executor's link is cut. */
  const ofExecutor = { EXCHANGE_URL: links.exchange.urlOf(product.simulator.url).replace(/\/$/u, '') };
  const apps = new Map<Worker, SpawnedApp>();
  let currentRedis = product.redis;
  const healthPorts = new Map<Worker, string>();
  let nextBase = 0;
  let step = 0;

  const start = async (worker: Worker, more: Readonly<Record<string, string>> = {}): Promise<SpawnedApp> => {
    const port = String(await freePort());
    const app = await product.start(worker, { ...byProxies, ...(worker === 'order-executor' ? ofExecutor : {}), HEALTH_PORT: port, ...more });
    healthPorts.set(worker, port);
    apps.set(worker, app);
    return app;
  };
  /** What the executor's readiness finds fault with. */
  const unready = async (): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${healthPorts.get('order-executor')}/readyz`);
    return response.ok ? '' : response.text();
  };
  const switchedOn = async (fault: string, on: string, more: object = {}): Promise<string> => {
    const { id } = (await product.simulator.control('POST', '/faults', { fault, on, ...more })) as { readonly id: string };
    return id;
  };
  const untilHit = (id: string, times = 1): Promise<unknown> =>
    until(async () => Rules.parse(await product.simulator.control('GET', '/faults')).faults.find((rule) => rule.id === id)?.fired ?? 0, (fired) => fired >= times);
  const query = <Row>(text: string, parameters: unknown[] = []): Promise<readonly Row[]> => product.dataSource.query(text, parameters);

  return {
    product, links, apps, start, query, switchedOn, untilHit,
    /** A live portfolio over three markets that no other row uses. */
    aPortfolio: async (row: string, wish: Partial<PortfolioWish> = {}): Promise<Portfolio> => {
      const bases = Array.from({ length: BASES_OF_ROW }, () => baseAt(nextBase++ % BASES));
      const parameters = { cooldownMinutes: 0, evaluateEverySeconds: 1, minOrderValue: 5, ...wish.parameters };
      return product.create({ name: `${row.replaceAll(/[^\w ]/gu, '').slice(0, 40)} ${bases[0]}`, mode: 'live', bases, capital: CAPITAL, ...wish, parameters });
    },
    run: (portfolio: Portfolio): Promise<void> => product.changeState(portfolio.id, 'running'),
    /** Started, and its first order accepted by the exchange, which answers only so much later: the middle of a plan. */
    untilInFlight: async (portfolio: Portfolio, ms = 1_500): Promise<void> => {
      const held = await switchedOn('reply-delayed', ORDER, { where: { symbol: portfolio.configuration.assets[0]!.marketId }, parameters: { ms }, limit: 1 });
      await product.changeState(portfolio.id, 'running');
      await untilHit(held);
    },
    /** Bought into to the last step, and looked at again with nothing left to do. */
    expectBought: async (portfolio: Portfolio, { bought, left }: Bought = WHOLE, timeoutMs = 40_000): Promise<void> => {
      const held = { ...Object.fromEntries(portfolio.configuration.assets.map(({ base }, index) => [base, bought[index]!])), USDT: left };
      try {
        await until(() => product.holdings(portfolio.id), (holdings) => isDeepStrictEqual(holdings, held), timeoutMs);
        await product.untilAtRest(portfolio.id, timeoutMs);
        expect(await product.holdings(portfolio.id)).toEqual(held);
      } catch (error) {
        throw new Error(`${String(error)}\n${JSON.stringify(await query(STORY, [portfolio.id]), null, 1)}\n${apps.get('order-executor')?.output().slice(-4_000)}`, { cause: error });
      }
    },
    /** Nothing open, and no breach of an invariant: books as the exchange has them, nothing sent or taken twice, no account halted or thought to differ. */
    expectSettled: async (allowed: RegExp = /^\b$/u): Promise<void> => {
      const breaches = async () => (await breachesOf(product.dataSource, product.simulator, LIVE_ACCOUNT)).filter((line) => !allowed.test(line));
      expect(await until(breaches, (lines) => lines.length === 0).catch(() => breaches())).toEqual([]);
    },
    /** Between rows: every fault is off, and what was traded stays as it is. */
    calm: async (): Promise<void> => {
      for (const link of Object.values(links)) link.set('pass');
      await product.simulator.control('DELETE', '/faults');
      await query(`UPDATE portfolio SET state = 'stopped' WHERE state IN ('running', 'buys-paused', 'paused')`);
      await query('DELETE FROM breaker');
    },
    marketOf: (portfolio: Portfolio, leg: number): string => portfolio.configuration.assets[leg]!.marketId,
    /** Of the portfolio's orders, in the order in which they were tried. */
    attempts: async (portfolio: Portfolio): Promise<readonly string[]> =>
      (await query<{ readonly state: string }>('SELECT attempt.state FROM order_attempt attempt JOIN order_intent intent ON intent.id = intent_id WHERE intent.portfolio_id = $1 ORDER BY attempt.created_ms', [portfolio.id])).map(({ state }) => state),
    /** Orders that reached the exchange's door, by its own count. */
    posts: async (): Promise<number> => Object.values(Posts.parse(await product.simulator.control('GET', '/counters')).postsByClientOrderId).reduce((sum, count) => sum + count, 0),
    haltReason: async (): Promise<string | null> => (await query<{ readonly halt: string | null }>('SELECT halt_reason AS halt FROM trading_account WHERE id = $1', [LIVE_ACCOUNT]))[0]!.halt,
    /** As an operator does who has looked into it. */
    clearHalt: () => new PostgresAccountStore(product.dataSource, { queue: accountReconcile.name, priority: 1 }).clearHalt(LIVE_ACCOUNT, Date.now(), 'spec'),
    /** As if its ten minutes were over. */
    passBreaker: async (): Promise<void> => {
      await query('DELETE FROM breaker');
      await query(`UPDATE order_intent SET next_action_ms = $1 WHERE state IN ('new', 'sending')`, [Date.now()]);
      await query(`UPDATE rebalance_plan SET next_action_ms = $1 WHERE state = 'executing'`, [Date.now()]);
    },
    /** Looked at since now, and held for this reason. */
    expectHold: async (portfolio: Portfolio, reason: string): Promise<void> => {
      const sinceMs = Date.now();
      const look = () => query<{ readonly reason: string | null; readonly at: number }>('SELECT reason, last_look_ms::float8 AS at FROM portfolio_look JOIN evaluation ON evaluation.id = evaluation_id WHERE portfolio_look.portfolio_id = $1', [portfolio.id]);
      await until(look, ([newest]) => newest !== undefined && newest.at > sinceMs && newest.reason === reason).catch(async (error: unknown) => {
        throw new Error(`${String(error)}\n${JSON.stringify(await query(STORY, [portfolio.id]), null, 1)}`, { cause: error });
      });
    },
    unready, restartExecutor: async (more: Readonly<Record<string, string>> = {}): Promise<void> => {
      await end(apps.get('order-executor')!);
      await start('order-executor', more);
    },
    untilUnready: (pattern: RegExp) => until(unready, (text) => pattern.test(text)),
    untilReady: () => until(unready, (text) => text === ''),
    pause: (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms)),
    priceOf: (portfolio: Portfolio, leg: number): number => prices[step]![portfolio.configuration.assets[leg]!.base]!,
    /** The next of the steps, once its prices are known of what these portfolios hold. */
    nextPrices: async (...portfolios: readonly Portfolio[]): Promise<void> => {
      await product.nextPrices();
      step += 1;
      const bases = portfolios.flatMap(({ configuration }) => configuration.assets.map(({ base }) => base));
      await product.untilPrices(Object.fromEntries(bases.map((base) => [base, prices[step]![base]!])));
    },
    /** A connection of an operator's to the Redis itself, past the proxy. */
    redisOperator: async () => {
      const operator = producerConnection(product.redis.url, () => undefined);
      await once(operator, 'ready');
      return operator;
    },
    redis: (): TestRedis => currentRedis,
    /** The one that took the place of the first. */
    replaceRedis: (redis: TestRedis): void => void (currentRedis = redis),
    startAll: async (): Promise<void> => {
      await Promise.all(WORKERS.map((worker) => start(worker)));
      await product.untilLiveAccount();
    },
    close: async (): Promise<void> => {
      await product.close();
      await currentRedis.stop();
      await Promise.all(Object.values(links).map((link) => link.close()));
    },
  };
}

/** Without the seconds that an end in order may take; for one that is at rest. */
export async function end(app: SpawnedApp): Promise<void> {
  app.kill('SIGKILL');
  await app.exited;
}

/** What a failed test is understood by. */
const STORY = `SELECT plan.state, plan.reason, leg, side, base, intent.state AS intent, intent.reason AS because, attempt_count AS attempts FROM rebalance_plan plan JOIN order_intent intent ON plan_id = plan.id
  WHERE plan.portfolio_id = $1 UNION ALL SELECT 'evaluation', reason, NULL, NULL, detail, NULL, NULL, NULL FROM evaluation WHERE portfolio_id = $1`;

export type FaultScene = Awaited<ReturnType<typeof openFaultScene>>;
