import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { LastProblem, type BackfillCandles, type BackfillLook } from '#application';
import { candleBackfill } from '#contracts';
import { parseJob, postpone, workerOptions, type Job, type WorkerSettings } from '#messaging';
import type { Logger } from '#platform';

/** Leases and queue are kept by two clocks; a little later is never too early. */
const CLOCK_MARGIN_MS = 50;

export interface BackfillProcessorParts {
  readonly backfillCandles: BackfillCandles;
  /** Aborted when a backfill must be given back. */
  readonly shutdown: AbortSignal;
  readonly log: Logger;
}

/** Takes jobs of `candle-backfill`: a job says which backfill to look at, the look decides what is to be done. */
export class CandleBackfillProcessor extends WorkerHost {
  private readonly problem = new LastProblem();

  constructor(private readonly parts: BackfillProcessorParts) {
    super();
  }

  async process(job: Job, token?: string): Promise<BackfillLook> {
    const { backfillId } = parseJob(candleBackfill, job);
    const { backfillCandles, shutdown, log } = this.parts;
    const look = await backfillCandles.look(backfillId, { shutdown, onProgress: (fraction) => void job.updateProgress(fraction).catch(() => undefined) });
    const problem = 'problem' in look ? { problem: look.problem } : {};
    log.info({ event: `backfill-${look.kind}`, backfillId, jobId: job.id, ...problem }, 'Looked at a backfill');
    if (look.kind === 'held') return postpone(job, look.untilMs + CLOCK_MARGIN_MS, token);
    return look;
  }

  @OnWorkerEvent('failed')
  onFailed(job: Job | undefined, error: Error): void {
    this.parts.log.warn({ event: 'job-failed', jobId: job?.id, attempts: job?.attemptsMade, error }, 'A look at a backfill failed');
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
export function candleBackfillProcessor(settings: WorkerSettings): typeof CandleBackfillProcessor {
  Processor({ name: candleBackfill.name }, workerOptions(candleBackfill, settings))(CandleBackfillProcessor);
  return CandleBackfillProcessor;
}
