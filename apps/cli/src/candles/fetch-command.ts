import { onSignals, timeoutOption } from '../backtest/wait-for-run.js';
import type { CandleBackfill } from '#contracts';
import type { CommandAction } from '../command-action.js';
import type { CliContext } from '../context.js';
import type { ExchangeApi } from '../remote/exchange-api.js';
import { openExchangeApi } from '../remote/open-api.js';
import { failure } from '../terminal/cli-failure.js';
import type { ExitCode } from '../terminal/exit-codes.js';
import { duration } from '../terminal/figures.js';
import { openFetchProgress } from './fetch-progress.js';
import { exitCodeOfBackfills, printBackfills, type FetchNotice } from './fetch-report.js';
import { buildFetchRequest, type FetchFlags } from './fetch-request.js';
import { followBackfills, hasEnded } from './follow-backfills.js';

export interface FetchOptions extends FetchFlags {
  /** False by --no-wait. */
  readonly wait: boolean;
  readonly timeout?: string;
}

/** `rebalancer candles fetch`: asks the API for candles of the exchange, and waits until an ingestor has fetched them. */
export const runCandlesFetch: CommandAction<FetchOptions> = async (context, options) => {
  const timeoutMs = timeoutOption(options.timeout);
  if (timeoutMs !== null && !options.wait)
    throw failure('usage', { code: 'conflicting-options', title: 'Wrong use', detail: '--timeout means nothing with --no-wait' });
  const request = buildFetchRequest(options, context.nowMs());
  const api = openExchangeApi(context);
  const { data, notices } = await api.submitBackfill(request);
  for (const { detail } of notices) context.terminal.warn(detail);
  if (!options.wait || data.every(hasEnded)) return finish(context, data, notices);
  const outcome = await waitForBackfills(context, api, data, timeoutMs);
  return outcome.kind === 'ended' ? finish(context, outcome.backfills, notices) : outcome.exitCode;
};

function finish({ terminal }: CliContext, backfills: readonly CandleBackfill[], notices: readonly FetchNotice[]): ExitCode {
  if (terminal.isJson) terminal.document({ data: backfills, notices });
  else printBackfills(backfills, terminal);
  terminal.hint(backfills.every(hasEnded) ? 'next: rebalancer candles coverage' : 'next: rebalancer candles backfills');
  return exitCodeOfBackfills(backfills);
}

type Waiting =
  | { readonly kind: 'ended'; readonly backfills: readonly CandleBackfill[] }
  /** The user has let go; the fetching goes on. */
  | { readonly kind: 'detached'; readonly exitCode: ExitCode };

async function waitForBackfills(context: CliContext, api: ExchangeApi, first: readonly CandleBackfill[], timeoutMs: number | null): Promise<Waiting> {
  const ending = new AbortController();
  const progress = openFetchProgress(context.terminal);
  const release = onSignals((exitCode) => ending.abort({ exitCode }));
  const timer = timeoutMs === null ? null : setTimeout(() => ending.abort({ afterMs: timeoutMs }), timeoutMs);
  progress.update(first);
  try {
    const ids = first.map(({ id }) => id);
    return { kind: 'ended', backfills: await followBackfills(api, ids, { signal: ending.signal, onChange: progress.update }) };
  } catch (error) {
    progress.end();
    if (!ending.signal.aborted) throw error;
    return letGo(context, ending.signal.reason as LetGoReason);
  } finally {
    progress.end();
    if (timer !== null) clearTimeout(timer);
    release();
  }
}

type LetGoReason = { readonly exitCode: ExitCode } | { readonly afterMs: number };

function letGo({ terminal }: CliContext, reason: LetGoReason): Waiting {
  const reattach = 'rebalancer candles backfills';
  if ('afterMs' in reason) {
    const detail = `not everything was fetched within ${duration(reason.afterMs)}; it goes on`;
    throw failure('waitTimeout', { code: 'wait-timeout', title: 'Waited long enough', detail, remedy: reattach });
  }
  terminal.say('detached; the fetching goes on. Look at it, or stop it:');
  terminal.hint(`  ${reattach}\n  rebalancer candles backfills cancel ID`);
  return { kind: 'detached', exitCode: reason.exitCode };
}
