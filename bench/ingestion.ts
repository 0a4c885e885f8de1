import { openBenchExchange, pause, type BenchExchange } from './bench-exchange.js';
import { processorMs } from './bench-process.js';
import type { BenchContext, BenchResult } from './bench-result.js';

const SERIES = 20;
const CANDLES_PER_SERIES = 50_000;
const PAGE_ROWS = 500;
/** Its history is shorter than that of the others. */
const LATE_LISTING = 'SIREN';
const MINUTE_MS = 60_000;
const GOAL_MS = 20_000;
const LONGEST_MS = 300_000;
/** As many as the ingestor works on at once. */
const PLAIN_CONCURRENCY = 4;

/** A million candles from the simulator into the store, by the queue and one ingestor, beside the same pages merely fetched. */
export async function run(context: BenchContext): Promise<readonly BenchResult[]> {
  const bench = await openBenchExchange(context, 2 * SERIES);
  try {
    const now = Date.now();
    const toMs = now - (now % MINUTE_MS) - 10 * MINUTE_MS;
    const fromMs = toMs - (CANDLES_PER_SERIES - 1) * MINUTE_MS;
    const markets = bench.markets.filter(({ rules }) => rules.base !== LATE_LISTING).slice(-SERIES);
    // The simulator makes a price path once and keeps some of it; both measurements meet paths that were made before.
    const plain = await measure(bench, () => fetchPlainly(bench.origin, markets.map(({ rules }) => rules.marketId), fromMs, toMs));
    const stored = await measure(bench, () => backfill(bench, markets.map(({ rules }) => rules.base), fromMs, toMs));
    return resultsOf(plain, stored);
  } finally {
    await bench.close();
  }
}

interface Measured {
  readonly tookMs: number;
  readonly simulatorMs: number;
  readonly ingestorMs: number;
}

async function measure({ simulator, ingestor }: BenchExchange, work: () => Promise<void>): Promise<Measured> {
  const before = { simulator: processorMs(simulator.pid), ingestor: processorMs(ingestor.pid) };
  const startedMs = performance.now();
  await work();
  const tookMs = performance.now() - startedMs;
  return { tookMs, simulatorMs: processorMs(simulator.pid) - before.simulator, ingestorMs: processorMs(ingestor.pid) - before.ingestor };
}

async function backfill(bench: BenchExchange, assets: readonly string[], fromMs: number, toMs: number): Promise<void> {
  const submitted = await bench.submit(assets, fromMs, toMs);
  const deadline = performance.now() + LONGEST_MS;
  while (performance.now() < deadline) {
    const found = await bench.find(submitted.map(({ id }) => id));
    const failed = found.find(({ status }) => status === 'failed' || status === 'canceled');
    if (failed !== undefined) throw new Error(JSON.stringify(failed));
    if (found.every(({ status }) => status === 'completed')) return checkCount(found.reduce((sum, { insertedCount }) => sum + insertedCount, 0));
    await pause(50);
  }
  throw new Error(`the backfills took longer than ${LONGEST_MS} ms`);
}

function checkCount(inserted: number): void {
  if (inserted !== SERIES * CANDLES_PER_SERIES) throw new Error(`${inserted} candles were stored, not ${SERIES * CANDLES_PER_SERIES}`);
}

async function fetchPlainly(origin: string, marketIds: readonly string[], fromMs: number, toMs: number): Promise<void> {
  const waiting = [...marketIds];
  const work = async (): Promise<void> => {
    for (let marketId = waiting.shift(); marketId !== undefined; marketId = waiting.shift()) {
      for (let startTime = fromMs; startTime <= toMs; startTime += PAGE_ROWS * MINUTE_MS) {
        const endTime = Math.min(toMs, startTime + (PAGE_ROWS - 1) * MINUTE_MS) + MINUTE_MS - 1;
        const query = new URLSearchParams({ symbol: marketId, interval: '1m', startTime: String(startTime), endTime: String(endTime), limit: String(PAGE_ROWS) });
        await (await fetch(`${origin}/api/v3/klines?${query}`)).json();
      }
    }
  };
  await Promise.all(Array.from({ length: PLAIN_CONCURRENCY }, work));
}

function resultsOf(plain: Measured, stored: Measured): readonly BenchResult[] {
  const what = `${SERIES} × ${CANDLES_PER_SERIES} candles of 1m`;
  const baseline = { name: 'the same pages merely fetched', value: plain.tookMs };
  return [
    {
      name: `${what}, submit to stored`, value: stored.tookMs, unit: 'ms', baseline, ratio: stored.tookMs / plain.tookMs,
      goal: `≤ ${GOAL_MS} ms`, isGoalMet: stored.tookMs <= GOAL_MS,
    },
    { name: `${what}: processor time of the ingestor`, value: stored.ingestorMs, unit: 'ms', baseline: { name: 'of the simulator', value: stored.simulatorMs } },
  ];
}
