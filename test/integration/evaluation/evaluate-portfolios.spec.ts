import { ulid } from 'ulid';
import { decideFromInput, EvaluatePortfolios, EvaluationTicker, MeasuredClock, NO_FAILPOINT, type EvaluatePortfoliosParts, type Portfolio, type QueuedJob } from '#application';
import { portfolioEvaluate, portfolioEvaluatePayload } from '#contracts';
import { DEFAULT_CAPS, type LatestPrice, type PortfolioConfiguration } from '#domain';
import { RedisLatestPrices } from '#messaging';
import { createDataSource, PostgresEvaluationStore, PostgresKillSwitchStore, PostgresMarketStore, PostgresPortfolioStore } from '#persistence';
import { canonicalSha256 } from '#platform';
import { aBasketConfiguration, LOOK_MS, quotesAt, startTestRedis, type TestRedis } from '#testing';
import { aMarket, openTradingDatabase, type TradingDatabase } from '../trading/trading-rows.js';

const JOBS = { queue: 'plan-advance', priority: 1 };
const SHARD = 3;
const MINUTE_MS = 60_000;
const SILENT = { info() {}, warn() {}, error() {} };

let database: TradingDatabase;
let redis: TestRedis;
let prices: RedisLatestPrices;
let portfolios: PostgresPortfolioStore;
/** The venue's clock, which is five seconds ahead of ours. */
let venueMs = LOOK_MS;
beforeAll(async () => {
  [database, redis] = await Promise.all([openTradingDatabase(), startTestRedis()]);
  prices = new RedisLatestPrices({ redisUrl: redis.url });
  portfolios = new PostgresPortfolioStore(database.dataSource);
  while (await prices.ping().then(() => false, () => true)) await new Promise((resolve) => setTimeout(resolve, 10));
});
afterAll(async () => {
  prices.close();
  await Promise.all([database.close(), redis.stop()]);
});
beforeEach(async () => {
  venueMs = LOOK_MS;
  await Promise.all([redis.flush(), database.query('TRUNCATE trading_account, market, kill_switch, outbox, price_watch, venue_status CASCADE')]);
  await new PostgresMarketStore(database.dataSource).storeStatus({
    venue: 'SIMULATOR', origin: 'http://127.0.0.1:4010', isReachable: true, lastAnswerMs: LOOK_MS, problem: null, clockOffsetMs: 5_000, roundTripMs: 1, marketsLoadedMs: LOOK_MS, updatedAtMs: LOOK_MS,
  });
  for (const base of ['HANA', 'AIA', 'XAN']) await aMarket(database, base, { seenMs: LOOK_MS });
});

const clock = { nowMs: () => venueMs - 5_000 };

function anEvaluator(change: Partial<EvaluatePortfoliosParts> = {}, dataSource = database.dataSource) {
  const errors: object[] = [];
  let planned = 0;
  const evaluator = new EvaluatePortfolios({
    store: new PostgresEvaluationStore(dataSource, JOBS), prices, killSwitches: new PostgresKillSwitchStore(dataSource), venue: 'SIMULATOR',
    venueClock: new MeasuredClock({ store: new PostgresMarketStore(dataSource), venue: 'SIMULATOR', clock }), ids: { next: (prefix) => `${prefix}_${ulid()}` },
    digest: canonicalSha256, codeVersion: 'test', limits: { abortPauseMs: 30_000 }, onPlanned: () => (planned += 1), failpoint: NO_FAILPOINT,
    log: { ...SILENT, error: (fields) => void errors.push(fields) }, ...change,
  });
  return { errors, plannedCount: () => planned, look: () => evaluator.lookAtShard(SHARD) };
}

const breakingAt = (point: string) => anEvaluator({ failpoint: async (name) => { if (name === point) throw new Error('crash'); } });

