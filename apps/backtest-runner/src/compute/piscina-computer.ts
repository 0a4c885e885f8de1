import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { BacktestFault, type BacktestComputer, type BacktestWork, type ComputedBacktest, type RunProgress } from '#application';
import type { CandleColumns, Panel } from '#backtest';
import { BARS_DONE, OPEN_TIME_MS, type ComputeAnswer, type ThreadAnswer } from './thread-messages.js';

const PROGRESS_EVERY_MS = 100;

/** Backtests in a fixed pool of worker threads. An aborted run's thread is ended and replaced. */
export class PiscinaComputer implements BacktestComputer {
  private readonly pool: Piscina;

  constructor(threads: number) {
    this.pool = new Piscina({
      filename: fileURLToPath(new URL('compute.thread.js', import.meta.url)),
      minThreads: threads,
      maxThreads: threads,
      // Threads wait for the next task on their event loop: one that slept in Atomics.wait could not be ended at once.
      atomics: 'disabled',
    });
  }

  async align(series: readonly CandleColumns[]): Promise<Panel> {
    return this.ask<Panel>('align', { series });
  }

  async compute(work: BacktestWork, onProgress: (progress: RunProgress) => void, signal: AbortSignal): Promise<ComputedBacktest> {
    const progress = new Float64Array(new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT));
    const startedMs = performance.now();
    let toldBars = 0;
    const look = () => {
      const barsDone = progress[BARS_DONE]!;
      if (barsDone === toldBars) return;
      toldBars = barsDone;
      onProgress({
        fraction: Math.min(1, barsDone / work.panel.bars),
        simulatedMs: progress[OPEN_TIME_MS]!,
        barsPerSecond: Math.round((barsDone / (performance.now() - startedMs)) * 1_000),
      });
    };
    const timer = setInterval(look, PROGRESS_EVERY_MS);
    try {
      return await this.ask<ComputeAnswer>('compute', { ...work, progress }, signal);
    } finally {
      clearInterval(timer);
    }
  }

  /** Ends the threads, whatever they are at. */
  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async ask<Value>(name: 'align' | 'compute', task: object, signal?: AbortSignal): Promise<Value> {
    const answer = (await this.pool.run(task, { name, signal: signal ?? null }).catch(asFault)) as ThreadAnswer<Value>;
    if (answer.kind === 'fault') throw new BacktestFault(answer.code, answer.detail);
    return answer.value;
  }
}

/** A thread that ran out of memory does so again next time: that is the run's fault, not the moment's. */
function asFault(error: unknown): never {
  if ((error as { readonly code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY') {
    throw new BacktestFault('out-of-memory', 'the run needs more memory than a thread of the runner has; take fewer assets or a shorter period');
  }
  throw error;
}
