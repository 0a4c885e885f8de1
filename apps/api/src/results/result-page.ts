import type { BacktestRun, EquityColumns, StoredRebalance, StoredWeights } from '#application';
import { DEFAULT_PARAMETERS, type ParameterName } from '#domain';
import { resultDocument, type ResultDocument, type ShownYardstick } from './result-document.js';
import { decimal, minute, percent, percentagePoints, whole } from './figures-in-words.js';
import { html, type Html } from './html.js';
import { framed } from './page-frame.js';
import { marksOf, rebalanceTable, shownRebalances } from './rebalance-table.js';
import { drawdownChart, equityChart } from './result-charts.js';

const DAY_MS = 86_400_000;
/** In the order of the documentation; the database keeps none. */
const PARAMETER_NAMES = Object.keys(DEFAULT_PARAMETERS) as readonly ParameterName[];

/** Everything that a finished run's page is made of. */
export interface ResultParts {
  readonly run: BacktestRun;
  readonly document: Readonly<Record<string, unknown>>;
  readonly equity: EquityColumns;
  readonly weights: StoredWeights | null;
  /** The first ones only. */
  readonly rebalances: readonly StoredRebalance[];
}

/** The page of a completed run, whole. */
export function resultPage(parts: ResultParts): string {
  const { run, equity, weights } = parts;
  const document = resultDocument(parts.document);
  const rebalances = shownRebalances(parts.rebalances);
  return framed({ title: `${titleOf(run)} – backtest result` }, html`${madePricesBanner(run)}
${heading(run, document)}
${headline(document)}
${noticeList(run)}
<h2>Equity, ${run.spec.quote}</h2>
<div class="card"><p class="legend"><span><i class="strategy"></i>threshold cascade</span>${weights?.holdEquity ? html`<span><i class="hold"></i>hold, never touched</span>` : null}<span><i class="upside"></i>sold after a rise</span><span><i class="downside"></i>bought after a fall</span><span><i class="limit"></i>cut to the position limit</span></p>
${equityChart(equity, weights, marksOf(rebalances))}${unmarkedNote(rebalances.length, document.summary.rebalanceCount)}</div>
<h2>Drawdown from the highest equity so far</h2>
<div class="card">${drawdownChart(equity)}</div>
<h2>Against plain rules, on the same bars and costs</h2>
${comparisonTable(run, document)}
<h2>Rebalances</h2>
${rebalanceTable(rebalances, document.summary.rebalanceCount, run.id)}
<div class="columns"><section><h2>Parameters</h2>${parameterTable(run)}</section><section><h2>Data and how to have it again</h2>${dataTable(run, document)}</section></div>`);
}

/** Else a chart whose marks end early would look as if the strategy had stopped there. */
const unmarkedNote = (marked: number, total: number): Html | null =>
  total > marked ? html`<p class="note">Marked along the bottom: the first ${whole(marked)} of ${whole(total)} rebalances.</p>` : null;

/** The page of a run that has no result: how far it is, or why there is none. */
export function unfinishedPage(run: BacktestRun): string {
  const isUnderWay = run.status === 'queued' || run.status === 'running';
  const words = {
    queued: 'It waits for a runner.',
    running: `${percent(run.progress.fraction)} done, simulating ${minute(run.progress.simulatedMs)} UTC.`,
    failed: `It failed: ${run.error?.detail ?? 'no reason is known'} (${run.error?.code ?? 'unknown'}).`,
    canceled: 'It was canceled.',
    completed: '',
  }[run.status];
  return framed({ title: `${titleOf(run)} – ${run.status}`, ...(isUnderWay && { refreshSeconds: 2 }) }, html`${madePricesBanner(run)}
<h1>${titleOf(run)}</h1><p class="soft">${run.id}</p><p>${words}</p>${isUnderWay ? html`<p class="note">This page asks again by itself.</p>` : null}`);
}

const titleOf = ({ spec, labels }: Pick<BacktestRun, 'spec' | 'labels'>): string => labels.name ?? `${assetsInWords(spec.assets)} / ${spec.quote}`;

const assetsInWords = (assets: readonly string[]): string =>
  assets.length > 8 ? `${assets.slice(0, 8).join(' ')} and ${assets.length - 8} more` : assets.join(' ');

function madePricesBanner({ spec }: BacktestRun): Html | null {
  if (spec.exchange !== 'SIMULATOR') return null;
  return html`<p class="banner" role="note"><strong>Made prices of the simulator, not a market</strong>The exchange simulator stands in for MEXC and invents its candles. This page shows how the product works; it says nothing about what these assets did or will do.</p>`;
}

