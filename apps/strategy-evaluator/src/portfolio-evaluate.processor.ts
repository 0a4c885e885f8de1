import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { LastProblem, type EvaluatePortfolios, type ShardLook } from '#application';
import { portfolioEvaluate } from '#contracts';
import { parseJob, workerOptions, type Job, type WorkerSettings } from '#messaging';
import type { Logger } from '#platform';

export interface EvaluateProcessorParts {
  readonly evaluatePortfolios: Pick<EvaluatePortfolios, 'lookAtShard'>;
  readonly log: Logger;
}

/** Takes jobs of `portfolio-evaluate`: a job says which shard to look at, Postgres says which of its portfolios are due. */
export class PortfolioEvaluateProcessor extends WorkerHost {
  private readonly problem = new LastProblem();

  constructor(private readonly parts: EvaluateProcessorParts) {
    super();
  }

  async process(job: Job): Promise<ShardLook> {
    const { shard } = parseJob(portfolioEvaluate, job);
    return this.parts.evaluatePortfolios.lookAtShard(shard);
  }

  @OnWorkerEvent('failed')
  onFailed(job: Job | undefined, error: Error): void {
    this.parts.log.warn({ event: 'job-failed', jobId: job?.id, attempts: job?.attemptsMade, error }, 'A look at a shard of portfolios failed');
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
export function portfolioEvaluateProcessor(settings: WorkerSettings): typeof PortfolioEvaluateProcessor {
  Processor({ name: portfolioEvaluate.name }, workerOptions(portfolioEvaluate, settings))(PortfolioEvaluateProcessor);
  return PortfolioEvaluateProcessor;
}
