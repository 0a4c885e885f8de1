import { watchMoves } from './legal-moves.js';
import { anAttemptRow, openLawlessScene, told } from './lawless-scene.js';

function aWatch() {
  const scene = openLawlessScene();
  const hits: string[] = [];
  watchMoves(scene.database, scene.violations, (mark) => void hits.push(mark));
  return { ...scene, hits, told: () => told(scene) };
}

it('I7 has nothing to say of an order that is lost, given up and found, and marks each step', () => {
  const { database, intentId, planId, hits, told: heard } = aWatch();
  for (const state of ['sending', 'unknown', 'dead', 'acked', 'filled'] as const) database.intents.update(intentId, { state });
  anAttemptRow(database, intentId);
  for (const state of ['unknown', 'dead', 'acked', 'done'] as const) database.attempts.update('r1', { state });
  for (const state of ['settling', 'settling', 'needs-human', 'aborted'] as const) database.plans.update(planId, { state });
  expect(heard()).toEqual([]);
  expect(hits).toEqual([
    'order_intent: new to sending', 'order_intent: sending to unknown', 'order_intent: unknown to dead', 'order_intent: dead to acked', 'order_intent: acked to filled',
    'order_attempt: prepared to unknown', 'order_attempt: unknown to dead', 'order_attempt: dead to acked', 'order_attempt: acked to done',
    'rebalance_plan: executing to settling', 'rebalance_plan: settling to needs-human', 'rebalance_plan: needs-human to aborted',
  ]);
});

it.each([['unknown', 'new'], ['unknown', 'rejected'], ['dead', 'new'], ['filled', 'acked'], ['skipped', 'sending'], ['new', 'acked']] as const)('I7 sees a leg that goes from %s to %s', (from, to) => {
  const { database, intentId, told: heard } = aWatch();
  database.intents.insert({ ...database.intents.get(intentId)!, id: 'planted', state: from });
  database.intents.update('planted', { state: to });
  expect(heard()).toEqual([expect.stringMatching(new RegExp(`^I7: order_intent went from ${from} to ${to}: .*"id":"planted"`, 'u'))]);
});

it.each([['unknown', 'rejected'], ['unknown', 'not-sent'], ['not-sent', 'acked'], ['done', 'acked'], ['prepared', 'dead']] as const)('I7 sees an attempt that goes from %s to %s', (from, to) => {
  const { database, intentId, told: heard } = aWatch();
  anAttemptRow(database, intentId, { state: from });
  database.attempts.update('r1', { state: to });
  expect(heard()).toEqual([expect.stringMatching(new RegExp(`^I7: order_attempt went from ${from} to ${to}: `, 'u'))]);
});

it.each([['draft', 'done'], ['executing', 'done'], ['executing', 'aborted'], ['done', 'executing'], ['aborted', 'settling']] as const)('I7 sees a plan that goes from %s to %s', (from, to) => {
  const { database, planId, told: heard } = aWatch();
  database.plans.insert({ ...database.plans.get(planId)!, id: 'planted', state: from });
  database.plans.update('planted', { state: to });
  expect(heard()).toEqual([expect.stringMatching(new RegExp(`^I7: rebalance_plan went from ${from} to ${to}: `, 'u'))]);
});
