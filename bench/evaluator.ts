import { ulid } from 'ulid';
import type { KnownMarket } from '#application';
import { PORTFOLIO_SHARDS } from '#contracts';
import { DEFAULT_CAPS, DEFAULT_EXECUTION, DEFAULT_PARAMETERS, decideRebalance, type LatestPrice, type PortfolioConfiguration } from '#domain';
import { RedisLatestPrices } from '#messaging';
import { createDataSource, PostgresPortfolioStore } from '#persistence';
import { canonicalSha256 } from '#platform';
import { openBenchExchange, pause } from './bench-exchange.js';
import { processorMs, startProcess, type BenchProcess } from './bench-process.js';
import type { BenchContext, BenchResult } from './bench-result.js';

const PORTFOLIOS = 1_000;
const ASSETS = 10;
const MARKETS = 500;
const WARM_UP_MS = 15_000;
const MEASURED_MS = 30_000;
const MAKERS = 4;
const PRICES_MS = 60_000;
const GOAL = 0.6;
/** Of the looks that a second each would make; a tick that comes a little late is no look left out. */
const LEAST_LOOKS = 0.95;

/** Of the portfolios; made prices may bring one or the other to a threshold. */
const LEAST_DECIDED = 0.95;

type Database = ReturnType<typeof createDataSource>;

/** What it costs one evaluator to look at 1,000 portfolios of ten assets every second, beside nothing but deciding as often. */
export async function run(context: BenchContext): Promise<readonly BenchResult[]> {
  const bench = await openBenchExchange(context, MARKETS);
  const { databaseUrl } = bench;
  const database = await createDataSource({ url: databaseUrl, poolSize: MAKERS + 1, applicationName: 'bench-evaluator' }).initialize();
  const prices = new RedisLatestPrices({ redisUrl: context.redisUrl });
  let evaluator: BenchProcess | null = null;
  try {
    await makePortfolios(database, prices, bench.markets.slice(-MARKETS));
    const environment = { DATABASE_URL: databaseUrl, REDIS_URL: context.redisUrl, EXCHANGE: 'simulator', EVALUATE_CONCURRENCY: '2' };
    evaluator = await startProcess({ app: 'strategy-evaluator', environment, ready: '"event":"worker-ready"' });
    await pause(WARM_UP_MS);
    const { coreFraction, looksPerSecond, rowsPerSecond } = await watchEvaluator(database, evaluator);
    await expectDecided(database);
    const plain = plainCoreFraction();
    return [
      {
        name: `${PORTFOLIOS} portfolios of ${ASSETS} assets looked at every second: share of one core`, value: coreFraction, unit: 'cores',
        baseline: { name: 'deciding as often, nothing else', value: plain }, ratio: coreFraction / plain,
        goal: `≤ ${GOAL} cores`, isGoalMet: coreFraction <= GOAL && looksPerSecond >= LEAST_LOOKS * PORTFOLIOS,
      },
      { name: 'looks that counted', value: looksPerSecond, unit: 'a second', goal: `≥ ${LEAST_LOOKS * PORTFOLIOS} a second`, isGoalMet: looksPerSecond >= LEAST_LOOKS * PORTFOLIOS },
      { name: 'rows written for them', value: rowsPerSecond, unit: 'evaluations a second' },
    ];
  } finally {
    await evaluator?.stop();
    prices.close();
    await database.destroy();
    await bench.close();
  }
}

async function makePortfolios(database: Database, prices: RedisLatestPrices, markets: readonly KnownMarket[]): Promise<void> {
  const store = new PostgresPortfolioStore(database);
  const numbers = Array.from({ length: PORTFOLIOS }, (_, number) => number);
  const make = async (): Promise<void> => {
    for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) await makePortfolio(store, number, markets);
  };
  await Promise.all(Array.from({ length: MAKERS }, make));
  const known = await untilPriced(prices, markets.map(({ rules }) => rules.marketId));
  await allocate(database, known);
}

async function makePortfolio(store: PostgresPortfolioStore, number: number, markets: readonly KnownMarket[]): Promise<void> {
  const id = `pf_${ulid()}`;
  const assets = Array.from({ length: ASSETS }, (_, asset) => markets[(number * 7 + asset * 13) % markets.length]!.rules).map(({ base, marketId }) => ({ base, marketId }));
  const configuration: PortfolioConfiguration = {
    assets, quote: 'USDT', parameters: { ...DEFAULT_PARAMETERS, evaluateEverySeconds: 1 }, execution: DEFAULT_EXECUTION, caps: DEFAULT_CAPS,
  };
  const created = await store.create({
    id, name: `bench ${number}`, mode: 'paper', venue: 'SIMULATOR', accountId: `paper-${id}`, shard: number % PORTFOLIO_SHARDS, configuration,
    configSha256: canonicalSha256(configuration), capital: '10000', createdMs: Date.now(), createdBy: 'bench',
  });
  if (created.kind !== 'created') throw new Error(`a portfolio was not created: ${created.kind}`);
  const started = await store.changeState(id, created.portfolio.version, 'running', null, Date.now(), 'bench');
  if (started.kind !== 'changed') throw new Error(`a portfolio was not started: ${started.kind}`);
}

