import type { PortfolioReplay, ReplayDivergence } from '#contracts';
import type { CommandAction } from '../command-action.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import { EXIT } from '../terminal/exit-codes.js';
import { decimal, minute, whole } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { instantOf } from './explain-command.js';

const COLUMNS: readonly Column[] = [
  { title: 'CAUSE' }, { title: 'LEG' }, { title: 'ENGINE', align: 'right' }, { title: 'WAS', align: 'right' }, { title: 'WORTH', align: 'right' },
  { title: 'DETAIL', isFlexible: true },
];

/** `rebalancer portfolio replay`: every difference between trading and the backtest's engine, by cause. */
export const replayPortfolio: CommandAction<{ readonly from?: string; readonly to?: string }> = async (context, { from, to }, [key = '']) => {
  const { terminal } = context;
  const window = { ...(from !== undefined && { from: instantOf('--from', from) }), ...(to !== undefined && { to: instantOf('--to', to) }) };
  const replay = await openPortfoliosApi(context).replay(key, window);
  if (terminal.isJson) terminal.document(replay);
  else terminal.data(inWords(replay, terminal));
  if (replay.isCut) terminal.warn('the window holds more decisions than are replayed at once; the newest were');
  if (replay.divergences.some(({ cause }) => cause === 'decision')) terminal.warn('the same inputs decided otherwise: a fault of ours, or another version');
  return EXIT.ok;
};

function inWords({ from, to, decisions, plans, divergences, equity, unpriced }: PortfolioReplay, terminal: Terminal): string {
  const lines = [`${counted(decisions, 'decision')}, ${counted(plans, 'plan')}${from === null ? '' : `, ${minute(from)} to ${minute(to)} UTC`}${unpriced > 0 ? `; ${whole(unpriced)} more had no price for every asset` : ''}`];
  if (divergences.length === 0) lines.push('no difference: the engine does the same');
  else lines.push(...byDecision(divergences, terminal), '', byCause(divergences));
  if (equity !== null) lines.push(`equity     ${decimal(equity.actual)}; an engine left alone since the first decision has ${decimal(equity.engine)}`);
  return lines.join('\n');
}

const counted = (count: number, word: string): string => `${whole(count)} ${word}${count === 1 ? '' : 's'}`;

/** A table for each decision under its time, which leaves the room to say what made the difference. */
function byDecision(divergences: readonly ReplayDivergence[], terminal: Terminal): string[] {
  return [...new Set(divergences.map(({ evaluationId }) => evaluationId))].flatMap((decision) => {
    const ones = divergences.filter(({ evaluationId }) => evaluationId === decision);
    const { at, planId } = ones[0]!;
    return ['', `${at.slice(0, 19).replace('T', ' ')} UTC${planId === null ? '' : `  ${planId}`}`, renderTable(COLUMNS, ones.map(rowOf), terminal)];
  });
}

const figure = (number: number | null): string => (number === null ? '-' : String(Number(number.toPrecision(8))));

function rowOf({ cause, asset, side, expected, actual, value, detail }: ReplayDivergence): string[] {
  const leg = [side, asset].filter((part) => part !== null).join(' ');
  return [cause, leg === '' ? '-' : leg, figure(expected), figure(actual), decimal(value, 4), detail];
}

function byCause(divergences: readonly ReplayDivergence[]): string {
  const causes = [...new Set(divergences.map(({ cause }) => cause))];
  return causes.map((cause) => inWordsOf(cause, divergences.filter((one) => one.cause === cause))).join(', ');
}

function inWordsOf(cause: string, divergences: readonly ReplayDivergence[]): string {
  const worth = divergences.reduce((sum, { value }) => sum + (value ?? 0), 0);
  return `${cause} ${divergences.length}${worth === 0 ? '' : ` (${decimal(worth, 4)})`}`;
}