async function aPaperPortfolio(configuration: PortfolioConfiguration = aBasketConfiguration()): Promise<Portfolio> {
  const id = `pf_${ulid()}`;
  const created = await portfolios.create({
    id, name: id, mode: 'paper', venue: 'SIMULATOR', accountId: `paper-${id}`, shard: SHARD, configuration, configSha256: canonicalSha256(configuration),
    capital: '10000', createdMs: LOOK_MS - MINUTE_MS, createdBy: 'a test',
  });
  if (created.kind !== 'created') throw new Error(created.kind);
  const started = await portfolios.changeState(id, created.portfolio.version, 'running', null, LOOK_MS - MINUTE_MS, 'a test');
  if (started.kind !== 'changed') throw new Error(started.kind);
  return started.portfolio;
}

const publish = (mids: readonly number[], change: Partial<LatestPrice> = {}) => prices.publish('SIMULATOR', quotesAt(mids, { exchangeMs: venueMs - 200, ...change }));

const evaluationsOf = ({ id }: Portfolio) => new PostgresEvaluationStore(database.dataSource, JOBS).evaluations(id, { limit: 50 });
const after = (ms: number) => void (venueMs += ms);

/** As if its start had been bought at 1 each: 1,000 units of every asset, 7,000 USDT left of 10,000. */
async function allocate(portfolio: Portfolio): Promise<void> {
  await database.query(
    `WITH booked AS (INSERT INTO ledger_transaction (key, account_id, kind, occurred_ms, booked_ms) VALUES ($1, $2, 'fill', $3, $3) RETURNING id),
     bought AS (SELECT unnest(ARRAY['HANA', 'AIA', 'XAN']) AS asset)
     INSERT INTO ledger_entry (transaction_id, holder, portfolio_id, asset, quantity)
     SELECT id, 'portfolio', $4, asset, 1000 FROM booked, bought UNION ALL SELECT id, 'market', NULL, asset, -1000 FROM booked, bought
     UNION ALL SELECT id, 'portfolio', $4, 'USDT', -3000 FROM booked UNION ALL SELECT id, 'market', NULL, 'USDT', 3000 FROM booked`,
    [`start:${portfolio.id}`, portfolio.accountId, LOOK_MS - 86_400_000, portfolio.id],
  );
  await database.query('UPDATE portfolio SET is_allocated = true WHERE id = $1', [portfolio.id]);
}

it('makes the plan of the start, with its legs and its job, and then waits for it', async () => {
  const portfolio = await aPaperPortfolio();
  await publish([0.5, 2, 1]);
  const evaluator = anEvaluator();
  const { planIds, ...look } = await evaluator.look();
  expect([look, planIds.length, evaluator.plannedCount()]).toEqual([{ looked: 1, folded: 0, overtaken: 0 }, 1, 1]);
  // (1 - 0.3) / 3 of 10,000 each, in the exact text of the float.
  const legs = await database.query<{ value: string }>(
    `SELECT leg, base, side, trim_scale(quote_value)::text AS value, ref_price AS price, ref_price_ms::float8 AS "priceMs" FROM order_intent WHERE plan_id = $1 ORDER BY leg`, [planIds[0]],
  );
  expect(legs).toEqual(['HANA', 'AIA', 'XAN'].map((base, leg) => ({ leg, base, side: 'buy', value: expect.stringMatching(/^2333\.333333333333/u), price: [0.5, 2, 1][leg], priceMs: LOOK_MS - 200 })));
  expect(await database.query('SELECT payload FROM outbox')).toEqual([{ payload: { planId: planIds[0] } }]);
  after(MINUTE_MS);
  await publish([0.5, 2, 1]);
  expect(await evaluator.look()).toMatchObject({ looked: 1, planIds: [] });
  expect(await evaluationsOf(portfolio)).toMatchObject([{ reason: 'plan-open', planId: null }, { reason: 'initial', planId: planIds[0], looks: 1 }]);
});

