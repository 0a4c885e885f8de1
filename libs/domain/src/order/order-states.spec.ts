import {
  ATTEMPT_TRANSITIONS, INTENT_TRANSITIONS, LIVE_ATTEMPT_STATES, isSettled, transitionIntent,
  type AttemptState, type IntentEvent, type IntentState,
} from './order-states.js';

const STATES: readonly IntentState[] = [
  'new', 'sending', 'acked', 'unknown', 'filled', 'partial', 'canceled', 'rejected', 'dead', 'skipped', 'needs-human',
];
const EVENTS: readonly IntentEvent[] = [
  'claimed', 'skipped', 'acknowledged', 'refused-for-now', 'refused', 'not-sent', 'lost',
  'filled', 'partly-filled', 'ended-unfilled', 'found', 'declared-dead', 'unresolved',
];

/** The machine of the design once more, as arrows; whatever is not here is refused. */
const ARROWS: readonly (readonly [IntentState, IntentEvent, IntentState])[] = [
  ['new', 'claimed', 'sending'], ['new', 'skipped', 'skipped'],
  ['sending', 'acknowledged', 'acked'], ['sending', 'refused-for-now', 'new'], ['sending', 'not-sent', 'new'],
  ['sending', 'refused', 'rejected'], ['sending', 'lost', 'unknown'],
  ['acked', 'filled', 'filled'], ['acked', 'partly-filled', 'partial'], ['acked', 'ended-unfilled', 'canceled'],
  ['unknown', 'found', 'acked'], ['unknown', 'declared-dead', 'dead'], ['unknown', 'unresolved', 'needs-human'],
  ['dead', 'found', 'acked'], ['rejected', 'found', 'acked'],
  ['needs-human', 'found', 'acked'], ['needs-human', 'declared-dead', 'dead'],
  ['canceled', 'filled', 'filled'], ['canceled', 'partly-filled', 'partial'], ['partial', 'filled', 'filled'],
];

const pairs = STATES.flatMap((state) => EVENTS.map((event) => {
  const arrow = ARROWS.find(([from, on]) => from === state && on === event);
  return { state, event, to: arrow?.[2] ?? null };
}));

it.each(pairs.filter(({ to }) => to !== null))('an intent goes from $state on $event to $to', ({ state, event, to }) => {
  expect(transitionIntent(state, event)).toBe(to);
});

it.each(pairs.filter(({ to }) => to === null))('an intent refuses $event in $state', ({ state, event }) => {
  expect(() => transitionIntent(state, event)).toThrow(`an order intent cannot go from ${state} on ${event}`);
});

it('knows no state and no event beside these', () => {
  expect(Object.keys(INTENT_TRANSITIONS).toSorted()).toEqual(STATES.toSorted());
  expect(Object.values(INTENT_TRANSITIONS).flatMap((row) => Object.keys(row)).every((event) => EVENTS.includes(event as IntentEvent))).toBe(true);
  expect(pairs.filter(({ to }) => to !== null)).toHaveLength(20);
});

it('never lets an intent back to where an order could be sent a second time', () => {
  const backToNew = pairs.filter(({ to }) => to === 'new').map(({ state, event }) => `${state} ${event}`);
  expect(backToNew).toEqual(['sending refused-for-now', 'sending not-sent']);
  expect(pairs.filter(({ to }) => to === 'sending').map(({ state }) => state)).toEqual(['new']);
});

it.each(STATES)('an intent in %s is settled where nothing more is done for it', (state) => {
  expect(isSettled(state)).toBe(!['new', 'sending', 'acked', 'unknown'].includes(state));
});

const ATTEMPTS: readonly AttemptState[] = ['prepared', 'acked', 'unknown', 'rejected', 'not-sent', 'dead', 'done'];
const ATTEMPT_ARROWS = new Set([
  'prepared acked', 'prepared rejected', 'prepared not-sent', 'prepared unknown', 'unknown acked', 'unknown dead', 'acked done', 'dead acked', 'rejected acked',
]);

it.each(ATTEMPTS.flatMap((from) => ATTEMPTS.map((to) => ({ from, to }))))('an attempt going from $from to $to is as designed', ({ from, to }) => {
  expect(ATTEMPT_TRANSITIONS[from].includes(to)).toBe(ATTEMPT_ARROWS.has(`${from} ${to}`));
});

it('counts as live what may be an order at the venue, or come to be one', () => {
  expect(LIVE_ATTEMPT_STATES.toSorted()).toEqual(['acked', 'prepared', 'unknown']);
});
