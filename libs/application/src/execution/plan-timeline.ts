import type { IntentRecord } from './plan.js';
import type { BookedFill, PlanCourse, StateEvent } from './trading-reader.port.js';

export interface TimelineEvent {
  readonly atMs: number;
  readonly kind: 'decided' | 'plan' | 'leg' | 'attempt' | 'fill' | 'reconciliation';
  readonly leg: number | null;
  readonly asset: string | null;
  readonly text: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly clientOrderId: string | null;
  readonly actor: string | null;
  readonly detail: string | null;
}

const NOTHING = { leg: null, asset: null, from: null, to: null, clientOrderId: null, actor: null, detail: null } as const;

/** From what set it off to the books found equal, by time; what happened at the same millisecond, as it was committed. */
export function planTimeline(course: PlanCourse): readonly TimelineEvent[] {
  const { evaluation, reconciliations, view } = course;
  const legs = new Map(view.intents.map((intent) => [intent.id, intent]));
  const legOfAttempt = new Map(view.attempts.map(({ clientOrderId, intentId }) => [clientOrderId, legs.get(intentId)]));
  const events: TimelineEvent[] = [
    { ...NOTHING, atMs: evaluation.firstMs, kind: 'decided', text: `decided: ${evaluation.reason}`, detail: evaluation.detail },
    ...course.events.map((event) => stateEvent(event, legs, legOfAttempt)),
    ...course.fills.map((fill) => fillEvent(fill, legOfAttempt.get(fill.clientOrderId))),
    ...reconciliations.flatMap((run) => (run.finishedMs === null ? [] : [{ ...NOTHING, atMs: run.finishedMs, kind: 'reconciliation' as const, text: reconciledInWords(run.isEqual), detail: run.problem }])),
  ];
  return events.toSorted((one, other) => one.atMs - other.atMs);
}

const reconciledInWords = (isEqual: boolean | null): string => (isEqual === null ? 'reconciliation failed' : isEqual ? 'reconciled: the books are equal' : 'reconciled: the books differ');

function stateEvent(event: StateEvent, legs: ReadonlyMap<string, IntentRecord>, legOfAttempt: ReadonlyMap<string, IntentRecord | undefined>): TimelineEvent {
  const { entity, entityId, from, to, atMs, actor, cause } = event;
  const base = { ...NOTHING, atMs, from, to, actor, detail: cause };
  if (entity === 'rebalance_plan') return { ...base, kind: 'plan', text: `plan: ${to}` };
  const isAttempt = entity === 'order_attempt';
  const intent = isAttempt ? legOfAttempt.get(entityId) : legs.get(entityId);
  const where = intent === undefined ? '' : `leg ${intent.leg}: ${intent.side} ${intent.base}: `;
  const named = { leg: intent?.leg ?? null, asset: intent?.base ?? null };
  if (!isAttempt) return { ...base, ...named, kind: 'leg', text: `${where}${to}` };
  return { ...base, ...named, kind: 'attempt', clientOrderId: entityId, text: `${where}order ${to}` };
}

function fillEvent({ clientOrderId, filledMs, side, quantity, price, notional, fee, feeAsset }: BookedFill, intent: IntentRecord | undefined): TimelineEvent {
  const asset = intent?.base ?? null;
  const text = `leg ${intent?.leg ?? '?'}: ${side === 'buy' ? 'bought' : 'sold'} ${quantity} ${asset ?? ''} at ${price}`;
  return { ...NOTHING, atMs: filledMs, kind: 'fill', leg: intent?.leg ?? null, asset, clientOrderId, text, detail: `for ${notional}, fee ${fee} ${feeAsset}` };
}
