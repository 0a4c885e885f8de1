import { nextLookMs } from './evaluate-portfolios.js';

const KNOWN = { marketId: 'HANAUSDT', bid: 1, ask: 1, mid: 1, exchangeMs: 999_000, flag: null };
const MISSING = { ...KNOWN, bid: null, ask: null, mid: null, exchangeMs: null, flag: 'missing' } as const;

it.each([
  // Prices come once a second: one that is half of that early is the one that is meant.
  { everySeconds: 60, expected: 1_059_500 },
  { everySeconds: 1, expected: 1_000_500 },
  { everySeconds: 86_400, expected: 87_399_500 },
])('the next look of one each $everySeconds s is due half a second before its time', ({ everySeconds, expected }) => {
  expect(nextLookMs({ timeMs: 1_000_000, isAllocated: true, prices: [MISSING] }, everySeconds)).toBe(expected);
});

it.each([
  { title: 'for its first prices, two seconds', prices: [KNOWN, MISSING], everySeconds: 60, expected: 1_001_500 },
  { title: 'for its first prices, no longer than its own pace', prices: [MISSING], everySeconds: 1, expected: 1_000_500 },
  { title: 'for anything else, its own pace', prices: [KNOWN], everySeconds: 60, expected: 1_059_500 },
])('a portfolio that was not bought into yet waits, $title', ({ prices, everySeconds, expected }) => {
  expect(nextLookMs({ timeMs: 1_000_000, isAllocated: false, prices }, everySeconds)).toBe(expected);
});
