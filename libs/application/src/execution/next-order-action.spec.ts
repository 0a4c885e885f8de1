import type { IntentState, PlanState } from '#domain';
import { anIntentRecord, aPlanView, aPurchaseRecord, DECIDED_MS } from '#testing';
import { nextOrderAction } from './next-order-action.js';

const alone = (change: Parameters<typeof anIntentRecord>[0] = {}, plan: Parameters<typeof aPlanView>[0] = {}, nowMs = DECIDED_MS) => {
  const intent = anIntentRecord(change);
  return nextOrderAction(aPlanView({ ...plan, intents: [intent] }), intent, nowMs);
};

it.each<[IntentState, string]>([
  ['new', 'send'], ['sending', 'resolve'], ['acked', 'resolve'], ['unknown', 'resolve'],
  ['filled', 'stop'], ['partial', 'stop'], ['canceled', 'stop'], ['rejected', 'stop'], ['dead', 'stop'], ['skipped', 'stop'], ['needs-human', 'stop'],
])('a leg that is %s: %s', (state, take) => {
  expect(alone({ state })).toMatchObject({ take });
});

it.each<[PlanState, string]>([
  ['executing', 'send'], ['draft', 'stop'], ['settling', 'stop'], ['done', 'stop'], ['aborted', 'stop'], ['needs-human', 'stop'],
])('a new leg of a plan that is %s: %s', (state, take) => {
  expect(alone({}, { plan: { state } })).toMatchObject({ take });
});

it.each<PlanState>(['settling', 'needs-human', 'done', 'aborted'])('asks after an order that may be at the venue though its plan is %s', (state) => {
  expect(alone({ state: 'unknown' }, { plan: { state } })).toEqual({ take: 'resolve' });
});

describe('one leg at a time', () => {
  it.each<[IntentState, string]>([
    ['new', 'stop'], ['sending', 'stop'], ['acked', 'stop'], ['unknown', 'stop'],
    ['filled', 'send'], ['partial', 'send'], ['canceled', 'send'], ['skipped', 'send'],
    // These end the plan.
    ['rejected', 'stop'], ['dead', 'stop'], ['needs-human', 'stop'],
  ])('behind a leg that is %s: %s', (state, take) => {
    const second = aPurchaseRecord();
    expect(nextOrderAction(aPlanView({ intents: [anIntentRecord({ state }), second] }), second, DECIDED_MS)).toMatchObject({ take });
  });
});

it('waits for the time of its next attempt, and not beyond the deadline', () => {
  expect(alone({ nextActionMs: DECIDED_MS + 10_000 })).toMatchObject({ take: 'wait', untilMs: DECIDED_MS + 10_000 });
  expect(alone({ nextActionMs: DECIDED_MS + 900_000 })).toMatchObject({ take: 'wait', untilMs: DECIDED_MS + 600_000 });
  expect(alone({ nextActionMs: DECIDED_MS + 10_000 }, {}, DECIDED_MS + 10_000)).toEqual({ take: 'send' });
});

it.each<IntentState>(['sending', 'acked', 'unknown'])('does not ask after one that is %s before its time', (state) => {
  expect(alone({ state, nextActionMs: DECIDED_MS + 1 })).toMatchObject({ take: 'wait', untilMs: DECIDED_MS + 1 });
  expect(alone({ state, nextActionMs: DECIDED_MS })).toEqual({ take: 'resolve' });
});

it('sends until the deadline and ends the plan from then on', () => {
  expect(alone({}, {}, DECIDED_MS + 599_999)).toEqual({ take: 'send' });
  expect(alone({}, {}, DECIDED_MS + 600_000)).toMatchObject({ take: 'end-plan', endReason: 'deadline' });
});
