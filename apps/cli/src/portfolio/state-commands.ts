import type { Portfolio } from '#contracts';
import type { CommandAction } from '../command-action.js';
import type { CliContext } from '../context.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import type { StateAct } from '../remote/portfolios-api.js';
import { failure } from '../terminal/cli-failure.js';
import { EXIT, type ExitCode } from '../terminal/exit-codes.js';
import { moneyInWords } from './portfolio-report.js';

interface StartOptions {
  readonly confirm?: string;
  readonly acceptUnknownWithdrawalRight?: boolean;
}

/** `rebalancer portfolio start`: where real money is concerned the API says what is about to be done, and wants it said back. */
export const startPortfolio: CommandAction<StartOptions> = async (context, { confirm, acceptUnknownWithdrawalRight }, [key = '']) => {
  const request = { ...(confirm !== undefined && { confirmation: confirmationOf(confirm) }), acceptsUnknownWithdrawalRight: acceptUnknownWithdrawalRight === true };
  return report(context, await openPortfoliosApi(context).start(key, request));
};

function confirmationOf(text: string): { readonly name: string; readonly capital: string } {
  const equals = text.lastIndexOf('=');
  if (equals > 0 && equals < text.length - 1) return { name: text.slice(0, equals), capital: text.slice(equals + 1) };
  const detail = `--confirm must be the portfolio's name and capital, such as 'my portfolio=1000' (received ${JSON.stringify(text.slice(0, 60))})`;
  throw failure('usage', { code: 'malformed-option', title: 'Wrong use', detail });
}

/** `pause-buys`, `pause`, `resume`, `stop` */
export const changesState = (act: StateAct): CommandAction<{ readonly reason?: string }> =>
  async (context, { reason }, [key = '']) => report(context, await openPortfoliosApi(context).act(key, act, reason));

/** `rebalancer portfolio rm` */
export const deletePortfolio: CommandAction<object> = async (context, _options, [key = '']) => {
  await openPortfoliosApi(context).remove(key);
  if (context.terminal.isJson) context.terminal.document({ deleted: key });
  context.terminal.say(`deleted ${key}; its books stay`);
  return EXIT.ok;
};

function report({ terminal }: CliContext, portfolio: Portfolio): ExitCode {
  if (terminal.isJson) terminal.document(portfolio);
  else terminal.data(`${portfolio.name}  ${portfolio.id}  ${moneyInWords(portfolio)}  ${portfolio.state}`);
  for (const { code, detail } of portfolio.obstacles) terminal.warn(`${code}: ${detail}`);
  return EXIT.ok;
}
