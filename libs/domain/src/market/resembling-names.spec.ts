import { resemblingNames } from './resembling-names.js';

const NAMES = ['HANA', 'HANNAH', 'SIREN', 'TRUTH', 'AIA', 'XAN', 'XAI'];

it.each([
  { typed: 'HANAA', expected: ['HANA', 'HANNAH'], why: 'one letter too many, or two others' },
  { typed: 'truth', expected: ['TRUTH'], why: 'in the wrong case' },
  { typed: 'SIRNE', expected: ['SIREN'], why: 'two letters that have changed places' },
  { typed: 'TURHTX', expected: [], why: 'three letters that are others are too many for six' },
  { typed: 'SIR', expected: ['SIREN'], why: 'the beginning of a name' },
  { typed: 'TRUTHCOIN', expected: ['TRUTH'], why: 'a name and more' },
  { typed: 'XAM', expected: ['XAI', 'XAN'], why: 'two are equally near, in alphabetical order' },
  { typed: 'ZZZZ', expected: [], why: 'nothing like it' },
])('$typed: $why', ({ typed, expected }) => {
  expect(resemblingNames(typed, NAMES, 3)).toEqual(expected);
});

it('gives no more than it was asked for, the likeliest first', () => {
  expect(resemblingNames('HANNA', ['HANNAH', 'HANNA', 'HANA'], 2)).toEqual(['HANNA', 'HANA']);
});
