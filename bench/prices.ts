import { PORTFOLIO_SHARDS } from '#contracts';
import { RedisLatestPrices } from '#messaging';
import { openBenchExchange, pause, type BenchExchange } from './bench-exchange.js';
import { processorMs } from './bench-process.js';
import type { BenchContext, BenchResult } from './bench-result.js';

const SYMBOLS = 2_000;
const WARM_UP_MS = 8_000;
const MEASURED_MS = 30_000;
/** A price refreshed every second is never older than this, the poll's own second included. */
const FRESH_MS = 2_500;
const GOAL = 0.25;

/** What it costs one ingestor to keep the prices of 2,000 symbols fresh, beside merely fetching and parsing the same answer. */
export async function run(context: BenchContext): Promise<readonly BenchResult[]> {
  const bench = await openBenchExchange(context, SYMBOLS);
  const prices = new RedisLatestPrices({ redisUrl: context.redisUrl });
  try {
    const marketIds = bench.markets.slice(-SYMBOLS).map(({ rules }) => rules.marketId);
    await bench.watches.replace('SIMULATOR', 'bench', marketIds.map((marketId, index) => ({ marketId, shard: index % PORTFOLIO_SHARDS })));
    await pause(WARM_UP_MS);
    const watched = await watchIngestor(bench, prices, marketIds);
    const plain = await plainCoreFraction(bench.origin);
    return [
      {
        name: `${SYMBOLS} symbols refreshed every second: share of one core`, value: watched.coreFraction, unit: 'cores',
        baseline: { name: 'bulk call fetched and parsed, nothing else', value: plain }, ratio: watched.coreFraction / plain,
        goal: `≤ ${GOAL} cores`, isGoalMet: watched.coreFraction <= GOAL && watched.worstAgeMs <= FRESH_MS,
      },
      { name: 'oldest price that a look each second saw', value: watched.worstAgeMs, unit: 'ms', goal: `≤ ${FRESH_MS} ms`, isGoalMet: watched.worstAgeMs <= FRESH_MS },
    ];
  } finally {
    prices.close();
    await bench.close();
  }
}

async function watchIngestor({ ingestor }: BenchExchange, prices: RedisLatestPrices, marketIds: readonly string[]) {
  const [startedMs, usedMs] = [performance.now(), processorMs(ingestor.pid)];
  let worstAgeMs = 0;
  while (performance.now() - startedMs < MEASURED_MS) {
    await pause(1_000);
    worstAgeMs = Math.max(worstAgeMs, await oldestAgeMs(prices, marketIds));
  }
  return { coreFraction: (processorMs(ingestor.pid) - usedMs) / (performance.now() - startedMs), worstAgeMs };
}

async function oldestAgeMs(prices: RedisLatestPrices, marketIds: readonly string[]): Promise<number> {
  const found = await prices.read('SIMULATOR', marketIds);
  return Math.max(...found.map((price) => (price === null ? Infinity : Date.now() - price.receivedMs)));
}

/** Of this process, for as many calls as there were seconds. */
async function plainCoreFraction(origin: string): Promise<number> {
  const calls = MEASURED_MS / 1_000;
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call++) {
    const rows = (await (await fetch(`${origin}/api/v3/ticker/bookTicker`)).json()) as readonly { readonly bidPrice: string; readonly askPrice: string }[];
    if (rows.some(({ bidPrice, askPrice }) => !(Number(bidPrice) <= Number(askPrice)))) throw new Error('a quote is crossed');
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / (calls * 1_000);
}
