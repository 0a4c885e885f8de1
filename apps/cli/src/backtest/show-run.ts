import type { BacktestRun } from '#contracts';
import type { CliContext } from '../context.js';
import type { BacktestsApi } from '../remote/backtests-api.js';
import { EXIT, type ExitCode } from '../terminal/exit-codes.js';
import { minute, percent } from '../terminal/figures.js';
import { renderResult } from './result-report.js';
import { reportedOf, runDocument } from './stored-result.js';

/** Prints a run as it is now: its header, and its result or error where it has one. */
export async function printRun(context: CliContext, api: BacktestsApi, run: BacktestRun): Promise<void> {
  const { terminal } = context;
  const document = await runDocument(api, run);
  if (terminal.isJson) {
    terminal.document(document);
    return;
  }
  const result = run.status === 'completed' ? reportedOf(run, document) : null;
  const header = headerLines(run).join('\n');
  terminal.data(result ? `${header}\n\n${renderResult(result, terminal)}` : header);
  const next = nextStep(run);
  if (next !== null) terminal.hint(`next: ${next}`);
}

/** A run that was waited for and did not complete is no success, whatever was printed. */
export const exitCodeOfRun = (run: BacktestRun): ExitCode => (run.status === 'completed' ? EXIT.ok : EXIT.runFailed);

function headerLines(run: BacktestRun): string[] {
  const title = `${run.id}  ${run.status}${run.name ? `  ${run.name}` : ''}`;
  const lines = [title, `${run.assets.join(' ')} / ${run.quote}  ${run.exchange} ${run.interval}`, `created ${minute(run.createdAt)} UTC`];
  if (run.from !== null || run.to !== null) lines.push(`period ${minute(run.from)} to ${minute(run.to)} UTC`);
  if (run.tags.length > 0) lines.push(`tags ${run.tags.join(', ')}`);
  if (run.note) lines.push(`note ${run.note}`);
  if (run.status === 'running')
    lines.push(`${percent(run.progress.fraction, { digits: 0 })} done, simulating ${minute(run.progress.simulatedAt)}`);
  if (run.error) lines.push(`error: ${run.error.detail} (${run.error.code})`);
  // A completed run prints the same with its panel, so only the title is left.
  return run.status === 'completed' ? [title] : lines;
}

function nextStep({ id, status }: BacktestRun): string | null {
  const steps: Readonly<Record<BacktestRun['status'], string | null>> = {
    queued: `rebalancer backtest show ${id} --wait`,
    running: `rebalancer backtest show ${id} --wait`,
    completed: `rebalancer backtest export ${id} -o trades.csv`,
    failed: 'rebalancer doctor',
    canceled: null,
  };
  return steps[status];
}
