import { readFileSync } from 'node:fs';
import { z } from 'zod';

const BuildInfo = z.object({ version: z.string().min(1), codeVersion: z.string().min(1) });

/** `codeVersion` names the code that computed a result: two builds of the same sources have the same one. */
export type BuildInfo = z.infer<typeof BuildInfo>;

// From dist/libs/platform/src/config, and from libs/platform/src/config where sources run.
const BUILT = new URL('../../../../build-info.json', import.meta.url);
const MANIFESTS = [new URL('../../../../package.json', import.meta.url), new URL('../../../../../package.json', import.meta.url)];

/** What the build wrote down about itself; the package's version and '+source' where the sources run unbuilt. */
export function readBuildInfo(): BuildInfo {
  const built = readJson(BUILT);
  if (built !== null) return BuildInfo.parse(built);
  const manifest = MANIFESTS.map(readJson).find((found) => found !== null);
  const { version } = z.object({ version: z.string() }).parse(manifest);
  return { version, codeVersion: `${version}+source` };
}

function readJson(location: URL): unknown {
  try {
    return JSON.parse(readFileSync(location, 'utf8')) as unknown;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error('the build information cannot be read; build again', { cause: error });
  }
}
