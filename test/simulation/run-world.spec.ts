import { runWorld } from './run-world.js';

const DAYS = 0.05;

it('is the same run for the same seed, and another one for another', async () => {
  const [first, again, other] = [await runWorld({ seed: 4, days: DAYS }), await runWorld({ seed: 4, days: DAYS }), await runWorld({ seed: 5, days: DAYS })];
  expect(first.events).toBeGreaterThan(100);
  expect([again.hash, again.events, again.counts, again.marks]).toEqual([first.hash, first.events, first.counts, first.marks]);
  expect(other.hash).not.toBe(first.hash);
  expect([first.violations, other.violations]).toEqual([[], []]);
});
