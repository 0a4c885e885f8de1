import { clockVerdict } from './clock-verdict.js';

it.each([
  [3, 'ok'], [-500, 'ok'], [500, 'ok'], [-501, 'warning'], [-999, 'warning'], [-1_005, 'failed'], [-30_000, 'failed'],
  [501, 'warning'], [10_000, 'warning'], [10_006, 'failed'], [30_000, 'failed'],
])('an exchange whose clock is %i ms from ours: %s', (offsetMs, status) => {
  expect(clockVerdict({ offsetMs, roundTripMs: 10 }).status).toBe(status);
});

it('says which way, and what is refused', () => {
  expect(clockVerdict({ offsetMs: -1_400, roundTripMs: 12 }).detail).toBe(
    "this machine's clock is 1,400 ms ahead of the exchange's (round trip 12 ms); requests dated more than 1 s ahead are refused",
  );
  expect(clockVerdict({ offsetMs: 600, roundTripMs: 12 }).detail).toContain('600 ms behind');
});
