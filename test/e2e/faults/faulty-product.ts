import { readFile } from 'node:fs/promises';
import type { FailpointName, Portfolio } from '#application';
import { freePort, type SpawnedApp } from '#testing';
import { until } from '../ingestor/ingest-product.js';
import type { PriceStep } from '../trading/recorded-prices.js';
import { LIVE_ACCOUNT, openTradingProduct, WORKERS, type Api, type PlanRow, type PortfolioWish, type Worker } from '../trading/trading-product.js';
import { breachesOf, type SafetyOptions } from './check-safety.js';

export type FailpointActionName = 'KILL' | 'STOP' | 'THROW' | 'DELAY';
export type App = Worker | 'api';

/** What is armed, in the words of FAILPOINTS. */
export interface ArmedAs {
  readonly failpoint: FailpointName;
  readonly action: FailpointActionName;
  /** Of a DELAY; of another action: it comes so much later. */
  readonly delayMs?: number;
  /** From 1; left out: the first. */
  readonly pass?: number;
}

type ProcessState = 'running' | 'stopped' | 'gone';

/** Leases, locks and patience, as short as the configuration allows: a process that stands still must outlast them. */
export const SHORT = {
  ORDER_LEASE_MS: '1000', JOB_LOCK_MS: '1000', JOB_STALLED_CHECK_MS: '500', REQUEUE_EVERY_MS: '300', REQUEUE_GRACE_MS: '800', ABORT_PAUSE_MS: '0', GROUP_LEASE_MS: '1000',
  PRICE_EVERY_MS: '100', WATCH_EVERY_MS: '100', TICK_EVERY_MS: '100', DEAD_SPREAD_MS: '1000',
  // What is done by schedule alone is done by plans and starts too: nothing may pass a failpoint between a case's own steps.
  ACTIVE_SWEEP_EVERY_MS: '600000', SWEEP_EVERY_MS: '600000', BALANCES_EVERY_MS: '600000',
} as const;

/** Of the steps of prices, the first of a basket goes up by this, time and again: far enough to be sold in part. */
const STEP_UP = 1.3;
const PRICE_STEPS = 16;
const PARAMETERS = { tradingFee: 0.0005, slippage: 0, cooldownMinutes: 0, evaluateEverySeconds: 1, minOrderValue: 5, upsideThreshold: 0.1, downsideThreshold: 0.5 };
const SETTLE_MS = 40_000;

export interface FaultyProductOptions {
  /** So many baskets of three markets of their own, one for each portfolio: what happens to one market touches no other case. */
  readonly baskets: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly simulatorArgs?: readonly string[];
}

/** The whole product as processes, with all patience shortened, that takes one fault after the other. */
export async function openFaultyProduct({ baskets, environment = {}, simulatorArgs = [] }: FaultyProductOptions) {
  const product = await openTradingProduct({
    prices: stepsOf(baskets), environment: { ...SHORT, ...environment }, simulatorArgs: ['--balances', 'USDT=1000000', ...simulatorArgs],
  });
  const running = new Map<App, SpawnedApp[]>();
  const active = new Set<string>();
  let nextBasket = 0;
  let api: Api | null = null;
  const healthPorts = new Map<SpawnedApp, string>();

  const launch = async (app: App, more: Readonly<Record<string, string>>): Promise<SpawnedApp> => {
    if (app !== 'api') {
      const HEALTH_PORT = String(await freePort());
      const worker = await product.start(app, { HEALTH_PORT, ...more });
      healthPorts.set(worker, HEALTH_PORT);
      return worker;
    }
    const started = await product.startApiProcess(more);
    ({ api } = started);
    return started.app;
  };
  const start = async (app: App, more: Readonly<Record<string, string>> = {}): Promise<SpawnedApp> => {
    const started = await launch(app, more);
    running.set(app, [...(running.get(app) ?? []), started]);
    return started;
  };
  /** Those that stand still are let go on, so that they end as they would. */
  const stop = async (app: App): Promise<void> => {
    const ending = running.get(app) ?? [];
    running.set(app, []);
    for (const one of ending) if ((await stateOf(one)) === 'stopped') one.kill('SIGCONT');
    await Promise.all(ending.map((one) => one.stop()));
  };

  return {
    ...product,
    launchAll: async (): Promise<void> => {
      await Promise.all(WORKERS.map((worker) => start(worker)));
      await product.untilLiveAccount();
    },
    launch: start,
    shut: stop,
    running: (app: App): readonly SpawnedApp[] => running.get(app) ?? [],
    /** Of its processes only this one is left, and it is armed. */
    armed: async (app: App, as: ArmedAs, more: Readonly<Record<string, string>> = {}): Promise<SpawnedApp> => {
      await stop(app);
      return start(app, { FAILPOINTS: failpointsOf(as), ...more });
    },
    /** A worker's own event loop runs: whatever waited for the process to go on has gone on. */
    answers: (worker: SpawnedApp): Promise<boolean> =>
      until(() => fetch(`http://127.0.0.1:${healthPorts.get(worker)!}/livez`).then(({ ok }) => ok, () => false), (ok) => ok),
    /** The API of the latest process of it. */
    api: (): Api => {
      if (api === null) throw new Error('no API was launched');
      return api;
    },
    /** A new portfolio that begins to buy into the next basket. */
    buyIn: async (wish: Partial<PortfolioWish> = {}): Promise<Portfolio> => {
      const bases = basesOf(nextBasket++);
      if (nextBasket > baskets) throw new Error(`there are ${baskets} baskets only`);
      const portfolio = await product.create({ name: `basket ${nextBasket}`, mode: 'live', bases, capital: '1000', ...wish, parameters: { ...PARAMETERS, ...wish.parameters } });
      await product.changeState(portfolio.id, 'running');
      active.add(portfolio.id);
      return portfolio;
    },
    /** Nothing new is begun for it. */
    rest: async (portfolioId: string): Promise<void> => {
      if (active.delete(portfolioId)) await product.changeState(portfolioId, 'paused');
    },
    /** The first asset of every basket becomes dearer: a sale and two purchases are due for whoever has it. */
    movePrices: () => product.nextPrices(),
    /** So many plans of it have ended. */
    untilEnded: (portfolioId: string, count = 1, timeoutMs = SETTLE_MS): Promise<readonly PlanRow[]> => product.untilPlans(portfolioId, count, timeoutMs),
    /** Nothing is under way any more anywhere. @throws with what is, once the time is over */
    untilSettled: (timeoutMs = SETTLE_MS): Promise<unknown> => until(() => product.unsettled(), (open) => open.length === 0, timeoutMs),
    /** Every breach of an invariant, by the independent checker; only a job that has just become due is given the moment in which it goes out. */
    breaches: async (options?: SafetyOptions): Promise<readonly string[]> => {
      const breaches = () => breachesOf(product.dataSource, product.simulator, LIVE_ACCOUNT, options);
      return until(breaches, (lines) => !lines.some((line) => line.startsWith('undelivered job ')), SETTLE_MS).catch(() => breaches());
    },
    /** How often each client order id of a portfolio was posted, and how often accepted, by the simulator's word. */
    sent: (portfolioId: string) => sentOf(product, portfolioId),
    /** Markets of the account whose trades are swept at every start. */
    sweptMarkets: async (): Promise<number> => {
      const [row] = await product.dataSource.query<readonly { count: number }[]>('SELECT count(*)::int AS count FROM sweep_watermark WHERE account_id = $1', [LIVE_ACCOUNT]);
      return row!.count;
    },
  };
}

