import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '#testing';
import { readBounded } from './read-bounded.js';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

async function given(content: string): Promise<string> {
  const file = path.join(folder.path, 'file');
  await writeFile(file, content);
  return file;
}

it.each(['', 'four', 'ноль'])('reads %j whole', async (content) => {
  expect(readBounded(await given(content), 8)).toBe(content);
});

it('counts bytes, not characters', async () => {
  expect(readBounded(await given('нолик'), 10)).toBe('нолик');
  expect(readBounded(await given('нолик'), 9)).toBeNull();
});

it('does not follow a device without an end', () => {
  expect(readBounded('/dev/zero', 1_000)).toBeNull();
});

it('throws what the file system says', () => {
  expect(() => readBounded(path.join(folder.path, 'absent'), 8)).toThrow('ENOENT');
  expect(() => readBounded(folder.path, 8)).toThrow('EISDIR');
});
