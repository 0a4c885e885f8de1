import { setTimeout as pause } from 'node:timers/promises';
import { numberOption } from '../backtest/number-option.js';
import type { CommandAction } from '../command-action.js';
import type { CliContext } from '../context.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import { CliFailure } from '../terminal/cli-failure.js';
import { EXIT, type ExitCode } from '../terminal/exit-codes.js';
import { portfolioInWords } from './portfolio-report.js';

const USUAL_SECONDS = 2;
/** Home, and clear what is below: the scrollback stays. */
const REDRAW = '\u001B[H\u001B[J';

interface ShowOptions {
  readonly watch?: boolean;
  readonly every?: string;
}

/** `rebalancer portfolio show`, once or again and again. */
export const showPortfolio: CommandAction<ShowOptions> = async (context, { watch, every }, [key = '']) => {
  const seconds = numberOption('--every', every, { min: 0.5, max: 3_600 }) ?? USUAL_SECONDS;
  return watch === true ? watchPortfolio(context, key, seconds * 1_000) : showOnce(context, key);
};

async function showOnce(context: CliContext, key: string, signal?: AbortSignal, prefix = ''): Promise<ExitCode> {
  const { terminal } = context;
  const portfolio = await openPortfoliosApi(context).show(key, signal);
  if (terminal.isJson) terminal.document(portfolio);
  else terminal.data(prefix + portfolioInWords(portfolio, terminal, context.nowMs()));
  return EXIT.ok;
}

/** On a terminal in place, elsewhere one after the other. An API that is away for a moment does not end it. */
async function watchPortfolio(context: CliContext, key: string, everyMs: number): Promise<ExitCode> {
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  await showOnce(context, key, stop.signal, redrawOf(context));
  while (!stop.signal.aborted) {
    await pause(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
    if (!stop.signal.aborted) await showOnce(context, key, stop.signal, redrawOf(context)).catch((error: unknown) => tell(context, error, stop.signal));
  }
  return EXIT.interrupted;
}

const redrawOf = ({ terminal }: CliContext): string => (terminal.isTerminal && !terminal.isJson ? REDRAW : '');

function tell({ terminal }: CliContext, error: unknown, signal: AbortSignal): void {
  if (signal.aborted) return;
  if (!(error instanceof CliFailure) || error.exitCode !== EXIT.unavailable) throw error;
  terminal.warn(error.problem.detail);
}
