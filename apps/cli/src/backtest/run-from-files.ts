import { feasibilityNotices, MIN_BARS, warningNotices, type RunNotice } from '#application';
import { alignPanel, BacktestError, PanelError, runBacktest, type BacktestReport, type CandleColumns, type Panel } from '#backtest';
import { isCandleInterval, parseParameters, type StrategyParameters } from '#domain';
import type { CliContext } from '../context.js';
import { EXIT, type ExitCode } from '../terminal/exit-codes.js';
import { openProgressBar } from '../terminal/progress-bar.js';
import { impossible, loadFolder, type FolderRequest } from './candle-folder.js';
import { renderResult, simulatedParameters, type ReportedPanel } from './result-report.js';
import type { RunRequest } from './run-request.js';

const DAY_MS = 86_400_000;
const PROGRESS_EVERY_MS = 100;

/** `--candles-dir`: the whole backtest in this process, from files to figures. */
export async function runFromFiles(context: CliContext, folder: string, request: RunRequest): Promise<ExitCode> {
  const parameters = parametersOf(request);
  const wanted = folderRequestOf(request);
  const panel = panelOf(await loadFolder(folder, wanted));
  const report = simulate(context, panel, parameters, request.periodicRebalanceDays * DAY_MS);
  const notices = [...feasibilityNotices({ parameters, assets: panel.assets }), ...warningNotices(panel.warnings)];
  print(context, { report, panel: describePanel(wanted, panel), notices, periodicDays: request.periodicRebalanceDays });
  return EXIT.ok;
}

/** The schema at the door has checked them; a fault here would be a rule that the schema lacks. */
function parametersOf({ parameters }: RunRequest): StrategyParameters {
  const parsed = parseParameters(parameters);
  if (parsed.ok) return parsed.parameters;
  throw impossible(
    'the parameters are not valid',
    parsed.faults.map(({ field, rule }) => ({ pointer: `/parameters/${field}`, code: 'parameter', detail: rule })),
  );
}

function folderRequestOf({ exchange, quote, interval, assets, from, to }: RunRequest): FolderRequest {
  if (!isCandleInterval(interval)) throw impossible(`${interval} is not an interval of candles`);
  return {
    exchange,
    quote,
    interval,
    assets,
    fromMs: from === undefined ? null : Date.parse(from),
    toMs: to === undefined ? null : Date.parse(to),
  };
}

function panelOf(columns: readonly CandleColumns[]): Panel {
  const panel = orImpossible(() => alignPanel(columns));
  if (panel.bars >= MIN_BARS) return panel;
  throw impossible(`the assets share one bar only in this period; a backtest needs ${MIN_BARS}`);
}

function simulate(context: CliContext, panel: Panel, parameters: StrategyParameters, periodicEveryMs: number): BacktestReport {
  const bar = openProgressBar(context.terminal);
  const startMs = performance.now();
  let shownMs = startMs;
  const onProgress = (barsDone: number, openTimeMs: number): void => {
    const nowMs = performance.now();
    if (nowMs - shownMs < PROGRESS_EVERY_MS) return;
    shownMs = nowMs;
    bar.update({ fraction: barsDone / panel.bars, simulatedMs: openTimeMs, barsPerSecond: (barsDone / (nowMs - startMs)) * 1_000 });
  };
  try {
    return orImpossible(() => runBacktest(panel, parameters, { periodicEveryMs, onProgress }));
  } finally {
    bar.end();
  }
}

function orImpossible<Result>(compute: () => Result): Result {
  try {
    return compute();
  } catch (error) {
    throw error instanceof PanelError || error instanceof BacktestError ? impossible(error.message) : error;
  }
}

function describePanel({ exchange, quote, interval }: FolderRequest, panel: Panel): ReportedPanel {
  const { assets, bars, openTimesMs, droppedBars } = panel;
  return { exchange, quote, interval, assets, bars, firstOpenMs: openTimesMs[0]!, lastOpenMs: openTimesMs[bars - 1]!, droppedBars };
}

interface Outcome {
  readonly report: BacktestReport;
  readonly panel: ReportedPanel;
  readonly notices: readonly RunNotice[];
  readonly periodicDays: number;
}

function print({ terminal }: CliContext, { report, panel, notices, periodicDays }: Outcome): void {
  const { parameters, summary, benchmarks: yardsticks, evaluations, rebalances, trades } = report;
  if (!terminal.isJson) {
    terminal.data(renderResult({ panel, summary, yardsticks, notices, periodicDays }, terminal));
    terminal.hint('more: --json prints every trade and rebalance');
    return;
  }
  terminal.document({ config: simulatedParameters(parameters), panel, summary, yardsticks, evaluations, notices, trades, rebalances });
}