it('looks again after two seconds at a portfolio that waits for its first prices, whatever its own pace', async () => {
  const portfolio = await aPaperPortfolio();
  const evaluator = anEvaluator();
  expect(await evaluator.look()).toMatchObject({ looked: 1, planIds: [] });
  expect(await evaluationsOf(portfolio)).toMatchObject([{ reason: 'price-missing' }]);
  after(1_000);
  await publish([0.5, 2, 1]);
  expect(await evaluator.look()).toMatchObject({ looked: 0 });
  after(1_000);
  await publish([0.5, 2, 1]);
  const { looked, planIds } = await evaluator.look();
  expect([looked, planIds.length]).toEqual([1, 1]);
});

it('looks at what is due and at nothing else, and folds what goes on', async () => {
  const portfolio = await aPaperPortfolio();
  await allocate(portfolio);
  const evaluator = anEvaluator();
  const looks: number[] = [];
  for (let second = 0; second < 180; second += 10) {
    await publish([1, 1, 1]);
    looks.push((await evaluator.look()).looked);
    after(10_000);
  }
  // One each minute of three.
  expect(looks.filter((looked) => looked > 0)).toHaveLength(3);
  expect(await evaluationsOf(portfolio)).toMatchObject([{ reason: 'within-thresholds', firstMs: LOOK_MS, lastMs: LOOK_MS + 2 * MINUTE_MS, looks: 3 }]);
  const points = await database.query<{ equity: number }>('SELECT at_ms::float8 AS "atMs", equity, return_index AS index FROM equity_point ORDER BY at_ms');
  expect(points).toEqual([0, 1, 2].map((minute) => ({ atMs: LOOK_MS + minute * MINUTE_MS, equity: 10_000, index: 1 })));
});

it('keeps every change of the reason', async () => {
  const portfolio = await aPaperPortfolio();
  await allocate(portfolio);
  const evaluator = anEvaluator();
  const step = async (mids: readonly number[], change: Partial<LatestPrice> = {}) => {
    await publish(mids, change);
    await evaluator.look();
    after(MINUTE_MS);
  };
  await step([1, 1, 1]);
  await step([1, 1, 1], { flag: 'frozen' });
  await step([1, 1, 1], { flag: 'stale' });
  await step([1, 1, 1], { flag: 'stale' });
  await step([1, 1, 1]);
  await step([1.9, 1, 1]);
  expect((await evaluationsOf(portfolio)).map(({ reason, looks }) => `${reason} ${looks}`)).toEqual([
    'upside 1', 'within-thresholds 1', 'price-stale 2', 'price-frozen 1', 'within-thresholds 1',
  ]);
  // 380 of 1,900 at 1.9, less nothing.
  const [leg] = await database.query<{ quantity: string }>('SELECT side, quantity::float8 AS quantity FROM order_intent');
  expect(leg).toEqual({ side: 'sell', quantity: expect.closeTo(200, 9) });
});

it('stores what decides the same again', async () => {
  const portfolio = await aPaperPortfolio();
  await allocate(portfolio);
  await publish([1.9, 1, 1]);
  const { planIds } = await anEvaluator().look();
  const [evaluation] = await evaluationsOf(portfolio);
  expect(canonicalSha256(evaluation!.input)).toBe(evaluation!.inputSha256);
  const again = decideFromInput(evaluation!.input, portfolio.configuration);
  const [{ decision }] = await database.query<{ decision: unknown }>('SELECT decision FROM rebalance_plan WHERE id = $1', [planIds[0]]) as [{ decision: unknown }];
  expect(again).toMatchObject({ kind: 'plan', reason: 'upside' });
  expect(again?.kind === 'plan' && again.decision).toEqual(decision);
});

