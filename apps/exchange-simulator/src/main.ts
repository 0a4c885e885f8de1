import { CandleFileFailure } from '#application';
import { ConfigurationError, createLogger, stopOnSignal } from '#platform';
import { asFlagFault, readCommandLine, USAGE, UsageError } from './command-line.js';
import { readSimulatorConfiguration, type SimulatorConfiguration } from './configuration.js';
import { startSimulator } from './simulator.js';
import { StateFileError } from './state/state-file.js';

const STOP_DEADLINE_MS = 8_000;
const EXIT = { failed: 1, usage: 2 } as const;

async function main(): Promise<void> {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine.kind === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  await run(configurationFrom(commandLine.variables));
}

function configurationFrom(flags: Readonly<Record<string, string | undefined>>): SimulatorConfiguration {
  try {
    return readSimulatorConfiguration({ ...process.env, ...flags });
  } catch (error) {
    if (error instanceof ConfigurationError) throw new UsageError(error.faults.map((fault) => asFlagFault(fault, flags)).join('; '));
    throw error;
  }
}

/** Standard output is for the two addresses alone; the log goes to standard error. */
async function run(configuration: SimulatorConfiguration): Promise<void> {
  const log = createLogger({ name: 'exchange-simulator', level: configuration.LOG_LEVEL, destination: process.stderr });
  const starting = startSimulator(configuration, log);
  stopOnSignal({ log, stop: async () => (await starting).stop(), deadlineMs: STOP_DEADLINE_MS });
  const simulator = await starting;
  process.stdout.write(`control: ${simulator.controlUrl}\nready: ${simulator.url}\n`);
}

function wordsOf(error: unknown): string {
  if (error instanceof StateFileError || error instanceof CandleFileFailure || error instanceof UsageError) return error.message;
  const { code, port } = error as { readonly code?: string; readonly port?: number };
  if (code === 'EADDRINUSE') return `port ${port} is taken: name another with --port and --control-port (0: a free one)`;
  if (code === 'EACCES' && port !== undefined) return `port ${port} may not be opened by this user: name one above 1023`;
  return `cannot start: ${error instanceof Error ? error.stack : String(error)}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`exchange-simulator: ${wordsOf(error)}\n`);
  process.exit(error instanceof UsageError ? EXIT.usage : EXIT.failed);
});