async function untilPriced(prices: RedisLatestPrices, marketIds: readonly string[]): Promise<readonly LatestPrice[]> {
  const deadlineMs = performance.now() + PRICES_MS;
  for (;;) {
    const known = (await prices.read('SIMULATOR', marketIds)).filter((price) => price !== null && price.flag === null) as LatestPrice[];
    if (known.length === marketIds.length) return known;
    if (performance.now() > deadlineMs) throw new Error(`${known.length} of ${marketIds.length} markets have a price after ${PRICES_MS} ms`);
    await pause(250);
  }
}

/** As if each start had been bought at the prices of now: 700 of each asset, 3,000 in cash. */
async function allocate(database: Database, known: readonly LatestPrice[]): Promise<void> {
  await database.query(
    `WITH price AS (SELECT * FROM unnest($1::text[], $2::float8[]) AS price (market_id, mid)),
     bought AS (
       SELECT p.id AS portfolio_id, p.account_id, asset ->> 'base' AS base, round((700 / mid)::numeric, 8) AS quantity
       FROM portfolio p JOIN portfolio_configuration c ON c.portfolio_id = p.id AND c.version = p.config_version,
         jsonb_array_elements(c.document -> 'assets') AS asset JOIN price ON price.market_id = asset ->> 'marketId'),
     booked AS (
       INSERT INTO ledger_transaction (key, account_id, kind, occurred_ms, booked_ms)
       SELECT 'bench:' || id, account_id, 'fill', 1, 1 FROM portfolio RETURNING id, account_id)
     INSERT INTO ledger_entry (transaction_id, holder, portfolio_id, asset, quantity)
     SELECT id, 'portfolio', portfolio_id, base, quantity FROM booked JOIN bought USING (account_id)
     UNION ALL SELECT id, 'market', NULL, base, -quantity FROM booked JOIN bought USING (account_id)
     UNION ALL SELECT booked.id, 'portfolio', p.id, 'USDT', -7000 FROM booked JOIN portfolio p USING (account_id)
     UNION ALL SELECT id, 'market', NULL, 'USDT', 7000 FROM booked`,
    [known.map(({ marketId }) => marketId), known.map(({ mid }) => mid)],
  );
  await database.query('UPDATE portfolio SET is_allocated = true');
  await database.query('ANALYZE');
}

async function watchEvaluator(database: Database, { pid }: BenchProcess) {
  const counts = async (): Promise<{ readonly looks: number; readonly rows: number }> => {
    const [row] = await database.query<[{ looks: number; rows: number }]>(
      'SELECT (SELECT sum(look_seq) FROM portfolio_look)::float8 AS looks, (SELECT count(*) FROM evaluation)::float8 AS rows',
    );
    return row;
  };
  const [before, startedMs, usedMs] = [await counts(), performance.now(), processorMs(pid)];
  await pause(MEASURED_MS);
  const [usedAfterMs, endedMs, after] = [processorMs(pid), performance.now(), await counts()];
  const seconds = (endedMs - startedMs) / 1_000;
  return { coreFraction: (usedAfterMs - usedMs) / (endedMs - startedMs), looksPerSecond: (after.looks - before.looks) / seconds, rowsPerSecond: (after.rows - before.rows) / seconds };
}

/** A hold by a guard would be cheaper than a decision. */
async function expectDecided(database: Database): Promise<void> {
  const rows = await database.query<{ reason: string; portfolios: number }[]>(
    'SELECT reason, count(*)::int AS portfolios FROM portfolio_look JOIN evaluation ON evaluation.id = evaluation_id GROUP BY reason',
  );
  const decided = rows.find(({ reason }) => reason === 'within-thresholds')?.portfolios ?? 0;
  if (decided < LEAST_DECIDED * PORTFOLIOS) throw new Error(`too few portfolios were decided about: ${JSON.stringify(rows)}`);
}

const ofEach = (value: number): number[] => Array.from({ length: ASSETS }, () => value);

/** Of this process, for as many decisions as there were looks. */
function plainCoreFraction(): number {
  const seconds = MEASURED_MS / 1_000;
  const snapshot = { assets: ofEach(0).map((_, asset) => `A${asset}`), quantities: ofEach(700), prices: ofEach(1), cash: 3_000, timeMs: 0, lastFillMs: ofEach(-Infinity) };
  const before = process.cpuUsage();
  for (let look = 0; look < PORTFOLIOS * seconds; look++) {
    if (decideRebalance({ ...snapshot, timeMs: look }, DEFAULT_PARAMETERS).kind !== 'hold') throw new Error('nothing has moved');
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / (seconds * 1_000);
}
