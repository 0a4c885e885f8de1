import { simulate, summaryIn } from './simulate-command.js';

/** Five minutes of CPU; two cores may have other work as well. */
const PATIENCE_MS = 20 * 60_000;

it('passes thirty simulated days without one order lost, doubled or misbooked', async () => {
  const run = await simulate('--days', '30', '--seed', '501', '--jobs', '2', '--json', '--quiet');
  // What did not hold stands before the summary.
  expect({ code: run.end.code, told: run.output.trim().split('\n').slice(0, -1) }).toEqual({ code: 0, told: [] });
  const { days, violations, posts, crashes, unknowns } = summaryIn(run);
  expect([days, violations]).toEqual([30, 0]);
  // A run in which nothing happened proves nothing.
  expect(posts).toBeGreaterThan(1_000);
  expect(crashes).toBeGreaterThan(100);
  expect(unknowns).toBeGreaterThan(100);
}, PATIENCE_MS);
