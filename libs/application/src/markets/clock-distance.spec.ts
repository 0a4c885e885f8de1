import { clockFault } from './clock-distance.js';

it.each([
  [-999, 0, null], [-1_000, 0, 'ahead'], [-30_000, 0, 'ahead'], [10_000, 0, null], [10_001, 0, 'behind'], [30_000, 0, 'behind'],
  // Half of the round trip may be all of the distance: 1,400 − 500 is less than a second, 1,500 − 500 is one.
  [-1_400, 1_000, null], [-1_500, 1_000, 'ahead'],
] as const)('a venue whose clock is %i ms from ours, by a round trip of %i ms: %s', (offsetMs, roundTripMs, fault) => {
  expect(clockFault({ offsetMs, roundTripMs })).toBe(fault);
});
