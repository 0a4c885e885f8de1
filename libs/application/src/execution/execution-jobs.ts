import type { QueuedJob } from '../ports/job-queue.port.js';
import type { IntentRecord, PlanRecord, PlanView } from './plan.js';

interface JobKind {
  readonly queue: string;
  readonly priority: number;
}

/** Queues and priorities of the jobs that plans and orders leave behind. */
export interface ExecutionQueues {
  readonly plan: JobKind;
  readonly order: JobKind;
  readonly evaluate: JobKind;
}

/** Their ids name the change that asked for them, so that a transport takes no later job for an earlier one. */
export class ExecutionJobs {
  constructor(private readonly queues: ExecutionQueues) {}

  /** After a change of the plan's own. */
  planAfter({ id, version }: Pick<PlanRecord, 'id' | 'version'>): QueuedJob {
    return { ...this.queues.plan, jobId: `plan-advance-${id}-${version + 1}`, payload: { planId: id } };
  }

  /** After the end of a leg. */
  planAfterLeg({ id, planId, version }: Pick<IntentRecord, 'id' | 'planId' | 'version'>): QueuedJob {
    return { ...this.queues.plan, jobId: `plan-advance-${id}-${version + 1}`, payload: { planId } };
  }

  /** Of a leg, after a change of its plan. */
  orderAfterPlan(intentId: string, { version }: Pick<PlanRecord, 'version'>): QueuedJob {
    return { ...this.queues.order, jobId: `order-advance-${intentId}-plan-${version + 1}`, payload: { intentId } };
  }

  orderAfter({ id, version }: Pick<IntentRecord, 'id' | 'version'>): QueuedJob {
    return { ...this.queues.order, jobId: `order-advance-${id}-${version + 1}`, payload: { intentId: id } };
  }

  evaluateAfter({ plan, shard }: Pick<PlanView, 'plan' | 'shard'>, asOfMs: number): QueuedJob {
    return { ...this.queues.evaluate, jobId: `portfolio-evaluate-${plan.id}-${plan.version + 1}`, payload: { shard, asOfMs }, coalesceKey: `shard-${shard}` };
  }
}
