import { runWorld, type RunOptions } from './run-world.js';

/** One world after the other, as they are asked for. What is thrown ends the process, and with it the run. */
process.on('message', (options: RunOptions) => {
  runWorld(options).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`seed ${options.seed}: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
});

// Whoever started it is gone: nobody wants the rest.
process.on('disconnect', () => process.exit(1));