it('looks at once where a look was asked for, and leaves a portfolio alone that just saw a plan aborted', async () => {
  const portfolio = await aPaperPortfolio();
  await allocate(portfolio);
  const evaluator = anEvaluator();
  await publish([1, 1, 1]);
  await evaluator.look();
  after(1_000);
  await publish([1.9, 1, 1]);
  expect(await evaluator.look()).toMatchObject({ looked: 0 });
  const askForLook = () => database.query('UPDATE portfolio_look SET look_requested_ms = $1', [venueMs]);
  await askForLook();
  const { planIds: [planId] } = await evaluator.look();
  after(1_000);
  await database.query(`UPDATE rebalance_plan SET state = 'aborted', finished_ms = $2, next_action_ms = NULL, changed_ms = $2 WHERE id = $1`, [planId, venueMs]);
  await askForLook();
  expect(await evaluator.look()).toMatchObject({ looked: 1, planIds: [] });
  after(MINUTE_MS);
  await publish([1.9, 1, 1]);
  expect((await evaluator.look()).planIds).toHaveLength(1);
  expect((await evaluationsOf(portfolio)).map(({ reason }) => reason)).toEqual(['upside', 'recently-aborted', 'upside', 'within-thresholds']);
});

it('halts a portfolio that lost too much, once, and tells of it', async () => {
  const portfolio = await aPaperPortfolio(aBasketConfiguration({ caps: { ...DEFAULT_CAPS, maxDrawdown: 0.1 } }));
  await allocate(portfolio);
  const evaluator = anEvaluator();
  await publish([1, 1, 1]);
  await evaluator.look();
  for (let minute = 0; minute < 3; minute++) {
    after(MINUTE_MS);
    // 7,000 + 3 x 600: 12 % below 10,000.
    await publish([0.6, 0.6, 0.6]);
    await evaluator.look();
  }
  const switches = await new PostgresKillSwitchStore(database.dataSource).history(10);
  expect(switches).toMatchObject([{ scope: `portfolio:${portfolio.id}`, state: 'halt', setBy: 'strategy-evaluator', setMs: LOOK_MS + MINUTE_MS, reason: expect.stringContaining('maxDrawdown 0.1') }]);
  expect((await evaluationsOf(portfolio)).map(({ reason, looks }) => `${reason} ${looks}`)).toEqual(['halted 2', 'drawdown 1', 'within-thresholds 1']);
  expect(evaluator.errors).toMatchObject([{ event: 'drawdown-halt', portfolioId: portfolio.id }]);
});

it('is net of money that comes in', async () => {
  const portfolio = await aPaperPortfolio();
  await allocate(portfolio);
  const evaluator = anEvaluator();
  await publish([1, 1, 1]);
  await evaluator.look();
  await portfolios.moveFunds(portfolio.id, '5000', LOOK_MS + 1, 'a test', `mv_${ulid()}`);
  after(1_000);
  // 10,000 + 300 earned + 5,000 put in.
  await publish([1.1, 1.1, 1.1]);
  await evaluator.look();
  const points = await database.query('SELECT equity, flows, return_index AS index FROM equity_point ORDER BY at_ms');
  expect(points).toEqual([{ equity: 10_000, flows: 0, index: 1 }, { equity: expect.closeTo(15_300, 9), flows: 5_000, index: expect.closeTo(1.03, 12) }]);
});

it('evaluates each tick of each portfolio once, however many evaluators look', async () => {
  const made = await Promise.all(Array.from({ length: 12 }, () => aPaperPortfolio()));
  for (const portfolio of made.slice(0, 6)) await allocate(portfolio);
  const other = await createDataSource({ url: database.url, poolSize: 4, applicationName: 'other' }).initialize();
  try {
    const evaluators = [anEvaluator(), anEvaluator(), anEvaluator({}, other)];
    for (let minute = 0; minute < 5; minute++) {
      await publish([1, 1, 1]);
      const looks = await Promise.all(evaluators.map(({ look }) => look()));
      expect(looks.reduce((sum, { looked, overtaken }) => sum + looked - overtaken, 0)).toBe(12);
      after(MINUTE_MS);
    }
    const [counted] = await database.query('SELECT count(*)::int AS plans, count(DISTINCT portfolio_id)::int AS portfolios FROM rebalance_plan');
    expect(counted).toEqual({ plans: 6, portfolios: 6 });
    const rows = await database.query('SELECT look_seq::int AS looks, evaluation_looks AS folded FROM portfolio_look ORDER BY 2');
    // Started: one number for the change of the state, then five looks. The planned ones have their start and four holds for it.
    expect(rows).toEqual([...Array.from({ length: 6 }, () => ({ looks: 6, folded: 4 })), ...Array.from({ length: 6 }, () => ({ looks: 6, folded: 5 }))]);
  } finally {
    await other.destroy();
  }
});

