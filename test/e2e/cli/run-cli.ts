import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { tmpdir } from 'node:os';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');

/** The built command line as `bin/rebalancer` starts it, without the look at whether the build is fresh. */
export const CLI_ENTRY = path.join(REPOSITORY, 'dist/apps/cli/src/main.js');
export const CLI_BIN = path.join(REPOSITORY, 'bin/rebalancer');

export interface CliEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProblem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly remedy?: string;
  readonly errors?: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[];
}

export interface CliOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly command?: readonly string[];
  readonly cwd?: string;
}

/** No address, token or data folder of the machine that the test runs on: a test says what it means. */
function cleanEnvironment(): Record<string, string | undefined> {
  const {
    DATABASE_URL: _1,
    REDIS_URL: _2,
    REBALANCER_API_URL: _3,
    REBALANCER_TOKEN_FILE: _4,
    NO_COLOR: _5,
    FORCE_COLOR: _6,
    COLUMNS: _7,
    ...rest
  } = process.env;
  return { ...rest, REBALANCER_DATA_DIR: path.join(tmpdir(), 'rebalancer-test-no-such-folder') };
}

export interface RunningCli {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<CliEnd>;
}

export function startCli(
  args: readonly string[],
  { environment = {}, command = [process.execPath, CLI_ENTRY], cwd }: CliOptions = {},
): RunningCli {
  const [program = '', ...leading] = command;
  const child = spawn(program, [...leading, ...args], {
    env: { ...cleanEnvironment(), ...environment },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout,
    stderr,
  }));
  return { process: child, stdout: () => stdout, stderr: () => stderr, ended };
}

export const runCli = (args: readonly string[], options: CliOptions = {}): Promise<CliEnd> => startCli(args, options).ended;

/** What `--json` leaves on stderr: one problem document, and stdout empty. */
export function problemOf({ stdout, stderr }: CliEnd): CliProblem {
  expect(stdout).toBe('');
  return JSON.parse(stderr) as CliProblem;
}

/** What `--json` leaves on stdout: one document, and stderr empty. */
export function documentOf({ stdout, stderr }: CliEnd): unknown {
  expect(stderr).toBe('');
  return JSON.parse(stdout) as unknown;
}
