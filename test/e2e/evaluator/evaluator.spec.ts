import { ulid } from 'ulid';
import type { Portfolio } from '#application';
import { PORTFOLIO_SHARDS } from '#contracts';
import { PostgresEvaluationStore, PostgresPortfolioStore } from '#persistence';
import { canonicalSha256 } from '#platform';
import { aBasketConfiguration, freePort, spawnApp, type SpawnedApp } from '#testing';
import { openIngestProduct, until, type IngestProduct } from '../ingestor/ingest-product.js';

const JOBS = { queue: 'plan-advance', priority: 1 };

let product: IngestProduct;
let portfolios: PostgresPortfolioStore;
let evaluations: PostgresEvaluationStore;
const evaluators: SpawnedApp[] = [];
beforeAll(async () => {
  product = await openIngestProduct();
  portfolios = new PostgresPortfolioStore(product.dataSource);
  evaluations = new PostgresEvaluationStore(product.dataSource, JOBS);
  await product.startIngestor({ RATE_BUDGET: 'off' });
  await until(() => product.markets.statusOf('SIMULATOR'), (status) => status !== null && status.marketsLoadedMs !== null && status.clockOffsetMs !== null);
});
afterEach(() => Promise.all(evaluators.splice(0).map((evaluator) => evaluator.stop())));
afterAll(() => product.close());

async function startEvaluator(env: Readonly<Record<string, string>> = {}): Promise<SpawnedApp & { readonly healthUrl: string }> {
  const healthPort = await freePort();
  const variables = { DATABASE_URL: product.database.url, REDIS_URL: product.redis.url, EXCHANGE: 'simulator', HEALTH_PORT: String(healthPort), ...env };
  const evaluator = await spawnApp('apps/strategy-evaluator/src/main.js', variables, { ready: /"event":"worker-ready"/u });
  evaluators.push(evaluator);
  return { ...evaluator, healthUrl: `http://127.0.0.1:${healthPort}/readyz` };
}

/** As an operator makes and starts it: HANA, AIA and XAN with 10,000 USDT of play money. */
async function aStartedPortfolio(): Promise<Portfolio> {
  const [id, configuration] = [`pf_${ulid()}`, aBasketConfiguration()];
  const created = await portfolios.create({
    id, name: id, mode: 'paper', venue: 'SIMULATOR', accountId: `paper-${id}`, shard: Math.floor(Math.random() * PORTFOLIO_SHARDS), configuration,
    configSha256: canonicalSha256(configuration), capital: '10000', createdMs: Date.now(), createdBy: 'a test',
  });
  if (created.kind !== 'created') throw new Error(created.kind);
  const started = await portfolios.changeState(id, created.portfolio.version, 'running', null, Date.now(), 'a test');
  if (started.kind !== 'changed') throw new Error(started.kind);
  return started.portfolio;
}

const plansOf = ({ id }: Portfolio) => product.dataSource.query<{ id: string; state: string; kind: string }[]>(
  `SELECT id, state, decision ->> 'kind' AS kind FROM rebalance_plan WHERE portfolio_id = $1`, [id],
);
const legsOf = (planId: string) => product.dataSource.query<{ base: string; side: string; value: number }[]>(
  'SELECT base, side, quote_value::float8 AS value FROM order_intent WHERE plan_id = $1 ORDER BY leg', [planId],
);
const isDelivered = async (planId: string): Promise<boolean> => {
  const rows = await product.dataSource.query<{ delivered: boolean }[]>(`SELECT dispatched_at IS NOT NULL AS delivered FROM outbox WHERE payload ->> 'planId' = $1`, [planId]);
  return rows.length === 1 && rows[0]!.delivered;
};

it('plans the start of a portfolio from the prices that come in, and puts its job on the queue', async () => {
  const evaluator = await startEvaluator();
  expect(await (await fetch(evaluator.healthUrl)).json()).toMatchObject({ status: 'ok', exchange: { venue: 'SIMULATOR', money: 'play money' } });
  const portfolio = await aStartedPortfolio();
  const [plan] = await until(() => plansOf(portfolio), (plans) => plans.length > 0);
  expect(plan).toMatchObject({ state: 'draft', kind: 'initial' });
  expect(await legsOf(plan!.id)).toEqual(['HANA', 'AIA', 'XAN'].map((base) => ({ base, side: 'buy', value: expect.closeTo(7_000 / 3, 9) })));
  await until(() => isDelivered(plan!.id), (delivered) => delivered);
  const holds = await evaluations.evaluations(portfolio.id, { limit: 10 });
  expect(holds.at(-1)).toMatchObject({ kind: 'plan', reason: 'initial', input: { isAllocated: false, cash: 10_000 } });
  expect(holds.at(-1)!.codeVersion).toMatch(/^\d+\.\d+\.\d+\+[0-9a-f]{12}$/u);
  expect(await evaluator.stop()).toMatchObject({ code: 0 });
});

it('two at once, one of them killed where it has just committed, make one plan and deliver its job', async () => {
  const doomed = await startEvaluator({ FAILPOINTS: 'eval.after_plan_commit=KILL' });
  const portfolio = await aStartedPortfolio();
  const [plan] = await until(() => plansOf(portfolio), (plans) => plans.length > 0);
  expect(await doomed.exited).toMatchObject({ signal: 'SIGKILL' });
  expect(await isDelivered(plan!.id)).toBe(false);
  await Promise.all([startEvaluator(), startEvaluator()]);
  await until(() => isDelivered(plan!.id), (delivered) => delivered);
  await product.dataSource.query('UPDATE portfolio_look SET look_requested_ms = 1 WHERE portfolio_id = $1', [portfolio.id]);
  const told = await until(() => evaluations.evaluations(portfolio.id, { limit: 10 }), ([newest]) => newest?.reason === 'plan-open');
  expect(told.map(({ reason }) => reason)).toEqual(['plan-open', 'initial']);
  expect(await plansOf(portfolio)).toHaveLength(1);
});

it('goes on after its queue was emptied', async () => {
  await startEvaluator();
  await product.redis.flush();
  const portfolio = await aStartedPortfolio();
  await until(() => plansOf(portfolio), (plans) => plans.length > 0);
});

it('says what is wrong with its settings and does not start', async () => {
  const evaluator = spawnApp('apps/strategy-evaluator/src/main.js', { DATABASE_URL: product.database.url, REDIS_URL: product.redis.url, EVALUATE_CONCURRENCY: '0' }, { ready: /worker-ready/u });
  await expect(evaluator).rejects.toThrow(/EVALUATE_CONCURRENCY: expected a whole number from 1 to 16/u);
});
