import { orderAdvance, planAdvance } from '#contracts';

export const PLAN_JOB = { queue: planAdvance.name, priority: planAdvance.policy.priorities.next };
export const ORDER_JOB = { queue: orderAdvance.name, priority: orderAdvance.policy.priorities.next };
