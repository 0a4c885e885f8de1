import type { CommandAction } from '../command-action.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import { EXIT } from '../terminal/exit-codes.js';
import { dryRunInWords } from './dry-run-report.js';

/** `rebalancer portfolio evaluate`, with or without doing anything about it. */
export const evaluatePortfolio: CommandAction<{ readonly dryRun?: boolean }> = async (context, { dryRun = false }, [key = '']) => {
  const { terminal } = context;
  const answer = await openPortfoliosApi(context).evaluate(key, dryRun);
  if (terminal.isJson) terminal.document(answer);
  else if (answer.dryRun !== null) terminal.data(dryRunInWords(answer.dryRun, terminal));
  else terminal.say(`asked for a look at ${key}; next: rebalancer portfolio show ${key}`);
  return EXIT.ok;
};
