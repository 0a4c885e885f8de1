import type { CommandAction } from '../command-action.js';
import { openBacktestsApi } from '../remote/open-api.js';
import { EXIT } from '../terminal/exit-codes.js';
import { exitCodeOfRun, printRun } from './show-run.js';
import { timeoutOption, waitForRun } from './wait-for-run.js';

interface ShowOptions {
  readonly wait?: boolean;
  readonly timeout?: string;
}

export const showBacktest: CommandAction<ShowOptions> = async (context, options, [id = '']) => {
  const api = openBacktestsApi(context);
  const timeoutMs = timeoutOption(options.timeout);
  const run = await api.show(id);
  if (!options.wait) {
    await printRun(context, api, run);
    return EXIT.ok;
  }
  const outcome = await waitForRun(context, api, id, timeoutMs);
  if (outcome.kind === 'detached') return outcome.exitCode;
  await printRun(context, api, outcome.run);
  return exitCodeOfRun(outcome.run);
};
