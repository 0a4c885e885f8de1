/** `node --import tsx --conditions=source test/e2e/trading/chaos.ts [--minutes 10] [--seed 1]`: kill -9 at random, then all books compared. Exits 1 where they differ. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { repositoryFolder } from '#testing';
import { killAtRandom } from './random-kills.js';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } } });

interface Scripts {
  readonly bootstrap: () => Promise<{ readonly redisServerPath: string }>;
  readonly startTestServices: (redisServerPath: string) => Promise<{ readonly environment: Record<string, string>; readonly stop: () => Promise<void> }>;
  readonly ensureBuild: () => Promise<void>;
}

const load = (name: string) => import(pathToFileURL(path.join(repositoryFolder(), 'scripts', name)).href) as Promise<Partial<Scripts>>;
const loaded = await Promise.all(['bootstrap.mjs', 'throwaway-services.mjs', 'build.mjs'].map(load));
const { bootstrap, startTestServices, ensureBuild } = Object.assign({}, ...loaded) as Scripts;
const tell = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);

const { redisServerPath } = await bootstrap();
await ensureBuild();
const services = await startTestServices(redisServerPath);
try {
  Object.assign(process.env, services.environment);
  const result = await killAtRandom({ seconds: Number(values.minutes) * 60, leastFills: 50, seed: Number(values.seed), tell });
  tell(JSON.stringify(result, null, 2));
  const isEqual = result.unsettled.length + result.live.differences.length + result.paperDifferences.length + result.externalFlows === 0;
  tell(isEqual ? 'all books are equal' : 'THE BOOKS DIFFER');
  process.exitCode = isEqual ? 0 : 1;
} finally {
  await services.stop();
}
