import { constants } from 'node:os';
import type { BacktestRun } from '#contracts';
import type { CliContext } from '../context.js';
import type { BacktestsApi } from '../remote/backtests-api.js';
import { followRun } from '../remote/follow-run.js';
import { failure } from '../terminal/cli-failure.js';
import { EXIT, type ExitCode } from '../terminal/exit-codes.js';
import { duration } from '../terminal/figures.js';
import { openProgressBar } from '../terminal/progress-bar.js';
import { numberOption } from './number-option.js';

export type WaitOutcome =
  | { readonly kind: 'ended'; readonly run: BacktestRun }
  /** The user has let go; the run goes on. */
  | { readonly kind: 'detached'; readonly exitCode: ExitCode };

const LONGEST_WAIT_SECONDS = 604_800;

export function timeoutOption(text: string | undefined): number | null {
  const seconds = numberOption('--timeout', text, { min: 1, max: LONGEST_WAIT_SECONDS });
  return seconds === undefined ? null : seconds * 1_000;
}

/** Shows a run's progress until it has ended, the time is over, or a signal says to let go. */
export async function waitForRun(context: CliContext, api: BacktestsApi, id: string, timeoutMs: number | null): Promise<WaitOutcome> {
  const ending = new AbortController();
  const bar = openProgressBar(context.terminal);
  const release = onSignals((exitCode) => ending.abort({ exitCode }));
  const timer = timeoutMs === null ? null : setTimeout(() => ending.abort({ afterMs: timeoutMs }), timeoutMs);
  try {
    const run = await followRun(api, id, { signal: ending.signal, onChange: (change) => bar.update(progressOf(change)) });
    return { kind: 'ended', run };
  } catch (error) {
    bar.end();
    if (!ending.signal.aborted) throw error;
    return letGo(context, id, ending.signal.reason as LetGoReason);
  } finally {
    bar.end();
    if (timer) clearTimeout(timer);
    release();
  }
}

type LetGoReason = { readonly exitCode: ExitCode } | { readonly afterMs: number };

function letGo({ terminal }: CliContext, id: string, reason: LetGoReason): WaitOutcome {
  const reattach = `rebalancer backtest show ${id} --wait`;
  if ('afterMs' in reason) {
    const detail = `${id} has not ended within ${duration(reason.afterMs)}; it goes on`;
    throw failure('waitTimeout', { code: 'wait-timeout', title: 'Waited long enough', detail, remedy: reattach });
  }
  terminal.say(`detached; ${id} goes on. Take it up again, or stop it:`);
  terminal.hint(`  ${reattach}\n  rebalancer backtest cancel ${id}`);
  return { kind: 'detached', exitCode: reason.exitCode };
}

function progressOf({ progress }: BacktestRun) {
  return {
    fraction: progress.fraction,
    simulatedMs: progress.simulatedAt === null ? null : Date.parse(progress.simulatedAt),
    barsPerSecond: progress.barsPerSecond,
  };
}

/** The first signal lets go in order; a second one ends the process on the spot. */
export function onSignals(onFirst: (exitCode: ExitCode) => void): () => void {
  let isFirst = true;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!isFirst) process.exit(128 + constants.signals[signal]);
    isFirst = false;
    onFirst(signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
}
