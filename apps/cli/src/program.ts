import { resolve, join } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { Bind } from './command-action.js';
import type { CliContext, Environment } from './context.js';
import { addBacktestCommands } from './backtest/commands.js';
import { addCandleCommands } from './candles/commands.js';
import { addExchangeCommands } from './exchange/commands.js';
import { addKillCommands } from './kill/commands.js';
import { addOperatorCommands } from './operator-commands.js';
import { addPortfolioCommands } from './portfolio/commands.js';
import { readRuntimeFile, resolveSettings } from './settings/settings.js';
import { asFailure, failure } from './terminal/cli-failure.js';
import { EXIT, exitCodeHelp, type ExitCode } from './terminal/exit-codes.js';
import { Terminal } from './terminal/terminal.js';

export interface Surroundings {
  readonly root: string;
  readonly version: string;
  readonly environment: Environment;
}

interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
  readonly api?: string;
  readonly tokenFile?: string;
}

const EXAMPLES = `Rebalances baskets of volatile assets: backtests, on paper, live.

Examples:
  $ rebalancer portfolio create sample --assets HANA,AIA,XAN \\
      --capital 10000 --start
  $ rebalancer portfolio show sample --watch
  $ rebalancer portfolio explain sample      # why it trades, or does not
  $ rebalancer candles import ./candles      # CSV and CSV.gz, into the database
  $ rebalancer candles coverage              # what is there
  $ rebalancer candles fetch --assets HANA,AIA,XAN --interval 1h --from 90d
  $ rebalancer prices --assets HANA,AIA      # and their age
  $ rebalancer backtest run --wait \\
      --assets HANA,TRUTH,SIREN --exchange MEXC --interval 1m
  $ rebalancer backtest run --candles-dir ./candles \\
      --assets HANA,TRUTH --exchange MEXC --interval 1m
  $ rebalancer backtest ls --sort -totalReturn
  $ rebalancer doctor                        # what is wrong, and its fix
`;

const NOTES = () => `
Exit codes:
${exitCodeHelp()}

With --json, stdout carries exactly one JSON document. An error leaves stdout
empty and is one problem document {type, title, status, code, detail, errors?}
on stderr, where nothing else is written then.

The API is looked for at --api, REBALANCER_API_URL, .data/runtime.json (written
by npm start), then port 3000. The token comes from --token-file,
REBALANCER_TOKEN_FILE or .data/access-token; it is never a flag. candles import,
migrate and token create talk to the database: DATABASE_URL, .data/runtime.json.
`;

/** Runs one command line and returns the code to end with. Never throws. */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = buildProgram(surroundings, argv.includes('--json'), (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportFailure(error, argv, surroundings.environment);
  }
}

function buildProgram(surroundings: Surroundings, isJson: boolean, ended: (code: ExitCode) => void): Command {
  const program = new Command('rebalancer');
  program
    .configureHelp({ showGlobalOptions: true })
    // Errors are printed in one place, below; what commander still writes to stderr is the help of a bare command.
    .configureOutput({ outputError: () => {}, ...(isJson && { writeErr: () => {} }) })
    .exitOverride()
    .version(surroundings.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .option('--json', 'print one JSON document, for scripts')
    .option('--api <url>', 'address of the API')
    .option('--token-file <file>', 'file that holds the access token')
    .option('--no-color', 'print without colors (NO_COLOR works too)')
    .option('-q, --quiet', 'say nothing but data, warnings and errors')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES);
  const bind = binder(program, surroundings, ended);
  addPortfolioCommands(program, bind);
  addKillCommands(program, bind);
  addBacktestCommands(program, bind);
  addCandleCommands(program, bind);
  addExchangeCommands(program, bind);
  addOperatorCommands(program, bind);
  return program;
}

/** commander hands over the arguments, then the options, then the command. */
function binder(program: Command, surroundings: Surroundings, ended: (code: ExitCode) => void): Bind {
  return (load) =>
    async (...received) => {
      const command = received.at(-1) as Command;
      const context = contextOf(program.opts<GlobalOptions>(), surroundings);
      const action = await load();
      ended(await action(context, command.opts<never>(), command.processedArgs.flat() as string[]));
    };
}

function contextOf(options: GlobalOptions, { root, version, environment }: Surroundings): CliContext {
  const dataDir = environment.REBALANCER_DATA_DIR ? resolve(environment.REBALANCER_DATA_DIR) : join(root, '.data');
  return {
    terminal: terminalOf(options, environment),
    settings: resolveSettings(options, environment, readRuntimeFile(dataDir), dataDir),
    environment,
    root,
    version,
    nowMs: () => Date.now(),
  };
}

function terminalOf(options: GlobalOptions, environment: Environment): Terminal {
  const wantsColor = options.color && !environment.NO_COLOR && environment.TERM !== 'dumb';
  return new Terminal(process.stdout, process.stderr, {
    json: options.json === true,
    quiet: options.quiet === true,
    color: wantsColor,
    columns: Number(environment.COLUMNS) || undefined,
  });
}

/** A command line that cannot be parsed has no options yet, so whether JSON is wanted is looked up in the text. */
function reportFailure(error: unknown, argv: readonly string[], environment: Environment): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
  const ended = argv.indexOf('--');
  const flags = ended === -1 ? argv : argv.slice(0, ended);
  const options = { json: flags.includes('--json'), color: !flags.includes('--no-color'), quiet: false };
  if (isHelpShown(error) && !options.json) return EXIT.usage;
  const found = error instanceof CommanderError ? usageOf(error) : asFailure(error);
  const terminal = terminalOf(options, environment);
  terminal.fail(found.problem);
  if (found.exitCode === EXIT.unexpected && environment.REBALANCER_DEBUG)
    terminal.say(String(error instanceof Error ? error.stack : error));
  return found.exitCode;
}

/** A command that is only a group was named: its help has been printed. */
const isHelpShown = (error: unknown): boolean => error instanceof CommanderError && error.code === 'commander.help';

/** commander's sentence, with its did-you-mean. */
function usageOf(error: CommanderError) {
  if (isHelpShown(error))
    return failure('usage', {
      code: 'command-missing',
      title: 'Command missing',
      detail: 'say which command to run',
      remedy: 'rebalancer --help',
    });
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const detail = suggestion ? `${message}; ${suggestion.replace(/^\(Did (.*)\)$/, 'did $1')}` : message;
  return failure('usage', {
    code: error.code.replace(/^commander\./, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    title: 'Wrong use',
    detail,
    remedy: 'rebalancer --help',
  });
}
