import { setTimeout as pause } from 'node:timers/promises';
import { BacktestRun } from '#contracts';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { CliFailure } from '../terminal/cli-failure.js';
import { EXIT } from '../terminal/exit-codes.js';
import type { BacktestsApi } from './backtests-api.js';

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly onChange: (run: BacktestRun) => void;
  readonly limits?: FollowLimits;
}

export interface FollowLimits {
  /** A stream that is silent for longer is taken for dead: the server sends a heartbeat every 15 s. */
  readonly silenceMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** After this many streams that broke without news, the run is asked for instead. */
  readonly streamFailures: number;
  readonly pollEveryMs: number;
  /** How long the API may be away altogether. */
  readonly outageMs: number;
}

export const FOLLOW_LIMITS: FollowLimits = {
  silenceMs: 45_000, firstPauseMs: 250, longestPauseMs: 5_000, streamFailures: 3, pollEveryMs: 1_000, outageMs: 120_000,
};

export const isTerminal = ({ status }: BacktestRun): boolean => status === 'completed' || status === 'failed' || status === 'canceled';

/**
 * Resolves with the run once it has ended. Listens to the run's events, takes up a broken stream where it broke, and
 * falls back to asking where streams do not come through. Rejects with the signal's reason when it is aborted, and
 * with the last failure when the API was away for longer than `outageMs`.
 */
export async function followRun(api: BacktestsApi, id: string, options: FollowOptions): Promise<BacktestRun> {
  const limits = options.limits ?? FOLLOW_LIMITS;
  const state = new FollowState(options.onChange);
  for (;;) {
    options.signal.throwIfAborted();
    try {
      if (state.brokenStreams < limits.streamFailures) await listen(api, id, state, options.signal, limits);
      const run = await api.show(id);
      state.answered(run);
      if (isTerminal(run)) return run;
    } catch (error) {
      options.signal.throwIfAborted();
      if (!isPassing(error) || state.awayMs() > limits.outageMs) throw error;
      state.failures += 1;
    }
    await pause(state.pauseMs(limits), undefined, { signal: options.signal });
  }
}

class FollowState {
  lastEventId: string | null = null;
  brokenStreams = 0;
  failures = 0;
  private heardAt = performance.now();

  constructor(private readonly onChange: (run: BacktestRun) => void) {}

  heard(event: EventSourceMessage): BacktestRun | null {
    if (event.id !== undefined) this.lastEventId = event.id;
    const parsed = BacktestRun.safeParse(jsonOf(event.data));
    if (!parsed.success) return null;
    this.brokenStreams = 0;
    this.answered(parsed.data);
    return parsed.data;
  }

  answered(run: BacktestRun): void {
    this.failures = 0;
    this.heardAt = performance.now();
    this.onChange(run);
  }

  awayMs(): number {
    return performance.now() - this.heardAt;
  }

  pauseMs(limits: FollowLimits): number {
    if (this.failures === 0) return this.brokenStreams < limits.streamFailures ? limits.firstPauseMs : limits.pollEveryMs;
    return Math.min(limits.longestPauseMs, limits.firstPauseMs * 2 ** (this.failures - 1));
  }
}

/** Reads one stream to its end: the run's terminal event, a break, or silence. */
async function listen(api: BacktestsApi, id: string, state: FollowState, signal: AbortSignal, limits: FollowLimits): Promise<void> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), limits.silenceMs);
  state.brokenStreams += 1;
  try {
    const response = await api.events(id, { lastEventId: state.lastEventId, signal: AbortSignal.any([signal, silence.signal]) });
    let isOver = false;
    const parser = createParser({ onEvent: (event) => { isOver ||= endsRun(state.heard(event)); }, maxBufferSize: 1_048_576 });
    for await (const text of textsOf(response)) {
      timer.refresh();
      parser.feed(text);
      if (isOver) return;
    }
  } catch (error) {
    signal.throwIfAborted();
    // A stream may break or be refused for many reasons; whether the run can be had at all, the next question shows.
    if (error instanceof CliFailure && !isPassing(error)) throw error;
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

const endsRun = (run: BacktestRun | null): boolean => run !== null && isTerminal(run);

async function* textsOf(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  for await (const chunk of response.body) yield decoder.decode(chunk, { stream: true });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

const isPassing = (error: unknown): boolean => error instanceof CliFailure && error.exitCode === EXIT.unavailable;
