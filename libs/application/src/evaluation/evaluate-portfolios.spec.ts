import { nextLookMs } from './evaluate-portfolios.js';

it.each([
  // Prices come once a second: one that is half of that early is the one that is meant.
  { everySeconds: 60, expected: 1_059_500 },
  { everySeconds: 1, expected: 1_000_500 },
  { everySeconds: 86_400, expected: 87_399_500 },
])('the next look of one each $everySeconds s is due half a second before its time', ({ everySeconds, expected }) => {
  expect(nextLookMs(1_000_000, everySeconds)).toBe(expected);
});
