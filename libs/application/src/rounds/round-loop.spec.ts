import { RoundLoop } from './round-loop.js';

/** Rounds that the test ends, and a timer that it lets strike. */
function aLoop() {
  const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const events: string[] = [];
  const told = (fields: object) => void events.push((fields as { event: string }).event);
  const timer = { strike: () => {}, isOver: false };
  const loop = new RoundLoop({
    name: 'spec', everyMs: 1_000,
    round: () => new Promise<void>((resolve, reject) => void ends.push({ resolve, reject })),
    timer: { every: (_ms, work) => { timer.strike = work; return () => void (timer.isOver = true); }, pause: async () => undefined },
    log: { info: told, warn: told, error: told },
  });
  loop.start();
  const settle = async (end: (round: (typeof ends)[number]) => void) => {
    end(ends.at(-1)!);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { loop, timer, events, rounds: () => ends.length, succeed: () => settle(({ resolve }) => resolve()), fail: (message: string) => settle(({ reject }) => reject(new Error(message))) };
}

it('begins at once, and leaves out rounds whose time comes while one is under way', async () => {
  const { timer, rounds, succeed, loop } = aLoop();
  expect(rounds()).toBe(1);
  timer.strike();
  timer.strike();
  loop.kick();
  expect(rounds()).toBe(1);
  await succeed();
  timer.strike();
  expect(rounds()).toBe(2);
});

it('tells of a failure once for each reason, and of its end', async () => {
  const { timer, events, succeed, fail } = aLoop();
  for (const reason of ['away', 'away', 'away', 'banned']) {
    await fail(reason);
    timer.strike();
  }
  expect(events).toEqual(['spec-failed', 'spec-failed']);
  await succeed();
  timer.strike();
  await succeed();
  expect(events).toEqual(['spec-failed', 'spec-failed', 'spec-resumed']);
});

it('tells of rounds that take too long, once', async () => {
  const { timer, events, succeed } = aLoop();
  for (let round = 0; round < 3; round++) {
    timer.strike();
    await succeed();
    timer.strike();
  }
  await succeed();
  expect(events).toEqual(['spec-slow', 'spec-resumed']);
});

it('waits for the round at hand when it is stopped, and begins no other', async () => {
  const { loop, timer, rounds, succeed } = aLoop();
  let isStopped = false;
  const stopping = loop.stop().then(() => (isStopped = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isStopped).toBe(false);
  await succeed();
  await stopping;
  timer.strike();
  loop.kick();
  expect({ rounds: rounds(), isOver: timer.isOver }).toEqual({ rounds: 1, isOver: true });
});
