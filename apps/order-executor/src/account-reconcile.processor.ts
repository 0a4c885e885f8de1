import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { LastProblem, type ExecutionLook } from '#application';
import { accountReconcile } from '#contracts';
import { parseJob, workerOptions, type Job, type WorkerSettings } from '#messaging';
import { endLook, tellFailedJob, tellWorkerProblem, type LookParts } from './look-processor.js';
import { lookAtRequested, type RequestedParts } from './put-back.js';

export type AccountReconcileProcessorParts = LookParts & RequestedParts;

/** Takes jobs of `account-reconcile`: somebody asked for a comparison of an account's books with its venue. */
export class AccountReconcileProcessor extends WorkerHost {
  private readonly problem = new LastProblem();

  constructor(private readonly parts: AccountReconcileProcessorParts) {
    super();
  }

  async process(job: Job, token?: string): Promise<ExecutionLook> {
    const { runId } = parseJob(accountReconcile, job);
    const look = await lookAtRequested(this.parts, runId, Date.now());
    this.parts.log.info({ event: `reconciliation-${look.kind}`, runId, jobId: job.id }, 'Looked at a comparison that was asked for');
    return endLook(look, job, token);
  }

  @OnWorkerEvent('failed')
  onFailed(job: Job | undefined, error: Error): void {
    tellFailedJob(this.parts.log, accountReconcile.name, job, error);
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    tellWorkerProblem(this.parts.log, accountReconcile.name, this.problem, error);
  }

  @OnWorkerEvent('active')
  onActive(): void {
    this.problem.ends();
  }
}

/** The class with its worker's options, which come from the environment and so are not known to a decorator in the source. */
export function accountReconcileProcessor(settings: WorkerSettings): typeof AccountReconcileProcessor {
  Processor({ name: accountReconcile.name }, workerOptions(accountReconcile, settings))(AccountReconcileProcessor);
  return AccountReconcileProcessor;
}
