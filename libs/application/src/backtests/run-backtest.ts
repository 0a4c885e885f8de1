import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import { isPassingStoreFailure } from '../ports/store-failure.js';
import type { Timer } from '../ports/timer.port.js';
import { LeaseKeeper } from '../dispatch/lease-keeper.js';
import { assembleResult } from './assemble-result.js';
import { BacktestFault, type BacktestComputer } from './backtest-computer.port.js';
import type { BacktestRunStore, RunLease } from './backtest-run-store.port.js';
import type { BacktestRun, RunNotice, RunProgress } from './backtest-run.js';
import type { PanelCache } from './panel-cache.js';
import { seriesOfSpec } from './series-of-spec.js';
import type { StoredResult } from './stored-result.js';

/** What one look at a run came to. */
export type RunLook =
  /** Another runner has it, or this one ends: look again then. */
  | { readonly kind: 'held'; readonly untilMs: number }
  | { readonly kind: 'nothing-to-do' | 'completed' | 'canceled' | 'released' | 'discarded' }
  | { readonly kind: 'failed'; readonly error: RunNotice };

export interface RunBacktestParts {
  readonly store: BacktestRunStore;
  readonly panels: PanelCache;
  readonly computer: BacktestComputer;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: EventLog;
  readonly runnerId: string;
  readonly codeVersion: string;
  readonly leaseMs: number;
}

export interface LookOptions {
  /** The transport's own word of progress, for those who watch the queue. Must not throw. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Aborted when this process must end: the run is then given back. */
  readonly shutdown: AbortSignal;
}

const NO_PROGRESS: RunProgress = { fraction: 0, simulatedMs: null, barsPerSecond: null };

/** A computed result is worth a few tries: computing it again costs more. */
const STORE_PAUSES_MS = [250, 1_000, 4_000] as const;

/** Looks at a run and takes the next safe step. Safe to call for any run, any number of times, anywhere. */
export class RunBacktest {
  constructor(private readonly parts: RunBacktestParts) {}

  /** @throws what passes by itself (a database that is away): the transport tries again later. */
  async look(runId: string, { shutdown, onProgress = () => undefined }: LookOptions): Promise<RunLook> {
    if (shutdown.aborted) return { kind: 'held', untilMs: this.parts.clock.nowMs() };
    const claim = await this.parts.store.claim(runId, this.parts.runnerId, this.parts.leaseMs);
    if (claim.kind !== 'claimed') return claim;
    const { lease } = claim;
    const keeper = this.keep(lease);
    const onShutdown = () => keeper.stop('shutdown');
    shutdown.addEventListener('abort', onShutdown, { once: true });
    if (shutdown.aborted) onShutdown();
    try {
      const result = await this.compute(lease.run, keeper, onProgress);
      return (await this.store(lease, result)) ? { kind: 'completed' } : { kind: 'discarded' };
    } catch (error) {
      return await this.conclude(lease, keeper, error);
    } finally {
      shutdown.removeEventListener('abort', onShutdown);
      await keeper.close();
    }
  }

  private keep({ run, epoch }: RunLease): LeaseKeeper<RunProgress> {
    const { store, leaseMs } = this.parts;
    const beat = (progress: RunProgress) => store.heartbeat(run.id, epoch, progress, leaseMs);
    return new LeaseKeeper(this.parts, { beat, noProgress: NO_PROGRESS, logFields: { runId: run.id } });
  }

  private async compute(run: BacktestRun, keeper: LeaseKeeper<RunProgress>, onProgress: (progress: RunProgress) => void): Promise<StoredResult> {
    const { panels, computer, codeVersion } = this.parts;
    const { spec } = run;
    const series = seriesOfSpec(spec);
    if (series.kind === 'invalid') throw new BacktestFault('invalid-spec', series.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; '));
    const loaded = await panels.get(series.identities, spec, run.dataFingerprint, keeper.signal);
    keeper.signal.throwIfAborted();
    const work = { panel: loaded.panel, parameters: spec.parameters, periodicEveryMs: spec.periodicEveryMs };
    const tell = (progress: RunProgress) => {
      keeper.report(progress);
      onProgress(progress);
    };
    return assembleResult(run, loaded, await computer.compute(work, tell, keeper.signal), codeVersion);
  }

  private async store({ run, epoch }: RunLease, result: StoredResult): Promise<boolean> {
    for (const pauseMs of STORE_PAUSES_MS) {
      try {
        return await this.parts.store.complete(run.id, epoch, result);
      } catch (error) {
        if (!isPassingStoreFailure(error)) throw error;
        this.parts.log.warn({ event: 'result-not-stored', runId: run.id, error }, 'The result could not be stored; trying again');
        await this.parts.timer.pause(pauseMs);
      }
    }
    return this.parts.store.complete(run.id, epoch, result);
  }

  /** What becomes of a run that was not completed. */
  private async conclude(lease: RunLease, keeper: LeaseKeeper<RunProgress>, error: unknown): Promise<RunLook> {
    const { store } = this.parts;
    const { stopReason } = keeper;
    const { id } = lease.run;
    if (stopReason === null) return this.fail(lease, error);
    if (stopReason === 'canceled') return { kind: (await store.markCanceled(id, lease.epoch)) ? 'canceled' : 'discarded' };
    if (stopReason === 'shutdown') return { kind: (await store.release(id, lease.epoch)) ? 'released' : 'discarded' };
    return { kind: 'discarded' };
  }

  private async fail({ run, epoch }: RunLease, error: unknown): Promise<RunLook> {
    if (isPassingStoreFailure(error)) {
      // Without this, the transport's next try would find the lease held, by this very process.
      await this.parts.store.endLease(run.id, epoch).catch(() => undefined);
      throw error;
    }
    const notice = error instanceof BacktestFault ? { code: error.code, detail: error.message } : DEFECT;
    if (notice === DEFECT) this.parts.log.error({ event: 'run-defect', runId: run.id, error }, 'A run failed for a reason that nobody foresaw');
    return (await this.parts.store.fail(run.id, epoch, notice)) ? { kind: 'failed', error: notice } : { kind: 'discarded' };
  }
}

const DEFECT: RunNotice = { code: 'internal-error', detail: 'the runner failed for a reason that its log tells' };
