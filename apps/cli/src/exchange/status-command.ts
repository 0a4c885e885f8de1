import type { ExchangeStatus } from '#contracts';
import type { CommandAction } from '../command-action.js';
import type { CliContext } from '../context.js';
import { openExchangeApi } from '../remote/open-api.js';
import { EXIT } from '../terminal/exit-codes.js';
import { duration, minute, whole } from '../terminal/figures.js';

/** `rebalancer exchange`: what the product talks to, as an ingestor last saw it. */
export const showExchange: CommandAction<object> = async (context) => {
  const status = await openExchangeApi(context).status();
  if (context.terminal.isJson) context.terminal.document(status);
  else print(context, status);
  return EXIT.ok;
};

function print(context: CliContext, status: ExchangeStatus): void {
  const { terminal } = context;
  const { venue, isSimulated, origin, isReachable, lastAnswer, problem, clockOffsetMs, roundTripMs, marketsLoaded, updated } = status;
  const ago = (instant: string | null): string => (instant === null ? 'never' : `${duration(Math.max(0, context.nowMs() - Date.parse(instant)))} ago`);
  const clock = clockOffsetMs === null ? 'unknown' : `${Math.round(clockOffsetMs)} ms from ours, round trip ${Math.round(roundTripMs ?? 0)} ms`;
  terminal.data([
    terminal.colors.bold(`${venue}${isSimulated ? ': made prices, play money' : ': real market data'}`),
    `address    ${origin ?? 'unknown: no ingestor has reported'}`,
    `reachable  ${isReachable ? 'yes' : 'no'}, last answer ${ago(lastAnswer)}`,
    `clock      ${clock}`,
    `markets    ${whole(status.markets)}, ${whole(status.tradableMarkets)} tradable over the API; ${marketsLoaded === null ? 'never loaded' : `loaded ${minute(marketsLoaded)} UTC`}`,
    `seen       ${ago(updated)}`,
  ].join('\n'));
  if (problem !== null) terminal.warn(problem);
  if (!isReachable) terminal.hint('next: rebalancer doctor');
}
