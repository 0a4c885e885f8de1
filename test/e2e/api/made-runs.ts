import { DEFAULT_PARAMETERS, type CandleColumns } from '#domain';
import type { BacktestRun, NewRun, RunFigures, StoredResult } from '#application';
import type { ApiServices } from '../../../apps/api/src/api-services.js';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const FIRST_BAR_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

/** A well-formed run id that says its number. */
export function runId(number: number): string {
  const tail = CROCKFORD[Math.floor(number / 32) % 32]! + CROCKFORD[number % 32]!;
  return `bt_01JD9Z5X8Q4Y6T2M3N7P0R1S${tail}`;
}

export function aNewRun(number: number, changes: Partial<NewRun> = {}): NewRun {
  return {
    id: runId(number),
    spec: {
      exchange: 'MEXC', quote: 'USDT', interval: '1m', assets: ['HANA', 'TRUTH'], fromMs: FIRST_BAR_MS, toMs: null,
      parameters: DEFAULT_PARAMETERS, periodicEveryMs: 7 * 86_400_000,
    },
    specSha256: String(number).padStart(64, '0'),
    dataFingerprint: 'a'.repeat(64),
    codeVersion: 'test',
    priority: 'interactive',
    labels: { name: null, tags: [], note: null },
    notices: [],
    createdAtMs: FIRST_BAR_MS + number * 1_000,
    ...changes,
  };
}

export function figures(totalReturn: number): RunFigures {
  return {
    finalValue: 10_000 * (1 + totalReturn), totalReturn, annualizedReturn: null, maxDrawdown: -0.25, sharpe: 1.5, rebalanceCount: 2, tradeCount: 3,
    feesPaid: 1.25, holdReturn: 0.05, periodicReturn: 0.04, bars: 1_000,
  };
}

/** Equity of 1,000 bars, flat at 100 but for a peak of 200 at bar 500 and a fall to 50 at bar 613. */
export function aResult(totalReturn = 0.1): StoredResult {
  const bars = 1_000;
  const equity = new Float64Array(bars).fill(100);
  equity[500] = 200;
  equity[613] = 50;
  const openTimesMs = Float64Array.from({ length: bars }, (_, bar) => FIRST_BAR_MS + bar * MINUTE_MS);
  const trade = { timeMs: FIRST_BAR_MS, side: 'buy' as const, asset: 'HANA', quantity: 2, price: 50, value: 100, fee: 0.1 };
  return {
    figures: figures(totalReturn),
    notices: [{ code: 'jump', detail: 'HANA jumps 12x across a gap' }],
    dataFingerprint: 'a'.repeat(64),
    codeVersion: 'test',
    document: {
      panel: { bars }, summary: { finalValue: 11_000 },
      evaluations: { count: bars, planned: 2, held: { 'no-trigger': 998 }, declined: [{ kind: 'upside', reason: 'cooldown', count: 7 }], isPlanDroppedAtEnd: false },
    },
    openTimesMs,
    equity,
    weights: {
      timesMs: openTimesMs,
      weights: [new Float64Array(bars).fill(0.3), new Float64Array(bars).fill(0.4)],
      reserve: new Float64Array(bars).fill(0.3),
      holdEquity: new Float64Array(bars).fill(90),
    },
    trades: [{ ...trade, rebalance: null }, { ...trade, asset: 'TRUTH', rebalance: 0 }, { ...trade, side: 'sell', rebalance: 1 }],
    rebalances: [{ index: 0, asset: 'TRUTH' }, { index: 1, asset: 'HANA' }],
  };
}

export async function submitRun(services: ApiServices, run: NewRun): Promise<BacktestRun> {
  const outcome = await services.runs.submit(run, null);
  if (outcome.kind !== 'created') throw new Error(`the run was ${outcome.kind}`);
  return outcome.run;
}

/** Takes the run as a runner does; returns the epoch of its lease. */
export async function claimRun(services: ApiServices, id: string): Promise<number> {
  const outcome = await services.runs.claim(id, 'runner-of-the-test', 60_000);
  if (outcome.kind !== 'claimed') throw new Error(`the run was ${outcome.kind}`);
  return outcome.lease.epoch;
}

export async function completeRun(services: ApiServices, run: NewRun, totalReturn = 0.1): Promise<void> {
  await submitRun(services, run);
  const isStored = await services.runs.complete(run.id, await claimRun(services, run.id), aResult(totalReturn));
  if (!isStored) throw new Error('the result was not stored');
}

const column = () => new Float64Array(100).fill(1);

/** A hundred flat minutes of one asset. */
export async function storeCandles(services: ApiServices, base: string, fromMs: number): Promise<void> {
  const openTimesMs = Float64Array.from({ length: 100 }, (_, bar) => fromMs + bar * MINUTE_MS);
  const candles: CandleColumns = { openTimesMs, opens: column(), highs: column(), lows: column(), closes: column(), volumes: column() };
  const batches = async function* () {
    yield candles;
  };
  await services.candles.upsertCandles({ exchange: 'MEXC', base, quote: 'USDT', interval: '1m' }, batches(), 'made');
}
