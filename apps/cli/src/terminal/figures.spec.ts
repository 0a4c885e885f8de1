import { compact, decimal, duration, minute, percent, percentagePoints, whole } from './figures.js';

it.each([
  [0.1234, { signed: true }, '+12.3 %'],
  [-0.1234, { signed: true }, '-12.3 %'],
  [-0.00001, { signed: true }, '0.0 %'],
  [0, {}, '0.0 %'],
  [12.3456, {}, '1,234.6 %'],
  [-12_345.6, { signed: true }, '-1,234,560.0 %'],
  [null, {}, '-'],
])('writes the fraction %d with %j as %s', (fraction, options, text) => {
  expect(percent(fraction, options)).toBe(text);
});

it('writes the other figures', () => {
  expect(percentagePoints(0.221)).toBe('+22.1 pp');
  expect(percentagePoints(-0.0001)).toBe('0.0 pp');
  expect(decimal(1234.567)).toBe('1,234.57');
  expect(decimal(null)).toBe('-');
  expect(whole(1_234_567.4)).toBe('1,234,567');
  expect(minute(0)).toBe('1970-01-01 00:00');
  expect(minute('2024-01-31T12:05:59.999Z')).toBe('2024-01-31 12:05');
  expect(minute(null)).toBe('-');
  expect([999, 12_345, 1_234_567, 2.5e9].map(compact)).toEqual(['999', '12 k', '1.2 M', '2.5 G']);
  expect([12, 1_499, 59_400, 61_000, 3_660_000].map(duration)).toEqual(['12 ms', '1 s', '59 s', '1 min 1 s', '1 h 1 min']);
});
