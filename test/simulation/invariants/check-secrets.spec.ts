import { NOW_MS } from '../../integration/trading/trading-rows.js';
import { CANARY, ownFault, tellsSecret } from '../world/judge-failures.js';
import { checkSecrets } from './check-secrets.js';
import { anAttemptRow, openLawlessScene, told, type LawlessScene } from './lawless-scene.js';

const WORDS = `refused: the key ${CANARY}-of-somebody is wrong`;

const REQUEST = { accountId: 'account', cause: 'schedule', state: 'failed', isEqual: null, assetCount: 0, differences: [], requestedMs: NOW_MS, finishedMs: NOW_MS } as const;

it.each<readonly [table: string, plant: (scene: LawlessScene, words: string) => void]>([
  ['order_attempt', ({ database, intentId }, cause) => void anAttemptRow(database, intentId, { cause })],
  ['reconciliation_run', ({ database }, problem) => void database.reconciliations.insert({ id: 'rc_1', ...REQUEST, problem })],
  ['outbox', ({ database }, words) => void database.outbox.insert({ id: 1, queue: 'q', name: 'n', jobId: 'j', payload: { words }, priority: 1, deliveredMs: null, tries: 0, availableMs: NOW_MS } as never)],
  ['state_event', ({ database }, cause) => void database.stateEvents.insert({ id: 1, entity: 'order_attempt', entityId: 'r1', from: null, to: 'prepared', atMs: NOW_MS, actor: null, cause })],
])('I15 sees a secret in a row of %s, and nothing in one without', (table, plant) => {
  const heard = [WORDS, 'refused: the key is wrong'].map((words) => {
    const scene = openLawlessScene();
    plant(scene, words);
    checkSecrets(scene.database, scene.violations);
    return told(scene);
  });
  expect(heard).toEqual([[`I15: a row of ${table} has a secret in it`], []]);
});

it('I15 hears a secret in what is logged, deep in an error as well', () => {
  const error = new Error('a request failed', { cause: { request: { headers: [WORDS] } } });
  expect([tellsSecret({ event: 'order-sent', reason: WORDS }), tellsSecret({ event: 'order-sent', error }), tellsSecret({ event: 'order-sent', reason: 'none' })]).toEqual([true, true, false]);
});

it('takes for a fault of the product what the world does not do by itself', () => {
  expect([ownFault(undefined), ownFault(new Error('Redis is away')), ownFault(new Error('a bug'))]).toEqual([null, null, expect.stringMatching(/^Error: a bug/u)]);
});
