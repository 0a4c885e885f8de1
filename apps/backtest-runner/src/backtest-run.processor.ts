import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { LastProblem, type RunBacktest, type RunLook, type RunProgress } from '#application';
import { backtestRun } from '#contracts';
import { parseJob, postpone, workerOptions, type Job, type WorkerSettings } from '#messaging';
import type { Logger } from '#platform';

/** Leases and queue are kept by two clocks; a little later is never too early. */
const CLOCK_MARGIN_MS = 50;

export interface ProcessorParts {
  readonly runBacktest: RunBacktest;
  /** Aborted when a computation must not go on. */
  readonly shutdown: AbortSignal;
  readonly log: Logger;
}

/** Takes jobs of `backtest-run`: a job says which run to look at, the look decides what is to be done. */
export class BacktestRunProcessor extends WorkerHost {
  private readonly problem = new LastProblem();

  constructor(private readonly parts: ProcessorParts) {
    super();
  }

  async process(job: Job, token?: string): Promise<RunLook> {
    const { runId } = parseJob(backtestRun, job);
    const { runBacktest, shutdown, log } = this.parts;
    const startedMs = performance.now();
    const look = await runBacktest.look(runId, { shutdown, onProgress: progressOn(job) });
    const tookMs = Math.round(performance.now() - startedMs);
    log.info({ event: `run-${look.kind}`, runId, jobId: job.id, tookMs }, 'Looked at a run');
    if (look.kind === 'held') return postpone(job, look.untilMs + CLOCK_MARGIN_MS, token);
    return look;
  }

  @OnWorkerEvent('failed')
  onFailed(job: Job | undefined, error: Error): void {
    this.parts.log.warn({ event: 'job-failed', jobId: job?.id, attempts: job?.attemptsMade, error }, 'A look at a run failed');
  }

  /** A lost connection is told of again and again, and mended by itself. */
  @OnWorkerEvent('error')
  onError(error: Error): void {
    if (this.problem.changesTo(error)) this.parts.log.warn({ event: 'worker-problem', error }, 'The worker has a problem with its queue');
  }

  @OnWorkerEvent('active')
  onActive(): void {
    this.problem.ends();
  }
}

/** The class with its worker's options, which come from the environment and so are not known to a decorator in the source. */
export function backtestRunProcessor(settings: WorkerSettings): typeof BacktestRunProcessor {
  Processor({ name: backtestRun.name }, workerOptions(backtestRun, settings))(BacktestRunProcessor);
  return BacktestRunProcessor;
}

/** For those who watch the queue; one word at a time, so that none pile up while Redis is away. */
function progressOn(job: Job): (progress: RunProgress) => void {
  let isTelling = false;
  return (progress) => {
    if (isTelling) return;
    isTelling = true;
    void job
      .updateProgress({ ...progress })
      .catch(() => undefined)
      .finally(() => (isTelling = false));
  };
}
