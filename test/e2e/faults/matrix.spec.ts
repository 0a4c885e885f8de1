import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryFolder } from '#testing';
import { MUTANTS } from '../../simulation/mutants/mutants.js';
import { MATRIX } from './matrix.js';
import { lineOf } from './matrix-table.js';

const ROWS = 95;
const textOf = (file: string): string => readFileSync(path.join(repositoryFolder(), file), 'utf8');
const covering = MATRIX.flatMap(({ number, verdict }) => ('by' in verdict ? verdict.by.map((test) => ({ number, test })) : []));

it('has each of the rows once, in order', () => {
  expect(MATRIX.map(({ number }) => number)).toEqual(Array.from({ length: ROWS }, (_none, index) => index + 1));
});

it('has a verdict on each row: a test, or a reason for none', () => {
  const without = MATRIX.filter(({ verdict }) => ('by' in verdict ? verdict.by.length === 0 : Object.values(verdict).join('').length < 20));
  expect(without).toEqual([]);
});

it('names tests that are there', () => {
  const missing = covering.filter(({ test: { file, words } }) => !textOf(file).includes(words));
  expect(missing).toEqual([]);
});

it('names every test here that is called by a row', () => {
  const folder = path.join('test', 'e2e', 'faults');
  const specs = readdirSync(path.join(repositoryFolder(), folder)).filter((name) => name.endsWith('.spec.ts') && name !== 'matrix.spec.ts');
  const called = specs.flatMap((name) => [...textOf(path.join(folder, name)).matchAll(/['`]row (?<number>\d+): /gu)].map((match) => ({ number: Number(match.groups!['number']), file: `test/e2e/faults/${name}` })));
  expect(called.length).toBeGreaterThan(40);
  expect(called.filter(({ number, file }) => !covering.some((one) => one.number === number && one.test.file === file))).toEqual([]);
});

const DOCUMENT = 'docs/reliability.md';

it('stands in the document row by row, as print-matrix.ts prints it', () => {
  const [, section] = /\n## The fault matrix\n(?<section>[^]*?)\n## /u.exec(textOf(DOCUMENT))!;
  expect(section!.split('\n').filter((line) => /^\| \d/u.test(line))).toEqual(MATRIX.map(lineOf));
});

it('the document names files that are there, and of tests words that stand in them', () => {
  const named = [...textOf(DOCUMENT).matchAll(/`(?<file>(?:apps|libs|test)\/[\w./-]+)`(?: "(?<words>[^"]+)")?/gu)].map(({ groups }) => ({ file: groups!['file']!, words: groups!['words'] ?? '' }));
  expect(named.filter(({ words }) => words !== '').length).toBeGreaterThan(40);
  const missing = named.filter(({ file, words }) => !existsSync(path.join(repositoryFolder(), file)) || (words !== '' && !textOf(file).includes(words)));
  expect(missing).toEqual([]);
});

it('the document names mutants that are planted', () => {
  const lists = [...textOf(DOCUMENT).matchAll(/\bmutants? (?<names>`[\w-]+`(?:, `[\w-]+`)*)/gu)].map(({ groups }) => groups!['names']!);
  const named = lists.flatMap((names) => names.replaceAll('`', '').split(', '));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !MUTANTS.some((mutant) => mutant.name === name))).toEqual([]);
});
