import { decimalsOf, fixedText } from './fixed-text.js';

describe('decimal text', () => {
  it.each([
    [0, 0, '0'], [12_345, 0, '12345'], [12_345, 2, '123.45'], [5, 2, '0.05'], [0, 4, '0.0000'], [45, 2, '0.45'], [100, 2, '1.00'], [7, 6, '0.000007'],
  ])('%p units at %p decimals is %p', (units, decimals, text) => expect(fixedText(units, decimals)).toBe(text));

  it.each([['1', 0], ['0.01', 2], ['0.000001', 6], ['1.000000', 0], ['0.0500', 2]])('%p has so many decimals: %p', (step, decimals) => {
    expect(decimalsOf(step)).toBe(decimals);
  });
});
