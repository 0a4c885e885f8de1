import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '#testing';
import { HaltFile } from './halt-file.js';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

it('is there once it was created, with its reason, until it is removed', async () => {
  const halt = new HaltFile(path.join(folder.path, 'run', 'HALT'));
  expect(await halt.exists()).toBe(false);
  await halt.create('drill');
  await halt.create('the real thing');
  expect(await halt.exists()).toBe(true);
  expect(await readFile(halt.file, 'utf8')).toBe('the real thing\n');
  await rm(halt.file);
  expect(await halt.exists()).toBe(false);
});

it('counts as there where it cannot be looked for', async () => {
  const noFolder = path.join(folder.path, 'run');
  await writeFile(noFolder, '');
  expect(await new HaltFile(path.join(noFolder, 'HALT')).exists()).toBe(true);
});
