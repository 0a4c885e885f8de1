/**
 * `node scripts/test-services.mjs`: the test PostgreSQL and Redis program for a developer who runs jest directly.
 * Stays in the foreground; in another terminal: `set -a; . .data/test-services.env; npx jest PATH`.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bootstrap, runMain } from './bootstrap.mjs';
import { dataFolder } from './paths.mjs';
import { printLine } from './processes.mjs';
import { startTestServices } from './throwaway-services.mjs';

await runMain(async () => {
  const { redisServerPath } = await bootstrap();
  const services = await startTestServices(redisServerPath);
  const lines = Object.entries(services.environment).map(([name, value]) => `${name}=${value}`);
  const file = path.join(dataFolder(), 'test-services.env');
  mkdirSync(path.dirname(file), { recursive: true });
  const text = `${lines.join('\n')}\n`;
  writeFileSync(file, text, { mode: 0o600 });
  for (const line of lines) printLine(`export ${line}`);
  const stop = async () => {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) rmSync(file); // Unless another has taken over.
    await services.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void stop());
});
