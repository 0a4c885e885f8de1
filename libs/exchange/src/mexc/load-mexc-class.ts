import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { mexc } from 'ccxt';

export type MexcClass = typeof mexc;

const PACKAGE_FOLDER = join('node_modules', 'ccxt');

let loading: Promise<MexcClass> | undefined;

/**
 * ccxt's class for MEXC, on first use and by its file alone: half of the whole package's memory and a third of its time to
 * load. The package does not export that file, so its version is pinned, and the spec beside this one watches the path.
 */
export function loadMexcClass(): Promise<MexcClass> {
  loading ??= importMexcClass();
  return loading;
}

async function importMexcClass(): Promise<MexcClass> {
  const entry = createRequire(import.meta.url).resolve('ccxt');
  const root = entry.slice(0, entry.lastIndexOf(PACKAGE_FOLDER) + PACKAGE_FOLDER.length);
  const file = pathToFileURL(join(root, 'js', 'src', 'mexc.js'));
  const loaded = (await import(file.href)) as { readonly default: MexcClass };
  return loaded.default;
}
