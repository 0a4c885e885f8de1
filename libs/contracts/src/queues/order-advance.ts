import { z } from 'zod';
import { IntentId } from '../http/ids.js';
import { planAdvance } from './plan-advance.js';
import type { QueueContract } from './queue-contract.js';

export const orderAdvancePayload = z.strictObject({ intentId: IntentId });

/** "Look at this leg of a plan and take its next safe step": send it, ask after it, book what it filled. */
export const orderAdvance = {
  name: 'order-advance',
  workedBy: 'order-executor',
  payload: orderAdvancePayload,
  policy: planAdvance.policy,
} as const satisfies QueueContract<typeof orderAdvancePayload>;
