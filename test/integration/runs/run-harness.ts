import { alignPanel, PanelError, runBacktest, type CandleColumns, type Panel } from '#backtest';
import { BacktestFault, PanelCache, RunBacktest, type BacktestComputer, type BacktestWork, type ComputedBacktest, type RunProgress } from '#application';
import { PostgresCandleStore } from '#persistence';
import { systemClock, systemTimer } from '#platform';
import type { SeriesIdentity } from '#domain';
import type { RunDatabase } from './run-fixtures.js';

export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The real engine in this thread; `during` runs in the middle of a computation, where a test lets things happen. */
export class InlineComputer implements BacktestComputer {
  aligned = 0;
  computed = 0;
  during: (report: (progress: RunProgress) => void, signal: AbortSignal) => Promise<void> = async () => {};

  async align(series: readonly CandleColumns[]): Promise<Panel> {
    this.aligned += 1;
    try {
      return alignPanel(series);
    } catch (error) {
      throw error instanceof PanelError ? new BacktestFault(error.fault, error.message) : error;
    }
  }

  async compute({ panel, parameters, periodicEveryMs }: BacktestWork, onProgress: (progress: RunProgress) => void, signal: AbortSignal): Promise<ComputedBacktest> {
    this.computed += 1;
    await this.during(onProgress, signal);
    signal.throwIfAborted();
    const weights = { timesMs: new Float64Array(0), weights: panel.assets.map(() => new Float64Array(0)), reserve: new Float64Array(0), holdEquity: null };
    return { report: runBacktest(panel, parameters, { periodicEveryMs }), weights };
  }
}

export function openRunner(database: RunDatabase, options: { readonly runnerId?: string; readonly leaseMs?: number; readonly store?: RunDatabase['store'] } = {}) {
  const computer = new InlineComputer();
  const candles = new PostgresCandleStore(database.dataSource);
  const runner = new RunBacktest({
    store: options.store ?? database.store, panels: new PanelCache(candles, computer, 64_000_000), computer,
    clock: systemClock, timer: systemTimer, log: silent, runnerId: options.runnerId ?? 'runner-1', codeVersion: '0.0.0+spec', leaseMs: options.leaseMs ?? 30_000,
  });
  return { computer, candles, look: (id: string, shutdown = new AbortController().signal) => runner.look(id, { shutdown }) };
}

const MINUTE_MS = 60_000;
export const FIRST_OPEN_MS = Date.UTC(2026, 0, 1);
export const identityOf = (base: string): SeriesIdentity => ({ exchange: 'MEXC', base, quote: 'USDT', interval: '1m' });

/** Flat candles at a price each, one a minute. */
export function storePrices(database: RunDatabase, base: string, prices: readonly number[], firstOpenMs = FIRST_OPEN_MS) {
  const column = Float64Array.from(prices);
  const columns = {
    openTimesMs: Float64Array.from(prices, (_, index) => firstOpenMs + index * MINUTE_MS),
    opens: column, highs: column, lows: column, closes: column, volumes: Float64Array.from(prices, () => 1),
  };
  return new PostgresCandleStore(database.dataSource).upsertCandles(identityOf(base), (async function* () { yield columns; })(), 'made');
}
