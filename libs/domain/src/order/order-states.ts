/**
 * An order intent is one leg of a plan: what is wanted. Its attempts are what was sent for it, each under an id of its own.
 *
 * `new`: nothing of it is on its way. `sending`: an attempt was saved and may be on the wire. `acked`: the venue has it.
 * `unknown`: nobody can say; it is asked about, never sent again. Ends: `filled`; `partial`: some of it; `canceled`: none of
 * it; `rejected`: refused for good; `dead`: proven as far as that goes never to have come to be; `skipped`: not sent, by our
 * own rules; `needs-human`: still unknown after half an hour.
 */
export type IntentState =
  | 'new' | 'sending' | 'acked' | 'unknown'
  | 'filled' | 'partial' | 'canceled' | 'rejected' | 'dead' | 'skipped' | 'needs-human';

export type IntentEvent =
  | 'claimed' | 'skipped' | 'acknowledged' | 'refused-for-now' | 'refused' | 'not-sent' | 'lost'
  | 'filled' | 'partly-filled' | 'ended-unfilled' | 'found' | 'declared-dead' | 'unresolved';

/** `prepared`: saved, and sent at most once after that. `done`: the venue has ended it. */
export type AttemptState = 'prepared' | 'acked' | 'unknown' | 'rejected' | 'not-sent' | 'dead' | 'done';

type Row = Partial<Record<IntentEvent, IntentState>>;

/** What is missing from it is a bug, and says so loudly. */
export const INTENT_TRANSITIONS: Readonly<Record<IntentState, Row>> = {
  new: { claimed: 'sending', skipped: 'skipped' },
  sending: { acknowledged: 'acked', 'refused-for-now': 'new', 'not-sent': 'new', refused: 'rejected', lost: 'unknown' },
  acked: { filled: 'filled', 'partly-filled': 'partial', 'ended-unfilled': 'canceled' },
  unknown: { found: 'acked', 'declared-dead': 'dead', unresolved: 'needs-human' },
  // Evidence at the venue wins over what was concluded before it came to light.
  dead: { found: 'acked' },
  rejected: { found: 'acked' },
  'needs-human': { found: 'acked', 'declared-dead': 'dead' },
  // A fill can be told of after the end of its order.
  canceled: { filled: 'filled', 'partly-filled': 'partial' },
  partial: { filled: 'filled' },
  filled: {},
  skipped: {},
};

export const ATTEMPT_TRANSITIONS: Readonly<Record<AttemptState, readonly AttemptState[]>> = {
  prepared: ['acked', 'rejected', 'not-sent', 'unknown'],
  unknown: ['acked', 'dead'],
  acked: ['done'],
  dead: ['acked'],
  rejected: ['acked'],
  'not-sent': [],
  done: [],
};

/** States in which an attempt may be, or come to be, an order at the venue: one of an intent at a time. */
export const LIVE_ATTEMPT_STATES: readonly AttemptState[] = ['prepared', 'unknown', 'acked'];

/** @throws Error for an event that the state does not know: a bug, never a fact of the venue's */
export function transitionIntent(state: IntentState, event: IntentEvent): IntentState {
  const next = INTENT_TRANSITIONS[state][event];
  if (next === undefined) throw new Error(`an order intent cannot go from ${state} on ${event}`);
  return next;
}

const SETTLED: ReadonlySet<IntentState> = new Set(['filled', 'partial', 'canceled', 'rejected', 'dead', 'skipped', 'needs-human']);

/** Nothing more is done for it, unless evidence of an order comes to light. */
export const isSettled = (state: IntentState): boolean => SETTLED.has(state);
