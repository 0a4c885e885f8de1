/** `npm run simulator [-- flags]`: MEXC's spot API on loopback, in the foreground. Needs neither PostgreSQL nor Redis. */
import path from 'node:path';
import { bootstrap, runMain } from './bootstrap.mjs';
import { ensureBuild } from './build.mjs';
import { startHeld } from './held-process.mjs';
import { DIST } from './paths.mjs';

const ENTRY = path.join(DIST, 'apps', 'exchange-simulator', 'src', 'main.js');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const INTERRUPTED_CODE = 130;

/** Told to stop, the simulator keeps its state first; held, it ends with this process however that ends. */
function followSignals() {
  const interruption = { act: () => process.exit(INTERRUPTED_CODE) };
  for (const signal of SIGNALS) process.on(signal, () => interruption.act());
  return interruption;
}

await runMain(async () => {
  const interruption = followSignals();
  await bootstrap({ needsRedisServer: false });
  await ensureBuild();
  const simulator = await startHeld('exchange-simulator', { command: process.execPath, args: [ENTRY, ...process.argv.slice(2)], cwd: process.cwd() });
  interruption.act = () => simulator.stop();
  const { code } = await simulator.exited;
  process.exitCode = code ?? 1;
});
