import { portfolioName } from './portfolio-name.js';

it.each([
  { name: 'takes letters of any script, digits and the four marks', text: 'Größe 1_b.c-d 日本', expected: 'Größe 1_b.c-d 日本' },
  { name: 'makes one of the two ways to write an accent', text: 'cafe\u0301', expected: 'caf\u00e9' },
  { name: 'leaves out spaces at the ends', text: ' mine ', expected: 'mine' },
  { name: 'takes 64 characters', text: 'a'.repeat(64), expected: 'a'.repeat(64) },
  { name: 'refuses 65', text: 'a'.repeat(65), expected: null },
  { name: 'refuses an empty one', text: '   ', expected: null },
  { name: 'refuses markup', text: '<b>', expected: null },
  { name: 'refuses a formula', text: '=1+1', expected: null },
  { name: 'refuses control characters', text: 'a\u0000b', expected: null },
  { name: 'refuses one that reads as an id', text: 'pf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V', expected: null },
])('$name', ({ text, expected }) => {
  expect(portfolioName(text)).toBe(expected);
});
