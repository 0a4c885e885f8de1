import { existsSync } from 'node:fs';
import path from 'node:path';

/** The top folder of the repository, from sources and from built output alike. */
export function repositoryFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package-lock.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`no package-lock.json above ${import.meta.dirname}`);
    folder = parent;
  }
  return folder;
}

/** Reads what `npm test` provides; without it, says how to get it. */
export function providedByTestCommand(name: 'TEST_DATABASE_ADMIN_URL' | 'TEST_REDIS_SERVER'): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw new Error(
    `${name} is not set: run this spec by \`npm test -- path/to.spec.ts\`, or keep \`node scripts/test-services.mjs\` running ` +
      'and `set -a; . .data/test-services.env` before `npx jest`',
  );
}
