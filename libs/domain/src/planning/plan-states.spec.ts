import { OPEN_PLAN_STATES, PLAN_TRANSITIONS, isPlanOpen, type PlanState } from './plan-states.js';

const STATES: readonly PlanState[] = ['draft', 'executing', 'settling', 'done', 'aborted', 'needs-human'];

/** The machine of the design once more, as arrows; whatever is not here is refused. */
const ARROWS = new Set([
  'draft executing', 'draft settling', 'draft aborted', 'executing settling',
  'settling done', 'settling aborted', 'settling needs-human', 'needs-human aborted',
]);

it.each(STATES.flatMap((from) => STATES.map((to) => ({ from, to }))))('a plan going from $from to $to is as designed', ({ from, to }) => {
  expect(PLAN_TRANSITIONS[from].includes(to)).toBe(ARROWS.has(`${from} ${to}`));
});

it('ends every plan: each open state leads to an end, and the ends lead nowhere', () => {
  const reaches = (state: PlanState, seen: readonly PlanState[] = []): boolean =>
    state === 'done' || state === 'aborted' || PLAN_TRANSITIONS[state].some((next) => !seen.includes(next) && reaches(next, [...seen, state]));
  for (const state of STATES) expect(reaches(state)).toBe(true);
  expect(STATES.filter((state) => PLAN_TRANSITIONS[state].length === 0)).toEqual(['done', 'aborted']);
});

it('goes through settling before it is done, so that the books are compared', () => {
  expect(STATES.filter((state) => PLAN_TRANSITIONS[state].includes('done'))).toEqual(['settling']);
});

it.each([['draft', true], ['executing', true], ['settling', true], ['needs-human', true], ['done', false], ['aborted', false]] as const)(
  'counts %s as open: %s', (state, expected) => {
    expect(isPlanOpen(state)).toBe(expected);
    expect(OPEN_PLAN_STATES.includes(state)).toBe(expected);
  },
);
