import * as fc from 'fast-check';
import { readDecimal } from './read-decimal.js';

describe('readDecimal', () => {
  it.each([
    ['1', 1],
    ['0.00001412', 0.00001412],
    ['1.3e-06', 0.0000013],
    ['.5', 0.5],
    ['5.', 5],
    ['-2.5', -2.5],
    ['1e400', Infinity],
  ])('reads %s', (text, expected) => expect(readDecimal(text)).toBe(expected));

  it.each(['', ' ', ' 1', '0x10', '1_000', '1,5', 'abc', 'null', '--1', '1e', 'NaN', 'inf', '١'])('reads no number from %j', (text) => {
    expect(readDecimal(text)).toBeNaN();
  });

  it('reads what Number reads, to the last bit, in every way of writing a price', () => {
    const digits = fc.stringMatching(/^[0-9]{1,20}$/);
    const written = fc.oneof(
      fc.tuple(digits, digits).map(([whole, fraction]) => `${whole}.${fraction}`),
      digits,
      digits.map((fraction) => `0.000000${fraction}`),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    );
    fc.assert(
      fc.property(written, (text) => {
        expect(readDecimal(text)).toBe(Number(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
