import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { LastProblem, type AdvancePlan, type ExecutionLook } from '#application';
import { planAdvance } from '#contracts';
import { parseJob, workerOptions, type Job, type WorkerSettings } from '#messaging';
import { endLook, tellFailedJob, tellWorkerProblem, type LookParts } from './look-processor.js';

export interface PlanAdvanceProcessorParts extends LookParts {
  readonly advancePlan: Pick<AdvancePlan, 'look'>;
}

/** Takes jobs of `plan-advance`: a job says which plan to look at, the look decides what is to be done. */
export class PlanAdvanceProcessor extends WorkerHost {
  private readonly problem = new LastProblem();

  constructor(private readonly parts: PlanAdvanceProcessorParts) {
    super();
  }

  async process(job: Job, token?: string): Promise<ExecutionLook> {
    const { planId } = parseJob(planAdvance, job);
    const look = await this.parts.advancePlan.look(planId);
    this.parts.log.debug({ event: `plan-look-${look.kind}`, planId, jobId: job.id, ...look }, 'Looked at the plan');
    return endLook(look, job, token);
  }

  @OnWorkerEvent('failed')
  onFailed(job: Job | undefined, error: Error): void {
    tellFailedJob(this.parts.log, planAdvance.name, job, error);
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    tellWorkerProblem(this.parts.log, planAdvance.name, this.problem, error);
  }

  @OnWorkerEvent('active')
  onActive(): void {
    this.problem.ends();
  }
}

/** The class with its worker's options, which come from the environment and so are not known to a decorator in the source. */
export function planAdvanceProcessor(settings: WorkerSettings): typeof PlanAdvanceProcessor {
  Processor({ name: planAdvance.name }, workerOptions(planAdvance, settings))(PlanAdvanceProcessor);
  return PlanAdvanceProcessor;
}
