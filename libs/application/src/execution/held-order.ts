import { transitionIntent } from '#domain';
import type { AttemptChange } from './execution-store.port.js';
import type { AttemptRecord, IntentRecord } from './plan.js';

/** An intent that this process holds the lease of, with the attempt that it works at. */
export interface HeldOrder {
  readonly intent: IntentRecord;
  readonly attempt: AttemptRecord;
  /** Asset that its market is quoted in. */
  readonly quote: string;
}

/** What a change of a held order says beside whose it is. */
export type HeldChange = Omit<AttemptChange, 'clientOrderId' | 'intentId' | 'leaseEpoch' | 'atMs' | 'jobs'> & Pick<Partial<AttemptChange>, 'jobs'>;

export function changeOf({ intent, attempt }: HeldOrder, change: HeldChange, atMs: number): AttemptChange {
  return { jobs: [], ...change, clientOrderId: attempt.clientOrderId, intentId: intent.id, leaseEpoch: intent.leaseEpoch, atMs };
}

/** The rows as they stand after a change that was taken. */
export function afterChange({ intent, attempt, quote }: HeldOrder, change: HeldChange): HeldOrder {
  return {
    quote,
    intent: { ...intent, state: change.event === undefined ? intent.state : transitionIntent(intent.state, change.event), version: intent.version + 1 },
    attempt: { ...attempt, state: change.attemptTo ?? attempt.state, venueOrderId: change.venueOrderId ?? attempt.venueOrderId },
  };
}

/** A second at first, then as long again as it has lasted, half a minute at most: no counter has to be kept. */
export function growingDelayMs(sinceMs: number, nowMs: number): number {
  return Math.min(Math.max(nowMs - sinceMs, 1_000), 30_000);
}
