import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ulid } from 'ulid';
import type { Portfolio } from '#application';
import { PORTFOLIO_SHARDS } from '#contracts';
import { DEFAULT_CAPS, DEFAULT_EXECUTION, DEFAULT_PARAMETERS, type PortfolioConfiguration, type OrderSide, type PortfolioState, type RiskCaps, type StrategyParameters, type TradingMode } from '#domain';
import { RedisLatestPrices } from '#messaging';
import { createDataSource, PostgresPortfolioStore, runMigrations } from '#persistence';
import { canonicalSha256 } from '#platform';
import { createTestDatabase, freePort, spawnApp, startTestRedis, temporaryFolder, type SpawnedApp, type TestDatabase } from '#testing';
import { until } from '../ingestor/ingest-product.js';
import { startSimulatorProcess } from '../simulator/simulator-process.js';
import { compareBooks, unsettled } from './compare-books.js';
import { recordPrices, STEP_MS, type PriceStep } from './recorded-prices.js';

export const LIVE_ACCOUNT = 'live-simulator';

/** Short enough that a test need not wait for the product's real patience. */
const QUICK = { PRICE_EVERY_MS: '200', WATCH_EVERY_MS: '250', STATUS_EVERY_MS: '500', SWEEP_EVERY_MS: '1000', JOB_LOCK_MS: '2000', JOB_STALLED_CHECK_MS: '1000' };

export const WORKERS = ['price-ingestor', 'strategy-evaluator', 'order-executor'] as const;
export type Worker = (typeof WORKERS)[number];

export interface PortfolioWish {
  readonly name: string;
  readonly mode: TradingMode;
  readonly bases: readonly string[];
  readonly capital: string;
  readonly parameters?: Partial<StrategyParameters>;
  readonly caps?: Partial<RiskCaps>;
}

export interface PlanRow {
  readonly id: string;
  readonly kind: string;
  readonly asset: number | null;
  readonly state: string;
  readonly reason: string | null;
}

