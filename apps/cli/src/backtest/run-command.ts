import { randomUUID } from 'node:crypto';
import type { CliContext } from '../context.js';
import type { CommandAction } from '../command-action.js';
import { openBacktestsApi } from '../remote/open-api.js';
import { failure } from '../terminal/cli-failure.js';
import { EXIT, type ExitCode } from '../terminal/exit-codes.js';
import { readConfigFile } from './config-file.js';
import { buildRunRequest, type RequestFlags, type RunRequest } from './run-request.js';
import { exitCodeOfRun, printRun } from './show-run.js';
import { timeoutOption, waitForRun } from './wait-for-run.js';

interface RunOptions extends RequestFlags {
  readonly config?: string;
  readonly force?: boolean;
  readonly wait?: boolean;
  readonly timeout?: string;
  readonly candlesDir?: string;
}

export const runBacktestCommand: CommandAction<RunOptions> = async (context, options) => {
  const request = buildRunRequest(options, options.config === undefined ? {} : readConfigFile(options.config));
  if (options.candlesDir === undefined) return submit(context, options, request);
  refuseLabels(options);
  const { runFromFiles } = await import('./run-from-files.js');
  return runFromFiles(context, options.candlesDir, request);
};

async function submit(context: CliContext, options: RunOptions, request: RunRequest): Promise<ExitCode> {
  const timeoutMs = timeoutOption(options.timeout);
  if (timeoutMs !== null && !options.wait)
    throw failure('usage', { code: 'option-alone', title: 'Wrong use', detail: '--timeout means nothing without --wait' });
  const api = openBacktestsApi(context);
  // One key for all attempts of this invocation: however often the request has to be sent, there is one run.
  const run = await api.submit(request, { force: options.force === true, idempotencyKey: randomUUID() });
  if (run.cached) context.terminal.say(`${run.id} is finished already: same request, data and code (--force computes it again)`);
  else if (options.wait) context.terminal.say(`${run.id} ${run.status}`);
  if (options.wait && run.status !== 'completed') {
    const outcome = await waitForRun(context, api, run.id, timeoutMs);
    if (outcome.kind === 'detached') return outcome.exitCode;
    await printRun(context, api, outcome.run);
    return exitCodeOfRun(outcome.run);
  }
  if (options.wait || run.status === 'completed') await printRun(context, api, run);
  else printSubmitted(context, run.id, run);
  return EXIT.ok;
}

function printSubmitted({ terminal }: CliContext, id: string, run: unknown): void {
  if (terminal.isJson) terminal.document(run);
  else terminal.data(id);
  terminal.hint(`next: rebalancer backtest show ${id} --wait`);
}

const LABELS = ['name', 'tag', 'note', 'priority', 'timeout'] as const;

/** A run from files is computed here and stored nowhere, so there is nothing that these could be put on. */
function refuseLabels(options: RunOptions): void {
  const given = LABELS.filter((name) => options[name] !== undefined).map((name) => `--${name}`);
  if (given.length === 0) return;
  const detail = `${given.join(', ')} cannot be used with --candles-dir: such a run is not stored`;
  throw failure('usage', { code: 'conflicting-options', title: 'Wrong use', detail });
}
