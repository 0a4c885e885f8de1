import type { Explanation } from '#contracts';
import { parseInstant } from '../backtest/instants.js';
import type { CommandAction } from '../command-action.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import { failure } from '../terminal/cli-failure.js';
import { EXIT } from '../terminal/exit-codes.js';
import { decimal, minute, percent } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { moneyInWords } from './portfolio-report.js';

const right = 'right' as const;
const ASSETS: readonly Column[] = [
  { title: 'ASSET' }, ...['PRICE', 'VALUE', 'WEIGHT', 'OFF MEAN', 'SELLS >', 'BUYS <', 'LIMIT >'].map((title) => ({ title, align: right })),
];

/** `rebalancer portfolio explain`: for each asset what it would take, and for the last decisions what became of them. */
export const explainPortfolio: CommandAction<{ readonly at?: string }> = async (context, { at }, [key = '']) => {
  const explanation = await openPortfoliosApi(context).explain(key, at === undefined ? undefined : instantOf('--at', at));
  if (context.terminal.isJson) context.terminal.document(explanation);
  else context.terminal.data(inWords(explanation, context.terminal));
  return EXIT.ok;
};

/** ISO 8601, as the API takes it. */
export function instantOf(flag: string, text: string): string {
  const parsed = parseInstant(text);
  if (parsed.ok) return new Date(parsed.ms).toISOString();
  throw failure('usage', { code: 'malformed-option', title: 'Wrong use', detail: `${flag} ${parsed.rule} (received ${JSON.stringify(text.slice(0, 40))})` });
}

function inWords(explanation: Explanation, terminal: Terminal): string {
  const { portfolio, at, assets, verdict, obstacles, decisions, totalValue, meanValue, cash, cashFloor, nextLookAt } = explanation;
  const lines = [
    `${terminal.colors.bold(portfolio.name)}  ${moneyInWords(portfolio)}  ${portfolio.state}  ${explanation.evaluationId === null ? 'now' : 'as it was'}: ${minute(at)} UTC`, '',
    renderTable(ASSETS, assets.map(assetRow), terminal), '',
    ...assets.flatMap(particularsOf),
    `worth      ${decimal(totalValue)}, mean asset ${decimal(meanValue)}, cash ${decimal(cash)} of which ${decimal(cashFloor)} stay`,
    `verdict    ${verdict === null ? 'none: a price is missing' : `${verdict.kind}: ${verdict.detail}`}`,
  ];
  for (const { asset, kind, ratio, reason } of verdict?.declined ?? []) lines.push(`declined   ${asset} ${kind}, ${decimal(ratio)} of its threshold: ${reason}`);
  for (const { code, detail } of obstacles) lines.push(terminal.colors.yellow(`against    ${code}: ${detail}`));
  if (explanation.isReproduced === false) lines.push(terminal.colors.red('the stored inputs do not give the decision that was stored: a fault of ours, or another version'));
  if (nextLookAt !== null) lines.push(`next look  ${second(nextLookAt)} UTC`);
  if (decisions.length > 0) lines.push('', terminal.colors.bold('last decisions, newest first'), ...decisions.flatMap(decisionLines));
  return lines.join('\n');
}

/** Of so few digits that all columns fit a terminal of 80; `--json` has them all. */
const priceInWords = (price: number | null, otherwise: string): string => (price === null ? otherwise : String(Number(price.toPrecision(5))));

function assetRow({ asset, price, value, weight, deviation, triggers }: Explanation['assets'][number]): string[] {
  const { upsideAbove, downsideBelow, limitAbove } = triggers;
  const prices = [upsideAbove, downsideBelow, limitAbove].map((trigger) => priceInWords(trigger, 'never'));
  return [asset, priceInWords(price, '-'), decimal(value), percent(weight), percent(deviation, { signed: true }), ...prices];
}

function particularsOf({ asset, flag, cooldownUntil }: Explanation['assets'][number]): string[] {
  const price = flag === null ? [] : [`price      ${asset}: ${flag}`];
  return cooldownUntil === null ? price : [...price, `cooldown   ${asset} sets off nothing until ${second(cooldownUntil)} UTC`];
}

/** Lines, since what was done takes any number of words and what was wanted must be read in full. */
function decisionLines({ evaluation, wanted, blocked, done }: Explanation['decisions'][number]): string[] {
  const { firstAt, lastAt, looks } = evaluation;
  const span = looks === 1 ? '' : ` to ${lastAt.slice(firstAt.slice(0, 10) === lastAt.slice(0, 10) ? 11 : 0, 19).replace('T', ' ')}, ${looks} looks`;
  const lines = [`${second(firstAt)}${span}`, `  wanted   ${wanted}`];
  if (blocked !== null) lines.push(`  against  ${blocked}`);
  return [...lines, `  done     ${done}`];
}

const second = (instant: string): string => instant.slice(0, 19).replace('T', ' ');
