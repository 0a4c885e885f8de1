import { ulid } from 'ulid';
import { accountReconcile, orderAdvance, planAdvance, QUEUES } from '#contracts';
import { BullJobQueue, RedisLatestPrices } from '#messaging';
import {
  createDataSource, PostgresAccountStore, PostgresExecutionStore, PostgresKillSwitchStore, PostgresLedgerStore, PostgresMarketStore, PostgresPortfolioStore, runMigrations,
} from '#persistence';
import { createTestDatabase, freePort, spawnApp, startTestRedis, type SpawnedApp } from '#testing';
import { startSimulatorProcess } from '../simulator/simulator-process.js';

/** Short enough that a test need not wait for the product's real patience. */
const QUICK = {
  RATE_BUDGET: 'off', ACTIVE_SWEEP_EVERY_MS: '200', SWEEP_EVERY_MS: '200', BALANCES_EVERY_MS: '400', DIFFERING_EVERY_MS: '200', DIFFERENCE_CONFIRM_MS: '800',
  HEARTBEAT_EVERY_MS: '500', REQUEUE_EVERY_MS: '200', JOB_LOCK_MS: '2000', JOB_STALLED_CHECK_MS: '1000',
};
export const KEY = { EXCHANGE_API_KEY: 'simulator-key', EXCHANGE_API_SECRET: 'simulator-secret' };

interface SimulatorBalances {
  readonly accounts: readonly { readonly balances: readonly { readonly asset: string; readonly free: string; readonly locked: string }[] }[];
}

/** Simulator and executors as processes, with a database and a Redis of their own; what the API and the evaluators do is done by tests. */
export async function openExecutorProduct(simulatorArgs: readonly string[] = []) {
  const [database, redis, simulator] = await Promise.all([createTestDatabase(), startTestRedis(), startSimulatorProcess(['--no-rate-limit', ...simulatorArgs])]);
  const dataSource = await createDataSource({ url: database.url, poolSize: 4, applicationName: 'executor-spec' }).initialize();
  await runMigrations(dataSource);
  const jobs = new BullJobQueue({ redisUrl: redis.url, contracts: QUEUES });
  const prices = new RedisLatestPrices({ redisUrl: redis.url });
  const executors: SpawnedApp[] = [];
  const orderJobs = { plan: { queue: planAdvance.name, priority: 1 }, order: { queue: orderAdvance.name, priority: 1 } };
  return {
    database, redis, simulator, dataSource, jobs, prices,
    accounts: new PostgresAccountStore(dataSource, { queue: accountReconcile.name, priority: 1 }),
    execution: new PostgresExecutionStore(dataSource, orderJobs),
    ledger: new PostgresLedgerStore(dataSource),
    portfolios: new PostgresPortfolioStore(dataSource),
    markets: new PostgresMarketStore(dataSource),
    killSwitches: new PostgresKillSwitchStore(dataSource),
    id: (prefix: string) => `${prefix}_${ulid()}`,
    startExecutor: async (env: Readonly<Record<string, string>> = KEY): Promise<SpawnedApp & { readonly healthUrl: string }> => {
      const healthPort = await freePort();
      const variables = { DATABASE_URL: database.url, REDIS_URL: redis.url, EXCHANGE: 'simulator', EXCHANGE_URL: simulator.url, HEALTH_PORT: String(healthPort), ...QUICK, ...env };
      const executor = await spawnApp('apps/order-executor/src/main.js', variables, { ready: /"event":"worker-ready"/u });
      executors.push(executor);
      return { ...executor, healthUrl: `http://127.0.0.1:${healthPort}/readyz` };
    },
    /** What the simulator says that its one account has, assets without anything left out. */
    simulatorBalances: async (): Promise<Readonly<Record<string, number>>> => {
      const { accounts } = (await simulator.control('GET', '/balances')) as SimulatorBalances;
      const held = accounts[0]!.balances.map(({ asset, free, locked }) => [asset, Number(free) + Number(locked)] as const);
      return Object.fromEntries(held.filter(([, quantity]) => quantity !== 0));
    },
    stopExecutors: async () => {
      await Promise.all(executors.splice(0).map((executor) => executor.stop()));
    },
    close: async () => {
      await Promise.all(executors.map((executor) => executor.stop()));
      await jobs.close();
      prices.close();
      await dataSource.destroy();
      await Promise.all([simulator.app.stop(), database.drop(), redis.stop()]);
    },
  };
}

export type ExecutorProduct = Awaited<ReturnType<typeof openExecutorProduct>>;

/** Polls, since a row tells nobody that it changed. @throws with what was last seen, after the time is over */
export async function until<Value>(look: () => Promise<Value>, isSo: (value: Value) => boolean, timeoutMs = 20_000): Promise<Value> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    if (performance.now() > deadlineMs) throw new Error(`not so within ${timeoutMs} ms; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
