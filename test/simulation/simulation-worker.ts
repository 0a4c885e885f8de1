import { runWorld } from './run-world.js';

/** One world after the other, as they are asked for. What is thrown ends the process, and with it the run. */
process.on('message', ({ seed, days }: { readonly seed: number; readonly days: number }) => {
  runWorld({ seed, days }).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
});
