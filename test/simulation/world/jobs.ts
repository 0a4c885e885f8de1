import { accountReconcile, orderAdvance, planAdvance, portfolioEvaluate } from '#contracts';

/** As the apps name them. */
export const PLAN_JOB = { queue: planAdvance.name, priority: planAdvance.policy.priorities.next };
export const ORDER_JOB = { queue: orderAdvance.name, priority: orderAdvance.policy.priorities.next };
export const RECONCILE_JOB = { queue: accountReconcile.name, priority: accountReconcile.policy.priorities.asked };
export const EVALUATE_JOB = { queue: portfolioEvaluate.name, priority: portfolioEvaluate.policy.priorities.price };
