import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { LastProblem, runRequested, type AccountStore, type ExecutionLook, type ReconcileAccount } from '#application';
import { accountReconcile } from '#contracts';
import { parseJob, workerOptions, type Job, type WorkerSettings } from '#messaging';
import { endLook, tellFailedJob, tellWorkerProblem, type LookParts } from './look-processor.js';

/** Orders of the account are under way; they are done soon. */
const BUSY_PAUSE_MS = 2_000;

export interface AccountReconcileProcessorParts extends LookParts {
  readonly reconcile: ReconcileAccount;
  readonly accounts: Pick<AccountStore, 'reconciliation'>;
}

/** Takes jobs of `account-reconcile`: somebody asked for a comparison of an account's books with its venue. */
export class AccountReconcileProcessor extends WorkerHost {
  private readonly problem = new LastProblem();

  constructor(private readonly parts: AccountReconcileProcessorParts) {
    super();
  }

  async process(job: Job, token?: string): Promise<ExecutionLook> {
    const { runId } = parseJob(accountReconcile, job);
    const look = await this.look(runId);
    this.parts.log.info({ event: `reconciliation-${look.kind}`, runId, jobId: job.id }, 'Looked at a comparison that was asked for');
    return endLook(look, job, token);
  }

  private async look(runId: string): Promise<ExecutionLook> {
    const { accounts, reconcile } = this.parts;
    const run = await accounts.reconciliation(runId);
    if (run === null) return { kind: 'missing' };
    if (run.state !== 'requested') return { kind: 'done' };
    const outcome = await runRequested(reconcile, run);
    if (outcome === 'busy') return { kind: 'again', atMs: Date.now() + BUSY_PAUSE_MS, reason: 'orders are under way' };
    return outcome === 'not-ours' ? { kind: 'not-ours' } : { kind: 'done' };
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
