import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { Environment } from '#platform';

/** A flag of the command line and the variable that it stands for. */
interface Flag {
  readonly variable: string;
  readonly help: string;
  /** Of a flag without a value. */
  readonly means?: string;
}

export const FLAGS: Readonly<Record<string, Flag>> = {
  port: { variable: 'PORT', help: 'port of the REST API; 0: a free one (4010)' },
  host: { variable: 'HOST', help: 'address of the REST API (127.0.0.1)' },
  'control-port': { variable: 'CONTROL_PORT', help: 'port of the control API; 0: a free one (4011)' },
  'control-host': { variable: 'CONTROL_HOST', help: 'address of the control API (127.0.0.1)' },
  seed: { variable: 'SEED', help: 'of prices and books (1)' },
  speed: { variable: 'SPEED', help: 'how many times as fast as the clock prices move (1)' },
  replay: { variable: 'REPLAY_DIR', help: 'folder of candle files to replay, <EXCHANGE>_<BASE>_<QUOTE>_<interval>.csv[.gz]' },
  'replay-from': { variable: 'REPLAY_FROM', help: 'where in the record the replay begins, ISO 8601 (its middle)' },
  key: { variable: 'SIMULATOR_KEY', help: "the account's key (simulator-key)" },
  secret: { variable: 'SIMULATOR_SECRET', help: "the account's secret (simulator-secret)" },
  state: { variable: 'STATE_FILE', help: 'file that keeps orders and balances over a restart (none)' },
  markets: { variable: 'MARKETS', help: 'how many made markets beside the twelve named ones (0)' },
  balances: { variable: 'BALANCES', help: 'what a new account holds (USDT=10000)' },
  'fee-in': { variable: 'FEE_IN', help: 'what buys pay commission in: quote, base or third (quote)' },
  book: { variable: 'BOOK', help: 'deep: size costs; ideal: it does not (deep)' },
  'history-from': { variable: 'HISTORY_FROM', help: 'where made history begins, ISO 8601 (2025-01-01T00:00:00Z)' },
  'klines-cap': { variable: 'KLINES_CAP', help: 'most rows of a page of candles (500)' },
  'clock-shift': { variable: 'CLOCK_SHIFT_MS', help: "the server's clock less this machine's, in ms (0)" },
  'unique-ids': { variable: 'UNIQUE_CLIENT_ORDER_IDS', help: 'refuse a client order id that was used before', means: 'on' },
  'no-rate-limit': { variable: 'RATE_LIMIT', help: 'take any number of requests', means: 'off' },
  'log-level': { variable: 'LOG_LEVEL', help: 'of the log on stderr (info)' },
};

export const USAGE = `Usage: npm run simulator -- [flags]\n\n${Object.entries(FLAGS).map(([name, { help }]) => `  --${name.padEnd(16)}${help}`).join('\n')}\n`;

export class UsageError extends Error {}

export type CommandLine = { readonly kind: 'help' } | { readonly kind: 'run'; readonly variables: Environment };

/** The variables that the flags stand for. @throws UsageError */
export function readCommandLine(args: readonly string[]): CommandLine {
  const values = parsed(args);
  if (values['help'] === true) return { kind: 'help' };
  const variables = Object.entries(values).map(([name, value]) => [FLAGS[name]!.variable, value === true ? FLAGS[name]!.means : String(value)]);
  return { kind: 'run', variables: Object.fromEntries(variables) };
}

function parsed(args: readonly string[]): Readonly<Record<string, unknown>> {
  const options: ParseArgsConfig['options'] = { help: { type: 'boolean', short: 'h' } };
  for (const [name, { means }] of Object.entries(FLAGS)) options[name] = { type: means === undefined ? 'string' : 'boolean' };
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]} (--help lists the flags)`);
  }
}

/** A fault of a variable, told by the flag's name where a flag gave it. */
export function asFlagFault(fault: string, fromFlags: Environment): string {
  const flag = Object.entries(FLAGS).find(([, { variable }]) => fault.startsWith(`${variable}:`) && fromFlags[variable] !== undefined);
  return flag === undefined ? fault : `--${flag[0]}${fault.slice(flag[1].variable.length)}`;
}