export interface TradingProductOptions {
  /** Replayed by the simulator: one after the other, and only when `nextPrices` is called. Left out: made prices at `simulatorArgs`. */
  readonly prices?: readonly PriceStep[];
  readonly simulatorArgs?: readonly string[];
  /** Empty, and dropped by whoever made it; left out: one of the product's own on the server that all tests share. */
  readonly database?: Pick<TestDatabase, 'url'>;
  /** Added to that of every worker. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The product's API as its users call it; what is refused throws with its problem. */
export type Api = (method: 'GET' | 'POST' | 'PATCH', address: string, body?: unknown) => Promise<unknown>;

function apiAt(base: string, token: string): Api {
  return async (method, address, body) => {
    const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const response = await fetch(`${base}${address}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${await response.text()}`);
    return response.json();
  };
}

/** Database, Redis, simulator and all that trades on it, each a process of its own on a free port. */
export async function openTradingProduct(options: TradingProductOptions) {
  const folder = await temporaryFolder();
  const replay = options.prices === undefined ? [] : await recordPrices(path.join(folder.path, 'prices'), options.prices);
  const [database, redis, simulator] = await Promise.all([
    openDatabase(options.database), startTestRedis(), startSimulatorProcess([...replay, ...(options.simulatorArgs ?? []), '--no-rate-limit']),
  ]);
  if (options.prices !== undefined) await simulator.control('PUT', '/course', { speed: 0 });
  const dataSource = await createDataSource({ url: database.url, poolSize: 4, applicationName: 'trading-spec' }).initialize();
  await runMigrations(dataSource);
  const portfolios = new PostgresPortfolioStore(dataSource);
  const latest = new RedisLatestPrices({ redisUrl: redis.url });
  const environment = { DATABASE_URL: database.url, REDIS_URL: redis.url, EXCHANGE: 'simulator', EXCHANGE_URL: simulator.url, RATE_BUDGET: 'off', ...QUICK, ...options.environment };
  const keys = { EXCHANGE_API_KEY: 'simulator-key', EXCHANGE_API_SECRET: 'simulator-secret', HALT_FILE: path.join(folder.path, 'HALT') };
  const running = new Set<SpawnedApp>();

  const start = async (worker: Worker, more: Readonly<Record<string, string>> = {}): Promise<SpawnedApp> => {
    const variables = { ...environment, ...(worker === 'order-executor' ? keys : {}), HEALTH_PORT: String(await freePort()), ...more };
    const app = await spawnApp(`apps/${worker}/src/main.js`, variables, { ready: /"event":"worker-ready"/u });
    running.add(app);
    void app.exited.then(() => running.delete(app));
    return app;
  };
  const startApiProcess = async (more: Readonly<Record<string, string>> = {}): Promise<{ readonly api: Api; readonly app: SpawnedApp }> => {
    const [port, tokenFile] = [String(await freePort()), path.join(folder.path, 'access-token')];
    const app = await spawnApp('apps/api/src/main.js', { ...environment, PORT: port, HOST: '127.0.0.1', ACCESS_TOKEN_FILE: tokenFile, ...more }, { ready: /"event":"listening"/u });
    running.add(app);
    void app.exited.then(() => running.delete(app));
    return { app, api: apiAt(`http://127.0.0.1:${port}`, (await readFile(tokenFile, 'utf8')).trim()) };
  };
  const plans = (portfolioId: string): Promise<readonly PlanRow[]> =>
    dataSource.query(
      `SELECT id, coalesce(decision -> 'plan' -> 'trigger' ->> 'kind', decision ->> 'kind') AS kind, (decision -> 'plan' -> 'trigger' ->> 'asset')::int AS asset, state, reason
       FROM rebalance_plan WHERE portfolio_id = $1 ORDER BY id`, [portfolioId],
    );

  return {
    database, redis, simulator, dataSource, portfolios, environment, start, startApiProcess, plans,
    startApi: async (): Promise<Api> => (await startApiProcess()).api,
    startAll: () => Promise.all(WORKERS.map((worker) => start(worker))),
    create: async (wish: PortfolioWish): Promise<Portfolio> => {
      const outcome = await portfolios.create(newPortfolio(wish));
      if (outcome.kind !== 'created') throw new Error(`${wish.name} was not created: ${JSON.stringify(outcome)}`);
      return outcome.portfolio;
    },
    changeState: async (id: string, state: PortfolioState): Promise<void> => {
      const portfolio = await portfolios.find(id);
      const outcome = await portfolios.changeState(id, portfolio!.version, state, null, Date.now(), 'spec');
      if (outcome.kind !== 'changed') throw new Error(`${id} did not become ${state}: ${JSON.stringify(outcome)}`);
    },
    /** All of these are what Redis has, good and fresh. */
    untilPrices: async (step: PriceStep): Promise<void> => {
      const bases = Object.keys(step);
      const look = async () => latest.read('SIMULATOR', bases.map((base) => `${base}USDT`)).catch(() => bases.map(() => null));
      await until(look, (prices) => prices.every((price, i) => price !== null && price.flag === null && price.mid === step[bases[i]!]));
    },
    /** Looked at since now, with nothing to do: whatever these prices lead to has been done. */
    untilAtRest: (portfolioId: string, timeoutMs = 40_000): Promise<unknown> => {
      const sinceMs = Date.now();
      return until(() => dataSource.query<readonly { isAtRest: boolean }[]>(AT_REST, [portfolioId, sinceMs]), (rows) => rows[0]?.isAtRest === true, timeoutMs);
    },
    /** The next of the recorded prices, everywhere at once; they stand until the next call. */
    nextPrices: () => simulator.control('PUT', '/course', { skipMs: STEP_MS }),
    /** Its so many plans, once all of them have ended. */
    untilPlans: (portfolioId: string, count: number, timeoutMs = 40_000): Promise<readonly PlanRow[]> =>
      until(() => plans(portfolioId), (rows) => rows.length >= count && rows.every(({ state }) => state === 'done' || state === 'aborted'), timeoutMs),
    /** Those of which something was filled, in their order. */
    filledLegs: (planId: string): Promise<readonly { readonly side: OrderSide; readonly base: string; readonly quantity: number }[]> =>
      dataSource.query('SELECT side, base, filled_quantity::float8 AS quantity FROM order_intent WHERE plan_id = $1 AND filled_quantity > 0 ORDER BY leg', [planId]),
    /** By asset, without what is zero. */
    holdings: async (portfolioId: string): Promise<Readonly<Record<string, string>>> =>
      Object.fromEntries((await portfolios.holdings(portfolioId)).filter(({ quantity }) => Number(quantity) !== 0).map(({ asset, quantity }) => [asset, quantity])),
    /** By the venue's side of a paper account. */
    paperBalances: async (accountId: string): Promise<Readonly<Record<string, string>>> => {
      const rows: readonly { asset: string; free: string }[] = await dataSource.query('SELECT asset, trim_scale(free)::text AS free FROM paper_balance WHERE account_id = $1 AND free <> 0', [accountId]);
      return Object.fromEntries(rows.map(({ asset, free }) => [asset, free]));
    },
    liveFills: async (): Promise<number> => {
      const [row] = await dataSource.query<readonly { count: number }[]>('SELECT count(*)::int AS count FROM fill WHERE account_id = $1', [LIVE_ACCOUNT]);
      return row?.count ?? 0;
    },
    compareBooks: () => compareBooks(dataSource, simulator, LIVE_ACCOUNT),
    unsettled: () => unsettled(dataSource),
    /** The exchange is known, and so is the account that live portfolios need: its executor has registered and compared it. */
    untilLiveAccount: () => until(() => dataSource.query<readonly object[]>(LIVE_ACCOUNT_KNOWN, [LIVE_ACCOUNT]), (rows) => rows.length > 0, 40_000),
    close: async () => {
      await Promise.all([...running].map((app) => app.stop()));
      latest.close();
      await dataSource.destroy();
      await Promise.all([simulator.app.stop(), database.drop(), redis.stop()]);
      await folder.remove();
    },
  };
}

async function openDatabase(given: Pick<TestDatabase, 'url'> | undefined): Promise<Pick<TestDatabase, 'url' | 'drop'>> {
  return given === undefined ? createTestDatabase() : { url: given.url, drop: async () => undefined };
}

export type TradingProduct = Awaited<ReturnType<typeof openTradingProduct>>;

const LIVE_ACCOUNT_KNOWN = `SELECT FROM holding WHERE account_id = $1 AND portfolio_id = '' AND asset = 'USDT' AND quantity > 0
    AND EXISTS (SELECT FROM trading_account WHERE id = $1 AND reconciled_ms IS NOT NULL) AND EXISTS (SELECT FROM venue_status WHERE markets_loaded_ms IS NOT NULL)`;

const AT_REST = `SELECT last_look_ms > $2 AND look_requested_ms IS NULL AND evaluation.kind = 'hold'
    AND NOT EXISTS (SELECT FROM rebalance_plan plan WHERE plan.portfolio_id = $1 AND plan.state NOT IN ('done', 'aborted')) AS "isAtRest"
  FROM portfolio_look JOIN evaluation ON evaluation.id = evaluation_id WHERE portfolio_look.portfolio_id = $1`;

function newPortfolio({ name, mode, bases, capital, parameters, caps }: PortfolioWish) {
  const id = `pf_${ulid()}`;
  const configuration: PortfolioConfiguration = {
    assets: bases.map((base) => ({ base, marketId: `${base}USDT` })), quote: 'USDT',
    parameters: { ...DEFAULT_PARAMETERS, ...parameters, initialCapital: Number(capital) }, execution: DEFAULT_EXECUTION, caps: { ...DEFAULT_CAPS, ...caps },
  };
  return {
    id, name, mode, venue: 'SIMULATOR', accountId: mode === 'paper' ? `paper-${id}` : LIVE_ACCOUNT, shard: Number.parseInt(canonicalSha256(id).slice(0, 8), 16) % PORTFOLIO_SHARDS,
    configuration, configSha256: canonicalSha256(configuration), capital, createdMs: Date.now(), createdBy: 'spec',
  } as const;
}
