import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '#testing';
import { haltFileAt } from './halt-file.js';

it('halts while the file exists, whatever is in it, and where nobody can tell', async () => {
  const folder = await temporaryFolder();
  const file = path.join(folder.path, 'HALT');
  const halt = haltFileAt(file);
  expect(await halt.exists()).toBe(false);
  await writeFile(file, '');
  expect(await halt.exists()).toBe(true);
  // Below a file there can be no other: the system says that it is no folder, not that nothing is there.
  expect(await haltFileAt(path.join(file, 'HALT')).exists()).toBe(true);
  await rm(file);
  expect(await halt.exists()).toBe(false);
  expect(await haltFileAt(null).exists()).toBe(false);
  await folder.remove();
});
