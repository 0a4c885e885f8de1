import type { BacktestSummary, YardstickFigures } from '#backtest';
import type { StrategyParameters } from '#domain';
import { decimal, minute, percent, percentagePoints, whole } from '../terminal/figures.js';
import { renderTable } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';

export interface ReportedPanel {
  readonly exchange: string;
  readonly quote: string;
  readonly interval: string;
  readonly assets: readonly string[];
  readonly bars: number;
  readonly firstOpenMs: number;
  readonly lastOpenMs: number;
  readonly droppedBars: number;
}

/** What a person is shown of a finished run, wherever it ran. */
export interface ReportedResult {
  readonly panel: ReportedPanel;
  readonly summary: BacktestSummary;
  readonly yardsticks: { readonly hold: YardstickFigures; readonly periodic: YardstickFigures };
  readonly notices: readonly { readonly code: string; readonly detail: string }[];
  readonly periodicDays: number;
}

/** The parameters that decide a backtest: how often live trading looks at a portfolio is not among them. */
export function simulatedParameters(parameters: StrategyParameters): Omit<StrategyParameters, 'evaluateEverySeconds'> {
  const { evaluateEverySeconds: _, ...simulated } = parameters;
  return simulated;
}

/** The result as a table and a few lines, within 80 columns. */
export function renderResult(result: ReportedResult, terminal: Terminal): string {
  return [
    ...panelLines(result.panel, terminal),
    '',
    figuresTable(result, terminal),
    '',
    ...comparisonLines(result),
    ...noticeLines(result, terminal),
  ].join('\n');
}

function panelLines(panel: ReportedPanel, { colors }: Terminal): string[] {
  const { exchange, quote, interval, assets, bars, firstOpenMs, lastOpenMs, droppedBars } = panel;
  const shown = assets.length > 8 ? `${assets.slice(0, 8).join(' ')} and ${assets.length - 8} more` : assets.join(' ');
  const dropped = droppedBars === 0 ? '' : `, ${whole(droppedBars)} dropped`;
  return [
    colors.bold(`${shown} / ${quote}  ${exchange} ${interval}`),
    `${whole(bars)} bars, ${minute(firstOpenMs)} to ${minute(lastOpenMs)} UTC${dropped}`,
  ];
}

function figuresTable({ summary, yardsticks, periodicDays }: ReportedResult, terminal: Terminal): string {
  const { hold, periodic } = yardsticks;
  const row = (name: string, of: (figures: YardstickFigures) => string, strategy = of(summary)) => [name, strategy, of(hold), of(periodic)];
  const rows = [
    row('Final value', ({ finalValue }) => decimal(finalValue)),
    row('Return', ({ totalReturn }) => percent(totalReturn, { signed: true })),
    ['Annualized', percent(summary.annualizedReturn, { signed: true }), '', ''],
    row('Max drawdown', ({ maxDrawdown }) => percent(maxDrawdown)),
    row('Sharpe', ({ sharpe }) => decimal(sharpe)),
    row('Rebalances', ({ rebalanceCount }) => whole(rebalanceCount)),
    row('Trades', ({ tradeCount }) => whole(tradeCount)),
    row('Fees', ({ feesPaid }) => decimal(feesPaid)),
    ['Win rate', percent(summary.winRate), '', ''],
  ];
  const right = 'right' as const;
  const columns = [
    { title: '' },
    { title: 'STRATEGY', align: right },
    { title: 'HOLD', align: right },
    { title: `EVERY ${periodicDays} D`, align: right },
  ];
  return renderTable(columns, rows, terminal);
}

function comparisonLines({ summary, yardsticks, periodicDays }: ReportedResult): string[] {
  const against = (yardstick: YardstickFigures) => percentagePoints(summary.totalReturn - yardstick.totalReturn);
  const { upside, downside, limit } = summary.kinds;
  const { bestAsset, worstAsset } = summary;
  return [
    `vs hold ${against(yardsticks.hold)}, vs rebalancing every ${periodicDays} days ${against(yardsticks.periodic)}`,
    `rebalances: ${whole(upside)} upside, ${whole(downside)} downside, ${whole(limit)} position limit`,
    `assets: best ${bestAsset.asset} ${percent(bestAsset.return, { signed: true })}, worst ${worstAsset.asset} ${percent(worstAsset.return, { signed: true })}`,
  ];
}

const NOTICE_INDENT = '  ';

function noticeLines({ notices }: ReportedResult, terminal: Terminal): string[] {
  if (notices.length === 0) return [];
  return ['', ...notices.flatMap(({ detail }) => wrapped(`${terminal.colors.yellow('!')} ${detail}`, terminal.columns))];
}

/** Breaks at blanks; further lines stand under the text, not under the sign. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = NOTICE_INDENT + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
