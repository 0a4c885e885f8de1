import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ulid } from 'ulid';
import { PORTFOLIO_SHARDS } from '#contracts';
import { DEFAULT_CAPS, DEFAULT_EXECUTION, DEFAULT_PARAMETERS, type StrategyParameters, type TradingMode } from '#domain';
import { createDataSource, PostgresPortfolioStore, runMigrations } from '#persistence';
import { canonicalSha256 } from '#platform';
import { createBenchDatabase } from './bench-database.js';
import { pause } from './bench-exchange.js';
import { startProcess, type BenchProcess } from './bench-process.js';
import type { BenchContext } from './bench-result.js';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** Longer than starting takes, so that the replay stands in its first step. */
const STEP_MINUTES = 10;
const LIVE_ACCOUNT = 'live-simulator';
const POLL_MS = 20;

/** Prices of one moment, by base. */
export type PriceStep = Readonly<Record<string, number>>;

interface BenchPortfolio {
  readonly name: string;
  readonly mode: TradingMode;
  readonly bases: readonly string[];
  readonly capital: number;
  readonly parameters: Partial<StrategyParameters>;
}

/** Everything that trades, with a simulator whose prices move when they are told to; all of it processes of their own. */
export async function openBenchTrading({ databaseAdminUrl, redisUrl }: BenchContext, steps: readonly PriceStep[], { rateBudget }: { readonly rateBudget: 'on' | 'off' }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'rebalancer-bench-'));
  const database = await createBenchDatabase(databaseAdminUrl);
  const dataSource = await createDataSource({ url: database.url, poolSize: 4, applicationName: 'bench-trading' }).initialize();
  await runMigrations(dataSource);
  const limits = rateBudget === 'on' ? [] : ['--no-rate-limit'];
  const simulator = await startProcess({
    app: 'exchange-simulator', args: ['--port', '0', '--control-port', '0', ...limits, '--balances', 'USDT=10000000', '--book', 'ideal', ...record(folder, steps)], ready: 'control: ',
  });
  const addressAfter = (word: string): string => new RegExp(`^${word}: (http:\\S+)$`, 'mu').exec(simulator.output())?.[1] ?? '';
  const control = async (method: string, address: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${addressAfter('control')}${address}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  await control('PUT', '/course', { speed: 0 });
  const environment = { DATABASE_URL: database.url, REDIS_URL: redisUrl, EXCHANGE: 'simulator', EXCHANGE_URL: addressAfter('ready'), RATE_BUDGET: rateBudget, WATCH_EVERY_MS: '250' };
  const keys = { EXCHANGE_API_KEY: 'simulator-key', EXCHANGE_API_SECRET: 'simulator-secret', HALT_FILE: path.join(folder, 'HALT') };
  const start = (app: string, more: Readonly<Record<string, string>> = {}): Promise<BenchProcess> =>
    startProcess({ app, environment: { ...environment, ...more }, ready: '"event":"worker-ready"' });
  const apps = await Promise.all([start('price-ingestor'), start('strategy-evaluator'), start('order-executor', keys)]);
  const portfolios = new PostgresPortfolioStore(dataSource);

  const query = <Row>(text: string, parameters: unknown[] = []): Promise<readonly Row[]> => dataSource.query(text, parameters);
  const untilRows = async <Row>(text: string, parameters: unknown[], count: number, timeoutMs: number): Promise<readonly Row[]> => {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const rows = await query<Row>(text, parameters);
      if (rows.length >= count) return rows;
      if (performance.now() > deadline) throw new Error(`${rows.length} rows instead of ${count} in ${timeoutMs} ms: ${text}`);
      await pause(POLL_MS);
    }
  };
  await untilRows(`SELECT FROM holding WHERE account_id = $1 AND portfolio_id = '' AND quantity > 0`, [LIVE_ACCOUNT], 1, 60_000);

  return {
    control, query, untilRows, executor: apps[2],
    /** The next step, everywhere at once; it stands until the next call. */
    nextPrices: () => control('PUT', '/course', { skipMs: STEP_MINUTES * MINUTE_MS }),
    startPortfolio: async (wish: BenchPortfolio): Promise<string> => {
      const created = await portfolios.create(newPortfolio(wish));
      if (created.kind !== 'created') throw new Error(`${wish.name}: ${JSON.stringify(created)}`);
      const { id, version } = created.portfolio;
      await portfolios.changeState(id, version, 'running', null, Date.now(), 'bench');
      return id;
    },
    close: async () => {
      await Promise.all(apps.map((app) => app.stop()));
      await simulator.stop();
      await dataSource.destroy();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type BenchTrading = Awaited<ReturnType<typeof openBenchTrading>>;

function newPortfolio({ name, mode, bases, capital, parameters }: BenchPortfolio) {
  const id = `pf_${ulid()}`;
  const configuration = {
    assets: bases.map((base) => ({ base, marketId: `${base}USDT` })), quote: 'USDT', execution: DEFAULT_EXECUTION,
    parameters: { ...DEFAULT_PARAMETERS, ...parameters, initialCapital: capital }, caps: { ...DEFAULT_CAPS, maxHourlyTurnover: 1_000, maxDailyTurnover: 1_000 },
  };
  return {
    id, name, mode, venue: 'SIMULATOR', accountId: mode === 'paper' ? `paper-${id}` : LIVE_ACCOUNT, shard: Number.parseInt(canonicalSha256(id).slice(0, 8), 16) % PORTFOLIO_SHARDS,
    configuration, configSha256: canonicalSha256(configuration), capital: String(capital), createdMs: Date.now(), createdBy: 'bench',
  } as const;
}

/** Flat minutes, some days back, since a record of the future is refused. The simulator's arguments. */
function record(folder: string, steps: readonly PriceStep[]): readonly string[] {
  const prices = path.join(folder, 'prices');
  mkdirSync(prices);
  const firstMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 3 * DAY_MS;
  for (const base of Object.keys(steps[0]!)) {
    const rows = steps.flatMap((step, i) => Array.from({ length: STEP_MINUTES }, (_none, minute) => `${firstMs + (i * STEP_MINUTES + minute) * MINUTE_MS}${`,${step[base]}`.repeat(4)},1000`));
    writeFileSync(path.join(prices, `SIMULATOR_${base}_USDT_1m.csv`), `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`);
  }
  return ['--replay', prices, '--replay-from', new Date(firstMs).toISOString()];
}
