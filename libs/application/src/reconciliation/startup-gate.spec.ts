import { ExecutionJobs } from '../execution/execution-jobs.js';
import type { QueuedJob } from '../ports/job-queue.port.js';
import type { ReconcileOutcome } from './reconcile-account.js';
import { StartupGate } from './startup-gate.js';

const EQUAL = { kind: 'equal' } as ReconcileOutcome;
const DIFFERENT: ReconcileOutcome = { kind: 'different', sinceMs: 0, differences: [{ asset: 'USDT', booked: '1', venue: '2', tolerance: '0' }] };
const JOB = { queue: 'order-advance', priority: 1 };

const quiet = (): void => undefined;

function gated(...outcomes: (ReconcileOutcome | Error)[]) {
  const at = { nowMs: 0, runs: 0 };
  const jobs: QueuedJob[] = [];
  const run = async (): Promise<ReconcileOutcome> => {
    at.runs += 1;
    const outcome = outcomes.length > 1 ? outcomes.shift()! : outcomes[0]!;
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const gate = new StartupGate({
    reconcile: { run }, jobs: new ExecutionJobs({ plan: JOB, order: JOB, evaluate: JOB }), clock: { nowMs: () => at.nowMs }, log: { info: quiet, warn: quiet, error: quiet },
    queue: { add: async (job) => void jobs.push(job), alive: async () => new Set() },
  });
  return { gate, at, jobs };
}

it('opens with the first green comparison, once for all who ask meanwhile, and stays open', async () => {
  const { gate, at } = gated(EQUAL);
  expect(gate.stateOf('live')).toEqual({ isOpen: false, reason: 'not tried yet' });
  expect(await Promise.all([gate.enter('live'), gate.enter('live'), gate.enter('live')])).toEqual([{ isOpen: true }, { isOpen: true }, { isOpen: true }]);
  expect(await gate.enter('live')).toEqual({ isOpen: true });
  expect(at.runs).toBe(1);
});

it.each<[string, ReconcileOutcome | Error, RegExp]>([
  ['books that differ', DIFFERENT, /differ from the venue in USDT/u],
  ['orders under way', { kind: 'busy', reason: 'the order r1 is under way', intentIds: [] }, /r1 is under way/u],
  ['a key that is elsewhere', { kind: 'not-ours' }, /another process/u],
  ['an exchange that is away', new Error('no answer'), /no answer/u],
])('stays closed for %s, and says why', async (_name, outcome, reason) => {
  const { gate } = gated(outcome);
  expect(await gate.enter('live')).toEqual({ isOpen: false, reason: expect.stringMatching(reason) });
});

it('is tried again later and later: after 1, 2, 4, 8 and then every 15 seconds', async () => {
  const { gate, at } = gated(DIFFERENT, DIFFERENT, DIFFERENT, DIFFERENT, DIFFERENT, DIFFERENT, EQUAL);
  await gate.enter('live');
  for (const [index, pauseMs] of [1_000, 2_000, 4_000, 8_000, 15_000].entries()) {
    at.nowMs += pauseMs - 1;
    await gate.enter('live');
    expect(at.runs).toBe(index + 1);
    at.nowMs += 1;
    expect(await gate.enter('live')).toMatchObject({ isOpen: false });
    expect(at.runs).toBe(index + 2);
  }
  at.nowMs += 15_000;
  expect(await gate.enter('live')).toEqual({ isOpen: true });
});

it('has orders looked at that a process before this one left behind', async () => {
  const { gate, jobs } = gated({ kind: 'busy', reason: 'under way', intentIds: ['oi_1', 'oi_2'] });
  await gate.enter('live');
  expect(jobs.map(({ queue, payload }) => [queue, payload])).toEqual([['order-advance', { intentId: 'oi_1' }], ['order-advance', { intentId: 'oi_2' }]]);
});

it('is a gate of each account by itself', async () => {
  const { gate } = gated(DIFFERENT, EQUAL);
  expect(await gate.enter('one')).toMatchObject({ isOpen: false });
  expect(await gate.enter('other')).toEqual({ isOpen: true });
});
