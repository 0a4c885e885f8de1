import { simulate, summaryIn } from './simulate-command.js';

it.each([
  ['--days', '0', '--days: a number above zero, was 0'],
  ['--length', 'long', '--length: a number above zero, was long'],
  ['--seed', '1.5', '--seed: a whole number from 1 on, was 1.5'],
  ['--sead', '7', "Unknown option '--sead'"],
])('refuses %s %s in words, and ends with 2', async (name, value, words) => {
  const { end, output } = await simulate(name, value);
  expect(end.code).toBe(2);
  expect(output).toContain(words);
  expect(output).not.toMatch(/^ +at /mu);
});

it('ends with one line of JSON that has what there is to tell of a run', async () => {
  const run = await simulate('--days', '0.1', '--length', '0.05', '--seed', '4', '--jobs', '2', '--json', '--quiet');
  expect(run.end.code).toBe(0);
  expect(run.output.trim().split('\n')).toHaveLength(1);
  const count = expect.any(Number) as number;
  expect(summaryIn(run)).toMatchObject({ seed: 4, lastSeed: 5, worlds: 2, days: 0.1, posts: count, crashes: count, pauses: count, unknowns: count, lateAccepts: count, violations: 0, daysPerCpuMinute: count });
});

it('has the same hashes in one process as in two', async () => {
  const flags = ['--days', '0.04', '--length', '0.02', '--seed', '4', '--json', '--quiet'];
  const runs = await Promise.all([simulate(...flags, '--jobs', '1'), simulate(...flags, '--jobs', '2')]);
  const hashes = runs.map((run) => summaryIn(run)['hashes']);
  expect(hashes[0]).toHaveLength(2);
  expect(hashes[1]).toEqual(hashes[0]);
});
