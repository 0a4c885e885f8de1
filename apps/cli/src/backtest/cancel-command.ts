import type { CommandAction } from '../command-action.js';
import { openBacktestsApi } from '../remote/open-api.js';
import { isTerminal } from '../remote/follow-run.js';
import { failure } from '../terminal/cli-failure.js';
import { EXIT } from '../terminal/exit-codes.js';

export const cancelBacktest: CommandAction<object> = async (context, _options, [id = '']) => {
  const api = openBacktestsApi(context);
  const run = await api.cancel(id);
  // The API answers with the run as it is; what had ended before is told, not glossed over.
  if (isTerminal(run) && run.status !== 'canceled') {
    throw failure('conflict', {
      code: 'run-has-ended',
      title: 'Nothing to cancel',
      detail: `${id} has ended as ${run.status} already`,
      remedy: `rebalancer backtest show ${id}`,
    });
  }
  if (context.terminal.isJson) context.terminal.document(run);
  else context.terminal.data(run.status === 'canceled' ? `${id} canceled` : `${id} is asked to stop`);
  return EXIT.ok;
};
