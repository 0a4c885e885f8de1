import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { LastProblem, type AdvanceOrder, type ExecutionLook } from '#application';
import { orderAdvance } from '#contracts';
import { parseJob, workerOptions, type Job, type WorkerSettings } from '#messaging';
import { endLook, tellFailedJob, tellWorkerProblem, type LookParts } from './look-processor.js';

export interface OrderAdvanceProcessorParts extends LookParts {
  readonly advanceOrder: Pick<AdvanceOrder, 'look'>;
}

/** Takes jobs of `order-advance`: a job says which order to look at, the look decides what is to be done. */
export class OrderAdvanceProcessor extends WorkerHost {
  private readonly problem = new LastProblem();

  constructor(private readonly parts: OrderAdvanceProcessorParts) {
    super();
  }

  async process(job: Job, token?: string): Promise<ExecutionLook> {
    const { intentId } = parseJob(orderAdvance, job);
    const look = await this.parts.advanceOrder.look(intentId);
    this.parts.log.debug({ event: `order-look-${look.kind}`, intentId, jobId: job.id, ...look }, 'Looked at the order');
    return endLook(look, job, token);
  }

  @OnWorkerEvent('failed')
  onFailed(job: Job | undefined, error: Error): void {
    tellFailedJob(this.parts.log, orderAdvance.name, job, error);
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    tellWorkerProblem(this.parts.log, orderAdvance.name, this.problem, error);
  }

  @OnWorkerEvent('active')
  onActive(): void {
    this.problem.ends();
  }
}

/** The class with its worker's options, which come from the environment and so are not known to a decorator in the source. */
export function orderAdvanceProcessor(settings: WorkerSettings): typeof OrderAdvanceProcessor {
  Processor({ name: orderAdvance.name }, workerOptions(orderAdvance, settings))(OrderAdvanceProcessor);
  return OrderAdvanceProcessor;
}
