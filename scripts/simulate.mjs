/**
 * `npm run simulate [-- flags]`: simulated trading days with faults, judged after every event; needs neither PostgreSQL nor
 * Redis. `npm run mutants`: the same with one fault after the other planted in the product, each of which must be caught.
 */
import path from 'node:path';
import { bootstrap, runMain } from './bootstrap.mjs';
import { startHeld } from './held-process.mjs';
import { followSignals } from './interruption.mjs';
import { REPOSITORY } from './paths.mjs';

const FOLDER = path.join(REPOSITORY, 'test', 'simulation');

await runMain(async () => {
  const interruption = followSignals();
  await bootstrap({ needsRedisServer: false });
  const [first, ...rest] = process.argv.slice(2);
  const isMutants = first === 'mutants';
  const entry = isMutants ? path.join(FOLDER, 'mutants', 'run-mutants.ts') : path.join(FOLDER, 'simulate.ts');
  const flags = isMutants ? rest : process.argv.slice(2);
  const args = ['--conditions=source', '--import', 'tsx', entry, ...flags];
  const simulation = await startHeld('simulation', { command: process.execPath, args, cwd: REPOSITORY });
  interruption.act = () => simulation.stop();
  const { code } = await simulation.exited;
  process.exitCode = code ?? 1;
});
