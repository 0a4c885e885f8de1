import { parseInstant } from './instants.js';

// 2024-01-31T00:00:00Z: 19,753 days after the epoch × 86,400,000 ms.
const JANUARY_31_MS = 19_753 * 86_400_000;

it.each([
  ['2024-01-31', JANUARY_31_MS],
  ['2024-01-31T00:00:00Z', JANUARY_31_MS],
  ['2024-01-31T02:00:00+02:00', JANUARY_31_MS],
  ['2024-01-31 00:00', JANUARY_31_MS],
  ['2024-01-31T00:00:00.5', JANUARY_31_MS + 500],
  [String(JANUARY_31_MS), JANUARY_31_MS],
])('reads %s', (text, ms) => {
  expect(parseInstant(text)).toEqual({ ok: true, ms });
});

it.each([
  ['1706659200', 'looks like seconds; milliseconds would be 1706659200000'],
  ['1706659200000000', 'looks like microseconds; milliseconds would be 1706659200000'],
  ['2024-02-30', 'is not a date of the calendar'],
  ['2024-13-01', 'is not a date of the calendar'],
  ['31.01.2024', 'must be a date such as 2024-01-31, an ISO 8601 time or epoch milliseconds'],
  ['yesterday', 'must be a date such as 2024-01-31, an ISO 8601 time or epoch milliseconds'],
  ['', 'must be a date such as 2024-01-31, an ISO 8601 time or epoch milliseconds'],
])('refuses %s', (text, rule) => {
  expect(parseInstant(text)).toEqual({ ok: false, rule });
});
