import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { FAILPOINTS } from '#application';
import { repositoryFolder } from '#testing';
import { API_CASES, CANDLE_CASES, ORDER_CASES, PLAN_CASES, quickOf } from './failpoint-cases.js';

const CASES = [...ORDER_CASES, ...PLAN_CASES, ...API_CASES, ...CANDLE_CASES];
const REGISTRY = 'failpoint.ts';

/** Names that code of the product passes, in the places where it does: the registry itself and tests call none. */
async function calledNames(): Promise<ReadonlySet<string>> {
  const files = await Promise.all(['apps', 'libs'].map(async (folder) => {
    const root = path.join(repositoryFolder(), folder);
    return (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && path.basename(name) !== REGISTRY).map((name) => path.join(root, name));
  }));
  const texts = await Promise.all(files.flat().map((file) => readFile(file, 'utf8')));
  return new Set(texts.flatMap((text) => [...text.matchAll(/await failpoint\('(?<name>[a-z._]+)'\)|\.failpoint\('(?<member>[a-z._]+)'\)/gu)].map(({ groups }) => groups!.name ?? groups!.member!)));
}

it('calls every registered failpoint somewhere in the product', async () => {
  expect([...(await calledNames())].toSorted()).toEqual([...FAILPOINTS].toSorted());
});

it.each(FAILPOINTS)('%s is killed at, stopped at and thrown at', (name) => {
  const actions = CASES.filter(({ failpoint }) => failpoint === name).map(({ action }) => action);
  expect(actions.filter((action) => action !== 'DELAY').toSorted()).toEqual(['KILL', 'STOP', 'THROW']);
});

it('has each case once', () => {
  expect(new Set(CASES.map(({ failpoint, action }) => `${failpoint} ${action}`)).size).toBe(CASES.length);
});

it('leaves out none between the quick ones and the others', () => {
  // Those of the API are played beside the others alone.
  expect(quickOf(API_CASES)).toEqual([]);
  expect(quickOf([...ORDER_CASES, ...PLAN_CASES]).map(({ failpoint, action }) => `${failpoint} ${action}`)).toEqual([
    'exec.before_socket_write STOP', 'exec.after_request_written KILL', 'exec.after_response_before_commit KILL', 'exec.after_fill_commit KILL', 'plan.before_next_leg KILL',
  ]);
});