export type FaultyProduct = Awaited<ReturnType<typeof openFaultyProduct>>;

const basesOf = (basket: number): readonly string[] => ['A', 'B', 'C'].map((letter) => `${letter}${String(basket).padStart(2, '0')}`);

function stepsOf(baskets: number): readonly PriceStep[] {
  const all = Array.from({ length: baskets }, (_none, basket) => basesOf(basket));
  return Array.from({ length: PRICE_STEPS }, (_none, step) =>
    Object.fromEntries(all.flatMap(([first, ...others]) => [[first!, Number((STEP_UP ** step).toPrecision(4))], ...others.map((base) => [base, 1] as const)] as const)));
}

/** With a delay before an action that is none: two entries of one name are done one after the other. */
export function failpointsOf({ failpoint, action, delayMs, pass = 1 }: ArmedAs): string {
  if (action === 'DELAY') return `${failpoint}=DELAY:${delayMs ?? 1_000}@${pass}`;
  const before = delayMs === undefined ? [] : [`${failpoint}=DELAY:${delayMs}@${pass}`];
  return [...before, `${failpoint}=${action}@${pass}`].join(';');
}

/** That the process has come to its failpoint and was hit there. @throws where it was not, with its output */
export async function untilHit(app: SpawnedApp, { failpoint, action }: ArmedAs, timeoutMs = 20_000): Promise<void> {
  const said = new RegExp(`"event":"failpoint","name":"${failpoint.replaceAll('.', '\\.')}","action":"${action.toLowerCase()}"`, 'u');
  if (action === 'KILL') {
    const end = await Promise.race([app.exited, new Promise<null>((resolve) => setTimeout(resolve, timeoutMs, null).unref())]);
    if (end?.signal !== 'SIGKILL' || !said.test(app.output())) throw new Error(`${failpoint} did not kill (${JSON.stringify(end)}):\n${app.output().slice(-4_000)}`);
    return;
  }
  await app.untilOutput(said, timeoutMs);
  if (action === 'STOP') await until(() => stateOf(app), (state) => state === 'stopped', 5_000);
}

/** By the kernel's word. */
export async function stateOf({ pid }: SpawnedApp): Promise<ProcessState> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  const letter = stat?.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  if (letter === undefined || letter === 'Z') return 'gone';
  return letter === 'T' ? 'stopped' : 'running';
}

/** Lets a stopped process go on, and waits until it runs. */
export async function goOn(app: SpawnedApp): Promise<void> {
  app.kill('SIGCONT');
  await until(() => stateOf(app), (state) => state === 'running', 5_000);
}

interface SentOrder {
  readonly leg: number;
  readonly state: string;
  readonly intentState: string;
  readonly posts: number;
  readonly acceptances: number;
}

async function sentOf({ dataSource, simulator }: Pick<Awaited<ReturnType<typeof openTradingProduct>>, 'dataSource' | 'simulator'>, portfolioId: string): Promise<readonly SentOrder[]> {
  const counters = (await simulator.control('GET', '/counters')) as Record<'postsByClientOrderId' | 'acceptancesByClientOrderId', Readonly<Record<string, number>>>;
  const attempts: readonly { readonly id: string; readonly leg: number; readonly state: string; readonly intentState: string }[] = await dataSource.query(
    `SELECT client_order_id AS id, leg, attempt.state, intent.state AS "intentState" FROM order_attempt attempt JOIN order_intent intent ON intent.id = intent_id
     WHERE intent.portfolio_id = $1 ORDER BY intent.created_ms, leg, attempt_no`, [portfolioId]);
  return attempts.map(({ id, ...attempt }) => ({ ...attempt, posts: counters.postsByClientOrderId[id] ?? 0, acceptances: counters.acceptancesByClientOrderId[id] ?? 0 }));
}
