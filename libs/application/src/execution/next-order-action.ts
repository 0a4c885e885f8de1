import { isSettled, type IntentState, type PlanEndReason } from '#domain';
import type { IntentRecord, PlanView } from './plan.js';

/** What an order's next safe step is, by the rows alone. */
export type OrderAction =
  /** It has ended, its plan goes no further, or it is another leg's turn. */
  | { readonly take: 'stop' }
  | { readonly take: 'wait'; readonly untilMs: number; readonly reason: string }
  | { readonly take: 'end-plan'; readonly endReason: PlanEndReason; readonly reason: string }
  | { readonly take: 'send' }
  /** It may be at the venue: ask there. */
  | { readonly take: 'resolve' };

const FAILED: ReadonlySet<IntentState> = new Set(['rejected', 'dead', 'needs-human']);

export function nextOrderAction({ plan, intents }: PlanView, intent: IntentRecord, nowMs: number): OrderAction {
  if (isSettled(intent.state)) return { take: 'stop' };
  // A second look must not ask, nor vote, before its time.
  if (intent.state !== 'new') return waitUntil(intent.nextActionMs ?? nowMs, nowMs, 'it is asked after when its time has come') ?? { take: 'resolve' };
  if (plan.state !== 'executing') return { take: 'stop' };
  const earlier = intents.filter(({ leg }) => leg < intent.leg);
  if (earlier.some(({ state }) => !isSettled(state) || FAILED.has(state))) return { take: 'stop' };
  if (nowMs >= plan.deadlineMs) {
    return { take: 'end-plan', endReason: 'deadline', reason: `leg ${intent.leg} could not go out before the plan's deadline` };
  }
  return waitUntil(Math.min(intent.nextActionMs ?? nowMs, plan.deadlineMs), nowMs, 'its next attempt has its time') ?? { take: 'send' };
}

function waitUntil(untilMs: number, nowMs: number, reason: string): OrderAction | null {
  return untilMs > nowMs ? { take: 'wait', untilMs, reason } : null;
}
