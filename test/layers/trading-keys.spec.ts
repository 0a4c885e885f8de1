import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryFolder } from '#testing';

/** Beside the executor only `doctor` reads it, for the operator who calls it with the key in their own environment. */
const HOLDERS = /^apps\/(order-executor\/src\/configuration\.ts$|cli\/src\/(doctor\/|operator-commands\.ts$))/u;

it('no process but the executor knows the name of the trading key', () => {
  const root = repositoryFolder();
  const files = ['apps', 'libs'].flatMap((top) => readdirSync(path.join(root, top), { recursive: true, encoding: 'utf8' }).map((file) => `${top}/${file.split(path.sep).join('/')}`));
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
  const knowing = sources.filter((file) => readFileSync(path.join(root, file), 'utf8').includes('EXCHANGE_API_SECRET'));
  expect(knowing.filter((file) => HOLDERS.test(file))).toContain('apps/order-executor/src/configuration.ts');
  expect(knowing.filter((file) => !HOLDERS.test(file))).toEqual([]);
});
