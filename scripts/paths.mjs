import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const HOLDER = path.join(REPOSITORY, 'scripts', 'holder.mjs');
export const DIST = path.join(REPOSITORY, 'dist');

/** Where the user's databases, logs and token live: `.data/`, or REBALANCER_DATA_DIR. */
export function dataFolder(environment = process.env) {
  const chosen = environment.REBALANCER_DATA_DIR;
  return chosen ? path.resolve(chosen) : path.join(REPOSITORY, '.data');
}
