import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryFolder } from '#testing';
import { MATRIX } from './matrix.js';

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