function heading({ id, spec, labels, createdAtMs }: BacktestRun, { panel }: ResultDocument): Html {
  return html`<h1>${titleOf({ spec, labels })}</h1>
<p class="soft">${assetsInWords(spec.assets)} / ${spec.quote}, ${spec.exchange} ${spec.interval}, ${minute(panel.firstOpenMs)} to ${minute(panel.lastOpenMs)} UTC, ${whole(panel.bars)} bars</p>
<p class="note">${id}, made ${minute(createdAtMs)} UTC${labels.tags.length > 0 ? `, tags ${labels.tags.join(', ')}` : ''}</p>
${labels.note ? html`<p>${labels.note}</p>` : null}`;
}

type Tone = 'good' | 'bad' | '';

const toneOf = (value: number): Tone => (value < 0 ? 'bad' : 'good');

const figure = (name: string, value: string, tone: Tone = ''): Html => html`<div><span>${name}</span><b class="${tone}">${value}</b></div>`;

function headline({ summary, yardsticks }: ResultDocument): Html {
  const aboveHold = summary.totalReturn - yardsticks.hold.totalReturn;
  return html`<div class="figures">
${figure('Return', percent(summary.totalReturn, true), toneOf(summary.totalReturn))}
${figure('More than holding', percentagePoints(aboveHold), toneOf(aboveHold))}
${figure('Max drawdown', percent(summary.maxDrawdown))}
${figure('Sharpe, 365 days', decimal(summary.sharpe))}
${figure('Rebalances', whole(summary.rebalanceCount))}
${figure('Fees', decimal(summary.feesPaid))}</div>`;
}

const noticeList = ({ notices }: BacktestRun): Html | null =>
  notices.length === 0 ? null : html`<ul class="notices">${notices.map(({ detail }) => html`<li>${detail}</li>`)}</ul>`;

function comparisonTable({ spec }: BacktestRun, { summary, yardsticks }: ResultDocument): Html {
  const row = (name: string, of: (figures: ShownYardstick) => string): Html =>
    html`<tr><td>${name}</td><td>${of(summary)}</td><td>${of(yardsticks.hold)}</td><td>${of(yardsticks.periodic)}</td></tr>
`;
  return html`<div class="card"><table><thead><tr><th></th><th>Threshold cascade</th><th>Hold</th><th>Equal every ${Number((spec.periodicEveryMs / DAY_MS).toFixed(3))} days</th></tr></thead><tbody>
${row(`Final value, ${spec.quote}`, ({ finalValue }) => decimal(finalValue))}
${row('Return', ({ totalReturn }) => percent(totalReturn, true))}
${row('Max drawdown', ({ maxDrawdown }) => percent(maxDrawdown))}
${row('Sharpe', ({ sharpe }) => decimal(sharpe))}
${row('Rebalances', ({ rebalanceCount }) => whole(rebalanceCount))}
${row('Trades', ({ tradeCount }) => whole(tradeCount))}
${row('Fees', ({ feesPaid }) => decimal(feesPaid))}
<tr><td>Annualized</td><td>${percent(summary.annualizedReturn, true)}</td><td></td><td></td></tr>
<tr><td>Win rate of rebalances</td><td>${percent(summary.winRate)}</td><td></td><td></td></tr></tbody></table></div>`;
}

function parameterTable({ spec }: BacktestRun): Html {
  const rows = PARAMETER_NAMES.map((name) => html`<tr><td><code>${name}</code></td><td>${spec.parameters[name]}</td></tr>`);
  return html`<div class="card"><table><tbody>${rows}</tbody></table></div>`;
}

function dataTable(run: BacktestRun, { panel }: ResultDocument): Html {
  const { spec } = run;
  const rows: readonly (readonly [string, string])[] = [
    ['First bar', `${minute(panel.firstOpenMs)} UTC`],
    ['Last bar', `${minute(panel.lastOpenMs)} UTC`],
    ['Bars', `${whole(panel.bars)} of ${spec.interval}${panel.droppedBars > 0 ? `, ${whole(panel.droppedBars)} not shared by all and dropped` : ''}`],
    ['Data', run.dataFingerprint.slice(0, 16)],
    ['Request', run.specSha256.slice(0, 16)],
    ['Code', run.codeVersion],
    ['Figures', `bin/rebalancer backtest show ${run.id}`],
    ['Trades', `bin/rebalancer backtest export ${run.id} -o trades.csv`],
  ];
  return html`<div class="card"><table><tbody>${rows.map(([name, value]) => html`<tr><td>${name}</td><td class="left wrap"><code>${value}</code></td></tr>`)}</tbody></table></div>`;
}
