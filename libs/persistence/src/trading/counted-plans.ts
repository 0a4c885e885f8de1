/** A plan that was aborted before anything of it was sent counts against no limit: what stood against it may stand for hours. */
export const COUNTS_AS_PLAN = (plan: string): string =>
  `(${plan}.state <> 'aborted' OR EXISTS (
     SELECT FROM order_intent leg JOIN order_attempt sent ON sent.intent_id = leg.id
     WHERE leg.plan_id = ${plan}.id AND sent.state NOT IN ('not-sent', 'rejected')))`;