it('does not let one portfolio keep the others from being looked at', async () => {
  const [broken, sound] = [await aPaperPortfolio(), await aPaperPortfolio()];
  await database.query('ALTER TABLE portfolio_configuration DISABLE TRIGGER USER');
  await database.query(`UPDATE portfolio_configuration SET document = document - 'parameters' WHERE portfolio_id = $1`, [broken.id]);
  await database.query('ALTER TABLE portfolio_configuration ENABLE TRIGGER USER');
  await publish([1, 1, 1]);
  const evaluator = anEvaluator();
  expect((await evaluator.look()).planIds).toHaveLength(1);
  expect(evaluator.errors).toMatchObject([{ event: 'evaluation-failed', portfolioId: broken.id }]);
  expect(await evaluationsOf(sound)).toMatchObject([{ reason: 'initial' }]);
});

it('evaluates nothing while nobody knows the venue\'s time', async () => {
  await aPaperPortfolio();
  await publish([1, 1, 1]);
  await database.query('TRUNCATE venue_status');
  expect(await anEvaluator().look()).toEqual({ looked: 0, folded: 0, planIds: [], overtaken: 0 });
});

describe('a crash', () => {
  it('before anything is stored leaves nothing, and the next look makes the plan', async () => {
    const portfolio = await aPaperPortfolio();
    await publish([1, 1, 1]);
    await expect(breakingAt('eval.after_snapshot').look()).rejects.toThrow('crash');
    expect(await evaluationsOf(portfolio)).toEqual([]);
    expect((await anEvaluator().look()).planIds).toHaveLength(1);
  });

  it('after the plan is stored leaves its job to whoever moves jobs, and makes no second plan', async () => {
    const portfolio = await aPaperPortfolio();
    await publish([1, 1, 1]);
    const evaluator = breakingAt('eval.after_plan_commit');
    await expect(evaluator.look()).rejects.toThrow('crash');
    expect(evaluator.plannedCount()).toBe(0);
    expect(await database.query('SELECT 1 FROM outbox WHERE dispatched_at IS NULL')).toHaveLength(1);
    expect(await anEvaluator().look()).toMatchObject({ planIds: [] });
    expect(await evaluationsOf(portfolio)).toHaveLength(1);
  });
});

it('the ticker asks for looks at shards that no price led to, and looks itself where its job is not taken', async () => {
  await aPaperPortfolio();
  const jobs: QueuedJob[] = [];
  const looked: number[] = [];
  const store = new PostgresEvaluationStore(database.dataSource, JOBS);
  const ticker = new EvaluationTicker({
    store, venue: 'SIMULATOR', venueClock: { nowMs: async () => venueMs }, jobs: { add: async (job) => void jobs.push(job) }, look: async (shard) => void looked.push(shard),
    evaluation: { queue: portfolioEvaluate.name, priority: 1 }, evaluatorId: 'spec', everyMs: 1_000, timer: { every: () => () => undefined, pause: async () => undefined }, log: SILENT,
  });
  await ticker.tick();
  expect(jobs.map(({ payload, coalesceKey }) => ({ payload: portfolioEvaluatePayload.parse(payload), coalesceKey }))).toEqual([{ payload: { shard: SHARD, asOfMs: LOOK_MS }, coalesceKey: 'shard-3' }]);
  expect(looked).toEqual([]);
  await ticker.tick();
  expect([jobs.length, looked]).toEqual([2, [SHARD]]);
  await publish([1, 1, 1]);
  await anEvaluator().look();
  await ticker.tick();
  expect([jobs.length, looked.length]).toEqual([2, 1]);
});
