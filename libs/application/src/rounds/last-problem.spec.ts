import { LastProblem, oncePerReason } from './last-problem.js';

it('tells the same reason once, until it changes or ends', () => {
  const problem = new LastProblem();
  expect(problem.ends()).toBe(false);
  expect(['away', 'away', 'banned', 'away'].map((reason) => problem.changesTo(new Error(reason)))).toEqual([true, false, true, true]);
  expect([problem.ends(), problem.ends()]).toEqual([true, false]);
  expect(problem.changesTo('away')).toBe(true);
});

it('takes an error without words by its code: that is what a name with two addresses gives, both of which refuse', () => {
  const told: unknown[] = [];
  const tell = oncePerReason((error: Error) => void told.push(error));
  const [first, same, other] = ['ECONNREFUSED', 'ECONNREFUSED', 'ETIMEDOUT'].map((code) => Object.assign(new AggregateError([], ''), { code }));
  for (const error of [first!, same!, other!]) tell(error);
  expect(told).toEqual([first, other]);
});
