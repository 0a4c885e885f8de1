/** `npm run simulator [-- flags]`: MEXC's spot API on loopback, in the foreground. Needs neither PostgreSQL nor Redis. */
import path from 'node:path';
import { bootstrap, runMain } from './bootstrap.mjs';
import { ensureBuild } from './build.mjs';
import { startHeld } from './held-process.mjs';
import { followSignals } from './interruption.mjs';
import { DIST } from './paths.mjs';

const ENTRY = path.join(DIST, 'apps', 'exchange-simulator', 'src', 'main.js');

await runMain(async () => {
  // Told to stop, the simulator keeps its state first; held, it ends with this process however that ends.
  const interruption = followSignals();
  await bootstrap({ needsRedisServer: false });
  await ensureBuild();
  const simulator = await startHeld('exchange-simulator', { command: process.execPath, args: [ENTRY, ...process.argv.slice(2)], cwd: process.cwd() });
  interruption.act = () => simulator.stop();
  const { code } = await simulator.exited;
  process.exitCode = code ?? 1;
});
